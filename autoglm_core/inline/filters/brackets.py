"""Brackets and quotes are closed once: by the answer or by what stands behind the cursor."""

from __future__ import annotations

from autoglm_core.inline.extent import Extent
from autoglm_core.inline.hole import Hole
from autoglm_core.inline.lexical import scan
from autoglm_core.inline.parsing import parses_no_worse

_CLOSERS = {"(": ")", "[": "]", "{": "}"}
_MOST_CUTS = 24


def closed_once(text: str, hole: Hole) -> str:
    """The longest start of the answer with which brackets and strings are no worse than without it.

    It is cut before closers that close nothing, or what is closed behind the cursor already, and at ends of
    lines. Brackets that a finished line leaves open are closed, but only where it then parses: some stop
    before the closers that they think the editor puts there, while of an answer that ran out of tokens
    nobody knows what else was to come. Brackets that the user opened are left to the user.
    """
    if hole.imbalance(text) <= hole.imbalance_before:
        return text
    scanned = scan(text, hole.dialect, hole.state)
    if hole.finished and hole.extent is Extent.LINE and scanned.opened and not scanned.faults:
        closed = text.rstrip() + "".join(_CLOSERS[text[place]] for place in reversed(scanned.opened))
        if hole.imbalance(closed) <= hole.imbalance_before and parses_no_worse(closed, hole):
            return closed
    ends = {at for at, character in enumerate(text) if character == "\n"}
    for at in sorted({*ends, *scanned.closings, *scanned.opened}, reverse=True)[:_MOST_CUTS]:
        kept = text[:at]
        if hole.imbalance(kept) <= hole.imbalance_before and (at not in scanned.opened or _ends_well(kept)):
            return kept
    return ""


def _ends_well(text: str) -> bool:
    """Whether a text that is cut before an opening bracket is more than the name of what was to be called."""
    return not text or text[-1].isspace()
