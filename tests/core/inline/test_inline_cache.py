"""The cache of suggestions: typing through, partial accepts, backspace, and what does not count."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoglm_core.inline.cache import Place, SuggestionCache
from autoglm_core.types import Document, Ending, Outcome, Span, Task, TaskKind

PATH = Path("/w/a.py")
OUTCOME = Outcome("1", Task(TaskKind.INLINE, Document(PATH, ""), Span(0, 0)), (), None, Ending.ACCEPTED, 0.1)


class Clock:
    """A time that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def filled(
    before: str = "x = ", after: str = "\n", text: str = "compute(1)", clock: Clock | None = None
) -> SuggestionCache:
    cache = SuggestionCache(clock or Clock())
    cache.put(Place.of(PATH, before, after), text, OUTCOME)
    return cache


@pytest.mark.parametrize(
    ("typed", "rest"),
    [("", "compute(1)"), ("c", "ompute(1)"), ("compute(", "1)"), ("compute(1)", None), ("d", None), ("comqute", None)],
)
def test_what_is_typed_of_a_suggestion_leaves_the_rest(typed: str, rest: str | None) -> None:
    hit = filled().find(PATH, "x = " + typed, "\n")

    assert (hit.text if hit else None) == rest


def test_backspace_finds_the_answer_of_the_place_before() -> None:
    cache = filled()
    assert cache.find(PATH, "x = cd", "\n") is None

    hit = cache.find(PATH, "x = c", "\n")

    assert hit is not None
    assert hit.text == "ompute(1)"


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (Path("/w/b.py"), "x = c", "\n"),
        (PATH, "y = c", "\n"),
        (PATH, "x = c", "\nz\n"),
        (PATH, "import os\nx = c", "\n"),
        (PATH, "x =", "\n"),
    ],
)
def test_another_file_or_another_text_around_finds_nothing(path: Path, before: str, after: str) -> None:
    assert filled().find(path, before, after) is None


def test_a_change_far_from_the_cursor_counts_too() -> None:
    before, after = "a = 1\n" + "b = 2\n" * 100 + "x = ", "\n" + "c = 3\n" * 100 + "d = 4\n"
    cache = filled(before, after)

    assert cache.find(PATH, before, after) is not None
    assert cache.find(PATH, before.replace("a = 1", "a = 2"), after) is None
    assert cache.find(PATH, before, after.replace("d = 4", "d = 5")) is None


def test_a_closer_that_the_editor_put_behind_the_cursor_is_not_suggested_again() -> None:
    cache = filled("f", "\n", "(a, b)")

    hit = cache.find(PATH, "f(", ")\n")

    assert hit is not None
    assert hit.text == "a, b"
    assert cache.find(PATH, "f(", "]\n") is None


def test_an_automatic_closer_is_not_dropped_where_more_follows_it() -> None:
    assert filled("f", "\n", "(a, b) + 1").find(PATH, "f(", ")\n") is None


def test_the_suggestion_with_the_least_typed_since_is_found() -> None:
    cache = filled()
    cache.put(Place.of(PATH, "x = co", "\n"), "unt()", OUTCOME)

    assert (hit := cache.find(PATH, "x = cou", "\n")) is not None
    assert hit.text == "nt()"
    assert (older := cache.find(PATH, "x = com", "\n")) is not None
    assert older.text == "pute(1)"


def test_that_nothing_is_shown_is_known_at_the_very_place_alone() -> None:
    cache = filled(text="")

    hit = cache.find(PATH, "x = ", "\n")
    assert hit is not None
    assert hit.text == ""
    assert cache.find(PATH, "x = a", "\n") is None


def test_old_entries_expire_and_the_oldest_make_room() -> None:
    clock = Clock()
    cache = filled(clock=clock)
    clock.now = 599
    assert cache.find(PATH, "x = ", "\n") is not None
    clock.now = 601
    assert cache.find(PATH, "x = ", "\n") is None
    for number in range(300):
        cache.put(Place.of(PATH, f"{number} = ", "\n"), "1", OUTCOME)
    assert len(cache) == 200
    assert cache.find(PATH, "50 = ", "\n") is None


def test_forgetting_a_document_leaves_the_others() -> None:
    cache = filled()
    cache.put(Place.of(Path("/w/b.py"), "", ""), "pass", OUTCOME)

    cache.forget(PATH)

    assert cache.find(PATH, "x = ", "\n") is None
    assert cache.find(Path("/w/b.py"), "", "") is not None
    cache.forget()
    assert len(cache) == 0


def test_large_documents_push_older_suggestions_out() -> None:
    cache = SuggestionCache(Clock())
    large = "#" * 1_000_000
    for number in range(20):
        cache.put(Place.of(PATH, f"{large}\nx{number} = ", "\n"), "compute(1)", OUTCOME)
    assert 1 <= len(cache) <= 5
    assert cache.find(PATH, f"{large}\nx19 = ", "\n") is not None
