"""MBPP+: what the printed assertion tells about inputs, answers and the visible test."""

from __future__ import annotations

import doctest
from typing import Any

import pytest

from autoglm_bench.mbpp import mbpp_plus
from autoglm_bench.problems import Problem
from autoglm_bench.scoring import Score, Scorer


def problem(assertion: str, *rows: list[Any], canonical: str = "def f(a):\n    return a\n", name: str = "f") -> Problem:
    prompt = f'"""\nSay what it is.\n{assertion}\n"""\n'
    record = {"task_id": "M/1", "prompt": prompt, "entry_point": name, "canonical_solution": canonical}
    return mbpp_plus(record | {"base_input": list(rows), "plus_input": {}, "atol": 0})


def lines(found: Problem) -> list[str]:
    return [line.strip() for line in found.visible.text.splitlines()]


@pytest.mark.parametrize(
    ("assertion", "example", "answer"),
    [
        ("assert f(3)==6", ">>> f(3)", "6"),
        ('assert f( "a" ) == "b"', ">>> f('a')", "'b'"),
        ("assert f(2) == 0.50", ">>> f(2)", "0.5"),
        ("assert f([1]) == [(1, 'x')]", ">>> f([1])", "[(1, 'x')]"),
        ("assert set(f(1)) == set([2, 3])", ">>> set(f(1)) == set([2, 3])", "True"),
        ("assert f(1) == {2: 3, 4: 5}", ">>> f(1) == {2: 3, 4: 5}", "True"),
        ("assert f(1) == None", ">>> f(1) == None", "True"),
        ("assert f(1)", ">>> bool(f(1))", "True"),
        ("assert not f(1)", ">>> not f(1)", "True"),
        ("assert abs(f(1) - 2) < 1", ">>> abs(f(1) - 2) < 1", "True"),
    ],
)
def test_the_assertion_is_a_doctest_that_means_the_same(assertion: str, example: str, answer: str) -> None:
    found = lines(problem(assertion))
    place = found.index(example)
    assert found[place - 1 : place + 2] == ["", example, answer]


@pytest.mark.parametrize("assertion", ["assert f(1) == sys.getsizeof(2)", "assert f(1 ==", "asserts nothing"])
def test_what_a_stub_cannot_run_stays_text(assertion: str) -> None:
    found = problem(assertion)
    assert assertion in lines(found)
    assert ">>>" not in found.visible.text


def test_the_stub_has_the_parameters_of_the_canonical_solution_and_nothing_else_of_it() -> None:
    canonical = "from typing import List\ndef g(): pass\ndef f(a: List[int], b=2, *rest: int, **more):\n    return 77\n"
    assert problem("assert f(3) == 6", canonical=canonical).visible.text == (
        'def f(a, b=2, *rest, **more):\n    """Say what it is.\n\n    >>> f(3)\n    6\n    """\n'
    )


def test_backslashes_stay_what_they_are() -> None:
    found = problem("assert f('a\\\\nb') == 'a\\n'")
    names: dict[str, Any] = {}
    exec(found.visible.text, names)
    [example] = doctest.DocTestParser().get_examples(names["f"].__doc__)
    assert (eval(example.source[1:]), eval(example.want)) == ("a\\nb", "a\n")


@pytest.mark.parametrize(
    ("assertion", "row", "real"),
    [
        ("assert f((3, 4)) == 1", [[5, 6, 7]], [(5, 6, 7)]),
        ("assert f([3, 4]) == 1", [[5, 6, 7]], [[5, 6, 7]]),
        ("assert f([(1, 2), (3, 4)], 5) == 1", [[[5, 6]], 7], [[(5, 6)], 7]),
        ("assert f((1, [2]), [3]) == 1", [[1, [2]], [3]], [(1, [2]), [3]]),
        ("assert f((4, (7, (2, 4)))) == 1", [[1, [2, [3, [4]]]]], [(1, (2, (3, (4,))))]),
        ("assert f((4, 5)) == 1", [[1, [2]]], [(1, [2])]),
        ("assert f({'a': (1, 2)}) == 1", [{"b": [3]}], [{"b": (3,)}]),
        ("assert f([{1}, {}]) == 1", [[[2], []]], [[{2}, {}]]),
        ("assert f(1, 2j) == 1", ["1", "-2j"], [1 + 0j, -2j]),
        ("assert f(1) == 1", ["word"], ["word"]),
        ("assert f([1, 2]) == 1", [["1j"]], [["1j"]]),
        ("assert f('1') == 1", ["2"], ["2"]),
        ("assert f(other) == 1", [[1]], [[1]]),
    ],
)
def test_inputs_get_the_types_that_the_assertion_shows(assertion: str, row: list[Any], real: list[Any]) -> None:
    found = problem(assertion, row, canonical="def f(*all):\n    return all\n")
    names: dict[str, Any] = {}
    exec(found.hidden.reference, names)
    seen: list[Any] = []

    def note(*arguments: Any) -> Any:
        seen.extend(arguments)
        return arguments

    names["base"].check(note)
    assert repr(seen) == repr(real)


@pytest.mark.parametrize(
    ("assertion", "name", "right"),
    [
        ("assert set(f(0)) == set((1, 2))", "f", True),
        ("assert f(0) == (1, 2)", "f", False),
        ("assert Diff(0) == (1, 2)", "Diff", True),  # one of those that EvalPlus compares as sets
    ],
)
async def test_answers_are_compared_as_the_assertion_does(assertion: str, name: str, right: bool) -> None:
    found = problem(assertion, [0], canonical=f"def {name}(a):\n    return (1, 2)\n", name=name)
    score = await Scorer().score(f"def {name}(a):\n    return [2, 1]\n", found.hidden)
    assert score == Score(right, right)


def test_numbers_that_python_does_not_write_as_it_reads_them() -> None:
    found = problem("assert f(1.0) == 1", [float("inf")], [float("-inf")])
    names: dict[str, Any] = {}
    exec(found.hidden.reference, names)
    names["base"].check(lambda a: a)
    with pytest.raises(AssertionError):
        names["base"].check(abs)
