"""Functions that are put into the class that they are asked for as methods of."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoglm_core.repair.into_class import into_class
from autoglm_core.types import Document


@pytest.mark.parametrize(
    ("function", "method"),
    [
        ("def f(a: int) -> int:\n    return a\n", "class A:\n    def f(self, a: int) -> int:\n        return a\n"),
        ("def f():\n    return 1", "class A:\n    def f(self):\n        return 1"),
        ("def f(*, a):\r\n    return a\r\n", "class A:\r\n    def f(self, *, a):\r\n        return a\r\n"),
        ("async def f(self, a):\n  return a\n", "class A:\n  async def f(self, a):\n    return a\n"),
        (
            "@cache\n@staticmethod\ndef f(a):\n    return a\n",
            "class A:\n    @cache\n    @staticmethod\n    def f(a):\n        return a\n",
        ),
        (
            'def f(\n    a\n):\n    return """x\ny""", a\n',
            'class A:\n    def f(self, \n        a\n    ):\n        return """x\ny""", a\n',
        ),
    ],
)
def test_it_becomes_a_method(function: str, method: str) -> None:
    before, behind = "import os\n\n\n", "\n\nx = 1\n"
    made = into_class(Document(Path("a.py"), before + function + behind), "A.f")
    assert made == before + method + behind


@pytest.mark.parametrize("text", ["def g(a):\n    return a\n", "def f(", "class B:\n    def f(self):\n        ...\n"])
def test_only_a_function_at_the_top(text: str) -> None:
    assert into_class(Document(Path("a.py"), text), "A.f") is None
