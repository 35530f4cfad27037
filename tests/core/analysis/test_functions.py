"""Functions as syntax trees, with places in their document."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from autoglm_core.analysis.functions import functions_by_name, parse_function, untyped
from autoglm_core.targets import find_target
from autoglm_core.types import Document

TEXT = "X = 'é'\r\n\r\n\r\nclass A:\r\n    @d\r\n    def f(self, é, b=1):\r\n        'ü' ; return b\r\n"


def test_places_are_those_of_the_document_in_code_points():
    target = find_target(Document(Path("a.py"), TEXT), "f")
    function = parse_function(TEXT, target)
    assert function is not None
    last = function.node.args.args[-1]
    assert TEXT[function.start(last) : function.end(last)] == "b"
    statement = function.node.body[1]
    assert TEXT[function.start(statement) : function.end(statement)] == "return b"
    assert function.docstring is function.node.body[0]


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("def f(self, a, *b, c=1, **d)", ("a", "b", "c", "d", "return")),
        ("def f(self, a: int) -> int", ()),
        ("def f(cls, a: int)", ("return",)),
        ("async def f(a, /, b: int) -> int", ("a",)),
    ],
)
def test_untyped_parts_are_named(header, missing):
    text = f"class A:\n    {header}:\n        return 1\n"
    function = parse_function(text, find_target(Document(Path("a.py"), text), "f"))
    assert function is not None
    assert untyped(function.name, function.node) == missing


@pytest.mark.parametrize(
    ("body", "empty"),
    [("...", True), ("'Doc.'", True), ("raise NotImplementedError('x')", True), ("pass", True), ("return 1", False)],
)
def test_empty_bodies(body, empty):
    text = f"def f():\n    {body}\n"
    function = parse_function(text, find_target(Document(Path("a.py"), text), "f"))
    assert function is not None
    assert function.is_empty is empty


def test_what_does_not_parse_is_none():
    text = "def f(a):\n    y = 1\n    return (a\n"
    assert parse_function(text, find_target(Document(Path("a.py"), text), "f")) is None


def test_functions_by_name_finds_them_all_and_the_last_of_a_name():
    tree = ast.parse(
        "def f(): return 1\nclass A:\n    def g(self):\n        def h(): ...\nif 1:\n    def f(): return 2\n"
    )
    found = functions_by_name(tree)
    assert set(found) == {"f", "A.g", "A.g.h"}
    assert ast.unparse(found["f"].body[0]) == "return 2"
