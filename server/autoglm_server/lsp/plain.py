"""Parameters of AutoGLM's own methods as plain data: pygls makes named tuples of what LSP does not define."""

from __future__ import annotations

from typing import Any


def plain(value: Any) -> Any:
    """The value with dicts in place of named tuples, at any depth."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {key: plain(item) for key, item in value._asdict().items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value
