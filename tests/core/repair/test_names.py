"""Names that were meant, and imports that are missing."""

from __future__ import annotations

import pytest

from autoglm_core.repair.imports import import_for, with_import
from autoglm_core.repair.names import near_names, renamed

CODE = (
    "import os\n\n\ndef total(numbers, limit):\n    result = 0\n    return reslt + numbres\n\n\n"
    "def other(resulting):\n    return resulting\n"
)


def test_near_names_are_those_in_scope_the_local_ones_first() -> None:
    assert near_names(CODE, "reslt", 5)[0] == "result"
    assert near_names(CODE, "numbres", 5)[0] == "numbers"
    assert "resulting" not in near_names(CODE, "reslt", 5)


def test_builtins_are_in_scope() -> None:
    assert near_names("def f(a):\n    return lenn(a)\n", "lenn", 1) == ("len",)


def test_nothing_is_near() -> None:
    assert near_names(CODE, "zzz", 5) == ()
    assert near_names("def f(", "a", 0) == ()


def test_a_name_is_replaced_on_its_line_alone() -> None:
    text = "reslt = 1\nx = reslt + a.reslt\n"
    assert renamed(text, 14, "reslt", "result") == "reslt = 1\nx = result + a.reslt\n"


@pytest.mark.parametrize(
    ("name", "text", "statement"),
    [
        ("defaultdict", "defaultdict(int)", "from collections import defaultdict"),
        ("math", "math.sqrt(2)", "import math"),
        ("List", "a: List[int]", "from typing import List"),
        ("string", "string + 'a'", None),
        ("numpy", "numpy.array", None),
        ("total", "total()", None),
    ],
)
def test_imports_that_are_certain(name: str, text: str, statement: str | None) -> None:
    assert import_for(name, text) == statement


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("import os\n\nx = 1\n", "import os\nimport math\n\nx = 1\n"),
        ('"""Doc."""\nx = 1\n', '"""Doc."""\nimport math\n\nx = 1\n'),
        ("# first\nx = 1\n", "# first\nimport math\n\nx = 1\n"),
        ("x = 1\r\n", "import math\r\n\r\nx = 1\r\n"),
        ("def f(", "def f("),
    ],
)
def test_where_an_import_goes(text: str, result: str) -> None:
    assert with_import(text, "import math") == result
