"""Slips of the keyboard."""

from __future__ import annotations

import pytest

from autoglm_core.analysis.slips import is_slip, slips_first


@pytest.mark.parametrize("word", ["cunt", "ccount", "count_", "counz", "ocunt", "conut", "coutn", "ount", "coun"])
def test_one_edit_is_a_slip(word: str) -> None:
    assert is_slip(word, "count")
    assert is_slip("count", word)


@pytest.mark.parametrize("word", ["count", "cnt", "counted", "tnuoc", "amount", "", "cotnu"])
def test_none_or_two_are_not(word: str) -> None:
    assert not is_slip(word, "count")
    assert not is_slip("count", word)


def test_neighbours_on_the_keyboard_are_likelier() -> None:
    assert slips_first("mas", ["map", "max", "mass", "sam"]) == ["mass", "max", "map"]
    assert slips_first("m1n", ["man", "min"]) == ["man", "min"]
