"""What of the workspace a prompt may use, and where in a document a task takes place."""
