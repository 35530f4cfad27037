"""Plants one bug of syntax or of a name in a right program, as people make them: bugs that no rule was written for.

The kinds are those of DebugBench (Tian et al. 2024) that a model need not make up, and slips of the keyboard.
"""

from __future__ import annotations

import ast
import builtins
import io
import keyword
import random
import re
import tokenize
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from autoglm_core.analysis.trees import parse_tree

SYNTAX, NAME = "syntax", "name"

_LONG_ENOUGH = 3
"""A slip in a shorter name leaves nothing to know it by."""
_BLOCKS = frozenset({"if", "for", "while", "with", "elif", "else", "try"})
_OTHER_LANGUAGES = {"and": "&&", "or": "||", "elif": "else if", "not": "!"}
_OTHER_NAMES = {
    "True": "true",
    "False": "false",
    "None": "null",
    "self": "this",
    "min": "Math.min",
    "max": "Math.max",
    "abs": "Math.abs",
}
_CONSTANTS = ("True", "False", "None")
_CONDITIONS = frozenset({"if", "elif", "while", "return"})


@dataclass(frozen=True, slots=True)
class Planted:
    """A program with a bug; ``group`` is SYNTAX or NAME, ``kind`` what was done."""

    text: str
    group: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Token:
    type: int
    text: str
    start: int
    end: int
    line: int
    first: bool


_Edit = tuple[int, int, str]


class _Program:
    """The text, its tokens from ``begin`` on, and its names."""

    def __init__(self, text: str, begin: int, known: frozenset[str]) -> None:
        self.text = text
        self.tree = parse_tree(text)
        self.lines = text.splitlines(keepends=True)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))
        self.known = known
        self.tokens = [token for token in self._read() if token.start >= begin]
        used = [node for node in ast.walk(self.tree) if isinstance(node, ast.Name)]
        self.loads = [n for n in used if isinstance(n.ctx, ast.Load) and self.place(n) >= begin]
        self.stores = [n for n in used if isinstance(n.ctx, ast.Store) and self.place(n) >= begin]
        self.arguments = {node.arg for node in ast.walk(self.tree) if isinstance(node, ast.arg)}
        self.bound = self.arguments | {node.id for node in self.stores}
        self.begin = begin

    def place(self, node: ast.Name) -> int:
        line = self.lines[node.lineno - 1]
        return self.starts[node.lineno - 1] + len(line.encode()[: node.col_offset].decode())

    def is_new(self, name: str) -> bool:
        """Whether nothing is called so."""
        if name in self.known or hasattr(builtins, name) or keyword.iskeyword(name) or not name.isidentifier():
            return False
        return not re.search(rf"\b{re.escape(name)}\b", self.text)

    def _read(self) -> Iterator[_Token]:
        first = True
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            start, end = (self.starts[row - 1] + column for row, column in (token.start, token.end))
            if token.type in (tokenize.INDENT, tokenize.DEDENT, tokenize.NL, tokenize.COMMENT):
                continue
            yield _Token(token.type, token.string, start, end, token.start[0] - 1, first)
            first = token.type == tokenize.NEWLINE


def plant(text: str, begin: int, known: frozenset[str], chance: random.Random) -> Planted | None:
    """A copy of a program with a bug behind ``begin``, drawn by ``chance``; None where none can be planted.

    ``known`` are the names that the program finds without binding them. A bug of syntax keeps the program from being
    compiled; one of a name leaves a use of a name that nothing binds.
    """
    program = _Program(text, begin, known)
    kinds = [(SYNTAX, each) for each in _SYNTAX] + [(NAME, each) for each in _NAMES]
    group = chance.choice((SYNTAX, NAME))
    chance.shuffle(kinds)
    for kind in sorted(kinds, key=lambda kind: kind[0] != group):
        make = (_SYNTAX if kind[0] == SYNTAX else _NAMES)[kind[1]]
        edits = list(dict.fromkeys(make(program, chance)))
        chance.shuffle(edits)
        for start, end, new in edits:
            made = text[:start] + new + text[end:]
            if _compiles(made) == (kind[0] == NAME):
                return Planted(made, *kind)
    return None


