"""One function of a document as a syntax tree: its signature, its docstring, and where its parts stand."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from autoglm_core.analysis.trees import parse_tree
from autoglm_core.types import Document, Target

RETURN = "return"
"""The name under which the type of the result goes, beside those of the parameters."""

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

_RECEIVERS = ("self", "cls", "mcs", "metacls")
_BLOCK = "if 1:\n"


@dataclass(frozen=True)
class FunctionSource:
    """A function's node with the way from the node's places to offsets of its document."""

    name: str
    node: FunctionNode
    source: Document
    shift: int

    def start(self, node: ast.AST) -> int:
        """The offset in the document of a node's first character."""
        return self._offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        """The offset in the document behind a node's last character."""
        return self._offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    @property
    def docstring(self) -> ast.Expr | None:
        """The statement that is the docstring."""
        first = self.node.body[0]
        return first if _is_string(first) and isinstance(first, ast.Expr) else None

    @property
    def is_empty(self) -> bool:
        """Whether the body says nothing: ``...``, ``pass``, ``raise NotImplementedError``, or a docstring alone."""
        return all(_says_nothing(statement) for statement in self.node.body)

    def _offset(self, line: int, column: int) -> int:
        text = self.source.line(line - 1)
        if not text.isascii():
            column = len(text.encode("utf-8", "replace")[:column].decode("utf-8", "replace"))
        return self.source.offset(line - 1, column) - self.shift


def parse_function(text: str, target: Target) -> FunctionSource | None:
    """The function that a target names in a text; None where it does not parse."""
    own = text[target.span.start : target.span.end]
    before = _BLOCK + target.indent if target.indent else ""
    try:
        body = parse_tree(before + own).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    inner = body[0].body if before and isinstance(body[0], ast.If) else body
    node = inner[0] if inner else None
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    return FunctionSource(target.name, node, Document(Path(), before + own), len(before) - target.span.start)


def functions_by_name(tree: ast.Module) -> dict[str, FunctionNode]:
    """The functions of a tree by qualified name, nested ones too; of several of one name, the last."""
    found: dict[str, FunctionNode] = {}
    left: list[tuple[str, ast.AST]] = [("", tree)]
    while left:
        scope, node = left.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if not isinstance(node, ast.ClassDef):
                found[scope + node.name] = node
            scope = f"{scope}{node.name}."
        left += [(scope, child) for child in reversed(list(ast.iter_child_nodes(node)))]
    return found


def parse_text(text: str) -> ast.Module | None:
    """The tree of a text; None where it does not parse."""
    try:
        return parse_tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def typed_parameters(name: str, node: FunctionNode) -> tuple[ast.arg, ...]:
    """The parameters that a type is wanted for, in order: all but ``self`` and ``cls`` of a method."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    if "." in name and positional and positional[0].arg in _RECEIVERS:
        del positional[0]
    rest = [arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
    return (*positional, *(argument for argument in rest if argument is not None))


def untyped(name: str, node: FunctionNode) -> tuple[str, ...]:
    """The parameters without a type, and ``return`` where the result has none."""
    missing = [argument.arg for argument in typed_parameters(name, node) if argument.annotation is None]
    return (*missing, *((RETURN,) if node.returns is None else ()))


def _says_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise):
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return statement.value.value is ... or isinstance(statement.value.value, str)
    return isinstance(statement, ast.Pass)


def _is_string(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
