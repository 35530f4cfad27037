"""Whether what an example printed is what it says."""

from __future__ import annotations

import doctest

import pytest

from autoglm_core.validators.tests_doctests import answers


@pytest.mark.parametrize(
    ("want", "got", "same"),
    [
        ("'a'\n", "'a'\n", True),
        ('"a"\n', "'a'\n", True),
        ("[1,2]\n", "[1, 2]\n", True),
        ('["a", "b"]\n', "['a', 'b']\n", True),
        ('"a"\n', "'b'\n", False),
        ("15.0\n", "15\n", False),
        ("(1)\n", "1\n", True),
        ("a b\n", "a  b\n", False),
    ],
)
def test_a_literal_that_is_never_printed_so_is_compared_by_value(want: str, got: str, same: bool) -> None:
    assert answers(doctest.Example("f()\n", want), got, "", lenient=True) is same


def test_what_is_written_now_is_taken_to_the_letter() -> None:
    assert not answers(doctest.Example("f()\n", '"a"\n'), "'a'\n", "")


@pytest.mark.parametrize(
    ("source", "got", "same"),
    [("f(2) == 4", "True\n", True), ("f(2) == 4", "False\n", False), ("f(2)", "True\n", False), ("x = 1", "", True)],
)
def test_a_comparison_without_a_value_is_a_statement(source: str, got: str, same: bool) -> None:
    assert answers(doctest.Example(source + "\n", ""), got, "", lenient=True) is same
