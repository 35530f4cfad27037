"""Brackets, strings and comments of a text, without a grammar: cheap enough for every piece of a stream."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from autoglm_core.types import Document

_CLOSERS = {"(": ")", "[": "]", "{": "}"}
LINE_COMMENT = "\n"
"""What ends a line comment: ``State.inside`` of a text that ends in one."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """The lexical rules of a family of languages.

    ``strings`` end with their line, ``long_strings`` with their delimiter; ``comments`` run to the line's end;
    ``indented`` languages show blocks by indentation; ``statement`` matches the start of a line that cannot
    stand inside brackets: there an unclosed bracket above is given up.
    """

    comments: tuple[str, ...] = ("//",)
    block_comment: tuple[str, str] | None = ("/*", "*/")
    strings: tuple[str, ...] = ('"',)
    long_strings: tuple[str, ...] = ()
    brackets: str = "()[]{}"
    character: bool = True
    indented: bool = False
    statement: str = ""


_C = Dialect()
_DIALECTS = {
    "python": Dialect(
        comments=("#",), block_comment=None, strings=('"', "'"), long_strings=('"""', "'''"), character=False,
        indented=True,
        statement=r"^[ \t]*(?:async[ \t]+)?(?:def|class|return|import|while|with|raise|try|del|pass)\b",
    ),
    "javascript": Dialect(strings=('"', "'"), long_strings=("`",), character=False),
    "go": Dialect(long_strings=("`",)),
    "php": Dialect(comments=("//", "#"), strings=(), long_strings=('"', "'"), character=False),
    "ruby": Dialect(comments=("#",), block_comment=None, strings=('"', "'"), character=False),
    "lua": Dialect(comments=("--",), block_comment=("--[[", "]]"), strings=('"', "'"), character=False),
    # A closing parenthesis ends a pattern of `case` in a shell: parentheses do not pair there.
    "shellscript": Dialect(comments=("#",), block_comment=None, strings=(), long_strings=('"', "'"), brackets="{}",
                           character=False),
    "sql": Dialect(comments=("--",), strings=("'", '"'), character=False),
    "css": Dialect(comments=(), strings=('"', "'"), character=False),
    "json": Dialect(character=False),
    # A plain scalar may hold an apostrophe, and text between tags anything: no strings there.
    "yaml": Dialect(comments=(), block_comment=None, strings=(), character=False, indented=True),
    "toml": Dialect(comments=("#",), block_comment=None, strings=('"', "'"), long_strings=('"""', "'''"),
                    character=False),
    "html": Dialect(comments=(), block_comment=("<!--", "-->"), strings=(), brackets="", character=False),
}  # fmt: skip
_SAME = {
    "typescript": "javascript", "typescriptreact": "javascript", "javascriptreact": "javascript", "dart": "javascript",
    "sh": "shellscript", "makefile": "shellscript", "dockerfile": "shellscript", "r": "ruby", "xml": "html",
    "scss": "css", "jsonc": "json",
}  # fmt: skip


def dialect_of(language: str) -> Dialect:
    """The lexical rules of a language; those of C for one that is not known."""
    return _DIALECTS.get(_SAME.get(language, language), _C)


@dataclass(frozen=True, slots=True)
class State:
    """What is open at a place: brackets, outermost first, and what would end the string or comment around it."""

    brackets: tuple[str, ...] = ()
    inside: str = ""


@dataclass(frozen=True, slots=True)
class Scan:
    """What a text does to what was open before it.

    ``closings`` are the offsets of what closes something that was open before the text, or nothing at all.
    ``opened`` are the offsets of the brackets that the text leaves open. ``faults`` counts closers that close
    nothing or the wrong bracket, strings that their line ended, and brackets given up. ``kept`` is how many
    of the brackets that were open before nothing closed.
    """

    state: State
    closings: tuple[int, ...]
    opened: tuple[int, ...]
    faults: int
    kept: int


