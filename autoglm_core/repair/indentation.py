"""Moves lines to the depth that they must have: blocks that lost their indentation, depths that fit nowhere.

Which statements belong into a block that has none is not in the text any more. Told by what they use: a
statement belongs to a loop while it uses what the loop's head or the statements before it in the block bind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from autoglm_core.analysis.margins import GOES_ON, level_of, margin_of, opens_block

_HEAD = re.compile(r"(async\s+)?(def|class|if|elif|else|for|while|try|except|finally|with|match|case)\b")
_DEFINITION = re.compile(r"@|(async\s+)?def\b|class\b")
_NAME = re.compile(r"(?<![\w.'\"])[^\W\d]\w*")
_BOUND = re.compile(r"for\s+(\S.*?)\sin\b|(\w[\w\s,.\[\]]*?)(?:[-+*/%|&]|//|\*\*)?=(?!=)")
_STRING = re.compile(r"""(['"])(?:\\.|(?!\1)[^\\])*\1""")  # linear: no character fits both halves
_NO_INDENT = re.compile(r"expected an indented block after .*? on line (\d+)")
_OUTSIDE = ("outside function", "outside async function", "outside loop", "not properly in loop")

_MOST_FALLEN = 2
"""Where more lines stand outside of a function, it ends there."""

Edit = tuple[float, str]
"""A text and what speaks against it: 0 is what was meant for certain, from 2 on it is a guess."""


def indentation_edits(text: str, stop: SyntaxError) -> Iterator[Edit]:
    """Texts with the lines around a syntax error moved, each with its cost."""
    lines = text.split("\n")
    place = min(max((stop.lineno or 1) - 1, 0), len(lines) - 1)
    message = stop.msg or ""
    if match := _NO_INDENT.search(message):
        yield from _indented(lines, int(match[1]) - 1)
    if isinstance(stop, IndentationError) or message.endswith(_OUTSIDE):
        function = _function_above(lines, place)
        if function is not None:
            # What returns is in a function, and so is what stands between its head and that line.
            inside = place if message.endswith(_OUTSIDE) else function
            yield 0.6, "\n".join(_levelled(lines, function, inside))
    if isinstance(stop, IndentationError):
        yield from _raised(lines, place)
    if not lines[place].strip():
        return
    end = _run_end(lines, place)
    for number, depth in enumerate(_depths(lines, place)):
        if end > place + 1:
            yield 0.7 + number / 10, "\n".join(_moved(lines, place, end, depth - margin_of(lines[place])))
        yield 0.8 + number / 10, "\n".join(_moved(lines, place, place + 1, depth - margin_of(lines[place])))


def _indented(lines: list[str], head: int) -> Iterator[Edit]:
    """The block behind a head that has none: all that follows, or the statements that belong to it."""
    start = next((n for n in range(head + 1, len(lines)) if lines[n].strip()), None)
    if start is None or not 0 <= head < len(lines):
        return
    own, outer = margin_of(lines[start]), margin_of(lines[head])
    if own > outer:
        return
    shift = outer + level_of(lines) - own
    end = _run_end(lines, start)
    word = lines[head].split(maxsplit=1)[0].rstrip(":")
    defines = word in ("def", "class", "async")
    if word in ("def", "async"):
        end = next((n for n in range(start + 1, end) if margin_of(lines[n]) <= outer and _defines(lines[n])), end)
    statements = [start, *(n for n in range(start + 1, end) if _starts(lines, n, own)), end]
    yield (0.2 if defines else 0.6), "\n".join(_moved(lines, start, end, shift))
    if defines:
        return
    linked = _linked(lines, head, statements)
    yield 0.4, "\n".join(_moved(lines, start, linked, shift))
    yield 0.7, "\n".join(_moved(lines, start, statements[1], shift))


def _linked(lines: list[str], head: int, statements: Sequence[int]) -> int:
    """Where the statements end that use what the head, or one of them before, binds or asks for."""
    known = set(_NAME.findall(lines[head].split("#")[0]))
    if match := _BOUND.match(lines[head].strip()):
        known = set(_NAME.findall(match[1] or match[2]))
    for number in range(len(statements) - 1):
        body = "\n".join(lines[statements[number] : statements[number + 1]])
        if number and (not known & set(_NAME.findall(body)) or body.lstrip().startswith("return")):
            return statements[number]
        for line in body.split("\n"):
            if match := _BOUND.match(line.strip()):
                known |= set(_NAME.findall(match[1] or match[2]))
    return statements[-1]


def _raised(lines: list[str], place: int) -> Iterator[Edit]:
    """One line that fell out of its function, back at the depth of the function's body: what follows goes on there."""
    function = _function_above(lines, place)
    body = next((n for n in range((function or 0) + 1, place) if lines[n].strip()), None)
    if function is None or body is None:
        return
    depth, quoted, fallen = margin_of(lines[body]), False, []
    for number in range(body, place):
        line = lines[number]
        inside, quoted = quoted, quoted ^ bool((line.count('"""') + line.count("'''")) % 2)
        if line.strip() and not inside and margin_of(line) < depth and not _defines(line):
            fallen.append(number)
    if len(fallen) > _MOST_FALLEN or margin_of(lines[place]) < depth:
        return
    for number in fallen:
        line = _at(lines[number], depth, level_of(lines) == 1)
        yield 0.5, "\n".join([*lines[:number], line, *lines[number + 1 :]])


def _levelled(lines: list[str], head: int, inside: int) -> list[str]:
    """The function at a line, each statement of it at a whole level; all is in it up to the line ``inside``."""
    unit, outer = level_of(lines), margin_of(lines[head])
    levels = [(outer, outer)]  # the depth that a level has in the text, and the one that it gets
    made, opened, open_brackets, shift = lines[: head + 1], True, _open(lines[head]), 0
    number = head + 1
    for number in range(head + 1, len(lines)):
        line = lines[number]
        own = margin_of(line)
        if not line.strip():
            made.append(line)
            continue
        if open_brackets > 0:  # the middle of a statement moves with its beginning
            made.append(_at(line, max(0, own + shift), unit == 1))
            open_brackets += _open(line)
            opened = open_brackets <= 0 and opens_block(line)
            continue
        if len(levels) > 1 and (
            own < outer or (own == outer and not _belongs(line) and (number > inside or _defines(line)))
        ):
            break
        if opened:
            levels.append((own, levels[-1][1] + unit))
        else:
            while len(levels) > 2 and own < levels[-1][0]:
                below = levels[-2][0]
                if own > below and own - below > levels[-1][0] - own:
                    break
                levels.pop()
            levels[-1] = (own, levels[-1][1])
        shift = levels[-1][1] - own
        made.append(_at(line, own + shift, unit == 1))
        open_brackets = _open(line)
        opened = open_brackets <= 0 and bool(_HEAD.match(line.strip())) and opens_block(line)
    else:
        number += 1
    return [*made, *lines[number:]]


def _belongs(line: str) -> bool:
    """Whether a line at a function's own depth must be meant to stand in it."""
    return bool(re.match(r"\s*(return|yield|break|continue)\b", line))


def _function_above(lines: list[str], place: int) -> int | None:
    found = (n for n in range(place, -1, -1) if re.match(r"\s*(async\s+)?def\b", lines[n]))
    return next(found, None)


def _starts(lines: list[str], number: int, depth: int) -> bool:
    line = lines[number]
    return bool(line.strip()) and margin_of(line) == depth and not GOES_ON.match(line.strip())


def _defines(line: str) -> bool:
    return bool(_DEFINITION.match(line.strip()))


def _run_end(lines: list[str], place: int) -> int:
    """Behind the last line that is no less deep than the one at the place: what was pasted or typed with it."""
    own, end = margin_of(lines[place]), place + 1
    for number in range(place + 1, len(lines)):
        if lines[number].strip() and margin_of(lines[number]) < own:
            break
        end = number + 1 if lines[number].strip() else end
    return end


def _moved(lines: list[str], start: int, end: int, columns: int) -> list[str]:
    tabs = level_of(lines) == 1
    return [
        *lines[:start],
        *(_at(line, max(0, margin_of(line) + columns), tabs) if line.strip() else line for line in lines[start:end]),
        *lines[end:],
    ]


def _depths(lines: list[str], place: int) -> list[int]:
    """Depths that a line may have: those of the lines above it, and one level more."""
    above = [margin_of(line) for line in lines[:place] if line.strip()]
    if not above:
        return []
    own = margin_of(lines[place])
    return [d for d in dict.fromkeys([above[-1], above[-1] + level_of(lines), *reversed(above[-8:])]) if d != own]


def _at(line: str, depth: int, tabs: bool) -> str:
    return ("\t" if tabs else " ") * depth + line.lstrip(" \t")


def bare_line(line: str) -> str:
    """A line without its strings and its comment."""
    return _STRING.sub("", line).partition("#")[0]


def _open(line: str) -> int:
    """How many brackets a line leaves open; less than none where it closes those of lines before."""
    bare = bare_line(line)
    return sum(bare.count(c) for c in "([{") - sum(bare.count(c) for c in ")]}")
