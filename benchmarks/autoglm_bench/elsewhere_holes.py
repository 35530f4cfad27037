"""Holes in a project's own lines: ends of lines that use what the project defines in another file."""

from __future__ import annotations

import ast
import io
import random
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from autoglm_core.errors import SettingsError

_LONGEST_LINE, _SHORTEST_END = 110, 6
_SKIPPED = frozenset(["tests", "test", "node_modules", "site-packages", "build", "dist"])


@dataclass(frozen=True, slots=True)
class LineHole:
    """A file of a project with the end of one line missing: ``before``, the cursor, ``truth``, ``after``."""

    file: Path
    line: int
    before: str
    truth: str
    after: str

    @property
    def id(self) -> str:
        """The file and the line, from one."""
        return f"{self.file.as_posix()}:{self.line}"


def find_holes(folder: Path, count: int, seed: int) -> tuple[LineHole, ...]:
    """So many holes, spread over the project's files; the same ones for the same seed.

    Raises SettingsError where the folder has none.
    """
    chance = random.Random(seed)
    files = [path for path in sorted(folder.rglob("*.py")) if not _skipped(path.relative_to(folder))]
    own = {path.relative_to(folder).parts[0].removesuffix(".py") for path in files}
    by_file = []
    for path in files:
        found = list(_holes(path.relative_to(folder), path.read_text("utf-8", "replace"), own, chance))
        chance.shuffle(found)
        by_file.append(found)
    chance.shuffle(by_file)
    holes = [hole for group in zip_longest(*by_file) for hole in group if hole is not None][:count]
    if not holes:
        raise SettingsError(f"{folder} has no lines that use what stands in another file of it.")
    return tuple(holes)


def _skipped(path: Path) -> bool:
    return any(part in _SKIPPED or part.startswith(".") for part in path.parts)


def _holes(file: Path, text: str, own: set[str], chance: random.Random) -> Iterator[LineHole]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    names = _names_from_elsewhere(tree, own)
    lines = text.splitlines(keepends=True)
    for number in sorted(_lines_that_use(tree, names)):
        line = lines[number - 1]
        end = len(line.rstrip("\r\n"))
        starts = [start for start in _token_starts(line)[1:] if end - start >= _SHORTEST_END]
        if starts and end <= _LONGEST_LINE:
            cut = chance.choice(starts)
            before = "".join(lines[: number - 1]) + line[:cut]
            yield LineHole(file, number, before, line[cut:end], line[end:] + "".join(lines[number:]))


def _names_from_elsewhere(tree: ast.Module, own: set[str]) -> set[str]:
    """The names that imports of the project's own modules bind."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").split(".")[0] in own):
            found |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.asname or a.name.split(".")[0] for a in node.names if a.name.split(".")[0] in own}
    return found


def _lines_that_use(tree: ast.Module, names: set[str]) -> set[int]:
    """Statements of one line in functions, that use one of these names, or something of a type among them."""
    found = set()
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        arguments = function.args
        everyone = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        typed = {each.arg for each in everyone if each.annotation and names & _identifiers(each.annotation)}
        for node in ast.walk(function):
            if not isinstance(node, ast.stmt) or hasattr(node, "body") or node.lineno != node.end_lineno:
                continue
            if (names | typed) & _identifiers(node):
                found.add(node.lineno)
    return found


def _identifiers(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _token_starts(line: str) -> list[int]:
    """Columns where a token begins, but for white space and what ends the line."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(line.strip() + "\n").readline))
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return []
    indent = len(line) - len(line.lstrip())
    kinds = (tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING)
    return [indent + token.start[1] for token in tokens if token.type in kinds]
