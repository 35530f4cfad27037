"""The branches of a function that give a literal, and the values that their conditions compare names with."""

from __future__ import annotations

import ast
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autoglm_core.analysis.functions import FunctionNode
from autoglm_core.validators.honesty_values import NoLiteralError, same, value_of

_MOST_TESTS = 16
_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)


@dataclass(frozen=True, slots=True)
class Branch:
    """A way through the code: ``test`` is all that must hold on it, ``answer`` the literal that it gives.

    ``node`` is the condition that opens it.
    """

    test: ast.expr
    node: ast.expr
    answer: Any


def branches_of(function: FunctionNode) -> Iterator[Branch]:
    """The branches of ``if``, conditional expressions and ``match`` that give a literal, in loops and the like too."""
    returned = {n.value.id for n in ast.walk(function) if isinstance(n, ast.Return) and isinstance(n.value, ast.Name)}
    for tests, answer in _ways(function.body, (), returned):
        yield from _branch(tests, answer)
    for node in ast.walk(function):
        if isinstance(node, ast.IfExp):
            yield from _branch((node.test,), node.body)
            yield from _branch((_not(node.test),), node.orelse)


def _branch(tests: tuple[ast.expr, ...], answer: ast.expr | None) -> Iterator[Branch]:
    if tests and answer is not None:
        try:
            # The nearest first: where it does not hold, the others need not be looked at.
            nearest = list(reversed(tests[-_MOST_TESTS:]))
            yield Branch(ast.BoolOp(ast.And(), nearest), tests[-1], value_of(answer))
        except NoLiteralError:
            return


def _ways(
    body: Sequence[ast.stmt], tests: tuple[ast.expr, ...], returned: set[str]
) -> Iterator[tuple[tuple[ast.expr, ...], ast.expr | None]]:
    """What statements return, or store in a name that is returned, with all the conditions on the way there."""
    for statement in body:
        if isinstance(statement, ast.Return):
            yield tests, statement.value
        elif isinstance(statement, ast.Assign):
            if any(isinstance(target, ast.Name) and target.id in returned for target in statement.targets):
                yield tests, statement.value
        elif isinstance(statement, ast.If):
            tests = yield from _ways_of_chain(statement, tests, returned)
        elif isinstance(statement, ast.Match):
            for case in statement.cases:
                more = (_as_test(statement.subject, case),) if _as_values(case.pattern) else ()
                yield from _ways(case.body, (*tests, *more), returned)
        elif not isinstance(statement, ast.ClassDef):
            blocks = [getattr(statement, part, []) for part in ("body", "orelse", "finalbody")]
            for block in (*blocks, *(handler.body for handler in getattr(statement, "handlers", ()))):
                yield from _ways(block, tests, returned)


def _ways_of_chain(
    chain: ast.If, tests: tuple[ast.expr, ...], returned: set[str]
) -> Generator[tuple[tuple[ast.expr, ...], ast.expr | None], None, tuple[ast.expr, ...]]:
    """The ways through ``if`` and ``elif``; returns what holds behind them, where all but the last part leave."""
    outside, leaves = tests, True
    while True:
        yield from _ways(chain.body, (*outside, chain.test), returned)
        leaves = leaves and isinstance(chain.body[-1], _LEAVING)
        outside = (*outside[-_MOST_TESTS:], _not(chain.test))
        if len(chain.orelse) != 1 or not isinstance(chain.orelse[0], ast.If):
            break
        chain = chain.orelse[0]
    yield from _ways(chain.orelse, outside, returned)
    return outside if leaves else tests


def _not(test: ast.expr) -> ast.expr:
    return ast.copy_location(ast.UnaryOp(ast.Not(), test), test)


