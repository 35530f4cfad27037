"""When two texts are the same program: their syntax trees, without docstrings, comments and layout."""

from __future__ import annotations

import ast
import hashlib

from autoglm_core.analysis.trees import parse_tree

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def fingerprint(text: str) -> str | None:
    """A hash of the program that a text holds; None where it does not parse.

    Texts with the same hash differ in layout, comments, quotes and docstrings alone.
    """
    try:
        tree = parse_tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and node.body and _is_string(node.body[0]):
            del node.body[0]
    try:
        return hashlib.sha256(ast.dump(tree).encode("utf-8", "surrogatepass")).hexdigest()
    except RecursionError:
        return None


def _is_string(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
