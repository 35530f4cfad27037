"""Python's own syntax trees, safe to ask for from several threads."""

from __future__ import annotations

import ast
from typing import Literal, overload

from autoglm_core.types import Document, Span

_MOST_PARSES = 8


@overload
def parse_tree(source: str) -> ast.Module: ...


@overload
def parse_tree(source: str, *, mode: Literal["eval"]) -> ast.Expression: ...


def parse_tree(source: str, *, mode: str = "exec") -> ast.AST:
    """What ``ast.parse`` gives, and raises: SyntaxError, ValueError, RecursionError, MemoryError.

    Python 3.11 counts the depth of trees for all threads together, so that two that are built at the same moment may
    both fail with a SystemError (CPython issue 106905). Nothing is wrong with the text then: it is parsed again.
    """
    for _ in range(_MOST_PARSES):
        try:
            return ast.parse(source, mode=mode)
        except SystemError:
            continue
    return ast.parse(source, mode=mode)


def first_line(statement: ast.stmt) -> int:
    """The one-based line where a statement begins, its decorators included."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def node_span(document: Document, node: ast.expr) -> Span:
    """The place of a node of Python's own tree, which counts lines from one, and columns in bytes of UTF-8."""
    start = _offset(document, node.lineno, node.col_offset)
    end = _offset(document, node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
    return Span(start, max(start, end))


def _offset(document: Document, line: int, bytes_before: int) -> int:
    text = document.line(min(line, document.line_count) - 1)
    return document.offset(line - 1, len(text.encode("utf-8", "replace")[:bytes_before].decode("utf-8", "ignore")))
