"""When two values that were written down are the same."""

from __future__ import annotations

import pytest

from autoglm_core.analysis.calls import CallResult, Came
from autoglm_core.analysis.values import behaviour, gives


def value(text: str, **more: str) -> CallResult:
    return CallResult(Came.VALUE, text, **more)


def test_whole_floats_are_their_integers() -> None:
    assert behaviour(value("[1.0, 2.5]")) == behaviour(value("[1, 2.5]"))
    assert behaviour(value("'1.0'")) != behaviour(value("'1.01'"))


def test_changed_arguments_and_prints_count() -> None:
    assert behaviour(value("1", changed="[2]")) != behaviour(value("1", changed="[3]"))
    assert behaviour(value("1", printed="a")) != behaviour(value("1"))


def test_of_errors_the_kind_counts() -> None:
    one, two = CallResult(Came.ERROR, "KeyError: 'a'"), CallResult(Came.ERROR, "KeyError: 'b'")
    assert behaviour(one) == behaviour(two)
    assert behaviour(one) != behaviour(CallResult(Came.ERROR, "ValueError: 'b'"))
    assert behaviour(one) != behaviour(CallResult(Came.TIMEOUT))


@pytest.mark.parametrize(
    ("came", "written", "same"),
    [
        ("3.14159", "3.14", True),
        ("3.15", "3.14", False),
        ("2", "2.0", True),
        ("[1]", "[1]", True),
        ("(1,)", "[1]", False),
    ],
)
def test_what_documentation_writes_is_rounded(came: str, written: str, same: bool) -> None:
    assert gives(value(came), value(written), written) is same


def test_no_value_is_never_what_was_wanted() -> None:
    lost = CallResult(Came.LOST)
    assert not gives(lost, lost, "1")
    assert not gives(CallResult(Came.ERROR, "1"), value("1"), "1")
