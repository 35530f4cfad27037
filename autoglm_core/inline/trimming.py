"""Trim what a model wrote to what belongs at the cursor: a chain of small pure steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from autoglm_core.inline.filters.brackets import closed_once
from autoglm_core.inline.filters.characters import (
    carriage_returns,
    document_line_ends,
    fences,
    special_tokens,
    trailing_whitespace,
)
from autoglm_core.inline.filters.comments import comments_behind_code, echoing_comments
from autoglm_core.inline.filters.confidence import low_confidence
from autoglm_core.inline.filters.extent import within_extent
from autoglm_core.inline.filters.header import heads_what_follows
from autoglm_core.inline.filters.hollow import hollow
from autoglm_core.inline.filters.indentation import indentation
from autoglm_core.inline.filters.overlap import repeats_above, repeats_before, repeats_behind, repeats_below
from autoglm_core.inline.filters.parsing import keep_what_parses
from autoglm_core.inline.filters.strings import stray_strings
from autoglm_core.inline.filters.unfinished import unfinished
from autoglm_core.inline.hole import Hole

Filter = Callable[[str, Hole], str]

CHAIN: tuple[Filter, ...] = (
    carriage_returns,
    special_tokens,
    fences,
    low_confidence,
    stray_strings,
    repeats_before,
    repeats_above,
    unfinished,
    within_extent,
    indentation,
    echoing_comments,
    comments_behind_code,
    repeats_behind,
    repeats_below,
    closed_once,
    keep_what_parses,
    heads_what_follows,
    hollow,
    trailing_whitespace,
    document_line_ends,
)
_MOST_PASSES = 16


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What is left of an answer, empty where there is nothing to show, and the steps that changed it."""

    text: str
    steps: tuple[str, ...] = ()


def trim(text: str, hole: Hole) -> Trimmed:
    """The part of an answer to insert at the cursor.

    The chain runs until it changes nothing more, as one step's cut may give another one something to do.
    What it returned once, as a finished answer, it returns again. A text that does not settle is not shown.
    """
    steps: list[str] = []
    for _ in range(_MOST_PASSES):
        passed, acted = _run(text, hole)
        # Steps that undo each other, as at the ends of CRLF lines, changed nothing.
        steps += acted if passed != text else []
        if passed == text or not passed:
            return Trimmed(passed, tuple(dict.fromkeys(steps)))
        # What ran out of tokens has been cut to what is complete.
        text, hole = passed, replace(hole, finished=True) if not hole.finished else hole
    return Trimmed("", (*dict.fromkeys(steps), "unsettled"))


def _run(text: str, hole: Hole) -> tuple[str, list[str]]:
    acted = []
    for step in CHAIN:
        changed = step(text, hole)
        if changed != text:
            acted.append(step.__name__)
        text = changed
    return text, acted
