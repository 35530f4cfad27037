"""The HTTP service: the same loop behind ``POST /v1/generate``."""
