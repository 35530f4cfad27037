"""What a function of a document calls there, by names alone."""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from autoglm_core.analysis.trees import parse_tree
from autoglm_core.types import Document, Target

_RECEIVERS = ("self", "cls")


def called_functions(document: Document, target: Target, functions: Iterable[Target]) -> tuple[Target, ...]:
    """Those of the document's ``functions`` that ``target`` calls, and that these call, nearest first; not itself.

    ``self.f()`` is a method of the same class, ``f()`` a function at the top. None where the text does not parse.
    """
    try:
        tree = parse_tree(document.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    calls = sorted((n for n in ast.walk(tree) if isinstance(n, ast.Call)), key=lambda n: (n.lineno, n.col_offset))
    lines = [call.lineno for call in calls]
    known = {each.name: each for each in functions}  # of the same name, the last one is called
    found: dict[str, Target] = {}
    left = [target]
    while left:
        caller = left.pop(0)
        first, last = document.position(caller.span.start)[0] + 1, document.position(caller.span.end)[0] + 1
        within = calls[bisect_left(lines, first) : bisect_right(lines, last)]
        for name in _names(within, caller.name.rpartition(".")[0]):
            if name in known and name not in found and name != target.name:
                found[name] = known[name]
                left.append(known[name])
    return tuple(found.values())


def _names(calls: Iterable[ast.Call], owner: str) -> Iterator[str]:
    """The qualified names that calls in a method of ``owner``, or a function, may mean."""
    for function in (call.func for call in calls):
        if isinstance(function, ast.Name):
            yield function.id
        elif isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and owner:
            yield from [f"{owner}.{function.attr}"] * (function.value.id in _RECEIVERS)
