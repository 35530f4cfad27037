"""Examples that documentation gives in prose."""

from __future__ import annotations

import doctest

import pytest

from autoglm_core.analysis.examples import Example, find_examples, is_prose


def values(docstring: str, *parameters: str) -> list[tuple[str, str]]:
    return [(e.call, e.value) for e in find_examples(docstring, "f", parameters or ("a",))]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("f([1, 2]) == 3", "3"),
        ("f([1, 2]) = 3", "3"),
        ("f([1, 2]) ➞ 3", "3"),
        ("f([1, 2]) -> [3, 'x']", "[3, 'x']"),
        ("f([1, 2]) => (3, 4)", "(3, 4)"),
        ("f([1, 2]) ==> 'a b'", "'a b'"),
        ("f([1, 2]) returns 3", "3"),
        ("f([1, 2]) should return 3.", "3"),
        ("f([1, 2]) # returns 3", "3"),
        ("f([1, 2])   # => 3", "3"),
        ("f([1, 2]), returns True", "True"),
        ("f([1, 2]) is false", "False"),
        ("* f([1, 2]) == -3, as it is small", "-3"),
        ("assert f([1, 2]) == {'a': [1]}", "{'a': [1]}"),
        ("`f([1, 2])` gives `None`", "None"),
        ("for f([1, 2]) it should return 2.5", "2.5"),
        (">>> f([1, 2]) == 3", "3"),
        (">>> f([1, 2]) == 3\n>>> f(x)\n4", "3"),
    ],
)
def test_signs_and_words_that_mean_gives(line: str, value: str) -> None:
    assert values(line) == [("f([1, 2])", value)]


@pytest.mark.parametrize(
    "line",
    [
        "f([1, 2]) is large",
        "f(x) == 3",
        "f([1, 2]) == g(3)",
        "f([1, 2]) returns the sum",
        "f([1, 2]) == 3 + 4",
        "f([1, 2]) returns 3 or 4",
        "g.f([1]) == 3",
        "f([1, 2]",
        "f([1, 2]) 3",
        ">>> f([1, 2]) == 3\nTrue",
        ">>> f([1, 2]) [3, 4]",
        "f([1, 2]) is true for large lists",
    ],
)
def test_what_is_not_certain_is_left_out(line: str) -> None:
    assert values(line) == []


def test_a_call_that_gives_two_values_gives_none() -> None:
    assert values("f(1) == 2\nf(2) == 3\nf(1) == 4") == [("f(2)", "3")]


def test_input_and_output_below_it() -> None:
    text = "Example 1:\n    Input: [4, 2, 3]\n    Output: [2, 1]\n\nInput: a = [], b = 'x'\nOutput: 0\n"
    assert values(text) == [("f([4, 2, 3])", "[2, 1]")]
    assert values(text, "a", "b") == [("f(a=[], b='x')", "0")]


def test_a_case_in_words() -> None:
    text = 'For s = "abc", c = "b", the result should be ("ac", False)\nWhen s is large, nothing is certain'
    assert values(text, "s", "c") == [("f(s='abc', c='b')", "('ac', False)")]


def test_the_line_is_counted_in_the_docstring() -> None:
    assert find_examples("Words.\n\nf(1) == 2\n", "f", ("a",)) == (Example("f(1)", "2", 2),)


def test_hostile_text_takes_no_time() -> None:
    assert values("f(" * 2000 + ")" * 2000 + " == " + "[" * 3000) == []


def test_doctests_that_doctest_cannot_read_are_read_one_by_one() -> None:
    text = '    >>> f("ab\nc")\n    x\n    >>> f("a")\n    "b"\n    >>> f("c") + 1\n    2\n'
    assert values(text) == [('f("a")', "'b'")]
    assert values(">>> f(\"a\")\n'b'\n") == []


@pytest.mark.parametrize(
    ("source", "want", "prose"),
    [
        ("f(2) == [4]", "", True),
        ("f(2) [4, 5]", "", True),
        ("f('é', n=1) [4, 5]", "", True),
        ("f(2) == [4]", "True\n", False),
        ("f(2) == 4  # doctest: +SKIP", "", False),
        ("f(\n2) == 4", "", False),  # prose is read line by line
        ("f(2)[4, 5]", "", False),  # an index, whose value may be None
        ("f(2) [4]", "", False),
        ("f(2) < 4", "", False),  # prose says nothing of it
        ("f(2) == f(3)", "", False),
        ("f(x) == 4", "", False),
        ("g(2) == 4", "", False),
        ("a.f(2) == 4", "", False),
        ("1 < f(2) == 4", "", False),
        ("f(2)", "", False),
        ("x = f(2)", "", False),
    ],
)
def test_doctests_that_no_code_can_meet_are_prose(source: str, want: str, prose: bool) -> None:
    options = {doctest.SKIP: True} if "+SKIP" in source else {}
    assert is_prose(doctest.Example(source + "\n", want, options=options), "f") is prose


def test_a_skipped_doctest_says_nothing() -> None:
    assert values(">>> f(2) == 4  # doctest: +SKIP\n") == []
