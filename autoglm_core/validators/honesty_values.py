"""Literal values of code and examples: read without running anything, compared, and told apart from base cases."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Any

_COLLECTIONS: dict[str, Callable[[Any], Any]] = {
    "set": set,
    "frozenset": frozenset,
    "tuple": tuple,
    "list": list,
    "sorted": sorted,
    "dict": dict,
    "str": str,
    "repr": repr,
}
_TEXT_METHODS = frozenset({"strip", "lower", "upper", "casefold"})
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}
_LARGEST = 1 << 64
_BASE_CASES = (0, 1, -1, 2)
_LAST_RUN = 5


class NoLiteralError(ValueError):
    """An expression whose value cannot be known by reading."""


def value_of(node: ast.expr, names: Mapping[str, Any] | None = None) -> Any:
    """The value of a literal, of names that are known, and of plain collections and sums made of them.

    Raises NoLiteralError.
    """
    try:
        return _value(node, names or {})
    except NoLiteralError:
        raise
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError, OverflowError) as error:
        raise NoLiteralError(str(error)) from error


def same(one: object, other: object) -> bool:
    """Whether two values are equal; a list equals a tuple, and True does not equal 1."""
    return key_of(one) == key_of(other)


def is_trivial(value: object) -> bool:
    """Whether it is a natural base case: 0, 1, -1, 2, None, a truth value, one character, or a collection of none.

    A collection of one such value counts too.
    """
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, (int, float, complex)):
        return value in _BASE_CASES
    if isinstance(value, (str, bytes)):
        return len(value) <= 1
    if isinstance(value, Collection):
        return not value or (len(value) == 1 and all(map(is_trivial, value)) and not isinstance(value, Mapping))
    return False


def is_base_run(value: object, compared: Collection[object]) -> bool:
    """Whether a small number goes on from base cases that are compared too, as in a recursion of several terms."""
    if isinstance(value, bool) or not isinstance(value, int) or not 2 < value <= _LAST_RUN:
        return False
    return all(any(same(number, each) for each in compared) for number in range(2, value))


def _value(node: ast.expr, names: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Name) and node.id in names:
        return names[node.id]
    if isinstance(node, (ast.Tuple, ast.List)):
        return [_value(each, names) for each in node.elts]
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        left, right = _value(node.left, names), _value(node.right, names)
        if all(isinstance(each, (int, float)) and abs(each) < _LARGEST for each in (left, right)):
            return _ARITHMETIC[type(node.op)](left, right)
        raise NoLiteralError("no numbers")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _COLLECTIONS:
        if len(node.args) != 1 or node.keywords:
            raise NoLiteralError("not one argument")
        return _COLLECTIONS[node.func.id](_value(node.args[0], names))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _TEXT_METHODS:
        text = _value(node.func.value, names)
        if isinstance(text, str) and not node.args and not node.keywords:
            return getattr(text, node.func.attr)()
    return ast.literal_eval(node)


def key_of(value: object) -> Hashable:
    """What values that are the same have in common, see ``same``."""
    if isinstance(value, (list, tuple)):
        return ("sequence", *map(key_of, value))
    if isinstance(value, (set, frozenset)):
        return "set", frozenset(map(key_of, value))
    if isinstance(value, Mapping):
        return "mapping", frozenset((key_of(key), key_of(each)) for key, each in value.items())
    if isinstance(value, (bool, str, bytes)):
        return type(value).__name__, value
    return "other", value if isinstance(value, Hashable) else repr(value)
