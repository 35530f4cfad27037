"""Strategies for values like those that are known: from a type written in source, or from example values.

Nothing of the source is executed: types are read from its syntax tree alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from autoglm_core.analysis.trees import parse_tree

_SIZE = 6
_LETTERS = "abcxyzAB 01"
_SEQUENCES = ("list", "List", "Sequence", "Iterable", "Collection", "MutableSequence", "Iterator")
_SETS = ("set", "Set", "frozenset", "FrozenSet", "AbstractSet", "MutableSet")
_MAPPINGS = ("dict", "Dict", "Mapping", "MutableMapping", "DefaultDict", "OrderedDict")


def from_annotation(node: ast.expr | None) -> SearchStrategy[Any] | None:
    """Values of a type as it is written; None for a type that has no plain values (a class, a callable)."""
    if node is None:
        return None
    if isinstance(node, ast.Constant):
        if node.value is None:
            return st.none()
        return from_annotation(_parsed(node.value)) if isinstance(node.value, str) else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _either([node.left, node.right])
    if isinstance(node, ast.Subscript):
        inner = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        return _generic(_last_name(node.value), inner)
    return _plain(_last_name(node))


def from_values(values: Sequence[Any]) -> SearchStrategy[Any] | None:
    """Values like the given ones: the same kinds, letters and signs, about the same sizes; None if none fit."""
    kinds: dict[type, list[Any]] = {}
    for value in values:
        kinds.setdefault(type(value), []).append(value)
    found = [_like(kind, group) for kind, group in kinds.items()]
    known = [strategy for strategy in found if strategy is not None]
    return st.one_of(known) if known and len(known) == len(found) else None


def _like(kind: type, values: list[Any]) -> SearchStrategy[Any] | None:
    if kind is bool:
        return st.booleans()
    if kind is int:
        low, high = min(values), max(values)
        return st.integers(min(low - 2, -high) if low < 0 else min(low, 1), 2 * abs(high) + 3)
    if kind is float:
        low, high = min(values), max(values)
        bound = max(abs(low), abs(high)) * 2 + 1
        whole = st.integers(int(-bound * 100) if low < 0 else 0, int(bound * 100))
        return whole.map(lambda number: number / 100)
    if kind is str:
        return _texts(values)
    if kind in (list, tuple, set):
        return _collections(kind, values)
    if kind is dict:
        keys = from_values([key for value in values for key in value])
        inner = from_values([each for value in values for each in value.values()])
        return st.dictionaries(
            st.text(_LETTERS, max_size=3) if keys is None else keys,
            st.integers(0, 9) if inner is None else inner,
            max_size=_SIZE,
        )
    return st.none() if kind is type(None) else None


def _texts(values: list[str]) -> SearchStrategy[str]:
    letters = "".join(dict.fromkeys("".join(values))) or _LETTERS
    words = [word for value in values for word in value.split()]
    free = st.text(letters, max_size=max(map(len, values)) + 3)
    if len(words) < 2 * len(values):
        return free
    # Texts of words stay texts of words: a number spelled out, a list with commas.
    return st.one_of(st.lists(st.sampled_from(words), max_size=_SIZE).map(" ".join), free)


def _collections(kind: type, values: list[Any]) -> SearchStrategy[Any] | None:
    inner = from_values([each for value in values for each in value])
    sizes = {len(value) for value in values}
    if inner is None and sizes == {0}:
        inner = st.integers(-9, 20)
    if inner is None:
        return None
    if kind is tuple and len(sizes) == 1:
        columns = [from_values([value[place] for value in values]) for place in range(sizes.pop())]
        known = [column for column in columns if column is not None]
        return st.tuples(*known) if len(known) == len(columns) else None
    made = st.lists(inner, max_size=max(sizes) + 3)
    return made if kind is list else made.map(kind)


def _plain(name: str) -> SearchStrategy[Any] | None:
    known: dict[str, SearchStrategy[Any]] = {
        "int": st.integers(-20, 120),
        "float": st.integers(-2000, 5000).map(lambda number: number / 100),
        "str": st.text(_LETTERS, max_size=8),
        "bool": st.booleans(),
        "bytes": st.binary(max_size=6),
        "Any": st.integers(-9, 20),
        "object": st.integers(-9, 20),
        "None": st.none(),
    }
    if name in known:
        return known[name]
    if name in (*_SEQUENCES, *_SETS, *_MAPPINGS, "tuple", "Tuple"):
        return _generic(name, [])
    return None


def _generic(name: str, inner: list[ast.expr]) -> SearchStrategy[Any] | None:
    if name in ("Optional", "Union"):
        return _either([*inner, ast.Constant(None)] if name == "Optional" else inner)
    if name == "Literal":
        values = [each.value for each in inner if isinstance(each, ast.Constant)]
        return st.sampled_from(values) if values else None
    if name in ("tuple", "Tuple"):
        if len(inner) == 2 and isinstance(inner[1], ast.Constant) and inner[1].value is ...:
            each = from_annotation(inner[0])
            return None if each is None else st.lists(each, max_size=_SIZE).map(tuple)
        columns = [from_annotation(each) for each in inner]
        known = [column for column in columns if column is not None]
        return st.tuples(*known) if known and len(known) == len(columns) else None
    if name in _MAPPINGS:
        key = from_annotation(inner[0]) if len(inner) == 2 else st.text(_LETTERS, max_size=3)
        value = from_annotation(inner[1]) if len(inner) == 2 else st.integers(-9, 20)
        return None if key is None or value is None else st.dictionaries(key, value, max_size=_SIZE)
    if name in (*_SEQUENCES, *_SETS):
        each = from_annotation(inner[0]) if inner else st.integers(-9, 20)
        if each is None:
            return None
        made = st.lists(each, max_size=_SIZE)
        return made.map(set) if name in _SETS else made
    return from_annotation(inner[0]) if name in ("Annotated", "Final", "Required") and inner else None


def _either(nodes: Iterable[ast.expr]) -> SearchStrategy[Any] | None:
    known = [strategy for strategy in map(from_annotation, nodes) if strategy is not None]
    return st.one_of(known) if known else None


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _parsed(text: str) -> ast.expr | None:
    try:
        return parse_tree(text, mode="eval").body
    except (SyntaxError, ValueError):
        return None
