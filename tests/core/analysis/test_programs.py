"""When two texts are the same program."""

from __future__ import annotations

import pytest

from autoglm_core.analysis.programs import fingerprint


@pytest.mark.parametrize(
    "other",
    [
        "def f(a):\n    return a+1\n",
        "def f(a):\n    # a comment\n    return (a + 1)\n",
        "def f(a):\n    '''A docstring.'''\n    return a + 1\n\n\n",
    ],
)
def test_layout_comments_and_docstrings_do_not_count(other: str) -> None:
    assert fingerprint("def f(a):\n    return a + 1\n") == fingerprint(other)


@pytest.mark.parametrize("other", ["def f(a):\n    return a + 2\n", "def f(b):\n    return b + 1\n", "f = 1\n"])
def test_another_program_is_another(other: str) -> None:
    assert fingerprint("def f(a):\n    return a + 1\n") != fingerprint(other)


@pytest.mark.parametrize("text", ["def f(", "\0", "(" * 5000 + ")" * 5000])
def test_what_does_not_parse_is_no_program(text: str) -> None:
    assert fingerprint(text) is None


def test_a_lone_surrogate_is_no_trouble() -> None:
    assert fingerprint("x = '\\ud800'\n") is not None
