"""Documents, spans and workspaces."""

from pathlib import Path

import pytest

from autoglm_core.types import Document, Replacement, Span, Workspace


def document(text: str) -> Document:
    return Document(Path("/w/a.py"), text, 3)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("a", ["a"]),
        ("a\n", ["a", ""]),
        ("a\r\nb\rc\nd", ["a", "b", "c", "d"]),
        ("form\ffeed\x85next", ["form\ffeed\x85next"]),
        ("😀x\r\n", ["😀x", ""]),
    ],
)
def test_lines_end_where_python_and_lsp_end_them(text: str, lines: list[str]) -> None:
    found = document(text)
    assert found.line_count == len(lines)
    assert [found.line(number) for number in range(found.line_count)] == lines


@pytest.mark.parametrize("text", ["", "a\n", "a\r\nb\rc\nd", "😀x\r\n\r\ny"])
def test_offset_and_position_are_inverse(text: str) -> None:
    found = document(text)
    for offset in range(len(text) + 1):
        line, column = found.position(offset)
        if column <= len(found.line(line)):  # not in the middle of a line break
            assert found.offset(line, column) == offset


@pytest.mark.parametrize(("line", "column", "offset"), [(-1, 4, 0), (0, 99, 2), (0, -5, 0), (1, 0, 4), (9, 0, 6)])
def test_offset_is_clamped(line: int, column: int, offset: int) -> None:
    assert document("ab\r\ncd").offset(line, column) == offset


def test_line_span_leaves_the_last_line_break() -> None:
    found = document("ab\r\ncd\r\nef")
    span = found.line_span(0, 1)
    assert found.text[span.start : span.end] == "ab\r\ncd"


def test_replaced_takes_replacements_in_any_order_and_keeps_the_version() -> None:
    changed = document("abcdef").replaced((Replacement(Span(4, 6), "Z"), Replacement(Span(0, 1), "xy")))
    assert changed.text == "xybcdZ"
    assert changed.version == 3


@pytest.mark.parametrize("spans", [[(0, 3), (2, 4)], [(4, 9)]])
def test_replaced_refuses_overlaps_and_what_lies_outside(spans: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="overlap or lie outside"):
        document("abcdef").replaced(tuple(Replacement(Span(*span), "") for span in spans))


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 2)])
def test_a_span_is_in_order(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="start <= end"):
        Span(start, end)


def test_folder_of_is_the_innermost_one() -> None:
    workspace = Workspace((Path("/w"), Path("/w/sub")))
    assert workspace.folder_of(Path("/w/sub/x/a.py")) == Path("/w/sub")
    assert workspace.folder_of(Path("/w/b.py")) == Path("/w")
    assert workspace.folder_of(Path("/elsewhere/b.py")) == Path("/elsewhere")
