"""Indentation as the document has it, from the cursor's column on."""

from __future__ import annotations

import re

from autoglm_core.inline.blocks import TAB_WIDTH, width
from autoglm_core.inline.hole import Hole
from autoglm_core.inline.lexical import scan

_LEADING = re.compile(r"[ \t]*")


def indentation(text: str, hole: Hole) -> str:
    """Fit the first line to the cursor's column, and later ones to the block; lines within strings stay."""
    if hole.state.inside:
        return text
    text = _with_own_characters(text, hole)
    if hole.on_empty_line:
        return _from_column(text, hole)
    return _below_header(text, hole) if hole.header is not None else text


def _with_own_characters(text: str, hole: Hole) -> str:
    """Tabs where the document has tabs, spaces where it has spaces."""
    wrong = " " if hole.unit == "\t" else "\t"
    if not hole.unit or not re.search(rf"^[ \t]*{wrong}", text, re.MULTILINE):
        return text
    free = _outside_strings(text, hole)
    lines = text.split("\n")
    for number, line in enumerate(lines):
        lead = _LEADING.match(line)
        # Behind code on the cursor's line, white space is no indentation.
        if wrong in (lead.group() if lead else "") and free[number] and (number or hole.on_empty_line):
            lines[number] = _indented(width(line), hole) + line.lstrip(" \t")
    return "\n".join(lines)


def _indented(columns: int, hole: Hole) -> str:
    return "\t" * (columns // TAB_WIDTH) + " " * (columns % TAB_WIDTH) if hole.unit == "\t" else " " * columns


def _from_column(text: str, hole: Hole) -> str:
    """On an empty line: nothing before the first line but what the block needs, later lines moved with it."""
    text = re.sub(r"\A(?:[ \t]*\n)+", "", text)
    lines = text.split("\n")
    needed = hole.indent.removeprefix(hole.before) if hole.indent.startswith(hole.before) else ""
    lead = width(lines[0] + "x") - width(needed + "x")
    lines[0] = needed + lines[0].lstrip(" \t") if lines[0].strip() else lines[0]
    column = width(hole.indent + "x")
    later = [width(line) for line in lines[1:] if line.strip()]
    # The model counted the first line's indentation twice when all below it are as deep again.
    if lead > 0 and later and lead != column and min(later) >= column + lead:
        lines = [lines[0], *_moved(lines[1:], -lead, hole)]
    return "\n".join(lines)


def _below_header(text: str, hole: Hole) -> str:
    """Behind a header: the first line of the body is one step deeper than it, the others are moved with it."""
    lines = text.split("\n")
    first = next((line for line in lines[1:] if line.strip()), None)
    if lines[0].strip() or first is None or first.lstrip()[0] in ")]}":
        return text
    if not hole.unit and hole.header is not None and width(first) > width(hole.document.line(hole.header)):
        return text  # the first indented line of a document decides how deep its steps are
    return "\n".join([lines[0], *_moved(lines[1:], width(hole.indent + "x") - width(first), hole)])


def _moved(lines: list[str], columns: int, hole: Hole) -> list[str]:
    if columns == 0:
        return lines
    free = _outside_strings("\n".join(lines), hole)
    return [
        _indented(max(width(line) + columns, 0), hole) + line.lstrip(" \t") if line.strip() and free[number] else line
        for number, line in enumerate(lines)
    ]


def _outside_strings(text: str, hole: Hole) -> list[bool]:
    """For each line whether it begins outside a string, where white space is indentation."""
    free, state = [], hole.state
    for line in text.split("\n"):
        free.append(not state.inside)
        state = scan(line + "\n", hole.dialect, state).state
    return free
