"""Trim what a model filled in to what belongs at the cursor: a chain of small pure steps."""

from __future__ import annotations

import ast
import re

from autoglm_core.types import Document

_SPECIAL_TOKEN = re.compile(r"<\|[a-z_]+\|?>?|```")
_MOST_CUTS = 8


def trim_completion(document: Document, offset: int, text: str) -> str:
    """The part of the answer to insert at the cursor. Raises ValueError when nothing is left."""
    text = text.replace("\r\n", "\n")
    line, column = document.position(offset)
    before, after = document.line(line)[:column], document.line(line)[column:]
    text = cut_special_tokens(text)
    if after.strip():
        text = text.split("\n", 1)[0]
        text = drop_overlap(text, after)
    text = keep_in_scope(text, before)
    text = drop_repeated_lines(text, [document.line(n) for n in range(line + 1, min(line + 6, document.line_count))])
    text = keep_what_parses(document, offset, text).rstrip()
    if not text.strip():
        raise ValueError("nothing is left of the answer that fits at the cursor")
    return text.replace("\n", document.newline)


def cut_special_tokens(text: str) -> str:
    """Stop at a token of the model's own format that leaked into the text."""
    match = _SPECIAL_TOKEN.search(text)
    return text[: match.start()] if match else text


def drop_overlap(text: str, after: str) -> str:
    """Drop the end of the text that repeats what stands behind the cursor: ``a, b)`` before ``)``."""
    after = after.rstrip()
    for size in range(min(len(text), len(after)), 0, -1):
        if text.endswith(after[:size]):
            return text[:-size]
    return text


def keep_in_scope(text: str, before: str) -> str:
    """Stop at the first line that leaves the block of the cursor's line."""
    own = len(before) - len(before.lstrip())
    lines = text.split("\n")
    for number, line in enumerate(lines[1:], start=1):
        indent = len(line) - len(line.lstrip())
        # On an empty line the cursor's column is the block; behind code on it, deeper lines continue it.
        if line.strip() and (indent < own or (before.strip() and indent <= own and not line.lstrip().startswith(")"))):
            return "\n".join(lines[:number])
    return text


def drop_repeated_lines(text: str, following: list[str]) -> str:
    """Drop the last lines of the text that stand below the cursor already."""
    lines, below = text.rstrip("\n").split("\n"), [line.strip() for line in following if line.strip()]
    for size in range(min(len(lines), len(below)), 0, -1):
        if [line.strip() for line in lines[-size:]] == below[:size]:
            return "\n".join(lines[:-size])
    return text


def keep_what_parses(document: Document, offset: int, text: str) -> str:
    """The longest run of whole lines with which the document parses; the text itself if none does."""
    lines = text.split("\n")
    for count in range(len(lines), max(0, len(lines) - _MOST_CUTS), -1):
        kept = "\n".join(lines[:count])
        try:
            ast.parse(document.text[:offset] + kept + document.text[offset:])
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        return kept
    return text
