"""What of an answer belongs to the line or block that was called for."""

from __future__ import annotations

from autoglm_core.inline.ending import StreamEnd
from autoglm_core.inline.hole import Hole


def within_extent(text: str, hole: Hole) -> str:
    """The answer up to where it would have been stopped while it streamed: engines that cannot stop run on.

    This cuts what leaves the scope, what repeats itself, and what reaches the code below the cursor.
    """
    end = StreamEnd(hole.document, hole.offset, hole.extent)
    # The line break lets the rules look at the last line too.
    end.feed(text + "\n")
    return end.text.removesuffix("\n") if not end.reason else end.text
