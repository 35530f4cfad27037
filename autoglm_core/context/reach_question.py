"""What is asked about a cursor: the names that are finished around it, the call, and the object before a dot."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from autoglm_core.context.enclosing import Lines, enclosing_function, unfinished_name
from autoglm_core.types import Document

_MOST_NAMES = 24
_MOST_CALL_CHARACTERS = 600
_MODULE_LINES = 8
_NAME = re.compile(r"(?<![\w.])[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_IMPORT = re.compile(r"[ \t]*(?:from\s+\S+\s+import\b|import\b)")
_CALLEE = re.compile(r"[\w.]+$")
_BRACKETS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Question:
    """What an answer depends on, the same from key to key until a name, a call or a dot is finished.

    ``callee`` is what is called around the cursor, ``holder`` the text before a dot at the cursor; empty where there is
    none. ``function`` is the first line of the function around it.
    """

    path: Path
    function: str
    imports: str
    names: tuple[str, ...]
    callee: str
    holder: str


@dataclass(frozen=True, slots=True)
class Places:
    """Where in the document the question's names stand: offsets of the last letter of each, and of the dot (or -1)."""

    names: tuple[int, ...]
    dot: int


def ask(document: Document, offset: int) -> tuple[Question, Places]:
    """The question about a cursor. No syntax tree is needed: half-typed text has none to rely on."""
    line = document.position(offset)[0]
    around = enclosing_function(document, offset) or Lines(max(0, line - _MODULE_LINES), line)
    imports = _imports(document.text)
    at = unfinished_name(document, offset)
    found = dict(_names(document, around, at, frozenset(_NAME.findall(imports.replace(".", " "))), "*" in imports))
    dot = at[0] - 1 if document.text[at[0] - 1 : at[0]] == "." and at[0] > document.offset(line, 0) else -1
    holder = document.text[document.offset(line, 0) : dot].strip() if dot >= 0 else ""
    question = Question(
        document.path,
        document.line(around.first).strip(),
        imports,
        tuple(found),
        _callee(document.text, at[0]),
        holder,
    )
    return question, Places(tuple(found.values()), dot)


def _names(
    document: Document, lines: Lines, unfinished: tuple[int, int], imported: frozenset[str], all_names: bool
) -> Iterator[tuple[str, int]]:
    """The names that may lead out of the file, in the order of their first use: imported ones, and attributes."""
    seen: set[str] = set()
    span = document.line_span(lines.first, lines.last)
    for match in _NAME.finditer(document.text, span.start, span.end):
        name = match.group()
        first, _, rest = name.partition(".")
        if name in seen or keyword.iskeyword(first) or not (rest or first in imported or all_names):
            continue
        if match.start() <= unfinished[1] and unfinished[0] <= match.end():
            continue
        seen.add(name)
        yield name, match.end() - 1
        if len(seen) == _MOST_NAMES:
            return


@lru_cache(maxsize=8)
def _imports(text: str) -> str:
    """The lines of all import statements."""
    found, inside = [], False
    for line in text.splitlines():
        if inside or _IMPORT.match(line):
            inside = (inside or "(" in line) and ")" not in line
            found.append(line.strip())
    return "\n".join(found)


def _callee(text: str, end: int) -> str:
    """The dotted name before the bracket that is open at ``end``; empty where there is none near."""
    closed: list[str] = []
    for position in range(end - 1, max(-1, end - 1 - _MOST_CALL_CHARACTERS), -1):
        character = text[position]
        if character in _BRACKETS:
            closed.append(_BRACKETS[character])
        elif character in "([{":
            if closed and closed[-1] == character:
                closed.pop()
                continue
            found = _CALLEE.search(text, max(0, position - 200), position) if character == "(" else None
            return found.group() if found else ""
    return ""
