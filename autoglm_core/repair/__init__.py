"""What mends drafts without asking a model, and what chooses among drafts that pass."""
