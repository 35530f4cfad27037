"""What implement, fix and generate share: from the options to the applied file."""
