"""A document as it was when the client asked: copied before the first await, as pygls changes its own in place."""

from __future__ import annotations

from dataclasses import dataclass

from lsprotocol import types as lsp

from autoglm_core.types import Document, Span, Workspace
from autoglm_server.lsp import convert


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One open text with everything that a request about it needs.

    ``start`` is where the client's own text begins in ``document``: for a cell of a notebook the cells
    above it stand before, so that their names are known; else it is 0. ``encoding`` is the client's.
    """

    uri: str
    version: int | None
    document: Document
    workspace: Workspace
    encoding: str
    start: int = 0

    @property
    def own(self) -> Document:
        """The client's own text, which its positions count in."""
        document = self.document
        if not self.start:
            return document
        return Document(document.path, document.text[self.start :], document.version, document.language)

    def offset(self, position: lsp.Position) -> int:
        """The offset in ``document`` of a client's position."""
        return self.start + convert.to_offset(self.own, position, self.encoding)

    def span(self, region: lsp.Range) -> Span:
        """The span in ``document`` of a client's range."""
        inside = convert.to_span(self.own, region, self.encoding)
        return Span(self.start + inside.start, self.start + inside.end)

    def range(self, span: Span) -> lsp.Range:
        """The client's range of a span of ``document``; what lies above the client's text is clamped to it."""
        inside = Span(max(0, span.start - self.start), max(0, span.end - self.start))
        return convert.to_range(self.own, inside, self.encoding)
