"""Positions in three encodings, with astral characters, CRLF and places that do not exist."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types as lsp

from autoglm_core.types import Document, Span
from autoglm_server.lsp import convert

ENCODINGS = ["utf-8", "utf-16", "utf-32"]
TEXT = "a = '😀é'\r\nb = 2\r\n\r\nlast ✓\f x"
DOCUMENT = Document(Path("a.py"), TEXT)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_offset_outside_a_line_break_comes_back(encoding):
    for offset in range(len(TEXT) + 1):
        if TEXT[offset - 1 : offset + 1] != "\r\n":
            position = convert.to_position(DOCUMENT, offset, encoding)
            assert convert.to_offset(DOCUMENT, position, encoding) == offset


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 12), ("utf-16", 9), ("utf-32", 8)])
def test_columns_are_counted_in_code_units(encoding, column):
    assert convert.to_position(DOCUMENT, TEXT.index("\r"), encoding) == lsp.Position(0, column)


@pytest.mark.parametrize(("encoding", "inside"), [("utf-8", [6, 7, 8]), ("utf-16", [6])])
def test_a_position_inside_a_character_counts_as_before_it(encoding, inside):
    for column in inside:
        assert convert.to_offset(DOCUMENT, lsp.Position(0, column), encoding) == TEXT.index("😀")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_positions_beyond_the_text_are_clamped(encoding):
    assert convert.to_offset(DOCUMENT, lsp.Position(0, 2**31 - 1), encoding) == TEXT.index("\r")
    assert convert.to_offset(DOCUMENT, lsp.Position(99, 0), encoding) == len(TEXT)
    assert convert.to_offset(Document(Path("a.py"), ""), lsp.Position(3, 3), encoding) == 0


def test_a_form_feed_ends_no_line():
    assert convert.to_position(DOCUMENT, len(TEXT), "utf-32") == lsp.Position(3, 9)


def test_a_range_with_its_ends_swapped_is_read_in_order():
    region = lsp.Range(lsp.Position(1, 3), lsp.Position(1, 1))
    start = TEXT.index("b")
    assert convert.to_span(DOCUMENT, region, "utf-16") == Span(start + 1, start + 3)


def test_a_lone_surrogate_counts_as_one_character():
    document = Document(Path("a.py"), "x\ud800y")
    assert [convert.to_position(document, n, "utf-8").character for n in range(4)] == [0, 1, 4, 5]
    assert convert.to_offset(document, lsp.Position(0, 2), "utf-16") == 2
