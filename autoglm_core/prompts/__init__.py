"""From a task to a prompt, and from the model's answer back to a draft."""
