"""Definitions by their lines."""

from __future__ import annotations

import pytest

from autoglm_core.context.definition_lines import definition_lines, header_end, import_lines

MODULE = '''import os
from sys import (
    argv,
    path,
)

@cached
def first(
    a,
    b="(",
) -> dict[str, int]:
    """What it does.

    More.
    """
    def inner(): return 1


class Stack(Base):
    """A stack."""

    async def push(self, item): pass
'''


def test_signatures_are_folded_with_their_documentation() -> None:
    found = definition_lines(MODULE.split("\n"))
    assert [one.folded for one in found] == [
        'def first( a, b="(", ) -> dict[str, int]: ...  # What it does.',
        "    def inner(): return 1",
        "class Stack(Base):  # A stack.",
        "    async def push(self, item): pass",
    ]
    assert [(one.name, one.is_class, one.parent) for one in found] == [
        ("first", False, -1),
        ("inner", False, 0),
        ("Stack", True, -1),
        ("push", False, 2),
    ]
    assert (found[0].first, found[0].header) == (6, 10)


def test_imports_over_several_lines_are_whole() -> None:
    assert import_lines(MODULE.split("\n")) == MODULE.split("\n")[:5]


@pytest.mark.parametrize("text", ["def half(a, (", "class ", "def", "def f(\n" * 40, "", "@"])
def test_half_typed_text_does_no_harm(text: str) -> None:
    for one in definition_lines(text.split("\n")):
        assert one.header >= one.first
    assert header_end(text.split("\n"), 0) == 0
