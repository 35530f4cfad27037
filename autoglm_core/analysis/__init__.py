"""What can be told of Python source without running it: small changes, documented examples, inputs that fit."""
