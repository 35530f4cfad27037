"""What a function is known to be asked and to answer: its doctests, examples in prose, and literal cases of tests."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from autoglm_core.analysis.examples import find_examples
from autoglm_core.analysis.functions import FunctionNode, functions_by_name, parse_text
from autoglm_core.analysis.trees import parse_tree
from autoglm_core.validators.honesty_values import NoLiteralError, value_of
from autoglm_core.validators.tests_doctests import DocstringTest, find_doctests

_MOST_EXAMPLES = 400
_MOST_ROWS = 100
_WRAPPERS = frozenset({"set", "frozenset", "sorted", "list", "tuple", "round", "approx", "float", "int"})
_CLOSE = frozenset({"isclose", "allclose"})


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """One call with its answer: ``arguments`` by parameter name, ``expected`` the value that it should give."""

    arguments: Mapping[str, Any]
    expected: Any


@dataclass(frozen=True, slots=True)
class _Scope:
    """What names stand for at an assertion: values, and expressions that were given a name."""

    values: Mapping[str, Any]
    expressions: Mapping[str, ast.expr]


def answers_in_documentation(text: str, name: str, node: FunctionNode) -> tuple[KnownAnswer, ...]:
    """The examples of a document about one of its functions, in doctests of any docstring and in its own prose."""
    found: list[KnownAnswer] = []
    for test in _doctests(text):
        for example in test.examples:
            if example.exc_msg is None and name.rpartition(".")[2] in example.source:
                found += answers_in_source(_as_assertion(example.source, example.want), name, node)
    function = functions_by_name(tree).get(name) if (tree := parse_text(text)) else None
    docstring = ast.get_docstring(function, clean=False) if function else None
    module = ast.get_docstring(tree, clean=False) if tree else None
    for prose in filter(None, (docstring, module)):
        found += answers_in_prose(prose, name, node)
    return tuple(found[:_MOST_EXAMPLES])


@lru_cache(maxsize=4)
def _doctests(text: str) -> tuple[DocstringTest, ...]:
    return find_doctests(text)


def answers_in_prose(prose: str, name: str, node: FunctionNode) -> tuple[KnownAnswer, ...]:
    """The examples of a text in words, and the assertions that stand in it as lines of code."""
    plain = name.rpartition(".")[2]
    claims = [f"assert {each.call} == {each.value}" for each in find_examples(prose, plain, _parameters(name, node))]
    claims += [line.strip() for line in prose.splitlines() if line.strip().startswith("assert ")]
    return tuple(answer for claim in claims for answer in answers_in_source(claim, name, node))


def answers_in_source(text: str, name: str, node: FunctionNode) -> tuple[KnownAnswer, ...]:
    """The calls with literal arguments that the assertions of a source text compare with literal values.

    Values may come from constants, loops over literal rows and ``parametrize``.
    """
    tree = parse_text(text)
    if tree is None:
        return ()
    called = _names_of(tree, name.rpartition(".")[2])
    shared = _scope(tree.body, _Scope({}, {}))
    found: list[KnownAnswer] = []
    functions = [each for each in ast.walk(tree) if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))]
    scopes: list[tuple[list[ast.stmt], list[dict[str, Any]]]] = [(tree.body, [{}])]
    scopes += [(each.body, _rows_of(each, shared)) for each in functions]
    for body, rows in scopes:
        for row in rows[:_MOST_ROWS]:
            scope = _scope(body, _Scope({**shared.values, **row}, shared.expressions))
            for call, expected in itertools.islice(_claims(body, scope, called), _MOST_EXAMPLES):
                arguments = _bind(call, name, node, scope)
                if arguments is not None:
                    found.append(KnownAnswer(arguments, expected))
        if len(found) >= _MOST_EXAMPLES:
            break
    return tuple(found[:_MOST_EXAMPLES])


def _parameters(name: str, node: FunctionNode) -> tuple[str, ...]:
    names = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
    static = any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in node.decorator_list)
    return tuple(names[1:] if "." in name and names and not static else names)


def _as_assertion(source: str, want: str) -> str:
    """A doctest example as an assertion; what it prints stands for a string where it is no literal."""
    try:
        body = parse_tree(source.strip()).body
    except (SyntaxError, ValueError):
        return ""
    last = body[-1] if body else None
    if not isinstance(last, ast.Expr) or not want.strip():
        return source
    lines = [ast.unparse(each) for each in body[:-1]]
    asked = last.value
    if isinstance(asked, ast.Call) and isinstance(asked.func, ast.Name) and asked.func.id == "print" and asked.args:
        asked = asked.args[0]
    if isinstance(asked, ast.Compare) and want.strip() == "True":
        return "\n".join([*lines, f"assert {ast.unparse(asked)}"])
    expected = repr(want.strip())
    for part in (want.strip().partition("\n")[0], want.strip()):  # prose may follow without a blank line
        try:
            expected = repr(ast.literal_eval(part))
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            continue
    return "\n".join([*lines, f"assert ({ast.unparse(asked)}) == {expected}"])


def _names_of(tree: ast.Module, name: str) -> frozenset[str]:
    """The function's name, other names that it is imported by, and parameters that it is handed to as."""
    names = {name}
    defined = {each.name: each for each in tree.body if isinstance(each, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.alias) and node.name == name and node.asname:
            names.add(node.asname)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in defined:
            for argument, parameter in zip(node.args, defined[node.func.id].args.args, strict=False):
                if isinstance(argument, ast.Name) and argument.id == name:
                    names.add(parameter.arg)
    return frozenset(names)


def _scope(body: list[ast.stmt], around: _Scope) -> _Scope:
    values, expressions = dict(around.values), dict(around.expressions)
    for statement in body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Name):
                expressions[target.id] = statement.value
                try:
                    values[target.id] = value_of(statement.value, values)
                except NoLiteralError:
                    values.pop(target.id, None)
    return _Scope(values, expressions)


