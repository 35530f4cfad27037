"""Which of ranked pieces are shown, and for how long the same ones."""

from __future__ import annotations

from pathlib import Path

from autoglm_core.context.choice import SteadyChoice, snippet_of
from autoglm_core.context.pieces import Piece
from autoglm_core.types import Snippet, Workspace

RANKED = [(Path(f"/w/{name}.py"), Piece(name, 0, f"def {name}(): pass")) for name in "abcdef"]
A, B, C, D, E, F = RANKED


def test_the_first_ones_are_chosen_and_stay_while_they_rank() -> None:
    choice = SteadyChoice()
    assert choice.choose("here", RANKED, 2, 100) == (A, B)
    assert choice.choose("here", [C, B, D, A], 2, 100) == (A, B)
    assert choice.choose("elsewhere", [C, B, D, A], 2, 100) == (C, B)
    assert choice.choose("here", [C, B, D], 2, 100) == (C, B)


def test_what_has_no_room_and_copies_are_passed_over() -> None:
    long = (Path("/w/long.py"), Piece("long", 0, "x" * 900))
    copy = (Path("/w/copy.py"), A[1])
    assert SteadyChoice().choose("", [long, A, copy, B], 2, 100) == (A, B)
    assert SteadyChoice().choose("", RANKED, 9, 20) == (A, B)
    assert SteadyChoice().choose("", [], 2, 100) == ()


def test_only_the_latest_places_are_remembered() -> None:
    choice = SteadyChoice()
    for place in range(200):
        choice.choose(place, RANKED, 1, 100)
    assert choice.choose(199, [B, A], 1, 100) == (A,)
    assert choice.choose(0, [B, A], 1, 100) == (B,)


def test_the_title_says_where_from() -> None:
    assert snippet_of(*A, Workspace((Path("/w"),))) == Snippet("a.py: a", "def a(): pass")
