"""A cursor at the left margin of an empty line: the answer's own indentation says how deep it belongs."""

from __future__ import annotations

import re

from autoglm_core.inline.ending import StreamEnd
from autoglm_core.inline.extent import Extent, extent_at
from autoglm_core.types import Document, Replacement, Span

_MARGIN = re.compile(r"(?:[ \t]*\n)*([ \t]*)(?=[^ \t\n])")


def at_margin(document: Document, offset: int) -> bool:
    """Whether the cursor is on a line with nothing on it, not even white space."""
    line, column = document.position(offset)
    return column == 0 and not document.line(line)


class Watch:
    """Watches an answer as ``StreamEnd`` does, from its first visible character on.

    ``owed`` is the white space before the cursor that the prompt left out: the answer repeats it. At the left margin
    of an empty line the answer brings its own ``margin``, and ``document``, ``offset`` and ``extent`` are the place
    behind it: the line as it would be with so much white space, which is what the later steps ask about.
    """

    def __init__(self, document: Document, offset: int, extent: Extent, owed: str = "") -> None:
        self.document, self.offset, self.extent = document, offset, extent
        self.margin = ""
        self._owed = owed
        line, column = document.position(offset)
        self._on_empty_line = not document.line(line)[:column].strip()
        self._held: str | None = "" if owed or at_margin(document, offset) else None
        self._end = StreamEnd(document, offset, extent)
        self._over = False

    @property
    def text(self) -> str:
        """What counts of the answer so far, behind its margin."""
        return "" if self._over else self._end.text

    def feed(self, piece: str) -> bool:
        """Take the next piece; True when it is enough and the engine should stop at once."""
        if self._over or self._held is None:
            return self._over or self._end.feed(piece)
        self._held += piece.replace("\r", "")
        rest = self._begun(self._held) if self._on_empty_line else self._behind_code(self._held)
        if rest is None:
            return self._over
        self._held = None
        return self._end.feed(rest)

    def _begun(self, held: str) -> str | None:
        """What follows the indentation of the first line; None while it is not known."""
        found = _MARGIN.match(held)
        if found is None:
            return None
        margin = found.group(1)
        if not margin.startswith(self._owed):
            self._over = True  # the answer belongs to a block further out: here it has nothing to say
            return None
        if self._owed:
            return margin[len(self._owed) :] + held[found.end() :]
        if margin:
            self._indent(margin)
        return held[found.end() :]

    def _behind_code(self, held: str) -> str | None:
        """What follows the white space that is owed; an answer that ends the line instead has nothing to say."""
        if len(held) < len(self._owed) and self._owed.startswith(held):
            return None
        if held.startswith("\n"):
            self._over = True
            return None
        return held.removeprefix(self._owed)

    def _indent(self, margin: str) -> None:
        self.margin = margin
        self.document = self.document.replaced((Replacement(Span(self.offset, self.offset), margin),))
        self.offset += len(margin)
        self.extent = extent_at(self.document, self.offset) or self.extent
        self._end = StreamEnd(self.document, self.offset, self.extent)
