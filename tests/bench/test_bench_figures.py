"""The figures of a run, and how they are worded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autoglm_bench.figures import Row, percentile, summary, wilson
from autoglm_bench.wording import table

RIGHT = Row(
    "a", "", first=True, final=True, best=True, accepted=True, attempts=1, kinds=("first draft",), read=10, written=5,
    seconds=2.0, visible_failed=False, doctest_failed=False, trace={},
)  # fmt: skip
SAVED = replace(RIGHT, id="b", first=False, attempts=3, visible_failed=True, doctest_failed=True, seconds=9.0)
BROKEN = replace(RIGHT, id="c", final=False, attempts=2)
UNSHOWN = replace(RIGHT, id="d", first=False, final=False, best=True, accepted=False, attempts=4, visible_failed=True)


def test_the_interval_of_a_rate() -> None:
    low, high = wilson(8, 10)
    assert low == pytest.approx(0.4902, abs=1e-4)
    assert high == pytest.approx(0.9433, abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 5)[0] == 0.0
    assert wilson(5, 5)[1] == 1.0


def test_percentiles_are_measured_values() -> None:
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile([1, 2], 0.95) == 2
    assert percentile([], 0.5) == 0


def test_the_figures() -> None:
    figures = summary([RIGHT, SAVED, BROKEN, UNSHOWN])
    wanted = {"n": 4, "first_draft": 0.5, "after_loop": 0.5, "mean_attempts": 2.5, "saved": 1, "broken": 1}
    wanted |= {"mean_attempts_of_repaired": 3, "visible_failed": 2, "visible_failed_saved": 1, "doctest_failed": 1}
    wanted |= {"shown": 3, "shown_and_wrong": 1, "best_kept": 0.75, "tokens": 60, "p50_s": 2.0, "p95_s": 9.0}
    assert {key: figures[key] for key in wanted} == wanted
    assert figures["broken_ids"] == ["c"]
    assert figures["after_loop_ci"] == wilson(2, 4)
    assert "first_draft_base" not in figures


def test_base_tests_are_told_apart_from_the_stricter_ones() -> None:
    loose = replace(UNSHOWN, first_base=True, final_base=False)
    figures = summary([replace(RIGHT, first_base=True, final_base=True), loose])
    assert (figures["first_draft"], figures["first_draft_base"]) == (0.5, 1.0)
    assert (figures["after_loop"], figures["after_loop_base"]) == (0.5, 0.5)


def test_classes_of_bugs_are_told_apart() -> None:
    figures = summary([replace(RIGHT, group="name"), replace(SAVED, group="syntax"), replace(RIGHT, id="e")])
    assert list(figures["by_class"]) == ["name", "syntax"]
    syntax = figures["by_class"]["syntax"]
    assert (syntax["n"], syntax["first_draft"], syntax["after_loop"]) == (1, 0.0, 1.0)
    assert syntax["after_loop_ci"] == wilson(1, 1)


def test_nothing_measured_has_figures_too() -> None:
    figures = summary([])
    assert (figures["n"], figures["after_loop"], figures["after_loop_ci"]) == (0, 0.0, (0.0, 1.0))
    assert ("right after the loop", "none") in table(figures)


def test_each_rate_is_worded_with_its_count_and_interval_and_fits_a_terminal() -> None:
    failed = replace(UNSHOWN, id="HumanEval/163", error="gone", group="wrong answer")
    many = [replace(BROKEN, id=f"HumanEval/{number}", group="missing logic") for number in range(100, 140)]
    lines = dict(table(summary([RIGHT, SAVED, failed, *many, *[UNSHOWN] * 100])))
    assert lines["right after the loop"] == "2 of 143 = 1.4 % (0.4 to 5.0)"
    assert lines["first draft fails a visible test"] == "saved 1 of 102 = 1.0 % (0.2 to 5.3)"
    assert lines["broken: right, then wrong"].startswith("40: HumanEval/100, HumanEval/101")
    assert lines["broken: right, then wrong"].endswith("and 32 more")
    assert lines["missing logic, first draft"] == "40 of 40 = 100.0 % (91.2 to 100.0)"
    assert lines["ended in an error, counted wrong"] == "1: HumanEval/163"
    frame = 7  # the lines and spaces of rich's table
    names = max(map(len, lines))
    assert all(names + len(value) + frame <= 80 for name, value in lines.items() if not name.startswith("broken"))
