"""Code that answers known inputs with their known answers instead of working them out."""

from __future__ import annotations

import ast
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autoglm_core.analysis.functions import FunctionNode
from autoglm_core.validators.honesty_conditions import Branch, branches_of, compared_with, name_in, pinned
from autoglm_core.validators.honesty_examples import KnownAnswer
from autoglm_core.validators.honesty_values import NoLiteralError, is_base_run, is_trivial, key_of, same, value_of

_SMALL = 10
_MOST_BRANCHES = 200
_LONGEST_TABLE = 400
_MOST_NAMES = 40
_Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class SpecialCase:
    """``node`` is the comparison or the table; ``shown`` the input and the answer, in words."""

    node: ast.expr
    shown: str


def may_special_case(function: FunctionNode, constants: Mapping[str, ast.expr]) -> bool:
    """Whether there is a branch or table of literals at all, so that examples are worth looking for."""
    names = _parameters(function)
    return any(compared_with(branch, names | _stored(function)) for branch in branches_of(function)) or any(
        _tables(function, constants)
    )


def special_cases(
    function: FunctionNode, constants: Mapping[str, ast.expr], known: Sequence[KnownAnswer]
) -> tuple[SpecialCase, ...]:
    """The comparisons and tables that give known answers for known inputs that are no base cases.

    ``constants`` are expressions with a name in the module. A table with more entries of its own than known
    ones, or as many branches, is knowledge about the world and not about the tests.
    """
    return (*_cases_of_branches(function, known), *_cases_of_tables(function, constants, known))


def _cases_of_branches(function: FunctionNode, known: Sequence[KnownAnswer]) -> Iterator[SpecialCase]:
    listed = _listed(function)
    branches = list(itertools.islice(branches_of(function), _MOST_BRANCHES))
    # What the function compares anywhere shows whether a small number is one of several base cases.
    tests = [node for node in ast.walk(function) if isinstance(node, ast.Compare)]
    everywhere = [node.value for test in tests for node in ast.walk(test) if isinstance(node, ast.Constant)]
    made = _made_of(function)
    environments = [(answer, _environment(made, answer.arguments)) for answer in known]
    hits: list[tuple[Branch, KnownAnswer]] = []
    found: list[tuple[str, Any]] = []
    for branch in branches:
        for answer, environment in environments:
            if not same(branch.answer, answer.expected):
                continue
            pins = [
                (name, value)
                for name, value in pinned(branch.test, environment) or ()
                if name not in listed and not is_trivial(value) and not is_base_run(value, everywhere)
            ]
            if pins and _tells(branch, answer, [value for _, value in pins]):
                hits.append((branch, answer))
                found += pins
                break
    names = frozenset(name for name, _ in found)
    pinned_values = {key_of(value) for _, value in found}
    inputs = {key_of(value) for answer in known for value in answer.arguments.values()} | pinned_values
    compared = [value for branch in branches for value in compared_with(branch, names) if not is_trivial(value)]
    if len({key_of(value) for value in compared} - inputs) > len(pinned_values):
        return
    for branch, answer in hits:
        yield SpecialCase(branch.node, _shown(answer))


def _tells(branch: Branch, answer: KnownAnswer, values: list[Any]) -> bool:
    """Whether answer and input are particular enough: a common answer needs an input that is pinned as a whole."""
    if not is_trivial(branch.answer):
        return True
    if all(isinstance(value, (int, float)) and abs(value) < _SMALL for value in values):
        return False
    rest = [value for value in answer.arguments.values() if not is_trivial(value)]
    return len(values) >= len(rest)


def _cases_of_tables(
    function: FunctionNode, constants: Mapping[str, ast.expr], known: Sequence[KnownAnswer]
) -> Iterator[SpecialCase]:
    listed = _listed(function)
    asked = [(key_of(key), answer) for answer in known for key in _keys(answer, listed)]
    inputs = {key for key, _ in asked}
    answers = {(key, key_of(answer.expected)): answer for key, answer in reversed(asked)}
    for table, entries in _tables(function, constants):
        pairs = {(key_of(key), key_of(value)) for key, value in entries if not is_trivial(key)}
        found = pairs & answers.keys()
        unknown = {key for key, _ in pairs} - inputs
        if len(found) > 1 and len(unknown) <= len(found):
            shown = [_shown(answer) for pair, answer in answers.items() if pair in found]
            yield SpecialCase(table, "; ".join(list(dict.fromkeys(shown))[:3]))


def _keys(answer: KnownAnswer, listed: _Names) -> Iterator[Any]:
    """What a table may be looked up with: an argument, all of them, or either as text."""
    values = [value for name, value in answer.arguments.items() if name not in listed]
    for value in (*values, values) if len(values) > 1 else values:
        yield value
        if not isinstance(value, str):
            yield str(value)
            yield str(tuple(value)) if isinstance(value, list) else repr(value)


def _made_of(function: FunctionNode) -> list[tuple[str, ast.expr]]:
    """The local names that are given a value once, and one that is made of the parameters."""
    parameters = _parameters(function)
    stores = Counter(n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
    known, found = set(parameters), []
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if stores[name] == 1 and name not in parameters and name_in(node.value, frozenset(known)):
                known.add(name)
                found.append((name, node.value))
    return found[:_MOST_NAMES]


def _environment(made: Sequence[tuple[str, ast.expr]], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as they are given, and what the names that are made of them stand for."""
    values = dict(arguments)
    for name, value in made:
        try:
            values[name] = value_of(value, values)
        except NoLiteralError:
            continue
    return values


def _tables(
    function: FunctionNode, constants: Mapping[str, ast.expr]
) -> Iterator[tuple[ast.expr, list[tuple[Any, Any]]]]:
    used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    inside = [node for statement in function.body for node in ast.walk(statement)]
    outside = [node for name, value in constants.items() if name in used for node in ast.walk(value)]
    for node in (*inside, *outside):
        pairs: list[tuple[ast.expr | None, ast.expr]] = []
        if isinstance(node, ast.Dict):
            pairs = list(zip(node.keys, node.values, strict=True))
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            rows = [each for each in node.elts if isinstance(each, ast.Tuple) and len(each.elts) == 2]
            pairs = [(row.elts[0], row.elts[1]) for row in rows] if len(rows) == len(node.elts) else []
        entries = []
        for key, value in pairs:
            try:
                entries += [(value_of(key), value_of(value))] if key is not None else []
            except NoLiteralError:
                continue
        if 1 < len(entries) <= _LONGEST_TABLE and isinstance(node, ast.expr):
            yield node, entries


def _parameters(function: FunctionNode) -> _Names:
    arguments = function.args
    rest = [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
    return frozenset(a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *rest))


def _stored(function: FunctionNode) -> _Names:
    return frozenset(n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def _listed(function: FunctionNode) -> _Names:
    """The parameters whose type lists the values that they may have: comparing with these is their purpose."""
    arguments = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    return frozenset(a.arg for a in arguments if a.annotation is not None and "Literal[" in ast.unparse(a.annotation))


def _shown(answer: KnownAnswer) -> str:
    given = ", ".join(f"{name}={value!r}" for name, value in answer.arguments.items())
    return f"{given[:120]} gives {repr(answer.expected)[:80]}"
