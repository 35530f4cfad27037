"""Names that were meant, and imports that are missing."""

from __future__ import annotations

import pytest

from autoglm_core.analysis.rewriting import renamed
from autoglm_core.repair.imports import import_for, with_import
from autoglm_core.repair.names import in_python, meant_names

CODE = (
    "import os\n\n\ndef total(numbers, limit):\n    result = 0\n    return reslt + numbres\n\n\n"
    "def other(resulting):\n    return resulting\n"
)


def test_meant_names_are_those_in_scope_the_local_ones_first() -> None:
    assert meant_names(CODE, "reslt", 5)[0] == "result"
    assert meant_names(CODE, "numbres", 5)[0] == "numbers"
    assert "resulting" not in meant_names(CODE, "reslt", 5)


def test_builtins_are_in_scope() -> None:
    assert meant_names("def f(a):\n    return lenn(a)\n", "lenn", 1) == ("len",)


@pytest.mark.parametrize(
    ("line", "name", "meant"),
    [
        ("bim(a)", "bim", "bin"),
        ("mni(a)", "mni", "min"),
        ("mas(a)", "mas", "max"),
        ("isinstance(a, innt)", "innt", "int"),
        ("isinstance(a, (str, innt))", "innt", "int"),
        ("map(strr, a)", "strr", "str"),
        ("sorted(a, key=lenn)", "lenn", "len"),
    ],
)
def test_slips_in_short_names_and_in_names_that_are_given(line: str, name: str, meant: str) -> None:
    assert meant_names(f"def f(a):\n    return {line}\n", name, 1)[0] == meant


@pytest.mark.parametrize(
    ("header", "name", "meant"),
    [("s: st", "st", "str"), ("s: List[nt]", "nt", "int"), ("s: bol = True", "bol", "bool")],
)
def test_slips_in_built_in_types(header: str, name: str, meant: str) -> None:
    assert meant in meant_names(f"def f({header}):\n    return s\n", name, 0)


def test_a_builtin_is_not_meant_by_a_value() -> None:
    assert meant_names("def f(a):\n    return g(lisst)\n", "lisst", 1) == ()


def test_nothing_is_near() -> None:
    assert meant_names(CODE, "zzz", 5) == ()
    assert meant_names("def f(", "a", 0) == ()


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


def test_a_builtin_is_no_value_and_another_length_is_another_name() -> None:
    assert meant_names("def f(nums):\n    return max(lst)\n", "lst", 1) == ()
    assert meant_names("def f(stations):\n    return start\n", "start", 1) == ()
    assert meant_names("def f(a):\n    return lenn(a)\n", "lenn", 1) == ("len",)


CLASS = (
    "class Stack:\n    def __init__(self):\n        self.items = []\n\n    def size(self, limit):\n"
    "        tree_ans = 1\n        return size(ans)\n"
)


def test_what_the_class_calls_so_is_meant() -> None:
    assert meant_names(CLASS, "size", 6) == ("self.size",)
    assert meant_names(CLASS.replace("size(ans)", "items"), "items", 6)[0] == "self.items"


def test_the_one_local_name_that_shares_a_word() -> None:
    assert meant_names(CLASS, "ans", 6) == ("tree_ans",)
    assert meant_names(CLASS.replace("limit", "ans_limit"), "ans", 6) == ()


@pytest.mark.parametrize(
    ("annotation", "name", "meant"),
    [
        ("Vector[int]", "Vector", {"List", "list"}),
        ("IntList", "IntList", {"int", "List", "list"}),
        ("Foo", "Foo", set()),
    ],
)
def test_types_of_other_languages(annotation: str, name: str, meant: set[str]) -> None:
    assert set(meant_names(f"def f(a: {annotation}):\n    return a\n", name, 0)) == meant


@pytest.mark.parametrize(
    ("name", "text", "own"),
    [
        ("Math", "x = 1\ny = Math.min(x, 2)\n", "x = 1\ny = min(x, 2)\n"),
        ("console", "console.log(1)\n", "print(1)\n"),
        ("null", "a = null\n", "a = None\n"),
        ("Math", "y = Math.hypot(1, 2)\n", None),
        ("other", "other()\n", None),
        ("split", "a = b.lower()[0],split(' ')\n", "a = b.lower()[0].split(' ')\n"),
        ("split", "a = b, split(' ')\n", None),
    ],
)
def test_what_other_languages_write(name: str, text: str, own: str | None) -> None:
    assert in_python(text, name, text.index(name)) == own
