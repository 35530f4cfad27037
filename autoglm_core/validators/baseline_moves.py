"""Where old lines are in a draft that moves, re-indents, repeats or rewrites them."""

from __future__ import annotations

import difflib
import keyword
import re
from collections.abc import Sequence

from autoglm_core.types import Document, Replacement

_TOKEN = re.compile(r"\w+|[^\w\s]")
_MOST_LINES = 4000  # of a replaced part: comparing takes time in proportion to its square at worst


def aligned_lines(document: Document, replacements: Sequence[Replacement]) -> dict[int, int]:
    """For lines of the new text that lie in replaced parts, the old line that each goes on from.

    Indentation does not count. Of repeated lines, those that stand in the longest unchanged block are the old ones.
    """
    found: dict[int, int] = {}
    shift = 0
    for replacement in sorted(replacements, key=lambda r: (r.span.start, r.span.end)):
        first = document.position(replacement.span.start)[0]
        last = document.position(replacement.span.end)[0]
        head = document.text[document.offset(first, 0) : replacement.span.start]
        tail = document.line(last)[document.position(replacement.span.end)[1] :]
        old = [" ".join(document.line(number).split()) for number in range(first, last + 1)]
        new = [" ".join(line.split()) for line in re.split(r"\r\n|\n|\r", head + replacement.text + tail)]
        shift_after = shift + len(new) - len(old)
        if not head and document.position(replacement.span.end)[1] == 0:
            # Whole lines are replaced: the one behind them is no part of it.
            del old[-1:], new[-1:]
        if len(old) + len(new) <= _MOST_LINES:
            for block in difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
                for step in range(block.size):
                    found[first + shift + block.b + step] = first + block.a + step
        shift = shift_after
    return found


def is_renamed(old: str, new: str) -> bool:
    """Whether two lines differ in the names of a few things alone, each renamed to one other everywhere."""
    ours, theirs = _TOKEN.findall(old), _TOKEN.findall(new)
    if len(ours) != len(theirs) or not ours:
        return False
    names: dict[str, str] = {}
    for one, other in zip(ours, theirs, strict=True):
        both_names = all(each.isidentifier() and not keyword.iskeyword(each) for each in (one, other))
        if one != other and not both_names:
            return False
        if both_names and names.setdefault(one, other) != other:
            return False
    if len(set(names.values())) != len(names):
        return False
    renamed = sum(one != other for one, other in names.items())
    return renamed <= max(1, len(names) - renamed)


def is_expression(text: str) -> bool:
    """Whether a text is more than a name or a literal: enough to know it again on another line."""
    return len(_TOKEN.findall(text)) >= 3
