"""Which functions of a document a function calls, by their names alone."""

from __future__ import annotations

import ast

from autoglm_core.analysis.trees import parse_tree
from autoglm_core.targets import list_targets
from autoglm_core.types import Document, Target

_RECEIVERS = ("self", "cls")


def called_functions(document: Document, target: Target) -> tuple[Target, ...]:
    """The functions of the document that ``target`` calls, and those that these call, nearest first; not itself.

    ``self.f()`` is a method of the same class, ``f()`` a function at the top. None where the text does not parse.
    """
    try:
        tree = parse_tree(document.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    known = {each.name: each for each in list_targets(document)}  # of the same name, the last one is called
    found: dict[str, Target] = {}
    left = [target]
    while left:
        caller = left.pop(0)
        for name in _calls(tree, document, caller):
            if name in known and name not in found and name != target.name:
                found[name] = known[name]
                left.append(known[name])
    return tuple(found.values())


def _calls(tree: ast.Module, document: Document, caller: Target) -> list[str]:
    """The qualified names that the calls on a function's lines may mean, in text order."""
    first, last = document.position(caller.span.start)[0] + 1, document.position(caller.span.end)[0] + 1
    owner = caller.name.rpartition(".")[0]
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and first <= n.lineno <= last]
    names = []
    for function in (call.func for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset))):
        if isinstance(function, ast.Name):
            names.append(function.id)
        elif isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            names += [f"{owner}.{function.attr}"] * (function.value.id in _RECEIVERS and bool(owner))
    return names
