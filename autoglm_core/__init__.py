"""The AutoGLM core: generate, validate, repair. Knows no editor protocol."""
