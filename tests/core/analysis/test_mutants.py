"""Small changes of code."""

from __future__ import annotations

import ast

import pytest

from autoglm_core.analysis.mutants import list_mutants, list_repairs
from autoglm_core.analysis.programs import fingerprint
from autoglm_core.types import Span

CODE = '''\
"""A module."""


def above(numbers, limit):
    """Count numbers above a limit.

    >>> above([1, 5], 3)
    1
    """
    count = 0
    for number in numbers:
        if number > limit and number != 7:
            count += 1
    return count
'''


def whole(text: str) -> Span:
    return Span(0, len(text))


def test_each_mutant_parses_and_is_another_program() -> None:
    mutants = list_mutants(CODE, whole(CODE))
    prints = [fingerprint(mutant.text) for mutant in mutants]
    assert len(mutants) > 8
    assert None not in prints
    assert len({*prints, fingerprint(CODE)}) == len(mutants) + 1


def test_a_mutant_says_what_changed_and_where() -> None:
    found = {(mutant.line, mutant.what) for mutant in list_mutants(CODE, whole(CODE))}
    assert (11, "`>` becomes `>=`") in found
    assert (11, "`and` becomes `or`") in found
    assert (12, "`+=` becomes `-=`") in found
    assert (13, "`return count` returns None") in found


def test_only_the_span_changes() -> None:
    start = CODE.index("    return count")
    for mutant in list_mutants(CODE, Span(start, len(CODE))):
        assert mutant.text.startswith(CODE[:start])


def test_docstrings_and_comments_stay() -> None:
    for mutant in list_mutants(CODE, whole(CODE)):
        assert ast.get_docstring(ast.parse(mutant.text)) == "A module."
        assert ">>> above([1, 5], 3)\n    1\n" in mutant.text


@pytest.mark.parametrize("text", ["def f(:\n", "\0", "def f():\r\n    return 1\r\n"])
def test_what_cannot_be_edited_has_no_mutants(text: str) -> None:
    assert list_mutants(text, whole(text)) == ()


def test_the_places_are_right_behind_letters_of_many_bytes() -> None:
    text = "def f(a):\n    return 'ÄÖ€😀' + a if a > 'ß' else 1 + 2\n"
    found = {mutant.text for mutant in list_mutants(text, whole(text))}
    assert "def f(a):\n    return 'ÄÖ€😀' + a if a >= 'ß' else 1 + 2\n" in found
    assert "def f(a):\n    return 'ÄÖ€😀' + a if a > 'ß' else 1 - 2\n" in found


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("def f(a):\n    return a[0:len(a)]\n", "def f(a):\n    return a[0:len(a) - 1]\n"),
        ("def f(a, b):\n    return a - b\n", "def f(a, b):\n    return b - a\n"),
        ("def f(a):\n    return a\n", "def f(a):\n    if not a:\n        return []\n    return a\n"),
        ("def f(a):\n    return sum(a)\n", "def f(a):\n    return abs(sum(a))\n"),
        ("def f(a, b):\n    return a + a\n", "def f(a, b):\n    return a + b\n"),
        ("def f(a, b):\n    return a in b\n", "def f(a, b):\n    return b in a\n"),
        (
            "def f(a):\n    for x in a:\n        y = x\n        return y\n",
            "def f(a):\n    for x in a:\n        y = x\n    return y\n",
        ),
        ("def f(a):\n    return sorted(a)\n", "def f(a):\n    return sorted(a, reverse=True)\n"),
    ],
)
def test_repairs_reach_further_than_mutants(wrong: str, right: str) -> None:
    assert fingerprint(right) in {fingerprint(repair.text) for repair in list_repairs(wrong, whole(wrong))}


def test_repairs_begin_with_the_mutants() -> None:
    mutants = list_mutants(CODE, whole(CODE))
    assert list_repairs(CODE, whole(CODE))[: len(mutants)] == mutants


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("def f(a, b):\n    return a + b + b + a\n", "def f(a, b):\n    return a + b\n"),
        (
            "def f(a):\n    n = m = 0\n    m -= 1\n    return n, m\n",
            "def f(a):\n    n = m = 0\n    n -= 1\n    return n, m\n",
        ),
        ("def f(a):\n    a -= 2\n    return a\n", "def f(a):\n    a //= 2\n    return a\n"),
        (
            "def f(a):\n    if a:\n        return True\n    return False\n",
            "def f(a):\n    if a:\n        return False\n    return True\n",
        ),
        ("def f(a):\n    return 'x' if a else ' I'\n", "def f(a):\n    return 'x' if a else 'I '\n"),
        ("def f(a):\n    return '(' if a == '[' else 0\n", "def f(a):\n    return '(' if a == '(' else 0\n"),
        ("def f(a):\n    return len(set(a))\n", "def f(a):\n    return len(set(a.lower()))\n"),
        ("def f(a, b):\n    return 1 / (a - b)\n", "def f(a, b):\n    return 1 / ((a - b) + 1)\n"),
        (
            "def f(a):\n    if a:\n        return ' '\n    return ' '\n",
            "def f(a):\n    if a:\n        return ''\n    return ''\n",
        ),
    ],
)
def test_slips_of_models_are_within_reach(wrong: str, right: str) -> None:
    assert fingerprint(right) in {fingerprint(repair.text) for repair in list_repairs(wrong, whole(wrong))}