def _rows_of(function: FunctionNode, scope: _Scope) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [{}]
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and len(decorator.args) > 1 and _last(decorator.func) == "parametrize":
            try:
                names = value_of(decorator.args[0])
            except NoLiteralError:
                continue
            names = [each.strip() for each in names.split(",")] if isinstance(names, str) else list(names)
            more = list(_rows(names, decorator.args[1], scope))
            rows = [{**row, **each} for row in rows for each in more][:_MOST_ROWS] or rows
    return rows


def _rows(names: list[str], table: ast.expr, scope: _Scope) -> Iterator[dict[str, Any]]:
    if isinstance(table, ast.Name):
        table = scope.expressions.get(table.id, table)
    if isinstance(table, ast.Call) and _last(table.func) == "items" and isinstance(table.func, ast.Attribute):
        inner = table.func.value
        table = scope.expressions.get(inner.id, inner) if isinstance(inner, ast.Name) else inner
        pairs = zip(table.keys, table.values, strict=True) if isinstance(table, ast.Dict) else ()
        table = ast.List([ast.Tuple([key, value]) for key, value in pairs if key is not None])
    for row in table.elts if isinstance(table, (ast.List, ast.Tuple, ast.Set)) else ():
        cells: list[ast.expr] = [row]
        if isinstance(row, ast.Call) and _last(row.func) == "param":
            cells = row.args
        elif len(names) > 1 and isinstance(row, (ast.Tuple, ast.List)):
            cells = row.elts
        try:
            values = [value_of(each, scope.values) for each in cells]
        except NoLiteralError:
            continue
        if len(values) == len(names):
            yield dict(zip(names, values, strict=True))


