"""Which names are looked up when a function is called, or while a class is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoglm_core.analysis.lookups import certain_names, class_level_names
from autoglm_core.targets import find_target
from autoglm_core.types import Document

METHOD = "    def f(self):\n        return here\n"


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("console.log(1)", ["console"]),
        ("'é'; x = limit + [n for n in rows]", ["limit", "n", "rows"]),
        ("x = lambda: later", []),
        ("x: later = 1", []),
        ("def g(self, a: later = later): ...", []),
        ("if maybe: x = maybe", []),
    ],
)
def test_expressions_and_assignments_of_the_class_around(line: str, names: list[str]) -> None:
    text = f"class B:\n    y = other\n\n\nclass A:\n{METHOD}    {line}\n"
    found = class_level_names(Document(Path("a.py"), text), text.index("here"))
    assert sorted(text[at:].split(".")[0].split(" ")[0].strip("]\n") for at in found) == names


def test_none_outside_of_classes_and_where_nothing_can_be_read() -> None:
    assert class_level_names(Document(Path("a.py"), "x = y\n"), 0) == frozenset()
    assert class_level_names(Document(Path("a.py"), "class A:\n    x = (\n"), 12) == frozenset()


def test_names_under_a_condition_are_not_certain() -> None:
    text = (
        "def other():\n    return no\n\n\n@wrap\ndef f(a):\n    é = first if second else third\n    for b in fourth:\n"
        "        if fifth:\n            sixth()\n    try:\n        seventh()\n    except E:\n        pass\n"
        "    return eighth(lambda: ninth) or tenth\n"
    )
    document = Document(Path("a.py"), text)
    found = certain_names(document, [find_target(document, "f")])
    assert sorted(text[at:].split(" ")[0].split("(")[0].strip(":\n") for at in found) == ["fifth", "fourth", "second"]
    assert certain_names(Document(Path("a.py"), "def f("), []) == frozenset()
