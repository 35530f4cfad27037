"""An answer with nothing in it."""

from __future__ import annotations

import re

from autoglm_core.inline.hole import Hole

_NOTHING = re.compile(r"[\s)\]};,]*")
_BRACKET = re.compile(r"[)\]}]")


def hollow(text: str, hole: Hole) -> str:
    """Nothing instead of white space, closing brackets and separators: faster typed than read.

    A bracket that is left on an empty line ends what stands above, and nothing else closes it: that is shown.
    """
    if not _NOTHING.fullmatch(text):
        return text
    return text if hole.on_empty_line and _BRACKET.search(text) else ""
