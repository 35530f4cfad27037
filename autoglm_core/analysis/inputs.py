"""Calls of a function with inputs that fit it: its own examples, small variations of them, and generated ones.

Inputs come from hypothesis (MacIver 2019), by strategies read from the parameters' types and from the
examples of the documentation, which say more about the domain than types do. The same function and seed
give the same calls.
"""

from __future__ import annotations

import ast
import doctest
import random
from typing import Any

import platformdirs

from autoglm_core.analysis.examples import find_examples
from autoglm_core.analysis.trees import parse_tree

_OPEN_TYPES = {"Any", "object", "list", "dict", "set", "tuple", "frozenset", "List", "Dict", "Set", "Tuple"}
_OPEN_TYPES |= {"Iterable", "Iterator", "Sequence", "Mapping", "Collection"}
_LONGEST_CALL = 600


def generate_calls(text: str, target_name: str, *, count: int, seed: int) -> tuple[str, ...]:
    """At most ``count`` different Python expressions that call the function ``target_name`` of ``text``.

    The documented examples come first. Empty where nothing fits: the text does not parse, a parameter is of
    no plain type and has no example, or it is a method of a class that cannot be made without arguments.
    """
    found = _find(text, target_name)
    if found is None:
        return ()
    function, way = found
    parameters = _parameters(function, method="()." in way)
    examples = _example_arguments(function, target_name.rpartition(".")[2], parameters)
    calls = dict.fromkeys(_call(way, arguments) for arguments in examples)
    if not parameters:
        return (f"{way}()",)
    rows = [list(row) for row in examples] + _varied(examples, random.Random(seed))  # noqa: S311 - repeatable, no secret
    rows += _generated(function, parameters, examples, count, seed)
    for row in rows:
        calls.setdefault(_call(way, row))
    return tuple(call for call in calls if len(call) <= _LONGEST_CALL)[:count]


def are_typed(text: str, target_name: str) -> bool:
    """Whether the types of all parameters say what they hold: a bare ``list`` or ``Any`` does not."""
    found = _find(text, target_name)
    if found is None:
        return False
    for argument in _parameters(found[0], method="()." in found[1]):
        if argument.annotation is None:
            return False
        given = {id(node.value) for node in ast.walk(argument.annotation) if isinstance(node, ast.Subscript)}
        names = [node for node in ast.walk(argument.annotation) if isinstance(node, ast.Name)]
        if any(node.id in _OPEN_TYPES and id(node) not in given for node in names):
            return False
    return True


def signature_of(text: str, target_name: str) -> tuple[str, ...]:
    """The names of the parameters that a caller passes; empty where there is no such function."""
    found = _find(text, target_name)
    return tuple(argument.arg for argument in _parameters(found[0], method="()." in found[1])) if found else ()


def caller_of(text: str, target_name: str) -> str | None:
    """How the function is called: ``f`` or ``Class().f``; None where it cannot be called so."""
    found = _find(text, target_name)
    return found[1] if found else None


def docstring_of(text: str, target_name: str) -> str:
    """The docstring of the function as it is written; empty where there is none."""
    found = _find(text, target_name)
    return (ast.get_docstring(found[0], clean=False) or "") if found else ""


