"""How deep lines stand, and how deep a level is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

GOES_ON = re.compile(r"(elif|else|except|finally)\b")
"""What goes on with a block that was opened above."""


def margin_of(line: str) -> int:
    """The characters of white space that a line begins with."""
    return len(line) - len(line.lstrip(" \t"))


def level_of(lines: Sequence[str]) -> int:
    """The characters of one level: a tab where lines begin with tabs, else the step that most lines go in.

    4 by default: where there is none, or steps are of all kinds, as lines slipped.
    """
    if any(line.startswith("\t") for line in lines):
        return 1
    depths = [margin_of(line) for line in lines if line.strip()]
    steps = Counter(deeper - least for least, deeper in pairwise(depths) if deeper > least)
    [(step, count)] = steps.most_common(1) or [(4, 0)]
    return step if 2 * count > steps.total() else 4


def opens_block(line: str) -> bool:
    """Whether a line ends with the colon behind which a block is expected."""
    return line.split("#")[0].rstrip().endswith(":")
