"""The place that an answer goes to: the document around the cursor, as every trimming step asks about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from autoglm_core.inline.blocks import header_of_empty_body, indentation_unit, next_line, width
from autoglm_core.inline.extent import Extent
from autoglm_core.inline.lexical import Dialect, Scan, State, dialect_of, scan, scan_line
from autoglm_core.languages import known_as
from autoglm_core.types import Document

_LINES_BELOW = 80
_USUAL_UNIT = "    "


@dataclass(frozen=True)
class Hole:
    """A cursor in a document and what is known of the answer.

    ``offset`` is in code points. ``logprob`` is the mean natural logarithm of the probability of the answer's
    tokens, None where the engine does not say. ``finished`` is False for an answer that ran out of tokens.
    """

    document: Document
    offset: int
    extent: Extent
    logprob: float | None = None
    finished: bool = True

    @cached_property
    def line(self) -> int:
        """The zero-based number of the cursor's line."""
        return self.document.position(self.offset)[0]

    @cached_property
    def before(self) -> str:
        """The text before the cursor on its line."""
        return self.document.line(self.line)[: self.document.position(self.offset)[1]]

    @cached_property
    def after(self) -> str:
        """The text behind the cursor on its line."""
        return self.document.line(self.line)[len(self.before) :]

    @cached_property
    def on_empty_line(self) -> bool:
        """Whether nothing but white space stands before the cursor on its line."""
        return not self.before.strip()

    @cached_property
    def language(self) -> str:
        """The language's identifier, empty where it is not known."""
        return known_as(self.document.language, self.document.path)

    @cached_property
    def dialect(self) -> Dialect:
        """The lexical rules of the language."""
        return dialect_of(self.language)

    @cached_property
    def state(self) -> State:
        """The brackets, string or comment that are open at the cursor."""
        return self._scanned.state

    @cached_property
    def above(self) -> tuple[str, ...]:
        """Up to three lines above the cursor that are not empty, the nearest first."""
        numbers = range(self.line - 1, max(self.line - 12, -1), -1)
        return tuple(line for line in map(self.document.line, numbers) if line.strip())[:3]

    @cached_property
    def below(self) -> tuple[str, ...]:
        """Up to six lines below the cursor that are not empty, in text order."""
        found: list[str] = []
        number = next_line(self.document, self.line)
        while number is not None and len(found) < 6:
            found.append(self.document.line(number))
            number = next_line(self.document, number)
        return tuple(found)

    @cached_property
    def behind(self) -> str:
        """The text behind the cursor, to the end of a window that brackets are looked for in."""
        last = min(self.line + _LINES_BELOW, self.document.line_count - 1)
        return self.document.text[self.offset : self.document.line_span(last, last).end].replace("\r\n", "\n")

    @cached_property
    def unclosed(self) -> int:
        """How many of the brackets that are open at the cursor nothing behind it closes."""
        return min(scan(self.behind, self.dialect, self.state).kept, len(self.state.brackets))

    @cached_property
    def opened_on_line(self) -> int:
        """How many of the brackets that are open at the cursor were opened on its line."""
        return len(self._scanned.state.brackets) - self._scanned.kept

    @cached_property
    def _scanned(self) -> Scan:
        return scan_line(self.document, self.offset, self.language)

    @cached_property
    def unit(self) -> str:
        """One step of the document's indentation; empty where it has none yet."""
        return indentation_unit(self.document.text)

    @cached_property
    def header(self) -> int | None:
        """The line of the header whose empty body is to be written; None where a body is not what is missing."""
        return header_of_empty_body(self.document, self.offset) if self.extent is Extent.BLOCK else None

    @cached_property
    def indent(self) -> str:
        """The indentation that the block's lines have: of the empty line the cursor is on, or of a new body."""
        own = self.before if self.on_empty_line else self.before[: len(self.before) - len(self.before.lstrip())]
        if self.header is None:
            return own
        header = self.document.line(self.header)
        body = header[: len(header) - len(header.lstrip())] + (self.unit or _USUAL_UNIT)
        return own if self.on_empty_line and width(own + "x") > width(header) else body

    def imbalance(self, text: str) -> int:
        """How many brackets and strings are wrong around the cursor, with a text put there."""
        first = scan(text, self.dialect, self.state)
        if first.state not in self._wrong_behind:
            rest = scan(self.behind, self.dialect, first.state)
            # What is open at the window's end counts too: unclosed brackets, a string or a comment.
            self._wrong_behind[first.state] = rest.faults + len(rest.state.brackets) + bool(rest.state.inside)
        return first.faults + self._wrong_behind[first.state]

    @cached_property
    def _wrong_behind(self) -> dict[State, int]:
        return {}  # most texts leave the same open, so that what is behind the cursor is read once

    @cached_property
    def imbalance_before(self) -> int:
        """How many brackets and strings are wrong around the cursor as the document stands."""
        return self.imbalance("")
