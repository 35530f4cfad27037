"""Only what parses is shown."""

from __future__ import annotations

from autoglm_core.inline.hole import Hole
from autoglm_core.inline.lexical import LINE_COMMENT, scan
from autoglm_core.inline.parsing import parses_no_worse

_MOST_CUTS = 8


def keep_what_parses(text: str, hole: Hole) -> str:
    """The longest run of whole logical lines with which the document parses no worse than without them."""
    if not text.strip():
        return text
    ends = _logical_ends(text, hole)
    # The first line is tried however many lines are wrong behind it.
    for end in [*ends[-_MOST_CUTS:][::-1], *ends[:1]]:
        if text[:end].strip() and parses_no_worse(text[:end], hole):
            return text[:end]
    return ""


def _logical_ends(text: str, hole: Hole) -> list[int]:
    """Where the logical lines of an answer end: outside the brackets and strings that it opens itself."""
    ends, at, state = [], 0, hole.state
    for line in text.split("\n"):
        state = scan(line + "\n", hole.dialect, state).state
        at += len(line) + 1
        inside = state.inside and state.inside not in (LINE_COMMENT, hole.state.inside)
        # In languages with braces a statement may end amid a block; then the brackets step closes nothing.
        if not inside and len(state.brackets) <= len(hole.state.brackets):
            ends.append(at - 1)
    return ends or [len(text)] if not ends or ends[-1] == len(text) else [*ends, len(text)]
