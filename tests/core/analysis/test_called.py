"""Which functions of a document a function calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoglm_core.analysis.called import called_functions
from autoglm_core.targets import find_target, list_targets
from autoglm_core.types import Document

TEXT = """
def near(a):
    return far(a)


def far(a):
    return near(a) if a else apart


def apart(a):
    return a


class A:
    def f(self, a):
        def inner():
            return self.g(near(a))
        return inner() + other.h(a) + print(a)

    def g(self, a):
        return self.f(a)

    def h(self):
        return 1
"""


@pytest.mark.parametrize(
    ("name", "called"),
    [("near", ["far"]), ("apart", []), ("A.f", ["A.g", "near", "far"]), ("A.g", ["A.f", "near", "far"]), ("A.h", [])],
)
def test_methods_of_the_class_and_functions_at_the_top(name: str, called: list[str]) -> None:
    document = Document(Path("a.py"), TEXT)
    assert [
        each.name for each in called_functions(document, find_target(document, name), list_targets(document))
    ] == called


def test_of_several_with_one_name_the_last_is_called() -> None:
    document = Document(
        Path("a.py"), "def g():\n    return 1\n\n\ndef g():\n    return 2\n\n\ndef f():\n    return g()\n"
    )
    (found,) = called_functions(document, find_target(document, "f"), list_targets(document))
    assert document.position(found.span.start)[0] == 4


def test_none_where_nothing_can_be_read() -> None:
    document = Document(Path("a.py"), "def f():\n    return g(\n\ndef g():\n    return 1\n")
    assert called_functions(document, find_target(document, "f"), list_targets(document)) == ()
