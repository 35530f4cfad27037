"""When answers are the same, by EvalPlus's rules."""

from __future__ import annotations

import re
from typing import Any

import pytest

from autoglm_bench.equivalence import Answers, digit_distance, pyramid_surface, same


@pytest.mark.parametrize(
    ("wanted", "got", "atol", "right"),
    [
        (4, 4, 0, True),
        (4, 4.0, 0, True),
        (4, 5, 0, False),
        ([1, 2], (1, 2), 0, False),
        ("a", "a", 0, True),
        (0.3, 0.1 + 0.2, 0, True),
        (0.3, 0.31, 0, False),
        (0.3, 0.31, 0.1, True),
        ([0.3], [0.1 + 0.2], 0, True),
        ([0.3], (0.1 + 0.2,), 0, False),
        ([0.3, 1.0], [0.1 + 0.2], 0, False),
        ([["a", 0.3]], [["a", 0.1 + 0.2]], 0, False),
        ([[0.3]], [[0.1 + 0.2]], 1e-6, True),
        (float("inf"), float("inf"), 0, True),
        (float("inf"), 1.0, 0, False),
        ([float("inf"), 0.3], [float("inf"), 0.1 + 0.2], 0, True),
        (1e9, 1e9 + 1, 0, True),
        (10, 11, 1.5, True),
        (10, 11.0, 1.5, False),
        (None, 0, 1.5, False),
    ],
)
def test_same(wanted: Any, got: Any, atol: float, right: bool) -> None:
    assert same(wanted, got, atol) is right


def agree(known: Any, candidate: Any, *rows: list[Any], meant: str = "answer", also: str = "False") -> bool:
    answers = Answers({"f": known, "scale": 2}, "f", rows, 0, meant, also)
    try:
        answers.check(candidate)
    except AssertionError:
        return False
    return True


def test_answers_without_order_are_compared_as_sets() -> None:
    assert agree(lambda a: [1, 2], lambda a: (2, 1, 2), [0], meant="set")
    assert not agree(lambda a: [1, 2], lambda a: (2, 1), [0])
    assert not agree(lambda a: [1, 2], lambda a: [1], [0], meant="set")


def test_a_match_counts_as_being_there() -> None:
    def known(text: str) -> re.Match[str] | None:
        return re.search("a", text)

    assert agree(known, lambda text: "a" in text, ["a"], ["b"], meant="truth")
    assert agree(known, lambda text: re.match(".*a", text), ["a"], ["b"], meant="truth")
    assert not agree(known, lambda text: True, ["a"], ["b"], meant="truth")
    assert not agree(lambda n: n == 2, lambda n: "yes", [2], meant="truth"), "a bool is compared as it is"


def test_another_right_answer_is_accepted_where_the_problem_has_one() -> None:
    root = "names['scale'] * row[0] == got * got"
    assert agree(lambda a: 2.0, lambda a: -2.0, [2], also=root)
    assert not agree(lambda a: 2.0, lambda a: -3.0, [2], also=root)


def test_a_program_that_changes_its_arguments_changes_them_for_itself() -> None:
    def popping(values: list[int]) -> int:
        return values.pop()

    row = [[1, 2]]
    assert agree(popping, lambda values: values[-1], row)
    assert agree(lambda values: values[-1], popping, row, row)
    assert row == [[1, 2]]


def test_statements_that_can_be_read_in_two_ways() -> None:
    assert digit_distance(123, 7) == 1 + 2 + 4
    assert digit_distance(1, 2) == 1
    assert pyramid_surface(3, 4) == 35
