"""Guards a result against a division by zero."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autoglm_core.repair.scope import tree_of
from autoglm_core.types import Span

_DIVISIONS = (ast.Div, ast.FloorDiv, ast.Mod)
_LOOSER = (ast.IfExp, ast.Lambda, ast.Tuple, ast.Yield, ast.YieldFrom, ast.NamedExpr)
"""Expressions that a condition behind them would bind otherwise."""


def guarded(text: str, function: Span) -> list[tuple[str, str]]:
    """The text with ``return a / len(b)`` as ``return a / len(b) if b else 0``, one reading for each such line.

    ``function`` is where to look. Each reading comes with what was done.
    """
    if (tree := tree_of(text)) is None:
        return []
    first, last = text.count("\n", 0, function.start) + 1, text.count("\n", 0, function.end) + 1
    lines = text.split("\n")
    made = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Return) or node.value is None or isinstance(node.value, _LOOSER):
            continue
        divisor = next(_divisors(node.value), None)
        if divisor is None or not first <= node.lineno <= last or node.end_lineno is None:
            continue
        line = lines[node.end_lineno - 1].encode("utf-8", "surrogatepass")
        end = node.end_col_offset or 0
        new = line[:end] + f" if {divisor} else 0".encode() + line[end:]
        changed = [*lines[: node.end_lineno - 1], new.decode("utf-8", "surrogatepass"), *lines[node.end_lineno :]]
        made.append(("\n".join(changed), f"give 0 where there is no `{divisor}`"))
    return made


def _divisors(value: ast.expr) -> Iterator[str]:
    """The names that a value is divided by, or by whose length it is."""
    for node in ast.walk(value):
        if isinstance(node, ast.BinOp) and isinstance(node.op, _DIVISIONS):
            right = node.right
            if (
                isinstance(right, ast.Call)
                and isinstance(right.func, ast.Name)
                and right.func.id == "len"
                and right.args
            ):
                right = right.args[0]
            if isinstance(right, ast.Name):
                yield right.id
