"""The figures of a run, and runs side by side."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from autoglm_bench.comparison import draw, markdown, read_runs
from autoglm_bench.figures import Row, percentile, summary, table, wilson
from autoglm_core.errors import SettingsError

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
    assert ("mean attempts", "2.50, of the repaired 3.00") in table(figures)


def test_classes_of_bugs_are_told_apart() -> None:
    figures = summary([replace(RIGHT, group="name"), replace(SAVED, group="syntax")])
    assert figures["by_class"] == {
        "name": {"n": 1, "first_draft": 1.0, "after_loop": 1.0},
        "syntax": {"n": 1, "first_draft": 0.0, "after_loop": 1.0},
    }


def written(folder: Path, policy: str, *rows: Row) -> Path:
    file = folder / f"{policy}.json"
    file.write_text(json.dumps(summary(rows) | {"benchmark": "humaneval", "policy": policy}))
    return file


def test_runs_side_by_side(tmp_path: Path) -> None:
    runs = read_runs([written(tmp_path, "adaptive", RIGHT, SAVED), written(tmp_path, "retry", RIGHT, UNSHOWN)])
    lines = markdown(runs).splitlines()
    assert lines[0] == "| | humaneval, adaptive | humaneval, retry |"
    assert "| gain, points | +50.0 | +0.0 |" in lines
    draw(runs, tmp_path / "runs.png")
    assert (tmp_path / "runs.png").read_bytes().startswith(b"\x89PNG")


def test_what_is_no_run_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"n": 1}')
    with pytest.raises(SettingsError, match="is no run of autoglm bench: it lacks first_draft"):
        read_runs([tmp_path / "x.json"])
    with pytest.raises(SettingsError, match="cannot be read"):
        read_runs([tmp_path / "y.json"])
