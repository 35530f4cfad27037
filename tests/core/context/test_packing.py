"""Cutting a document to a token budget."""

from pathlib import Path

import pytest

from autoglm_core.context.packing import around_cursor, around_span, estimate_tokens
from autoglm_core.targets import find_target
from autoglm_core.types import Document

LONG = "import os\n\n" + "\n\n".join(
    f"def f{n}(a, b):\n    first = a + {n}\n    second = b * {n}\n    return first - second\n" for n in range(60)
)


def document(text: str) -> Document:
    return Document(Path("long.py"), text)


def test_a_small_document_is_whole() -> None:
    assert around_cursor(document("ab\ncd\n"), 3, 100) == ("ab\n", "cd\n")


@pytest.mark.parametrize("tokens", [50, 200, 600])
def test_the_window_keeps_to_its_budget_and_touches_the_cursor(tokens: int) -> None:
    offset = LONG.index("def f30")
    before, after = around_cursor(document(LONG), offset, tokens)
    assert estimate_tokens(before + after) <= tokens + 1
    assert LONG[:offset].endswith(before)
    assert LONG[offset:].startswith(after)


def test_the_window_starts_at_the_same_text_while_one_types() -> None:
    offset = LONG.index("return first", LONG.index("def f40"))
    starts = set()
    for count in range(12):
        text = LONG[:offset] + "x" * count + LONG[offset:]
        before, _ = around_cursor(document(text), offset + count, 400)
        starts.add(before[:40])
    assert len(starts) <= 2


def test_bodies_far_away_are_folded_first() -> None:
    found = document(LONG)
    target = find_target(found, "f30")
    before, after = around_span(found, target.span, 900)
    assert estimate_tokens(before + after) <= 902
    assert before.startswith("import os")
    assert "def f29(a, b):\n    first" in before
    assert "def f0(a, b): ..." in before
    assert "def f59(a, b): ..." in after
    assert "def f30" not in before + after


def test_what_cannot_be_folded_is_cut_far_from_the_place() -> None:
    found = document("x = 1\n" * 1000 + "def f(): ...\n" + "y = 2\n" * 1000)
    target = find_target(found, "f")
    before, after = around_span(found, target.span, 100)
    assert estimate_tokens(before + after) <= 101
    assert before.endswith("x = 1\n")
    assert after.startswith("\ny = 2")


def test_nested_bodies_are_not_folded_twice() -> None:
    text = "def outer():\n    def inner():\n        return 1\n    return inner\n\n\ndef f(): ...\n"
    before, _ = around_span(document(text), find_target(document(text), "f").span, 8)
    assert before == "def outer(): ...\n\n\n"
