"""Calls with inputs that fit a function."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from autoglm_core.analysis.inputs import caller_of, docstring_of, generate_calls, signature_of


def arguments(calls: tuple[str, ...]) -> list[list[object]]:
    trees = [ast.parse(call, mode="eval").body for call in calls]
    return [[ast.literal_eval(each) for each in tree.args] for tree in trees if isinstance(tree, ast.Call)]


def test_documented_examples_come_first_and_the_rest_is_like_them() -> None:
    text = 'def f(words, n):\n    """Cut.\n\n    >>> f(["ab", "c"], 2)\n    []\n    f([], 3) == 1\n    """\n'
    calls = generate_calls(text, "f", count=40, seed=1)
    assert calls[:2] == ("f(['ab', 'c'], 2)", "f([], 3)")
    assert len(calls) == len(set(calls)) == 40
    assert all(isinstance(w, list) and isinstance(n, int) and n > 0 for w, n in arguments(calls))
    assert all(set("".join(map(str, w))) <= set("abc") for w, _ in arguments(calls) if isinstance(w, list))


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        ("int", int),
        ("str", str),
        ("float", float),
        ("bool", bool),
        ("list[int]", list),
        ("List[str]", list),
        ("typing.Dict[str, int]", dict),
        ("tuple[int, str]", tuple),
        ("set[int]", set),
        ("Optional[int]", (int, type(None))),
        ("int | str", (int, str)),
        ("'list[int]'", list),
        ("Literal['a', 'b']", str),
    ],
)
def test_inputs_from_types(annotation: str, kind: type) -> None:
    calls = generate_calls(f"def f(a: {annotation}):\n    return a\n", "f", count=20, seed=1)
    assert calls
    rows = [eval(call, {"f": lambda a: a}) for call in calls]
    assert all(isinstance(row, kind) for row in rows)


@pytest.mark.parametrize(
    "text",
    [
        "def f(a):\n    return a\n",
        "def f(a: Stream):\n    return a\n",
        "def f(a: int, b: Callable):\n    return a\n",
        "def f(\n",
        "def g(a: int): ...\n",
        "class A:\n    def __init__(self, x): ...\n    def f(self, a: int): ...\n",
    ],
)
def test_nothing_fits(text: str) -> None:
    assert generate_calls(text, "A.f" if "class" in text else "f", count=5, seed=1) == ()


def test_a_parameter_with_a_default_may_be_left_out() -> None:
    calls = generate_calls("def f(a: int, key=None):\n    return a\n", "f", count=5, seed=1)
    assert calls
    assert all(len(row) == 1 for row in arguments(calls))


def test_methods_are_called_on_an_object_that_needs_nothing() -> None:
    text = "class A:\n    def f(self, a: int, b: int):\n        return a\n"
    assert all(call.startswith("A().f(") for call in generate_calls(text, "A.f", count=5, seed=1))
    assert signature_of(text, "A.f") == ("a", "b")
    assert caller_of(text, "A.f") == "A().f"


def test_the_same_seed_gives_the_same_calls() -> None:
    text = "def f(a: list[int], b: str):\n    return a\n"
    assert generate_calls(text, "f", count=30, seed=4) == generate_calls(text, "f", count=30, seed=4)


def test_a_function_without_parameters_is_called_once() -> None:
    assert generate_calls("def f():\n    return 1\n", "f", count=9, seed=1) == ("f()",)


def test_the_docstring_as_it_is_written() -> None:
    assert docstring_of('def f():\n    """A.\n\n      B."""\n', "f") == "A.\n\n      B."
    assert docstring_of("def f(): ...\n", "g") == ""


def test_nothing_is_left_where_the_program_was_started(tmp_path: Path) -> None:
    text = "def f(words: list[str], of: dict[str, str]) -> int:\n    return len(words)\n"
    code = (
        f"from autoglm_core.analysis.inputs import generate_calls as g; print(len(g({text!r}, 'f', count=40, seed=1)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert int(done.stdout) > 10
    assert list(tmp_path.iterdir()) == []