def _claims(body: Iterable[ast.stmt], scope: _Scope, called: frozenset[str]) -> Iterator[tuple[ast.Call, Any]]:
    """Calls of the function with the values that they are claimed to give; nested functions are left out."""
    for statement in body:
        if isinstance(statement, ast.Assert):
            yield from _claim(statement.test, scope, called)
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            check, word = statement.value, _last(statement.value.func)
            if word in ("assertTrue", "assertFalse") and check.args:
                yield from _equal(check.args[0], ast.Constant(word == "assertTrue"), scope, called)
            elif word.startswith("assert") and len(check.args) > 1 and "Not" not in word:
                yield from _equal(check.args[0], check.args[1], scope, called)
        elif isinstance(statement, ast.For):
            target = statement.target
            targets = target.elts if isinstance(target, ast.Tuple) else [target]
            names = [each.id for each in targets if isinstance(each, ast.Name)]
            for row in itertools.islice(_rows(names, statement.iter, scope), _MOST_ROWS):
                inner = _Scope({**scope.values, **row}, scope.expressions)
                for call, expected in _claims(statement.body, _scope(statement.body, inner), called):
                    yield _filled(call, inner.values), expected
        elif isinstance(statement, (ast.With, ast.If, ast.Try)):
            yield from _claims(statement.body, _scope(statement.body, scope), called)


def _filled(call: ast.Call, values: Mapping[str, Any]) -> ast.Call:
    """A call with the values of a loop's row in place of their names."""

    def fill(node: ast.expr) -> ast.expr:
        try:
            return parse_tree(repr(value_of(node, values)), mode="eval").body
        except (NoLiteralError, SyntaxError):
            return node

    words = [ast.keyword(word.arg, fill(word.value)) for word in call.keywords]
    return ast.Call(call.func, [fill(each) for each in call.args], words)


def _claim(test: ast.expr, scope: _Scope, called: frozenset[str]) -> Iterator[tuple[ast.Call, Any]]:
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        for each in test.values:
            yield from _claim(each, scope, called)
    elif isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], (ast.Eq, ast.Is)):
        yield from _equal(test.left, test.comparators[0], scope, called)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _equal(test.operand, ast.Constant(False), scope, called)
    elif isinstance(test, ast.Call) and _last(test.func) in _CLOSE and len(test.args) > 1:
        yield from _equal(test.args[0], test.args[1], scope, called)
    else:
        yield from _equal(test, ast.Constant(True), scope, called)


def _equal(one: ast.expr, other: ast.expr, scope: _Scope, called: frozenset[str]) -> Iterator[tuple[ast.Call, Any]]:
    for asked, given in ((one, other), (other, one)):
        call = _unwrapped(asked, scope)
        if isinstance(call, ast.Call) and _last(call.func) in called:
            try:
                yield call, value_of(_unwrapped(given, scope), scope.values)
            except NoLiteralError:
                continue
            return


def _unwrapped(node: ast.expr, scope: _Scope) -> ast.expr:
    if isinstance(node, ast.Name) and node.id not in scope.values:
        node = scope.expressions.get(node.id, node)
    while isinstance(node, ast.Call) and node.args and _last(node.func) in _WRAPPERS:
        node = node.args[0]
    return node


def _bind(call: ast.Call, name: str, node: FunctionNode, scope: _Scope) -> dict[str, Any] | None:
    """The values of a call by parameter, defaults included; None where one of them is no literal."""
    parameters = _parameters(name, node)
    try:
        given = [value_of(each, scope.values) for each in call.args]
        bound = {word.arg: value_of(word.value, scope.values) for word in call.keywords if word.arg}
    except NoLiteralError:
        return None
    if len(given) > len(parameters) and node.args.vararg is None:
        return None
    bound |= dict(zip(parameters, given, strict=False))
    if node.args.vararg is not None:
        bound[node.args.vararg.arg] = given[len(parameters) :]
    for parameter, default in zip(reversed(parameters), reversed(node.args.defaults), strict=False):
        if parameter not in bound:
            try:
                bound[parameter] = value_of(default)
            except NoLiteralError:
                continue
    return bound or None


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
