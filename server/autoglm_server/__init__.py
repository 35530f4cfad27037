"""The doors of AutoGLM: language server, HTTP service, command line."""
