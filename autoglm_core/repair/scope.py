"""What the functions around a line bind, and which of these names are written much like another one."""

from __future__ import annotations

import ast
import difflib
import re

from autoglm_core.analysis.slips import slips_first
from autoglm_core.analysis.trees import parse_tree

NEAR = 0.65
"""How alike (``difflib``) a name must be to the one that is meant."""
_LENGTHS = 2
"""A slip adds or drops a character or two; a name that differs more in length is another name."""
_SLIPS_FROM = 3
"""Shorter names are one slip from too many others."""
_MOST = 8
_OTHER_LINES = re.compile(r"\r(?!\n)|\f")


def tree_of(text: str) -> ast.Module | None:
    """The syntax tree of a text; None where it does not parse, or Python counts its lines in another way."""
    if _OTHER_LINES.search(text):
        return None
    try:
        return parse_tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def functions_around(tree: ast.Module, line: int) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions around a zero-based line, outer ones first."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.lineno <= line + 1 <= (node.end_lineno or node.lineno)
    ]


def local_names(tree: ast.Module, line: int) -> set[str]:
    """What the functions around a zero-based line bind."""
    return {name for function in functions_around(tree, line) for name in bound_names(function)}


def bound_names(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """The parameters of a function, and the names that it and the functions in it give a value."""
    names = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    return names | {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def near_names(name: str, known: set[str], cutoff: float) -> list[str]:
    """The known names that one may be meant by another: those that it is a slip of first, then those alike enough."""
    alike = [each for each in known if each != name and abs(len(each) - len(name)) <= _LENGTHS]
    slips = slips_first(name, [each for each in alike if max(len(each), len(name)) >= _SLIPS_FROM])
    return list(dict.fromkeys([*slips, *difflib.get_close_matches(name, sorted(alike), _MOST, cutoff)]))
