"""Slips of syntax, mended a line at a time."""

from __future__ import annotations

import ast

import pytest

from autoglm_core.repair.syntax import mend_syntax


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("def f(a)\n    return a\n", "def f(a):\n    return a\n"),
        ("def f(a):\n    if a = 1:\n        return 2\n", "def f(a):\n    if a == 1:\n        return 2\n"),
        ("def f(a):\n    return max(a, (1)\n", "def f(a):\n    return max(a, (1))\n"),
        ("def f(a):\n    while g(a:\n        a += 1\n", "def f(a):\n    while g(a):\n        a += 1\n"),
        ("def f(a):\n    // add one\n    return a + 1\n", "def f(a):\n    # add one\n    return a + 1\n"),
        ("def f(a):\n    /* add one */\n    return a + 1\n", "def f(a):\n    # add one\n    return a + 1\n"),
        ("def f(a):\n    retrun a\n", "def f(a):\n    return a\n"),
        ("def f(a):\n    if a && 1:\n        return a\n", "def f(a):\n    if a and 1:\n        return a\n"),
        (
            "def f(a):\n    if a:\n        return 1\n    else if a == 2:\n        return 2\n",
            "def f(a):\n    if a:\n        return 1\n    elif a == 2:\n        return 2\n",
        ),
        ("def f(a):\n    a++\n    return a\n", "def f(a):\n    a += 1\n    return a\n"),
        ("def f(a):\n    return a == 'C\"\n", "def f(a):\n    return a == 'C'\n"),
        ("def f(a):\n    b = 1\n      return b\n", "def f(a):\n    b = 1\n    return b\n"),
        ("def f(a):\n    let b = a\n    return b\n", "def f(a):\n    b = a\n    return b\n"),
        (
            "def f(a)\n    if a\n        return [1, (2\n    return 3\n",
            "def f(a):\n    if a:\n        return [1, (2)]\n    return 3\n",
        ),
    ],
)
def test_usual_slips(wrong: str, right: str) -> None:
    mended = mend_syntax(wrong)
    assert mended is not None
    assert ast.dump(ast.parse(mended)) == ast.dump(ast.parse(right))


def test_what_parses_is_left_alone() -> None:
    assert mend_syntax("def f(a):\n    return a\n") is None


@pytest.mark.parametrize("text", ["def f(a):\n    this is prose, and more of it\n", "\0", "class def while (((\n" * 5])
def test_what_cannot_be_read_is_left_to_a_model(text: str) -> None:
    assert mend_syntax(text) is None
