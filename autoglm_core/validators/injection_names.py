"""What names mean in one module: imports resolved, so that ``sp.run`` is ``subprocess.run``."""

from __future__ import annotations

import ast


def words(text: str) -> frozenset[str]:
    """The words of a table that is written as text."""
    return frozenset(text.split())


class Names:
    """The imported names of a module, in all its scopes."""

    def __init__(self, tree: ast.AST) -> None:
        self._imported: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.asname:
                        self._imported[alias.asname] = alias.name
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    self._imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def full(self, node: ast.expr) -> str:
        """The dotted name of an expression with its import resolved; empty if it is no dotted name."""
        name = dotted(node)
        first, dot, rest = name.partition(".")
        return self._imported.get(first, first) + dot + rest


def dotted(node: ast.expr) -> str:
    """The dotted name as it is written; empty if the expression is no dotted name."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def last(node: ast.expr) -> str:
    """The name of a function or method without what stands before its last dot."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def argument(call: ast.Call, position: int, *keywords: str) -> ast.expr | None:
    """The argument at a place or of a name; None if it is not given, or only by ``*``."""
    given = next((keyword.value for keyword in call.keywords if keyword.arg in keywords), None)
    before = call.args[: position + 1]
    if given is None and len(before) > position and not any(isinstance(each, ast.Starred) for each in before):
        return before[position]
    return given
