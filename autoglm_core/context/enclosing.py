"""The function around a cursor, told by indentation, and the names that are written in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from autoglm_core.context.definition_lines import MOST_HEADER_LINES, header_end
from autoglm_core.types import Document

_FUNCTION = re.compile(r"[ \t]*(?:async[ \t]+)?def\b")
_LINES_BEFORE, _LINES_AFTER = 40, 10
_HEAD_LINES = 3
_AROUND_MODULE_CODE = 8


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a document, zero-based, both inclusive."""

    first: int
    last: int


def enclosing_function(document: Document, offset: int) -> Lines | None:
    """The innermost function that the cursor's line belongs to, decorators included; None outside of all.

    Told by indentation alone: a half-typed function has no syntax tree that could be relied on with each key, and a
    file of 2,000 lines takes 15 ms to parse.
    """
    line, column = document.position(offset)
    text = document.line(line)
    deep = _indent(text) if text.strip() else column
    header = line if _FUNCTION.match(text) else None
    for number in range(line - 1, -1, -1):
        if header is not None:
            break
        text = document.line(number)
        # A closing bracket at the margin ends a signature over several lines: it belongs to the line that opens it.
        if not text.strip() or _indent(text) >= deep or text.lstrip()[0] in ")]}":
            continue
        deep = _indent(text)
        header = number if _FUNCTION.match(text) else None
    if header is None:
        return None
    first = header
    while first > 0 and document.line(first - 1).lstrip().startswith("@"):
        first -= 1
    return Lines(first, max(line, _last_line(document, header)))


def query_at(document: Document, offset: int) -> str:
    """What the code at a cursor is about, to look for similar code: the function around it, or the lines.

    The name that the cursor stands at is left out, so that the words change with a finished name and not with a key.
    Of a long function, its beginning and what is near the cursor.
    """
    line = document.position(offset)[0]
    around = enclosing_function(document, offset)
    if around is None:
        step = _AROUND_MODULE_CODE
        around = Lines(max(0, (line // step - 1) * step), line)
    head = range(around.first, min(around.first + _HEAD_LINES, line))
    near = range(max(around.first, line - _LINES_BEFORE), min(around.last, line + _LINES_AFTER) + 1)
    at = unfinished_name(document, offset)
    return "\n".join(
        document.text[document.offset(number, 0) : at[0]]
        + " "
        + document.text[at[1] : document.offset(number, 1 << 30)]
        if number == line
        else document.line(number)
        for number in sorted({*head, *near})
    )


def unfinished_name(document: Document, offset: int) -> tuple[int, int]:
    """The span of the name that the cursor stands in or at the end of; empty where there is none."""
    text, start, end = document.text, offset, offset
    while start > 0 and _is_of_name(text[start - 1]):
        start -= 1
    while end < len(text) and _is_of_name(text[end]):
        end += 1
    return start, end


def _last_line(document: Document, header: int) -> int:
    """The last line of a function: all that are indented deeper than its header belong to it."""
    signature = [document.line(n) for n in range(header, min(header + MOST_HEADER_LINES, document.line_count))]
    margin, last = _indent(signature[0]), header + header_end(signature, 0)
    for number in range(last + 1, document.line_count):
        text = document.line(number)
        if text.strip():
            if _indent(text) <= margin:
                break
            last = number
    return last


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _is_of_name(character: str) -> bool:
    return character.isalnum() or character == "_"
