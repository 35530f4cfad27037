"""Answers at the left margin bring their own indentation."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoglm_core.inline.extent import extent_at
from autoglm_core.inline.margin import Watch, at_margin
from autoglm_core.types import Document

BODY = "def f(a):\n    b = a\n▏\n    return b\n"


def watch(marked: str, owed: str = "") -> Watch:
    offset = marked.index("▏")
    document = Document(Path("/w/a.py"), marked.replace("▏", ""))
    extent = extent_at(document, offset)
    assert extent is not None
    return Watch(document, offset, extent, owed)


@pytest.mark.parametrize("size", [1, 3, 100])
def test_the_answers_first_indentation_is_taken_for_the_cursors(size: int) -> None:
    watched = watch(BODY)
    answer = "    b += 1\n    return b\n"
    for start in range(0, len(answer), size):
        if watched.feed(answer[start : start + size]):
            break

    assert watched.margin == "    "
    assert watched.text == "b += 1"
    assert watched.document.text == "def f(a):\n    b = a\n    \n    return b\n"
    assert watched.offset == watched.document.text.index("    \n") + 4


def test_empty_lines_before_it_are_passed_over() -> None:
    watched = watch(BODY)
    watched.feed("\n\n    b += 1\n")

    assert watched.margin == "    "
    assert watched.text.startswith("b += 1")


def test_an_answer_at_the_margin_stays_there() -> None:
    watched = watch("import os\n\n▏\n")
    watched.feed("x = 1\n")

    assert watched.margin == ""
    assert watched.text.startswith("x = 1")


def test_elsewhere_leading_white_space_is_the_answers() -> None:
    watched = watch("def f(a):\n    b = a\n    ▏\n")
    watched.feed("b += 1\n")

    assert watched.margin == ""
    assert not at_margin(watched.document, watched.offset)


def test_an_answer_of_white_space_alone_says_nothing() -> None:
    watched = watch(BODY)

    assert not watched.feed("   \n  ")
    assert watched.text == ""


@pytest.mark.parametrize("size", [1, 2, 100])
@pytest.mark.parametrize(
    ("marked", "owed", "answer", "text"),
    [
        ("def f(a):\n    return ▏\n", " ", " a + 1\n", "a + 1"),
        ("def f(a):\n    return ▏\n", " ", "(a)\n", "(a)"),
        ("def f(a):\n    return ▏\n", " ", "\n    pass", ""),
        ("def f(a):\n    b = a\n    ▏\n", "    ", "    b += 1\n", "b += 1"),
        ("def f(a):\n    b = a\n    ▏\n", "    ", "\n\n    b += 1\n", "b += 1"),
        ("def f(a):\n    b = a\n    ▏\n", "    ", "\n\ndef g():\n", ""),
    ],
)
def test_white_space_that_the_prompt_left_out_is_not_written_twice(
    marked: str, owed: str, answer: str, text: str, size: int
) -> None:
    watched = watch(marked, owed)
    for start in range(0, len(answer), size):
        if watched.feed(answer[start : start + size]):
            break

    assert watched.text.rstrip("\n") == text
    assert watched.margin == ""
