"""What is wrong with a document, mended by rule, in several readings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autoglm_core.repair.mends import mend
from autoglm_core.types import Document, Finding, Severity, Span


def unresolved(text: str, *names: str) -> list[Finding]:
    places = ((name, text.index(name)) for name in names)
    return [
        Finding("names_types", "unresolved-reference", Severity.ERROR, Span(at, at + len(name)), f"Name `{name}`")
        for name, at in places
    ]


def test_names_of_several_kinds_are_mended_together() -> None:
    text = "def f(numbers):\n    console.log(nubmers)\n    return Math.min(numbres, Counter(numbers)[1])\n"
    made = mend(Document(Path("/w/m.py"), text), unresolved(text, "console", "nubmers", "Math", "numbres", "Counter"))
    best, words = made[0]
    assert best == (
        "from collections import Counter\n\ndef f(numbers):\n    print(numbers)\n"
        "    return min(numbers, Counter(numbers)[1])\n"
    )
    assert "change `nubmers` to `numbers`" in words
    assert "write what `Math` is in Python" in words
    assert "add `from collections import Counter`" in words


def test_each_other_reading_changes_one_name() -> None:
    text = "def f(count, counts):\n    return cont\n"
    made = mend(Document(Path("/w/m.py"), text), unresolved(text, "cont"))
    assert [each for each, _ in made] == [text.replace("cont\n", "count\n"), text.replace("cont\n", "counts\n")]


def test_nothing_is_known_of_what_is_right() -> None:
    assert mend(Document(Path("/w/m.py"), "def f(a):\n    return a\n"), []) == []


@pytest.mark.parametrize(
    ("text", "looped"),
    [
        ("def f(a):\n    if n in a:\n        print(n)\n    return 1\n", True),
        ("def f(a):\n    if n in range(3):  # each\n\n        print(n)\n", True),
        ("def f(a):\n\tif n in a:\n\t\tprint(n)\n\treturn 1\n", True),
        ("def f(a):\n    if n in a:\n        print(n)\n    else:\n        return 1\n", False),
        ("def f(a):\n    if n in a:\n        print(n)\n    return 1\nelse_ = 2\n", True),
        ("def f(a):\n    if n in a:\n        return 1\n", False),
        ("def f(a):\n    if n in a:\n        print(a.n)\n", False),
        ("def f(n_, a):\n    if n in a:\n        print(n)\n", False),
        ("def f(a):\n    if n > a:\n        print(n)\n", False),
        ("def f(a):\n    if a and n in a:\n        print(n)\n", False),
        ("def f(a):\n    while n in a:\n        print(n)\n", False),
    ],
)
def test_a_test_of_a_name_that_nothing_binds_was_meant_as_a_loop(text: str, looped: bool) -> None:
    place = text.index(" n ") + 1
    finding = Finding("names_types", "unresolved-reference", Severity.ERROR, Span(place, place + 1), "Name `n`")
    made = mend(Document(Path("/w/m.py"), text), [finding])
    wanted = text.replace("if n in", "for n in")
    assert ((wanted, "loop with `n`") in made) is looped


def test_a_call_that_does_not_fit_its_one_argument_is_dropped() -> None:
    text = "def f(a):\n    return len(sum(a)) + len(a)\n"
    start = text.index("sum(a)")
    found = Finding("names_types", "invalid-argument-type", Severity.ERROR, Span(start, start + 6), "Argument to `len`")
    made = mend(Document(Path("/w/m.py"), text), [found])
    assert made == [(text.replace("len(sum(a))", "sum(a)"), "take what `len` is given for its value")]
    other = text.replace("len(sum(a))", "len(1, sum(a))")
    start = other.index("sum(a)")
    assert mend(Document(Path("/w/m.py"), other), [replace(found, span=Span(start, start + 6))]) == []
