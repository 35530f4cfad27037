"""Characters that are no code: special tokens, fences, carriage returns, white space at the ends of lines."""

from __future__ import annotations

import re

from autoglm_core.inline.ending import FENCE, SPECIAL_TOKEN
from autoglm_core.inline.hole import Hole

# What is left of a special token when the answer ran out within it.
_BEGUN_TOKEN = re.compile(r"<(?:\|[A-Za-z_]*\|?|\uff5c[\w\u2581 ]*)$")


def carriage_returns(text: str, hole: Hole) -> str:
    """``\\n`` alone between lines, as every later step expects; ``document_line_ends`` undoes it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def special_tokens(text: str, hole: Hole) -> str:
    """Stop at a token of a model's own format that leaked into the text."""
    match = SPECIAL_TOKEN.search(text) or (None if hole.finished else _BEGUN_TOKEN.search(text))
    return text[: match.start()] if match else text


def fences(text: str, hole: Hole) -> str:
    """The code out of a Markdown fence: a fence that begins the answer is dropped, and any other ends it."""
    lines = text.split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if FENCE.match(lines[first]):
        lines = lines[first + 1 :]
        first = 0
    end = next((n for n, line in enumerate(lines) if FENCE.match(line)), len(lines))
    return "\n".join(lines[:end]) if end < len(lines) or "\n".join(lines) != text else text


def trailing_whitespace(text: str, hole: Hole) -> str:
    """No white space at the ends of lines nor at the end of the text, save before code behind the cursor."""
    lines = text.split("\n")
    kept = [line.rstrip() for line in lines]
    # In a string over several lines, white space at an end is a part of the value; it is hardly ever meant.
    if hole.after.strip() and lines[-1].strip() and not hole.after[0].isspace():
        kept[-1] = lines[-1]
        return "\n".join(kept)
    return "\n".join(kept).rstrip()


def document_line_ends(text: str, hole: Hole) -> str:
    """The document's own line breaks."""
    return text.replace("\n", hole.document.newline)
