"""The pieces of a Python file that are worth showing elsewhere: its functions, methods and the heads of its classes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tree_sitter import Node

from autoglm_core.context.retrieval import words
from autoglm_core.languages import encoded, parser_for

_MOST_LINES, _MOST_CHARACTERS = 10, 480
_MOST_NODES_OF_INIT = 200
_HOLDERS = frozenset(
    [
        *("if_statement", "try_statement", "with_statement", "block", "elif_clause", "else_clause", "except_clause"),
        *("except_group_clause", "finally_clause"),
    ]
)
"""Statements of a module or class that definitions stand in. No others are walked: tables of data may be huge."""
_DEFINITIONS = frozenset(["function_definition", "class_definition"])


@dataclass(frozen=True, slots=True)
class Piece:
    """A function by its qualified name, or the head of a class; ``text`` is its first lines, dedented.

    ``line`` is zero-based.
    """

    name: str
    line: int
    text: str


def pieces_of(path: Path, text: str) -> Iterator[tuple[Piece, list[str]]]:
    """The pieces of a file in text order, each with all its words; half-typed files too.

    A function keeps its signature, the first line of its documentation and the first lines of its body. Functions
    inside functions belong to these. Raises ValueError for what is no text.
    """
    if "\0" in text:
        raise ValueError(f"{path.name} holds a zero byte: it is no source file.")
    source = encoded(text)
    parser = parser_for("python", path)
    if parser is None:
        raise ValueError("There is no grammar of Python.")
    tree = parser.parse(source)
    stack = [("", node) for node in reversed(tree.root_node.named_children)]
    while stack:
        scope, whole = stack.pop()
        node = _definition(whole)
        if node is None:
            if whole.type in _HOLDERS:
                stack += [(scope, child) for child in reversed(whole.named_children)]
            continue
        name_node, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name_node is None or body is None or not name_node.text:
            continue
        name = scope + name_node.text.decode("utf-8", "replace")
        if node.type == "function_definition":
            shown, said = _function(source, whole, body), _text(source, whole.start_byte, whole.end_byte)
        else:
            shown = said = _class_head(source, whole, body)
            stack += [(f"{name}.", child) for child in reversed(body.named_children)]
        yield Piece(name, whole.start_point.row, shown), words(said)


def _definition(node: Node) -> Node | None:
    if node.type == "decorated_definition":
        node = node.child_by_field_name("definition") or node
    return node if node.type in _DEFINITIONS else None


def _function(source: bytes, whole: Node, body: Node) -> str:
    """The signature, the first line of the documentation, and the beginning of the body."""
    head, statements = _head(source, whole, body)
    if not statements:
        return head
    start = source.rfind(b"\n", 0, statements[0].start_byte) + 1
    if start <= whole.start_byte:  # all on one line
        return _cut(_text(source, whole.start_byte, whole.end_byte))
    return _cut(f"{head}\n{_text(source, start, whole.end_byte)}")


def _class_head(source: bytes, whole: Node, body: Node) -> str:
    """The class line, the first line of its documentation, its attributes, and those that ``__init__`` sets."""
    head, statements = _head(source, whole, body)
    margin = " " * (whole.start_point.column + 4)
    found = [head]
    for statement in statements:
        if statement.type == "expression_statement":
            found.append(margin + _first_line(source, statement))
        node = _definition(statement)
        name = node.child_by_field_name("name") if node is not None else None
        if node is not None and name is not None and name.text == b"__init__":
            found += [margin + line for line in _set_by(source, node)]
    return _cut("\n".join(found))


def _set_by(source: bytes, function: Node) -> list[str]:
    """The assignments to attributes of ``self`` in a function, the first lines of them."""
    found, left, seen = [], [function], 0
    while left and seen < _MOST_NODES_OF_INIT:
        node = left.pop()
        seen += 1
        target = node.child_by_field_name("left") if node.type == "assignment" else None
        if target is not None and target.type == "attribute" and source[target.start_byte :].startswith(b"self."):
            found.append(_first_line(source, node))
        elif node.type in _HOLDERS or node.type in ("function_definition", "expression_statement"):
            left += reversed(node.named_children)
    return found


def _head(source: bytes, whole: Node, body: Node) -> tuple[str, list[Node]]:
    """The header with the first line of the documentation, and the statements behind these."""
    start = source.rfind(b"\n", 0, whole.start_byte) + 1
    head = _text(source, start, body.start_byte).rstrip()
    statements = [child for child in body.named_children if child.type != "comment"]
    first = statements[0] if statements else None
    if first is None or first.type != "expression_statement" or first.named_children[0].type != "string":
        return head, statements
    return f"{head}\n{' ' * first.start_point.column}{_summary(source, first)}", statements[1:]


def _summary(source: bytes, docstring: Node) -> str:
    """The first line of a documentation that says something, with its quotes."""
    text = _text(source, docstring.start_byte, docstring.end_byte)
    quotes = text.lstrip("rRuUbB")[:3]
    if quotes not in ('"""', "'''"):
        return text.split("\n", 1)[0]
    opening = text[: text.index(quotes) + 3]
    line = text[len(opening) :].removesuffix(quotes).strip().split("\n", 1)[0].rstrip()
    return f"{opening}{line}{quotes}"


def _first_line(source: bytes, node: Node) -> str:
    return _text(source, node.start_byte, node.end_byte).split("\n", 1)[0].rstrip()


def _text(source: bytes, start: int, end: int) -> str:
    return source[start:end].decode("utf-8", "replace").replace("\r\n", "\n")


def _cut(text: str) -> str:
    """The first lines, dedented, without empty ones; ``...`` says that there is more."""
    lines = [line.rstrip() for line in textwrap.dedent(text).split("\n") if line.strip()]
    kept: list[str] = []
    room = _MOST_CHARACTERS
    for line in lines[:_MOST_LINES]:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    if len(kept) < len(lines):
        margin = kept[-1][: len(kept[-1]) - len(kept[-1].lstrip())] if kept else ""
        kept.append(f"{margin}...")
    return "\n".join(kept)
