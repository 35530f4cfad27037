"""Fitting code into a document."""

from pathlib import Path

import pytest

from autoglm_core.prompts.splice import bound_names, import_place, names_in, reindent, top_level_place
from autoglm_core.types import Document


def document(text: str) -> Document:
    return Document(Path("m.py"), text)


@pytest.mark.parametrize(
    ("marked", "after"),
    [
        ("|x = 1\n", False),
        ('"""Doc."""\n|x = 1\n', False),
        ('"""Doc."""\nimport a\nfrom b import (\n    c,\n)\n|\nx = 1\n', True),
        ("from __future__ import annotations\n|\nx = 1\n", True),
        ("import a\n|if x:\n    import b\n", True),
        ("import a\n|def broken(\n", True),
        ("|def broken(\n", False),
        ("import a|", True),
        ("|", False),
    ],
)
def test_where_an_import_goes(marked: str, after: bool) -> None:
    offset = marked.index("|")
    assert import_place(document(marked.replace("|", ""))) == (offset, after)


@pytest.mark.parametrize(
    "marked", ["x = 1\n\n|@deco\nclass A:\n    def f(self):\n        <", "|def f():\n\n    x\n    <", "|<x"]
)
def test_the_top_level_statement_around_a_place(marked: str) -> None:
    start, text = marked.index("|"), marked.replace("|", "")
    assert top_level_place(document(text.replace("<", "")), text.index("<")) == start


@pytest.mark.parametrize(
    "code",
    [
        "import a.b, c as d\nfrom e import f as g, h\ndef i(): x = 1\nclass j: y = 2\nk: int = 1\nl, (m,) = 1, (2,)",
        "import a.b, c as d\nfrom e import f as g, h\ndef i(): x = 1\nclass j: y = 2\nk: int = 1\nl = m = n = 1\n)",
    ],
)
def test_names_bound_at_the_top_level_also_where_it_does_not_parse(code: str) -> None:
    found = bound_names(code)
    assert {"a", "d", "g", "h", "i", "j", "k", "l"} <= found
    assert not {"x", "y", "b", "c", "f"} & found


def test_names_are_identifiers_of_any_alphabet() -> None:
    assert names_in("größe = f(2x)") >= {"größe", "f"}


def test_attributes_are_no_names() -> None:
    assert names_in("self.check(a.b, *c)") == {"self", "a", "c"}


@pytest.mark.parametrize(
    ("code", "indent", "inside", "expected"),
    [
        ("a\n  b", "", False, "a\n  b"),
        ("    a\n\n        b\n", "  ", False, "  a\n\n      b"),
        ("a", "    ", True, "        a"),
        ("\tif x:\n\t\ty", "", True, "    if x:\n        y"),
        ("x = '''\nkept\n  too\n'''\n", "    ", False, "    x = '''\nkept\n  too\n'''"),
        ("x = 'a\tb'", "    ", False, "    x = 'a\tb'"),
    ],
)
def test_reindent(code: str, indent: str, inside: bool, expected: str) -> None:
    assert reindent(code, indent, document(""), inside=inside) == expected
