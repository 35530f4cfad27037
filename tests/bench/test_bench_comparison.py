"""Runs side by side."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from autoglm_bench.comparison import draw, markdown, read_runs
from autoglm_bench.figures import Row, summary
from autoglm_core.errors import SettingsError

RIGHT = Row(
    "a", "", first=True, final=True, best=True, accepted=True, attempts=1, kinds=("first draft",), read=10, written=5,
    seconds=2.0, visible_failed=False, doctest_failed=False, trace={},
)  # fmt: skip
SAVED = replace(RIGHT, id="b", first=False, attempts=3)
UNSAVED = replace(SAVED, final=False)


def written(folder: Path, policy: str, *rows: Row, **more: Any) -> Path:
    file = folder / f"{policy}.json"
    data = summary(rows) | {"benchmark": "humaneval", "policy": policy, "engine": "x"}
    file.write_text(json.dumps(data | {"problems": [asdict(row) for row in rows]} | more))
    return file


def test_a_table_of_runs(tmp_path: Path) -> None:
    runs = read_runs([written(tmp_path, "adaptive", RIGHT, SAVED), written(tmp_path, "retry", RIGHT, UNSAVED)])
    lines = markdown(runs).splitlines()
    assert lines[0] == "| | adaptive | retry |"
    assert "| first draft: right | 50.0 % (9.5 to 90.5) | 50.0 % (9.5 to 90.5) |" in lines
    assert "| gain, points | +50.0 | +0.0 |" in lines
    assert lines[-1] == "| right only here, right only in the first run |  | 0, 1 |"
    assert not any("base tests" in line for line in lines)


def test_what_differs_between_runs_is_in_their_names(tmp_path: Path) -> None:
    plus = replace(RIGHT, first_base=True, final_base=True)
    other = written(tmp_path, "retry", plus, benchmark="mbpp-plus", engine="y")
    runs = read_runs([written(tmp_path, "adaptive", plus, replace(plus, id="b")), other])
    lines = markdown(runs).splitlines()
    assert lines[0] == "| | adaptive, humaneval, x, n = 2 | retry, mbpp-plus, y, n = 1 |"
    assert "| after the loop: base tests | 100.0 % (34.2 to 100.0) | 100.0 % (20.7 to 100.0) |" in lines


def test_a_picture_of_runs(tmp_path: Path) -> None:
    runs = read_runs([written(tmp_path, "adaptive", RIGHT, SAVED), written(tmp_path, "retry", RIGHT, UNSAVED)])
    draw(runs, tmp_path / "runs.png")
    picture = (tmp_path / "runs.png").read_bytes()
    width, height = (int.from_bytes(picture[at : at + 4]) for at in (16, 20))  # of the PNG's header
    assert picture.startswith(b"\x89PNG")
    assert min(width, height) > 600
    with pytest.raises(SettingsError, match="cannot be written"):
        draw(runs, tmp_path / "nowhere" / "runs.png")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"n": 1}', "is no run of autoglm bench: it lacks benchmark, policy, first_draft"),
        ("[]", "is no run of autoglm bench"),
        ("{", "cannot be read"),
        (None, "cannot be read"),
    ],
)
def test_what_is_no_run_is_named(tmp_path: Path, content: str | None, words: str) -> None:
    file = tmp_path / "x.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(SettingsError, match=words):
        read_runs([file])
