"""Puts the name that was meant in the place of one that does not exist, where one in scope is near enough."""

from __future__ import annotations

import ast
import builtins
import difflib
import re

_NEAR = 0.6
_MOST = 3


def near_names(text: str, name: str, line: int) -> tuple[str, ...]:
    """Names in scope at a zero-based line that are written much like ``name``, the nearest first.

    Names that are bound inside the function around the line come before those of the module.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.lineno <= line + 1 <= (node.end_lineno or node.lineno)
    ]
    local = {name for function in around for name in _bound(function)}
    known = local | _bound_at_top(tree) | set(dir(builtins))
    known.discard(name)
    near = difflib.get_close_matches(name, sorted(known), n=2 * _MOST, cutoff=_NEAR)
    return tuple(sorted(near, key=lambda each: each not in local)[:_MOST])


def renamed(text: str, start: int, old: str, new: str) -> str:
    """The text with the name at an offset replaced, and all its other uses on the same line."""
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    line_end = len(text) if line_end < 0 else line_end
    line = re.sub(rf"(?<![\w.]){re.escape(old)}\b", new, text[line_start:line_end])
    return text[:line_start] + line + text[line_end:]


def _bound(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    names = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    return names | {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _bound_at_top(tree: ast.Module) -> set[str]:
    found = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        else:
            found |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return found
