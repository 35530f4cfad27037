"""LSP positions to code-point offsets and back, in the encoding that client and server agreed on.

LSP counts columns in code units of UTF-8, UTF-16 or UTF-32; the core counts code points. Positions outside
the document are clamped to it, as LSP 3.18 asks. A position inside a character counts as before it.
"""

from __future__ import annotations

from lsprotocol import types as lsp

from autoglm_core.types import Document, Span


def to_offset(document: Document, position: lsp.Position, encoding: str) -> int:
    """The offset of a client's position."""
    if position.line >= document.line_count:
        return len(document.text)
    return document.offset(position.line, _code_points(document.line(position.line), position.character, encoding))


def to_position(document: Document, offset: int, encoding: str) -> lsp.Position:
    """The client's position of an offset."""
    line, column = document.position(min(offset, len(document.text)))
    return lsp.Position(line, code_units(document.line(line)[:column], encoding))


def to_span(document: Document, region: lsp.Range, encoding: str) -> Span:
    """The span of a client's range; ends given in the wrong order are swapped."""
    ends = sorted((to_offset(document, region.start, encoding), to_offset(document, region.end, encoding)))
    return Span(*ends)


def to_range(document: Document, span: Span, encoding: str) -> lsp.Range:
    """The client's range of a span."""
    return lsp.Range(to_position(document, span.start, encoding), to_position(document, span.end, encoding))


def code_units(text: str, encoding: str) -> int:
    """The length of a text in code units of the encoding; a lone surrogate counts as one character."""
    if encoding == lsp.PositionEncodingKind.Utf32 or text.isascii():
        return len(text)
    if encoding == lsp.PositionEncodingKind.Utf8:
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(character > "\uffff" for character in text)


def _code_points(line: str, units: int, encoding: str) -> int:
    """How many whole characters of the line its first code units hold."""
    if encoding == lsp.PositionEncodingKind.Utf32 or line.isascii():
        return min(units, len(line))
    passed = 0
    for count, character in enumerate(line):
        passed += code_units(character, encoding)
        if passed > units:
            return count
    return len(line)
