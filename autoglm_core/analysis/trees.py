"""Python's own syntax trees, safe to ask for from several threads."""

from __future__ import annotations

import ast
from typing import Literal, overload

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
