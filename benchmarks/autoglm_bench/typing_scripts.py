"""What is typed: functions of real files, key by key, with the times between the keys.

The gaps are drawn once a script, with a seed, so that all who are compared get the same keys at the same times.
Their distribution follows what is published of typing: gaps between keys are log-normal, with a median near 150 ms
for users of 50 words a minute (Dhakal et al., "Observations on Typing from 136 Million Keystrokes", CHI 2018);
programmers stop before lines and statements. The pauses (0.7 s before a line, 1.2 s before one that begins a block or
follows an empty line) are assumptions, the same for everybody who is compared.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice, zip_longest
from pathlib import Path

MODULES = ("textwrap", "heapq", "fnmatch", "statistics", "colorsys", "difflib", "shlex", "graphlib")
_SHORTEST, _LONGEST = 4, 25
_KEY_S, _SPREAD = 0.15, 0.45
_LINE_END_S, _LINE_S, _THOUGHT_S = 0.3, 0.7, 1.2


@dataclass(frozen=True, slots=True)
class Script:
    """A file with the body of one function missing, and the text that the user types there.

    ``gaps`` has the seconds before each character of ``body``; of an automatic indentation the first one counts.
    """

    name: str
    file: str
    before: str
    body: str
    after: str
    gaps: tuple[float, ...]


def read_files(names: Sequence[str]) -> dict[str, str]:
    """The sources of modules by name, or of files by path. Raises ImportError and OSError."""
    found = {}
    for name in names:
        if name.endswith(".py"):
            found[Path(name).name] = Path(name).read_text("utf-8")
        else:
            found[f"{name}.py"] = inspect.getsource(importlib.import_module(name))
    return found


def write_scripts(
    files: Mapping[str, str], functions: int, seed: int, *, from_header: bool = False
) -> tuple[Script, ...]:
    """Scripts for so many functions, spread over the files; the same for the same seed.

    Typing begins with the body, behind the docstring, or with the header where ``from_header``. Raises SyntaxError.
    """
    chance = random.Random(seed)
    by_file = []
    for file, text in files.items():
        found = [(file, text, name, span) for name, span in _spans(text, from_header)]
        chance.shuffle(found)
        by_file.append(found)
    chance.shuffle(by_file)
    # One of each file, then a second one of each.
    in_turn = (each for group in zip_longest(*by_file) for each in group if each is not None)
    return tuple(_script(file, text, name, span, chance) for file, text, name, span in islice(in_turn, functions))


def _spans(text: str, from_header: bool) -> list[tuple[str, tuple[int, int]]]:
    """Names and character spans of what is typed of the functions that are worth it."""
    starts = list(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))
    found = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        documented = ast.get_docstring(node, clean=False) is not None
        body = node.body[1:] if documented else node.body
        if not body:
            continue
        first, last = body[0].lineno, body[-1].end_lineno or body[-1].lineno
        if not _SHORTEST <= last - first + 1 <= _LONGEST:
            continue
        above = (node.body[0].end_lineno or first - 1) if documented else first - 1
        if from_header:
            above = node.lineno - 1
        # From the end of the line above to the end of the last statement's line.
        found.append((node.name, (max(0, starts[above] - 1), starts[last] - 1)))
    return found


def _script(file: str, text: str, name: str, span: tuple[int, int], chance: random.Random) -> Script:
    start, end = span
    body = text[start:end]
    return Script(name, file, text[:start], body, text[end:], tuple(_gaps(body, chance)))


def _gaps(body: str, chance: random.Random) -> list[float]:
    """The seconds before each character: the first ones of a line come after a pause."""
    gaps = []
    for index, character in enumerate(body):
        *above, line = body[:index].split("\n")
        base = _KEY_S
        if character == "\n":
            base = _LINE_END_S
        elif index and not line.strip() and character != " ":
            begins = len(above) < 2 or above[-1].rstrip().endswith(":") or not above[-1].strip()
            base = _THOUGHT_S if begins else _LINE_S
        gaps.append(base * chance.lognormvariate(0, _SPREAD))
    return gaps
