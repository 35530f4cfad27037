"""Mends the usual slips of syntax, a line at a time: colons, brackets, quotes, words of other languages.

Each step tries small edits at the place where Python stops reading, and keeps the one that lets it read
furthest (the search of Seq2Parse and of compilers' error recovery, without their grammars). A line that
stays unreadable is left to a model.
"""

from __future__ import annotations

import ast
import difflib
import keyword
import re
from collections.abc import Iterator

_STEPS = 8
_BLOCKS = ("def", "class", "if", "elif", "else", "for", "while", "try", "except", "finally", "with", "async")
_CLOSERS = {"(": ")", "[": "]", "{": "}"}
_ASSIGNED = re.compile(r"(?<![=!<>:+\-*/%&|^])=(?!=)")
_SWAPS = (
    (re.compile(r"\belse\s+if\b"), "elif"),
    (re.compile(r"\s*&&\s*"), " and "),
    (re.compile(r"\s*\|\|\s*"), " or "),
    (re.compile(r"!(?=[\w(])"), "not "),
    (re.compile(r"\+\+"), " += 1"),
    (re.compile(r"--"), " -= 1"),
    (re.compile(r"\bthis\."), "self."),
    (re.compile(r"\b(?:let|var|const|int|auto)\s+(?=\w+\s*=)"), ""),
    (re.compile(r"\bnew\s+(?=\w)"), ""),
    (re.compile(r";\s*$"), ""),
    (re.compile(r"\s*\{\s*$"), ":"),
)
_COMMENT = re.compile(r"^(\s*)(?://|/\*+|\*+/|\*(?=\s))\s?(.*?)(?:\*/)?\s*$")
_TRAILING_COMMENT = re.compile(r"\s+(?://|/\*).*$")


def mend_syntax(text: str) -> str | None:
    """The text with a few lines mended so that it parses; None where that is not found, or nothing is wrong."""
    stop = _stop(text)
    if stop is None:
        return None
    for _ in range(_STEPS):
        best = max(
            _edits(text, stop),
            key=_reach,
            default=None,
        )
        if best is None or _reach(best) <= _reach(text):
            return None
        text, stop = best, _stop(best)
        if stop is None:
            return text
    return None


def _stop(text: str) -> SyntaxError | None:
    """Where Python stops reading; None if it does not."""
    try:
        ast.parse(text)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError):
        return None
    return None


def _reach(text: str) -> int:
    """How far Python reads, in lines; a text that parses is read to its end and beyond."""
    stop = _stop(text)
    return (stop.lineno or 0) if stop else text.count("\n") + 2


def _edits(text: str, stop: SyntaxError) -> Iterator[str]:
    lines = text.split("\n")
    place = min(max((stop.lineno or 1) - 1, 0), len(lines) - 1)
    # A bracket or a quote that is left open is noticed below, sometimes only at the end.
    above = [number for number in range(place, max(-1, place - 4), -1) if lines[number].strip()]
    opened = _opened(stop)
    for number in dict.fromkeys([*above[:3], *([opened] if opened is not None and opened < len(lines) else [])]):
        for line in dict.fromkeys(_line_edits(lines[number])):
            if line != lines[number]:
                yield "\n".join([*lines[:number], line, *lines[number + 1 :]])
    for depth in _indents(lines, place):
        body = lines[place].lstrip()
        yield "\n".join([*lines[:place], " " * depth + body, *lines[place + 1 :]])


def _opened(stop: SyntaxError) -> int | None:
    """The line that a message names as the beginning of what is wrong."""
    match = re.search(r"on line (\d+)|at line (\d+)", stop.msg or "")
    return int(match[1] or match[2]) - 1 if match else None


def _line_edits(line: str) -> Iterator[str]:
    stripped = line.strip()
    first = re.match(r"\w*", stripped)
    word = first.group() if first else ""
    for pattern, new in _SWAPS:
        if pattern.search(line):
            yield pattern.sub(new, line)
    if match := _COMMENT.match(line):
        yield f"{match[1]}# {match[2]}".rstrip()
    if _TRAILING_COMMENT.search(line):
        yield _TRAILING_COMMENT.sub("", line)
    if word in _BLOCKS:
        bare = line.rstrip().rstrip(":")
        yield f"{bare}:"
        yield f"{bare}{_missing(bare)}:"
        if word in ("if", "elif", "while"):
            compared = _ASSIGNED.sub("==", bare)
            yield f"{compared}:"
            yield f"{compared}{_missing(compared)}:"
    if _missing(line):
        yield line.rstrip() + _missing(line)
    yield from _quotes(line)
    yield _ASSIGNED.sub("==", line, count=1)
    for match in re.finditer(r"[)\]}]", line):
        yield line[: match.start()] + line[match.end() :]
    near = (
        difflib.get_close_matches(word, keyword.kwlist, n=1, cutoff=0.7) if word and not keyword.iskeyword(word) else []
    )
    for other in near:
        yield line.replace(word, other, 1)


def _missing(line: str) -> str:
    """The brackets that a line leaves open, closed."""
    left: list[str] = []
    for character in re.sub(r"""(['"])(?:\\.|(?!\1).)*\1""", "", line).partition("#")[0]:
        if character in _CLOSERS:
            left.append(_CLOSERS[character])
        elif left and character == left[-1]:
            left.pop()
    return "".join(reversed(left))


def _quotes(line: str) -> Iterator[str]:
    """One more quote, or one of the other kind, where a string may have lost its end."""
    for quote, other in (("'", '"'), ('"', "'")):
        if line.count(quote) % 2 and not line.count(quote * 3):
            if other in line:
                place = line.rfind(other)
                yield line[:place] + quote + line[place + 1 :]
                place = line.rfind(quote)
                yield line[:place] + other + line[place + 1 :]
            for match in re.finditer(r"(?=[)\]},:])|$", line):
                yield line[: match.start()] + quote + line[match.start() :]
            for match in re.finditer(quote, line):
                yield line[: match.start()] + line[match.end() :]


def _indents(lines: list[str], place: int) -> list[int]:
    """Depths that a line may have: those of the lines above it, and one level more."""
    above = [len(line) - len(line.lstrip()) for line in lines[:place] if line.strip()]
    if not above or not lines[place].strip():
        return []
    own = len(lines[place]) - len(lines[place].lstrip())
    return [depth for depth in dict.fromkeys([above[-1], above[-1] + 4, *reversed(above[-8:])]) if depth != own]