def _as_values(pattern: ast.pattern) -> list[ast.expr]:
    """The literals that a pattern matches, as expressions; none where it matches more."""
    if isinstance(pattern, ast.MatchValue):
        return [pattern.value]
    if isinstance(pattern, ast.MatchSequence):
        parts = [_as_values(each) for each in pattern.patterns]
        return [ast.Tuple([part[0] for part in parts])] if all(len(part) == 1 for part in parts) else []
    if isinstance(pattern, ast.MatchOr):
        return [value for each in pattern.patterns for value in _as_values(each)]
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is not None:
        return _as_values(pattern.pattern)
    return []


def _as_test(subject: ast.expr, case: ast.match_case) -> ast.expr:
    values = ast.Tuple(_as_values(case.pattern))
    test = ast.Compare(subject, [ast.In()], [values])
    return ast.copy_location(ast.BoolOp(ast.And(), [test, *([case.guard] if case.guard else [])]), case.pattern)


def pinned(test: ast.expr, names: Mapping[str, Any], holds: bool = True) -> list[tuple[str, Any]] | None:
    """The values that a condition compares names with, if it may hold for these; None where it does not."""
    if isinstance(test, ast.NamedExpr):
        return pinned(test.value, names, holds)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return pinned(test.operand, names, not holds)
    if isinstance(test, ast.BoolOp):
        parts = (pinned(each, names, holds) for each in test.values)
        if isinstance(test.op, ast.And) == holds:
            every: list[tuple[str, Any]] = []
            for part in parts:
                if part is None:
                    return None
                every += part
            return every
        return max((part for part in parts if part is not None), key=len, default=None)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _pinned_by(test.left, test.ops[0], test.comparators[0], names, holds)
    return []


def _pinned_by(
    left: ast.expr, way: ast.cmpop, right: ast.expr, names: Mapping[str, Any], holds: bool
) -> list[tuple[str, Any]] | None:
    equal, inside = isinstance(way, (ast.Eq, ast.Is, ast.NotEq, ast.IsNot)), isinstance(way, (ast.In, ast.NotIn))
    positive = isinstance(way, (ast.Eq, ast.Is, ast.In)) == holds
    if equal and not name_in(left, names):
        left, right = right, left
    if not (equal or inside) or not name_in(left, names) or name_in(right, names):
        return []
    if equal and isinstance(left, ast.Tuple) and isinstance(right, ast.Tuple) and len(left.elts) == len(right.elts):
        pairs = zip(left.elts, right.elts, strict=True)
        parts = [_pinned_by(one, way, other, names, holds) for one, other in pairs] if positive else []
        return None if any(part is None for part in parts) else [pin for part in parts if part for pin in part]
    try:
        value, literal = value_of(left, names), value_of(right)
    except NoLiteralError:
        return []
    if inside and isinstance(literal, (str, bytes)):
        return []  # a part of a text
    met = (
        any(same(value, each) for each in literal) if inside and hasattr(literal, "__iter__") else same(value, literal)
    )
    if met != positive:
        return None
    return [(name_in(left, names), value)] if positive else []


def name_in(node: ast.expr, names: Mapping[str, Any] | frozenset[str]) -> str:
    """A name of these that an expression uses; empty where it uses none."""
    return next((each.id for each in ast.walk(node) if isinstance(each, ast.Name) and each.id in names), "")


def compared_with(branch: Branch, names: frozenset[str]) -> list[Any]:
    """The literals that a condition compares one of the names with."""
    found = []
    for node in ast.walk(branch.test):
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            way, sides = node.ops[0], (node.left, node.comparators[0])
            for one, other in (sides, sides[::-1]):
                if name_in(one, names) and not name_in(other, names):
                    try:
                        value = value_of(other)
                    except NoLiteralError:
                        continue
                    if isinstance(way, (ast.Eq, ast.NotEq, ast.Is, ast.IsNot)):
                        found.append(value)
                    elif isinstance(way, (ast.In, ast.NotIn)) and not isinstance(value, (str, bytes)):
                        found += list(value) if hasattr(value, "__iter__") else []
    return found
