"""The function around a cursor in text that is being typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoglm_core.context.enclosing import Lines, enclosing_function, query_at, unfinished_name
from autoglm_core.types import Document

MODULE = """import os

@cached
def first(
    a,
    b="(",
):
    x = 1

    return x
# a remark
class Stack:
    def push(self, item):
        def inner():
            pass
        return 1

VALUE = 2
"""


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("x = 1▏", Lines(2, 9)),
        ("import os\n▏", None),
        ("# a remark▏", None),
        ("b=▏", Lines(2, 9)),
        ("@cac▏", None),
        ("class Sta▏", None),
        ("def push(self▏", Lines(12, 15)),
        ("            pa▏", Lines(13, 14)),
        ("        return 1▏", Lines(12, 15)),
        ("VALUE▏", None),
    ],
)
def test_the_innermost_function(text: str, lines: Lines | None) -> None:
    before = text.replace("▏", "")
    document = Document(Path("a.py"), MODULE)
    assert enclosing_function(document, MODULE.index(before) + len(before)) == lines


def test_an_indented_empty_line_belongs_to_the_function_above() -> None:
    document = Document(Path("a.py"), "def f(a, :\n    x = (\n    ")
    assert enclosing_function(document, len(document.text)) == Lines(0, 2)
    assert enclosing_function(Document(Path("a.py"), ""), 0) is None


@pytest.mark.parametrize(("marked", "name"), [("a.to▏tal = 1", "total"), ("a.▏", ""), ("größe▏", "größe"), ("▏", "")])
def test_the_name_that_is_being_typed(marked: str, name: str) -> None:
    offset, text = marked.index("▏"), marked.replace("▏", "")
    start, end = unfinished_name(Document(Path("a.py"), text), offset)
    assert text[start:end] == name
    assert start <= offset <= end


def test_a_query_changes_with_finished_names_alone() -> None:
    head, typed = "def pay(order):\n    ", "total = order.compute_total(order)"
    queries = []
    for size in range(len(typed) + 1):
        document = Document(Path("a.py"), head + typed[:size])
        queries.append(" ".join(query_at(document, len(document.text)).split()))
    assert len(set(queries)) <= 7
    assert "total = order.compute_total(order" in queries[-1]
    assert queries[3] == "def pay(order):"  # "tot" is not finished


def test_of_a_long_function_the_beginning_and_what_is_near() -> None:
    text = "def start(a):\n" + "".join(f"    v{n} = {n}\n" for n in range(300))
    document = Document(Path("a.py"), text)
    found = query_at(document, text.index("v200"))
    assert found.startswith("def start(a):\n    v0 = 0\n")
    assert "v199" in found
    assert "v201" in found
    assert len(found.splitlines()) < 60
