"""Error-tolerant parse trees of Python, for validators that look at text which may be half typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import tree_sitter_python
from tree_sitter import Language, Node, Parser, Tree

from autoglm_core.types import Span

_PYTHON = Language(tree_sitter_python.language())
_ANYTHING = frozenset({"*"})
_WRITES_GLOBALS = re.compile(rb"\bglobals\(\)(?:\[[^\n]*\]\s*=(?!=)|\.(?:update|setdefault)\(|\s*$)", re.M)


@dataclass(frozen=True, slots=True)
class ParseError:
    """A place that the grammar cannot read: ``missing`` is what it wanted, else the text is unexpected."""

    span: Span
    missing: str = ""


class Parsed:
    """One text with its tree; offsets are code points, which the tree itself counts in UTF-8 bytes."""

    def __init__(self, text: str) -> None:
        # A lone surrogate has no UTF-8: "?" takes its place, so that later code points keep theirs.
        self._source = text.encode("utf-8", "replace")
        self._ascii = len(self._source) == len(text)
        self._tree: Tree = Parser(_PYTHON).parse(self._source)

    @property
    def broken(self) -> bool:
        """Whether the grammar cannot read all of it."""
        return self._tree.root_node.has_error

    def errors(self) -> tuple[ParseError, ...]:
        """The outermost places that the grammar cannot read, in text order."""
        return tuple(self._errors(self._tree.root_node))

    def lines_of_type_syntax(self) -> frozenset[int]:
        """The zero-based lines that Python reads from 3.12 on: ``type X = ...``, and ``[T]`` behind a defined name.

        Source: PEP 695.
        """
        lines = {node.start_point.row for node in self._nodes(frozenset({"type_alias_statement"}))}
        for node in self._nodes(frozenset({"function_definition", "class_definition"})):
            parameters = node.child_by_field_name("type_parameters")
            if parameters is not None:
                lines.add(parameters.start_point.row)
        return frozenset(lines)

    def caught_at(self, offset: int) -> frozenset[str]:
        """The names of the exceptions that a ``try`` or ``suppress`` around an offset catches; ``*`` for all."""
        caught: set[str] = set()
        at = self._byte(offset)
        node: Node | None = self._tree.root_node.descendant_for_byte_range(at, at + 1)
        while node is not None and node.parent is not None:
            node, inner = node.parent, node
            if node.type == "try_statement" and inner.type == "block":
                clauses = [child for child in node.children if child.type in ("except_clause", "except_group_clause")]
                caught.update(*(self._names_before_block(clause) or _ANYTHING for clause in clauses))
            elif node.type == "with_statement" and inner.type == "block":
                names = self._names_before_block(node)
                caught |= names if "suppress" in names else frozenset()
        return frozenset(caught)

    def imports(self) -> tuple[tuple[str, Span], ...]:
        """The modules that are imported by absolute names, dotted, each with its place, in text order."""
        found = []
        for statement in self._nodes(frozenset({"import_statement", "import_from_statement"})):
            of = statement.child_by_field_name("module_name")
            names = [of] if of else statement.children_by_field_name("name")
            for name in names:
                dotted = name.child_by_field_name("name") if name.type == "aliased_import" else name
                if dotted is not None and dotted.type == "dotted_name":
                    place = Span(self._offset(dotted.start_byte), self._offset(dotted.end_byte))
                    found.append((self._text(dotted), place))
        return tuple(found)

    def enclosing_class(self, offset: int) -> str:
        """The name of the innermost class around an offset; empty outside classes."""
        at = self._byte(offset)
        node = self._tree.root_node.descendant_for_byte_range(at, at + 1)
        while node is not None and node.type != "class_definition":
            node = node.parent
        return self._name(node) if node is not None else ""

    def makes_names(self) -> bool:
        """Whether the text writes to ``globals()``: then it has names that nobody can read in it."""
        return bool(_WRITES_GLOBALS.search(self._source))

    def has_foreign_base(self, class_name: str) -> bool:
        """Whether a class, in this text, is derived from one that is not defined in it."""
        classes = {self._name(each): each for each in self._nodes(frozenset({"class_definition"}))}
        named = classes[class_name].child_by_field_name("superclasses") if class_name in classes else None
        bases = (
            {self._text(base) for base in named.named_children if base.type != "keyword_argument"} if named else set()
        )
        return bool(bases - classes.keys() - {"object"})

    def subclass_defines(self, class_name: str, attribute: str) -> bool:
        """Whether a subclass of a class, in this text, has an attribute: of its own, or from another base."""
        defines = re.compile(
            rf"\bdef {attribute}\b|\bself\.{attribute}\s*(?::[^=\n]+)?=(?!=)|^\s*{attribute}\s*[:=]", re.M
        )
        bases: dict[str, set[str]] = {}
        holders: set[str] = set()
        for each in self._nodes(frozenset({"class_definition"})):
            named = each.child_by_field_name("superclasses")
            name = self._name(each)
            bases[name] = {self._text(base) for base in named.named_children} if named else set()
            if defines.search(self._text(each)):
                holders.add(name)
        lines = {name: _closed({name}, bases) for name in bases}
        return any(class_name in line and (line - {class_name}) & holders for line in lines.values())

    def _nodes(self, kinds: frozenset[str]) -> Iterator[Node]:
        left = [self._tree.root_node]
        while left:
            node = left.pop()
            if node.type in kinds:
                yield node
            left += reversed(node.children)

    def _name(self, node: Node) -> str:
        name = node.child_by_field_name("name")
        return self._text(name) if name else ""

    def _text(self, node: Node) -> str:
        return self._source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _errors(self, node: Node) -> Iterator[ParseError]:
        left = [node]
        while left:
            node = left.pop()
            if node.is_missing or node.is_error:
                span = Span(self._offset(node.start_byte), self._offset(node.end_byte))
                yield ParseError(span, node.type if node.is_missing else "")
            elif node.has_error:
                left += reversed(node.children)

    def _names_before_block(self, node: Node) -> frozenset[str]:
        names: set[str] = set()
        left = [child for child in node.children if child.type != "block"]
        while left:
            each = left.pop()
            if each.type == "identifier":
                names.add(self._text(each))
            left += each.children
        return frozenset(names)

    def _offset(self, byte: int) -> int:
        return byte if self._ascii else len(self._source[:byte].decode("utf-8", "replace"))

    def _byte(self, offset: int) -> int:
        return offset if self._ascii else len(self._source.decode()[:offset].encode())


def _closed(names: set[str], bases: Mapping[str, set[str]]) -> set[str]:
    """Some classes with all that they are derived from."""
    found: set[str] = set()
    left = list(names)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += bases.get(name, ())
    return found


@lru_cache(maxsize=16)
def parse(text: str) -> Parsed:
    """The tree of a text; the last few are remembered, as drafts of one document share their baseline."""
    return Parsed(text)
