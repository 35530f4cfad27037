"""What of a document surrounds a cursor, cut to a token budget so that little of it changes with a key.

The parts are cut by where functions begin, and not by where the cursor is: while a function is typed, ``far`` and
``after`` stay the same to the letter, and ``near`` only grows. Where it would grow too long, its beginning moves on in
steps of lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from autoglm_core.context.enclosing import enclosing_function
from autoglm_core.targets import list_targets
from autoglm_core.types import Document, Target

_CHARACTERS = 3.0
_AFTER_SHARE, _MOST_LINES_AFTER = 0.2, 12
_NEAR_SHARE = 0.5
_OUTLINE_SHARE, _IMPORTS_SHARE = 0.25, 0.2
_OUTLINE_FROM_TOKENS = 256
_STEP_LINES = 8
_IMPORT = re.compile(r"(?:from\s+\S+\s+import\b|import\b)")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The document before the cursor in two parts, of which ``near`` changes with each key, and what follows it."""

    far: str
    near: str
    after: str


def surroundings(document: Document, offset: int, tokens: int, *, growth: int = 1) -> Surroundings:
    """What surrounds a cursor in about ``tokens`` tokens; the near part may have ``growth`` times its share.

    ``near`` is the function around it from its start, or the last lines. ``far`` is what stands before that: all of it
    if it fits; else the imports, the signatures of the functions above, and the lines nearest to it. ``after`` are the
    next few lines, enough to know what is there already.
    """
    start = _near_start(document, offset, int(growth * tokens * _NEAR_SHARE * _CHARACTERS))
    after = _after(document, offset, int(tokens * _AFTER_SHARE * _CHARACTERS))
    room = int(tokens * (1 - _NEAR_SHARE - _AFTER_SHARE) * _CHARACTERS)
    above = Document(document.path, document.text[:start], None, document.language)
    return Surroundings(_far(above, room, tokens), document.text[start:offset], after)


def _near_start(document: Document, offset: int, room: int) -> int:
    """Where the near part begins: at a function, later by steps of lines when that is too long."""
    last = document.position(offset)[0]
    around = enclosing_function(document, offset)
    # Amid statements of a module: whole steps of lines, so that the beginning moves on rarely.
    first = around.first if around else max(0, (last // _STEP_LINES - 1) * _STEP_LINES)
    # Steps are counted from the function's start, so that the same lines are left out for many keys.
    while first + _STEP_LINES <= last and offset - document.offset(first, 0) > room:
        first += _STEP_LINES
    return min(document.offset(first, 0), document.offset(last, 0))


def _after(document: Document, offset: int, room: int) -> str:
    line = document.position(offset)[0]
    last = min(line + _MOST_LINES_AFTER, document.line_count - 1)
    text = document.text[offset : document.line_span(last, last).end]
    if len(text) <= room:
        return text
    cut = text.rfind("\n", 0, max(room, 1))
    return text[: cut + 1] if cut >= 0 else text.partition("\n")[0]


@lru_cache(maxsize=32)
def _far(above: Document, room: int, tokens: int) -> str:
    """What stands before the near part. Remembered: it is the same for as long as one function is typed."""
    text = above.text
    if len(text) <= room:
        return text
    head = _imports(text, int(tokens * _IMPORTS_SHARE * _CHARACTERS))
    if tokens >= _OUTLINE_FROM_TOKENS:
        head += _outline(list_targets(above), int(tokens * _OUTLINE_SHARE * _CHARACTERS))
    left = max(0, room - len(head))
    line = above.line_count - 1
    first = line
    while first > 0 and len(text) - above.offset(first - 1, 0) <= left:
        first -= 1
    # In steps, so that an edit above moves the cut rarely.
    first = min(line, -(-first // _STEP_LINES) * _STEP_LINES) if first else 0
    return head + text[above.offset(first, 0) :]


def _imports(text: str, room: int) -> str:
    """The import statements at the top level, as far as there is room."""
    found, size, inside = [], 0, False
    for line in text.splitlines(keepends=True):
        if inside or _IMPORT.match(line):
            inside = (inside or "(" in line) and ")" not in line
            size += len(line)
            if size > room:
                break
            found.append(line)
    return "".join(found)


def _outline(targets: Sequence[Target], room: int) -> str:
    """The signatures of functions and methods, the nearest as far as there is room, in text order."""
    chosen: list[str] = []
    size = 0
    for target in reversed(targets):
        signature = _signature(target) + "\n"
        size += len(signature)
        if size > room:
            break
        chosen.append(signature)
    return "".join(reversed(chosen))


def _signature(target: Target) -> str:
    """The header without decorators and documentation: ``def push(self, item): ...``."""
    lines = [line for line in target.header.split("\n") if not line.lstrip().startswith("@")]
    text = " ".join(line.strip() for line in lines)
    end = re.search(r":\s*(?:[rRuU]?(?:\"\"\"|'''|\"|')|$|#)", text)
    return f"{target.indent}{text[: end.start()] if end else text.rstrip(':')}: ..."
