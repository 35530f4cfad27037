"""What is wrong with a document, mended by rule, in several readings."""

from __future__ import annotations

from pathlib import Path

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
