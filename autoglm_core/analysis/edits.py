"""Edits of Python source at the places of its syntax tree, so that everything around them stays as it was."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autoglm_core.analysis.trees import parse_tree
from autoglm_core.types import Span

_SHORT = 48
_LINE = re.compile(r"[^\n]*\n?")


@dataclass(frozen=True, slots=True)
class SourceEdit:
    """New text for ``[start, end)``, in code points; ``what`` says it in words. ``end`` < 0: no such place."""

    start: int
    end: int
    text: str
    what: str


class EditableSource:
    """A text with its syntax tree, and where its nodes are."""

    def __init__(self, text: str, tree: ast.Module) -> None:
        self._text = text
        self._tree = tree
        self._lines = _LINE.findall(text)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))
        self._docstrings = {
            id(node.body[0])
            for node in ast.walk(tree)
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
            and node.body
            and isinstance(node.body[0], ast.Expr)
            and isinstance(node.body[0].value, ast.Constant)
            and isinstance(node.body[0].value.value, str)
        }

    @classmethod
    def parse(cls, text: str) -> EditableSource | None:
        """None where the text does not parse, or has line breaks that Python counts in another way."""
        if "\r" in text or "\f" in text:
            return None
        try:
            return cls(text, parse_tree(text))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    def nodes(self, span: Span) -> Iterator[ast.AST]:
        """The nodes that lie within a span, outer ones first; docstrings and annotations left out."""
        stack: list[ast.AST] = [self._tree]
        while stack:
            node = stack.pop()
            if id(node) in self._docstrings:
                continue
            children = list(ast.iter_child_nodes(node))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                children = [node.args, *node.body]
            elif isinstance(node, ast.arg):
                children = []
            elif isinstance(node, ast.AnnAssign):
                children = [child for child in (node.target, node.value) if child is not None]
            elif isinstance(node, ast.JoinedStr):
                children = []  # before Python 3.12 the places of what is inside are wrong
            stack += reversed(children)
            if hasattr(node, "lineno") and span.start <= self.start(node) and self.end(node) <= span.end:
                yield node

    def start(self, node: ast.AST) -> int:
        """The offset of a node's first character."""
        return self._offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        """The offset behind a node's last character."""
        return self._offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def line(self, offset: int) -> int:
        """The zero-based line of an offset."""
        return self._text.count("\n", 0, offset)

    def text_of(self, node: ast.AST) -> str:
        """The source of a node."""
        return self._text[self.start(node) : self.end(node)]

    def wrapped(self, node: ast.expr) -> str:
        """The source of an expression, in parentheses where they may be needed."""
        text = self.text_of(node)
        simple = (ast.Name, ast.Constant, ast.Call, ast.Attribute, ast.Subscript, ast.List, ast.Dict, ast.Set)
        return text if isinstance(node, simple) and "\n" not in text else f"({text})"

    def short(self, node: ast.AST) -> str:
        """The first line of a node, cut to be read."""
        first = self.text_of(node).partition("\n")[0]
        return first if len(first) <= _SHORT else first[: _SHORT - 3] + "..."

    def is_docstring(self, node: ast.AST) -> bool:
        """Whether a statement is the docstring of what it stands in."""
        return id(node) in self._docstrings

    def is_plain_string(self, node: ast.Constant) -> bool:
        """Whether the node is one whole literal, and not a part of joined ones or of an f-string."""
        return self.text_of(node)[:1] in ("'", '"') and self.text_of(node)[-1:] in ("'", '"')

    def replace(self, node: ast.AST, text: str, what: str) -> SourceEdit:
        """Another text for a node."""
        return SourceEdit(self.start(node), self.end(node), text, what)

    def replace_all(self, made: Sequence[tuple[ast.AST, str]], what: str) -> SourceEdit:
        """Other texts for several nodes in text order, as one edit from the first to the last of them."""
        start, end = self.start(made[0][0]), self.end(made[-1][0])
        text, place = "", start
        for node, new in made:
            text += self._text[place : self.start(node)] + new
            place = self.end(node)
        return SourceEdit(start, end, text, what)

    def between(self, left: ast.AST, right: ast.AST, old: str, new: str) -> SourceEdit:
        """Another operator between two operands."""
        start, end = self.end(left), self.start(right)
        words = r"\s+".join(map(re.escape, old.split()))
        match = re.search(rf"(?<![\w<>=!*/+-]){words}(?![\w<>=*/])", self._text[start:end])
        if match is None:
            return SourceEdit(0, -1, "", "")
        what = f"`{old}` becomes `{new}`"
        return SourceEdit(start + match.start(), start + match.end(), new, what)

    def last_name(self, function: ast.expr, old: str, new: str) -> SourceEdit:
        """Another name at the end of a dotted one."""
        end = self.end(function)
        return SourceEdit(end - len(old), end, new, f"`{old}` becomes `{new}`")

    def before(self, statement: ast.stmt, text: str, what: str) -> SourceEdit:
        """More statements in front of one, at its indentation."""
        start = self.start(statement)
        margin = self._margin(statement)
        lines = textwrap.indent(text, margin).removeprefix(margin)
        return SourceEdit(start, start, f"{lines}\n{margin}", what)

    def moved_behind(self, statement: ast.stmt, block: ast.stmt, what: str) -> SourceEdit:
        """A statement at the end of a block, moved behind it."""
        text = self.text_of(statement)
        return SourceEdit(self._line_start(statement), self.end(block), f"{self._margin(block)}{text}", what)

    def else_behind(self, branch: ast.If, block: ast.stmt, what: str) -> SourceEdit:
        """The one statement of an ``else`` at the end of a block, moved behind it."""
        start = self.end(branch.body[-1])
        text = self.text_of(branch.orelse[0])
        return SourceEdit(start, self.end(block), f"\n{self._margin(block)}{text}", what)

    def apply(self, edit: SourceEdit) -> str:
        """The text with the edit made; unchanged where there is no such place."""
        if edit.end < 0:
            return self._text
        return self._text[: edit.start] + edit.text + self._text[edit.end :]

    def _offset(self, line: int, column: int) -> int:
        text = self._lines[line - 1]
        if text.isascii():
            return self._starts[line - 1] + column
        return self._starts[line - 1] + len(text.encode("utf-8")[:column].decode("utf-8"))

    def _line_start(self, node: ast.stmt) -> int:
        return self._starts[node.lineno - 1]

    def _margin(self, node: ast.stmt) -> str:
        return self._text[self._line_start(node) : self.start(node)]