def _find(text: str, name: str) -> tuple[ast.FunctionDef, str] | None:
    """The function, and how it is called: ``f`` or ``Class().f``."""
    try:
        body = parse_tree(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    *classes, plain = name.split(".")
    way = ""
    for part in classes:
        owner = next((node for node in body if isinstance(node, ast.ClassDef) and node.name == part), None)
        if owner is None or _needs_arguments(owner):
            return None
        body, way = owner.body, f"{way}{part}()."
    functions = [node for node in body if isinstance(node, ast.FunctionDef) and node.name == plain]
    return (functions[-1], way + plain) if functions else None


def _needs_arguments(owner: ast.ClassDef) -> bool:
    made = [node for node in owner.body if isinstance(node, ast.FunctionDef) and node.name in ("__init__", "__new__")]
    bases = any(not (isinstance(base, ast.Name) and base.id == "object") for base in owner.bases)
    return bases or bool(owner.decorator_list) or any(len(_required(function)) > 1 for function in made)


def _required(function: ast.FunctionDef) -> list[ast.arg]:
    arguments = [*function.args.posonlyargs, *function.args.args]
    return arguments[: len(arguments) - len(function.args.defaults)]


def _parameters(function: ast.FunctionDef, *, method: bool) -> list[ast.arg]:
    """The parameters that must be given, and those with defaults, by position; ``*args`` and the like left out."""
    arguments = [*function.args.posonlyargs, *function.args.args]
    decorators = {decorator.id for decorator in function.decorator_list if isinstance(decorator, ast.Name)}
    return arguments[1:] if method and "staticmethod" not in decorators else arguments


def _example_arguments(function: ast.FunctionDef, name: str, parameters: list[ast.arg]) -> list[list[Any]]:
    docstring = ast.get_docstring(function, clean=False) or ""
    names = [argument.arg for argument in parameters]
    try:
        sources = [example.source for example in doctest.DocTestParser().get_examples(docstring)]
    except ValueError:
        sources = []
    sources += [example.call for example in find_examples(docstring, name, tuple(names))]
    rows: list[list[Any]] = []
    for source in sources:
        row = _arguments(source, name, names)
        if row is not None and row not in rows:
            rows.append(row)
    return rows


def _arguments(source: str, name: str, names: list[str]) -> list[Any] | None:
    """The literal arguments of the first call of the function in an example."""
    try:
        tree = parse_tree(source.strip())
    except (SyntaxError, ValueError):
        return None
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(node, ast.Call) and name in (getattr(called, "id", None), getattr(called, "attr", None)):
            try:
                given = {word.arg: ast.literal_eval(word.value) for word in node.keywords}
                row = [ast.literal_eval(argument) for argument in node.args]
            except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                return None
            rest = names[len(row) :]
            return [*row, *(given[each] for each in rest)] if set(given) == set(rest) else None
    return None


def _varied(rows: list[list[Any]], chance: random.Random) -> list[list[Any]]:
    """The examples with one argument made smaller, larger, empty, reversed, or taken from another example."""
    varied = []
    for row in rows:
        for place, value in enumerate(row):
            others = [other[place] for other in rows if len(other) > place and other[place] != value]
            news = [*_smaller(value), *chance.sample(others, min(2, len(others)))]
            varied += [[*row[:place], new, *row[place + 1 :]] for new in news]
    chance.shuffle(varied)
    return varied


def _smaller(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1] if value > 1 else [value + 1]
    if isinstance(value, float):
        return [value + 0.5, float(int(value))]
    if isinstance(value, str):
        return [value[:0], value[:1], value[1:], value[::-1], value + value[:1]]
    if isinstance(value, list):
        return [value[:0], value[:1], value[1:], value[::-1], value[:1] + value]
    if isinstance(value, tuple):
        return [value[:0], value[:1], value[1:], value[::-1], value[:1] + value]
    if isinstance(value, dict):
        return [{}, dict(list(value.items())[:1])]
    return []


def _generated(
    function: ast.FunctionDef, parameters: list[ast.arg], examples: list[list[Any]], count: int, seed: int
) -> list[list[Any]]:
    from hypothesis import HealthCheck, Phase, given, settings  # 0.3 s, and only for those who need inputs
    from hypothesis import seed as seeded
    from hypothesis import strategies as st
    from hypothesis.configuration import set_hypothesis_home_dir

    from autoglm_core.analysis.shapes import from_annotation, from_values

    # By default it makes a folder where the process was started: in the user's workspace.
    set_hypothesis_home_dir(platformdirs.user_cache_path("autoglm", appauthor=False) / "hypothesis")
    defaults = len(function.args.defaults)
    strategies = []
    for place, parameter in enumerate(parameters):
        known = [row[place] for row in examples if len(row) > place]
        strategy = from_values(known)
        if strategy is None:
            strategy = from_annotation(parameter.annotation)
        if strategy is None and place >= len(parameters) - defaults:
            break  # it keeps its default, as do those behind it
        if strategy is None:
            return []
        strategies.append(strategy)
    rows: list[list[Any]] = []

    @seeded(seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.tuples(*strategies))
    def collect(row: tuple[Any, ...]) -> None:
        rows.append(list(row))

    collect()
    return rows


def _call(way: str, arguments: list[Any]) -> str:
    return f"{way}({', '.join(map(repr, arguments))})"
