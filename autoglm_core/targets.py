"""Functions and methods of a Python document: where they begin and end, and which are stubs.

Uses tree-sitter, so a file that is half typed still has its whole functions found.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import tree_sitter_python
from tree_sitter import Language, Node, Parser

from autoglm_core.errors import TargetNotFoundError
from autoglm_core.types import Document, Span, Target

# Bodies that are empty on purpose: nobody wants them implemented.
_ABSTRACT = re.compile(r"^\s*@(\w+\.)?(abstractmethod|overload)\b", re.MULTILINE)
_LANGUAGE = Language(tree_sitter_python.language())


def list_targets(document: Document) -> tuple[Target, ...]:
    """The functions and methods of a document, nested ones too, in text order."""
    return _targets_of(document.text) if document.language == "python" else ()


def find_target(document: Document, where: str | int) -> Target:
    """The function with a qualified name (``Stack.push``), or the innermost one around an offset.

    An offset anywhere on the lines of a function counts as inside. Raises TargetNotFoundError, which
    lists near names.
    """
    targets = list_targets(document)
    if isinstance(where, str):
        found = [target for target in targets if where in (target.name, target.name.rpartition(".")[2])]
        exact = [target for target in found if target.name == where]
        if len(exact or found) == 1:
            return (exact or found)[0]
        if exact:  # overloads and redefinitions: the last one is what Python would call
            return exact[-1]
        known = ", ".join(target.name for target in (found or targets)) or "none"
        many = "several functions that are called" if found else "no function"
        raise TargetNotFoundError(f"{document.path.name} has {many} {where}. Name one of: {known}.")
    line = document.position(where)[0]
    around = [t for t in targets if document.position(t.span.start)[0] <= line <= document.position(t.span.end)[0]]
    if not around:
        raise TargetNotFoundError(f"There is no function at line {line + 1} of {document.path.name}.")
    return max(around, key=lambda target: target.span.start)


def find_outside_class(document: Document, name: str) -> Target | None:
    """The function at the top of a document that is asked for as a method (``Stack.push``) of a class that is nowhere.

    None where there is none, or the class may only be misspelt.
    """
    owner, _, plain = name.rpartition(".")
    if not owner.isidentifier() or not owner[:1].isupper() or owner == document.path.stem:
        return None  # it names a module
    classes = re.findall(r"^[ \t]*class[ \t]+(\w+)", document.text, re.MULTILINE)
    if owner in classes or difflib.get_close_matches(owner, classes):
        return None
    return next((target for target in list_targets(document) if target.name == plain), None)


@lru_cache(maxsize=16)
def _targets_of(text: str) -> tuple[Target, ...]:
    source = text.encode("utf-8", "replace")
    root = Parser(_LANGUAGE).parse(source).root_node
    offsets = _code_points(source) if len(source) != len(text) else range(len(source) + 1)
    return tuple(_target(node, name, text, offsets) for node, name in _functions(root, ""))


def _code_points(source: bytes) -> Sequence[int]:
    """For each byte offset of a UTF-8 text the number of code points before it."""
    return [0, *itertools.accumulate(byte & 0xC0 != 0x80 for byte in source)]


def _functions(node: Node, scope: str) -> Iterator[tuple[Node, str]]:
    """Function nodes with their qualified names, in text order; recurses into definitions alone."""
    stack = list(reversed(node.named_children))
    while stack:
        child = stack.pop()
        if child.type not in ("function_definition", "class_definition"):
            stack += reversed(child.named_children)
            continue
        name_node, body = child.child_by_field_name("name"), child.child_by_field_name("body")
        if name_node is None or not name_node.text:
            continue
        name = scope + name_node.text.decode("utf-8", "replace")
        if child.type == "function_definition":
            yield child, name
        if body is not None:
            yield from _functions(body, name + ".")


def _target(node: Node, name: str, text: str, offsets: Sequence[int]) -> Target:
    whole = node.parent if node.parent is not None and node.parent.type == "decorated_definition" else node
    comments = _comments_below(whole, node)
    body = node.child_by_field_name("body")
    statements = [child for child in body.children if child.type != "comment"] if body is not None else []
    docstring = statements[0] if statements and _is_docstring(statements[0]) else None
    rest = statements[1:] if docstring is not None else statements
    end = _text_end(text, offsets[comments[-1].end_byte if comments else node.end_byte])
    header_end = _text_end(text, offsets[docstring.end_byte if docstring is not None else _header_end(node)])
    start = offsets[whole.start_byte]
    line_start = text.rfind("\n", 0, start) + 1
    margin = text[line_start:start]
    return Target(
        name=name,
        span=Span(start, end),
        body=Span(header_end, max(header_end, end)),
        header=text[start:header_end],
        indent=margin if not margin.strip() else "",
        is_stub=not _ABSTRACT.search(text[start : offsets[node.start_byte]]) and all(map(_says_nothing, rest)),
    )


def _text_end(text: str, end: int) -> int:
    """The end without a carriage return: a comment takes that of CRLF with it in this grammar."""
    return end - 1 if text[end - 1 : end] == "\r" else end


def _comments_below(whole: Node, node: Node) -> list[Node]:
    """Comments that belong to the body but that the grammar puts behind a body without statements."""
    comments, after = [], whole.next_sibling
    while after is not None and after.type == "comment" and after.start_point.column > node.start_point.column:
        comments.append(after)
        after = after.next_sibling
    return comments


def _header_end(node: Node) -> int:
    """The end of the line that holds the colon when only a comment follows it there, else of the colon."""
    colon = next(child for child in reversed(node.children) if child.type == ":")
    after = colon.next_sibling
    if after is not None and after.type == "comment" and after.start_point.row == colon.end_point.row:
        return after.end_byte
    return colon.end_byte


def _is_docstring(statement: Node) -> bool:
    return statement.type == "expression_statement" and [c.type for c in statement.children] == ["string"]


def _says_nothing(statement: Node) -> bool:
    if statement.type == "raise_statement":
        raised = statement.named_children[0] if statement.named_children else None
        if raised is not None and raised.type == "call":
            raised = raised.child_by_field_name("function")
        return raised is not None and raised.text == b"NotImplementedError"
    return statement.type == "pass_statement" or (
        statement.type == "expression_statement" and [c.type for c in statement.children] == ["ellipsis"]
    )
