"""One LSP feature a module; each has ``register``, which says what it answers."""
