"""New texts of a document: with another name, and as the least that differs."""

from __future__ import annotations

import re

from autoglm_core.types import Document, Draft, Replacement, Span


def rewritten(document: Document, text: str, answer: str = "") -> Draft:
    """The new text as one replacement of what differs; ``answer`` is the model's, where it comes from one."""
    old = document.text
    start = next((n for n, (a, b) in enumerate(zip(old, text, strict=False)) if a != b), min(len(old), len(text)))
    most = min(len(old), len(text)) - start
    same = next((n for n in range(most) if old[-1 - n] != text[-1 - n]), most)
    replacement = Replacement(Span(start, len(old) - same), text[start : len(text) - same])
    return Draft(document.replaced((replacement,)), (replacement,), answer)


def renamed(text: str, start: int, old: str, new: str) -> str:
    """The text with the name at an offset replaced, and all its other uses on the same line."""
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    line_end = len(text) if line_end < 0 else line_end
    line = re.sub(rf"(?<![\w.]){re.escape(old)}\b", new, text[line_start:line_end])
    return text[:line_start] + line + text[line_end:]
