"""Comments that say nothing which is not there already, instead of code."""

from __future__ import annotations

import re

from autoglm_core.inline.blocks import is_comment
from autoglm_core.inline.hole import Hole
from autoglm_core.languages import line_comment

_PLACEHOLDER = re.compile(
    r"\b(?:todo|fixme|xxx)\b"
    r"|\b(?:your|rest of(?: the)?|add|write|insert|more|existing|the) (?:code|implementation|logic)\b"
    r"|\bimplement(?:ation)?(?: (?:this|me|here|the \w+))?\s*\W*$|\bcode goes here\b|^\W*\.\.\.\W*$",
    re.IGNORECASE,
)
_STUBS = re.compile(r"\s*(?:pass|\.\.\.|raise NotImplementedError(?:\(.*\))?|todo!\(.*\)|unimplemented!\(.*\));?\s*")


def echoing_comments(text: str, hole: Hole) -> str:
    """Drop a first comment that stands above the cursor already, and an answer of placeholders alone.

    A stub with a placeholder (``pass  # implement``) is a placeholder; a plain ``pass`` may be meant.
    """
    if hole.state.inside:
        return text
    above = {_said(line, hole.language) for line in hole.above if is_comment(line, hole.language)}
    lines = text.split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    while (
        first < len(lines) and is_comment(lines[first], hole.language) and _said(lines[first], hole.language) in above
    ):
        first += 1
    kept = "\n".join(lines[first:]) if any(line.strip() for line in lines[:first]) else text
    code = [line for line in kept.split("\n") if line.strip()]
    holds_place = any(_PLACEHOLDER.search(_comment_of(line, hole.language)) for line in code)
    nothing_else = all(is_comment(line, hole.language) or _is_stub(line, hole.language) for line in code)
    return "" if code and holds_place and nothing_else else kept


def comments_behind_code(text: str, hole: Hole) -> str:
    """Drop a comment behind a line of code that is complete: it explains what the user has just written."""
    if hole.on_empty_line or hole.state.inside:
        return text
    return "" if is_comment(text.split("\n")[0], hole.language) and text.strip() else text


def _said(line: str, language: str) -> str:
    return re.sub(r"\W+", " ", line.removeprefix(line_comment(language) or "")).strip().lower()


def _comment_of(line: str, language: str) -> str:
    """The comment on a line; all of the line where it is a stub with an own message."""
    mark = line_comment(language)
    if mark is None:
        return line if is_comment(line, language) else ""
    return line.partition(mark)[2]


def _is_stub(line: str, language: str) -> bool:
    return bool(_STUBS.fullmatch(line.partition(line_comment(language) or "\0")[0]))