@lru_cache(maxsize=64)
def _tokens(dialect: Dialect) -> re.Pattern[str]:
    """One pattern for all that matters in code, the longest delimiters first."""
    parts = []
    if dialect.block_comment:
        parts.append(f"(?P<block>{re.escape(dialect.block_comment[0])})")
    if dialect.comments:
        parts.append(f"(?P<comment>{'|'.join(map(re.escape, dialect.comments))})")
    if dialect.character:
        parts.append(r"(?P<character>'(?:\\[^\n]{1,8}?|[^\\'\n])')")
    quotes = sorted({*dialect.strings, *dialect.long_strings}, key=len, reverse=True)
    if quotes:
        parts.append(f"(?P<string>{'|'.join(map(re.escape, quotes))})")
    if dialect.brackets:
        parts.append(f"(?P<open>[{re.escape(dialect.brackets[::2])}])|(?P<close>[{re.escape(dialect.brackets[1::2])}])")
    return re.compile("|".join(parts) or r"(?!)")


@lru_cache(maxsize=64)
def _statement(dialect: Dialect) -> re.Pattern[str] | None:
    # Apart from the tokens, whose pattern is fast for its few first characters.
    return re.compile(dialect.statement, re.MULTILINE) if dialect.statement else None


@lru_cache(maxsize=64)
def _line_string(quote: str) -> re.Pattern[str]:
    """The rest of a one-line string, without its end; a backslash at the line's end goes on."""
    each = rf"[^\\\n{re.escape(quote)}]*"
    return re.compile(rf"{each}(?:\\(?:.|\n){each})*\\?")


def scan(text: str, dialect: Dialect, start: State = State()) -> Scan:
    """Read a text that begins in a state, up to its end."""
    stack = [(bracket, -1) for bracket in start.brackets]
    inside, at, faults, kept = start.inside, 0, 0, len(stack)
    from_before, given_up = bool(inside), False
    closings: list[int] = []
    tokens, statement = _tokens(dialect), _statement(dialect)
    while at <= len(text):
        if inside:
            end, ended = _end_of(text, at, inside, dialect)
            if end is None:
                break
            if from_before and ended and inside != LINE_COMMENT:
                closings.append(end - len(inside))
            faults += not ended
            inside, at, from_before = "", end, False
            continue
        match = tokens.search(text, at)
        if stack and statement is not None and statement.search(text, at, match.start() if match else len(text)):
            faults += len(stack)
            stack.clear()
            given_up = True
        if match is None:
            break
        at, token = match.end(), match.group()
        kind = match.lastgroup
        if kind == "open":
            stack.append((token, match.start()))
        elif kind == "close":
            if len(stack) <= (0 if given_up else kept):
                closings.append(match.start())
            if stack and _CLOSERS[stack[-1][0]] == token:
                stack.pop()
                kept = kept if given_up else min(kept, len(stack))
            else:
                faults += 1
        elif kind == "string":
            inside = token
        elif kind == "comment":
            inside = LINE_COMMENT
        elif kind == "block" and dialect.block_comment:
            inside = dialect.block_comment[1]
    opened = tuple(place for _, place in stack if place >= 0)
    return Scan(State(tuple(bracket for bracket, _ in stack), inside), tuple(closings), opened, faults, kept)


def _end_of(text: str, at: int, inside: str, dialect: Dialect) -> tuple[int | None, bool]:
    """Where a string or comment ends (behind it), and whether by its own delimiter; None: not in this text."""
    if inside in dialect.strings and inside not in dialect.long_strings:
        match = _line_string(inside).match(text, at)
        end = match.end() if match else at
        if end >= len(text):
            return None, False
        return (end + 1, True) if text[end] == inside else (end, False)
    while True:
        found = text.find(inside, at)
        if found < 0:
            return None, False
        back = found
        while back > at and text[back - 1] == "\\" and inside in dialect.long_strings:
            back -= 1
        if (found - back) % 2 == 0:
            return found + len(inside), True
        at = found + 1


def scan_line(document: Document, offset: int, language: str) -> Scan:
    """Read the line of an offset up to there: what was open before it is what the lines above leave open."""
    start = document.offset(document.position(offset)[0], 0)
    return scan(document.text[start:offset], dialect_of(language), _state_after(document.text[:start], language))


# The lines above stay the same while a line is typed, and all steps ask about one cursor.
@lru_cache(maxsize=8)
def _state_after(text: str, language: str) -> State:
    return scan(text.replace("\r\n", "\n"), dialect_of(language)).state
