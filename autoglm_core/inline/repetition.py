"""A model that goes in circles writes the same lines again."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LONGEST_GROUP = 6
_SAYS_SOMETHING = re.compile(r"\w")


def kept_of_repetition(lines: Sequence[str]) -> int | None:
    """How many of the lines to keep when they end in a repetition; None when they do not.

    The same line three times in a row, or the same group of two to six lines twice, with its indentation.
    One of them is kept. Empty lines and lines of brackets alone repeat in good code.
    """
    last = [line.rstrip() for line in lines[-2 * _LONGEST_GROUP :]]
    total = len(lines)
    if len(last) >= 3 and last[-1] == last[-2] == last[-3] and _SAYS_SOMETHING.search(last[-1]):
        return total - 2
    for size in range(2, min(_LONGEST_GROUP, len(last) // 2) + 1):
        group = last[-size:]
        if group == last[-2 * size : -size] and sum(bool(_SAYS_SOMETHING.search(line)) for line in group) > 1:
            return total - size
    return None