def _compiles(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<planted>", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def _bracket(program: _Program, _: random.Random) -> Iterator[_Edit]:
    yield from ((t.start, t.end, "") for t in program.tokens if t.text in "()[]{}" and t.text)


def _colon(program: _Program, _: random.Random) -> Iterator[_Edit]:
    for token, following in zip(program.tokens, program.tokens[1:], strict=False):
        if token.text == ":" and following.type == tokenize.NEWLINE:
            yield token.start, token.end, ""


def _assignment(program: _Program, _: random.Random) -> Iterator[_Edit]:
    heads = {token.line for token in program.tokens if token.first and token.text in _CONDITIONS}
    yield from ((t.start, t.end, "=") for t in program.tokens if t.text == "==" and t.line in heads)


def _quote(program: _Program, _: random.Random) -> Iterator[_Edit]:
    for token in program.tokens:
        if token.type == tokenize.STRING and '"""' not in token.text and "'''" not in token.text:
            yield token.end - 1, token.end, ""
            yield token.start, token.start + 1, ""


def _comma(program: _Program, _: random.Random) -> Iterator[_Edit]:
    yield from ((t.start, t.end, "") for t in program.tokens if t.text == ",")


def _block(program: _Program, _: random.Random) -> Iterator[_Edit]:
    """The line that opens a block is lost."""
    for token in program.tokens:
        if token.first and token.text in _BLOCKS and program.lines[token.line].rstrip().endswith(":"):
            yield program.starts[token.line], program.starts[token.line + 1], ""


def _indentation(program: _Program, chance: random.Random) -> Iterator[_Edit]:
    for token in program.tokens:
        margin = token.start - program.starts[token.line]
        if token.first and margin:
            by = chance.choice((1, 2, 4, -1, -2, -4))
            yield program.starts[token.line], token.start, " " * max(0, margin + by)


def _keyword(program: _Program, chance: random.Random) -> Iterator[_Edit]:
    for token in program.tokens:
        if keyword.iskeyword(token.text) and len(token.text) >= _LONG_ENOUGH:
            yield token.start, token.end, _slip(token.text, chance)


def _other_language(program: _Program, _: random.Random) -> Iterator[_Edit]:
    for token, following in zip(program.tokens, program.tokens[1:], strict=False):
        if token.text in _OTHER_LANGUAGES:
            gap = following.start if token.text == "not" else token.end
            yield token.start, gap, _OTHER_LANGUAGES[token.text]
        if token.text in ("+=", "-=") and following.text == "1":
            yield token.start, following.end, 2 * token.text[0]
        if following.type == tokenize.NEWLINE and token.text == ":":
            yield token.start, token.end, " {"


def _use(program: _Program, chance: random.Random) -> Iterator[_Edit]:
    """A use of a name of the program, misspelt."""
    for node in program.loads:
        name = node.id
        if name in program.bound and len(name) >= _LONG_ENOUGH:
            yield from _misspelt(program, node, _slip(name, chance))


def _binding(program: _Program, chance: random.Random) -> Iterator[_Edit]:
    """The one place where a name gets its value, misspelt."""
    for node in program.stores:
        if len(node.id) >= _LONG_ENOUGH and _is_only_binding(program, node.id):
            yield from _misspelt(program, node, _slip(node.id, chance))


def _case(program: _Program, _: random.Random) -> Iterator[_Edit]:
    """``max_len`` for ``maxLen``, and the other way round."""
    for node in program.loads:
        if node.id in program.bound:
            other = re.sub(r"(?<=[a-z])([A-Z])", lambda found: f"_{found[1].lower()}", node.id)
            if other == node.id:
                other = re.sub(r"(?<=[a-z])_([a-z])", lambda found: found[1].upper(), node.id)
            yield from _misspelt(program, node, other)


def _builtin(program: _Program, chance: random.Random) -> Iterator[_Edit]:
    for node in program.loads:
        if hasattr(builtins, node.id) and node.id not in program.bound and len(node.id) >= _LONG_ENOUGH:
            yield from _misspelt(program, node, _slip(node.id, chance))


def _line(program: _Program, _: random.Random) -> Iterator[_Edit]:
    """The line is lost that gives a name its one value."""
    for node in program.stores:
        line = program.lines[node.lineno - 1]
        alone = line.strip().startswith(node.id) and _is_only_binding(program, node.id) and _parses(line.strip())
        if alone and any(node.id == other.id for other in program.loads):
            yield program.starts[node.lineno - 1], program.starts[node.lineno], ""


def _self(program: _Program, _: random.Random) -> Iterator[_Edit]:
    """``helper(…)`` for ``self.helper(…)``."""
    three = zip(program.tokens, program.tokens[1:], program.tokens[2:], strict=False)
    for token, dot, name in three:
        method = token.text == "self" and dot.text == "." and f"def {name.text}" in program.text
        if method and name.text not in program.known | program.bound and not hasattr(builtins, name.text):
            yield token.start, dot.end, ""


def _other_name(program: _Program, _: random.Random) -> Iterator[_Edit]:
    read = {program.place(node) for node in program.loads}
    for token in program.tokens:
        new = _OTHER_NAMES.get(token.text, "") if token.start in read or token.text in _CONSTANTS else ""
        if new and program.is_new(new.partition(".")[0]) and token.text not in program.bound - {"self"}:
            yield token.start, token.end, new


def _import(program: _Program, _: random.Random) -> Iterator[_Edit]:
    """The line is lost that imports what is used."""
    used = {node.id for node in program.loads}
    for node in program.tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)) and node.lineno == node.end_lineno:
            names = {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
            if names & used - program.known:
                yield program.starts[node.lineno - 1], program.starts[node.lineno], ""


def _parses(line: str) -> bool:
    try:
        parse_tree(line)
    except (SyntaxError, ValueError):
        return False
    return True


def _misspelt(program: _Program, node: ast.Name, new: str) -> Iterator[_Edit]:
    if program.is_new(new):
        start = program.place(node)
        yield start, start + len(node.id), new


def _is_only_binding(program: _Program, name: str) -> bool:
    defined = re.search(rf"\b(?:def|class|import|as|global|nonlocal)\s+{re.escape(name)}\b", program.text)
    once = sum(node.id == name for node in program.stores) == 1
    return once and not defined and name not in program.arguments | program.known and not hasattr(builtins, name)


def _slip(name: str, chance: random.Random) -> str:
    """A character dropped, doubled, swapped with the next or replaced by its neighbour on the keyboard."""
    at = chance.randrange(len(name))
    kind = chance.randrange(4)
    if kind == 0:
        return name[:at] + name[at + 1 :]
    if kind == 1:
        return name[: at + 1] + name[at:]
    if kind == 2 and at + 1 < len(name):
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm"):
        if name[at] in row[:-1]:
            return name[:at] + row[row.index(name[at]) + 1] + name[at + 1 :]
    return name[:at] + name[at + 1 :]


_Maker = Callable[[_Program, random.Random], Iterator[_Edit]]
_SYNTAX: dict[str, _Maker] = {
    "bracket lost": _bracket,
    "colon lost": _colon,
    "= for ==": _assignment,
    "quote lost": _quote,
    "comma lost": _comma,
    "opening line lost": _block,
    "indentation": _indentation,
    "keyword misspelt": _keyword,
    "another language": _other_language,
}
_NAMES: dict[str, _Maker] = {
    "use misspelt": _use,
    "binding misspelt": _binding,
    "other case": _case,
    "built-in misspelt": _builtin,
    "line lost": _line,
    "self lost": _self,
    "name of another language": _other_name,
    "import lost": _import,
}
