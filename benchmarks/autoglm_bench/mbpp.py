"""Records of MBPP+ as problems: the printed assertion is the visible test, and says what types the inputs have.

JSON knows no tuples, sets and complex numbers, so the records hold lists and strings instead; the assertion shows
what the arguments really are, and how answers are compared.
"""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from autoglm_bench.plus import hidden
from autoglm_bench.problems import Problem, Visible

_NUMBERS = (int, float, complex)
_WITHOUT_ORDER = frozenset({
    # Functions whose answers EvalPlus (its special oracles, v0.2) compares as sets, whatever the assertion does.
    "similar_elements", "find_char_long", "common_in_nested_lists", "extract_singly", "larg_nnum",
    "intersection_array", "find_dissimilar", "Diff",
})  # fmt: skip

Kinds = Mapping[int, frozenset[type]]
"""The types of containers at each depth of a value; at -1 those of its innermost values."""


def mbpp_plus(record: Mapping[str, Any]) -> Problem:
    """A stub whose docstring is the statement with the assertion as a doctest; all inputs score.

    The stub has the name of the entry point, and the parameters of the canonical solution: the statement alone does
    not say how many there are, the assertion does not name them.
    """
    name, canonical = record["entry_point"], record["canonical_solution"]
    defined = [node for node in ast.parse(canonical).body if isinstance(node, ast.FunctionDef) and node.name == name]
    if not defined:
        raise ValueError(f"canonical_solution of {record['task_id']}, which defines no {name},")
    words = record["prompt"].strip().strip('"').strip()
    asserted = _assertions(words)
    lines = "\n".join(f"    {line}".rstrip() for line in _with_doctests(words, name).split("\n"))
    quotes = 'r"""' if "\\" in lines else '"""'
    text = f'def {name}({_parameters(defined[-1].args)}):\n    {quotes}{lines.strip()}\n    """\n'
    kinds = _kinds_of_arguments(asserted, name)
    inputs = [
        [[_typed(value, kinds.get(place, {})) for place, value in enumerate(row)] for row in record[key]]
        for key in ("base_input", "plus_input")
    ]
    scored = hidden(canonical, name, inputs[0], inputs[1], record["atol"], _meaning(asserted, name))
    return Problem(record["task_id"], Visible(text, name), scored)


def _parameters(arguments: ast.arguments) -> str:
    """The parameters without annotations, whose names the stub need not know."""
    for argument in ast.walk(arguments):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return ast.unparse(arguments)


def _assertions(words: str) -> tuple[ast.expr, ...]:
    found = [_assertion(line) for line in words.split("\n")]
    return tuple(test for test in found if test is not None)


def _assertion(line: str) -> ast.expr | None:
    """What a line of a statement asserts, None for a line of prose."""
    if not line.strip().startswith("assert"):
        return None
    try:
        [statement] = ast.parse(line.strip()).body
    except (SyntaxError, ValueError):
        return None
    return statement.test if isinstance(statement, ast.Assert) else None


def _with_doctests(words: str, name: str) -> str:
    lines: list[str] = []
    for line in words.split("\n"):
        test = _assertion(line)
        example = _doctest(test, name) if test is not None else None
        lines += ["", *example] if example else [line]
    return "\n".join(lines)


def _doctest(test: ast.expr, name: str) -> tuple[str, str] | None:
    """The assertion as an example; None where it needs names that the stub does not know."""
    names = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
    if not names <= {name} | set(vars(builtins)):
        return None
    call = test.left if isinstance(test, ast.Compare) and len(test.ops) == 1 else None
    if isinstance(test, ast.Compare) and _is_call(call, name) and isinstance(test.ops[0], ast.Eq):
        value = None  # of which doctest prints nothing
        with suppress(ValueError):
            value = ast.literal_eval(test.comparators[0])
        if value is not None and not _has_no_order(test.comparators[0]):
            return f">>> {ast.unparse(test.left)}", repr(value)
    if isinstance(test, ast.Compare) or (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)):
        return f">>> {ast.unparse(test)}", "True"
    return f">>> bool({ast.unparse(test)})", "True"


def _is_call(node: ast.AST | None, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _has_no_order(value: ast.expr) -> bool:
    """Whether equal values may print differently."""
    return any(isinstance(node, ast.Set | ast.Dict) for node in ast.walk(value))


def _meaning(asserted: Iterable[ast.expr], name: str) -> str:
    """How answers are compared, by how the assertion does it."""
    if name in _WITHOUT_ORDER:
        return "set"
    for test in asserted:
        if isinstance(test, ast.Compare):
            return "set" if _is_call(test.left, "set") else "answer"
        return "truth"
    return "answer"


def _kinds_of_arguments(asserted: Iterable[ast.expr], name: str) -> Mapping[int, Kinds]:
    nodes = (node for test in asserted for node in ast.walk(test))
    call = next((node for node in nodes if isinstance(node, ast.Call) and _is_call(node, name)), None)
    found: dict[int, Kinds] = {}
    for place, argument in enumerate(call.args if call else ()):
        kinds: defaultdict[int, set[type]] = defaultdict(set)
        try:
            _note(ast.literal_eval(argument), 0, kinds)
        except ValueError:
            continue  # no literal, so nothing is known
        found[place] = {depth: frozenset(types) for depth, types in kinds.items()}
    return found


def _note(value: Any, depth: int, kinds: defaultdict[int, set[type]]) -> None:
    if not isinstance(value, list | tuple | set | dict):
        kinds[-1].add(type(value))
        return
    kinds[depth].add(type(value))
    for part in value.values() if isinstance(value, dict) else value:
        _note(part, depth + 1, kinds)


def _typed(value: Any, kinds: Kinds, depth: int = 0) -> Any:
    """The value with the types that the assertion shows at its depth; what it does not show stays."""
    if isinstance(value, dict):
        return {key: _typed(part, kinds, depth + 1) for key, part in value.items()}
    if isinstance(value, list):
        parts = [_typed(part, kinds, depth + 1) for part in value]
        deepest = max(kinds, default=-1)
        shown = kinds.get(depth if deepest < 1 else min(depth, deepest), frozenset())
        if shown == {tuple}:
            return tuple(parts)
        if shown and shown <= {set, dict}:
            return set(parts) or {}  # where JSON has a list, there was a set; an empty one is written {}
        return parts
    leaves = kinds.get(-1, frozenset())
    if isinstance(value, str) and depth == 0 and leaves and leaves <= set(_NUMBERS):
        with suppress(ValueError):
            return complex(value)
    return value
