"""How long the debounce waits: by typing speed, by latency, by what stands before the cursor."""

from __future__ import annotations

from pathlib import Path

from autoglm_core.inline.debounce import Debounce

PATH = Path("/w/a.py")


def typed(gap_s: float, keys: int = 8) -> Debounce:
    now = iter(range(1, 1000))
    debounce = Debounce(0.075, clock=lambda: next(now) * gap_s)
    for _ in range(keys):
        debounce.key(PATH)
    return debounce


def test_an_answer_quicker_than_the_next_key_is_asked_for_at_once() -> None:
    assert typed(0.2).seconds("x = comp", 0.15) == 0


def test_a_slower_answer_waits_for_the_gap_between_keys() -> None:
    assert typed(0.15).seconds("x = comp", 0.6) == 0.15


def test_behind_a_bracket_or_on_a_new_line_it_waits_less() -> None:
    debounce = typed(0.2)

    word = debounce.seconds("x = comp", 0.6)
    assert debounce.seconds("x = f(", 0.6) < word
    assert debounce.seconds("x = f()\n    ", 0.6) < word


def test_pauses_do_not_count_as_typing_and_the_wait_has_a_bound() -> None:
    assert typed(5.0).seconds("x", 0.6) == 0.075
    assert typed(0.9).seconds("x = comp", 2.0) == 0.3


def test_without_measurements_the_setting_counts() -> None:
    assert Debounce(0.075).seconds("x = comp", None) == 0.075


def test_documents_are_bounded() -> None:
    debounce = Debounce(0.075)
    for number in range(500):
        debounce.key(Path(f"/w/{number}.py"))

    assert len(debounce._last) == 64
