"""What runs while a class is made: its statements outside of methods."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autoglm_core.analysis.trees import parse_tree
from autoglm_core.types import Document


def class_level_names(document: Document, offset: int) -> frozenset[int]:
    """The offsets of the names that are looked up while the classes around an offset are made.

    Those in expressions and assignments alone: headers of methods may be read later, and what stands under a
    condition or a ``try`` may be meant to fail. None where the document does not parse.
    """
    try:
        tree = parse_tree(document.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    line = document.position(offset)[0] + 1
    return frozenset(
        document.offset(node.lineno - 1, _column(document, node))
        for around in ast.walk(tree)
        if isinstance(around, ast.ClassDef) and around.lineno <= line <= (around.end_lineno or 0)
        for statement in around.body
        if isinstance(statement, (ast.Expr, ast.Assign))
        for node in _looked_up(statement)
    )


def _looked_up(statement: ast.AST) -> Iterator[ast.Name]:
    """The names read in a statement; what a lambda reads is read when it is called."""
    left = [statement]
    while left:
        node = left.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node
        left += [] if isinstance(node, ast.Lambda) else list(ast.iter_child_nodes(node))


def _column(document: Document, node: ast.Name) -> int:
    line = document.line(node.lineno - 1).encode("utf-8", "surrogatepass")
    return len(line[: node.col_offset].decode("utf-8", "surrogatepass"))
