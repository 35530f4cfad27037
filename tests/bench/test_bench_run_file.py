"""What a run has finished, in a file that an interruption cannot spoil."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autoglm_bench.figures import Row
from autoglm_bench.runner import run_file
from autoglm_core.errors import SettingsError

ROW = Row(
    "a", "", first=True, final=True, best=True, accepted=True, attempts=1, kinds=("first draft",), read=10, written=5,
    seconds=2.0, visible_failed=False, doctest_failed=False, trace={"answer": "\u2028"}, first_base=True,
)  # fmt: skip


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    file = run_file(tmp_path / "new" / "run.jsonl")
    assert file.rows() == {}
    file.add(ROW)
    file.add(replace(ROW, id="b"))
    assert run_file(tmp_path / "new" / "run.jsonl").rows() == {"a": ROW, "b": replace(ROW, id="b")}
    file.clear()
    assert file.rows() == {}


def test_a_torn_line_is_left_out_and_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    file = run_file(path)
    file.add(ROW)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: len(whole) // 2].replace(b'"a"', b'"b"'))
    assert list(file.rows()) == ["a"]
    file.add(replace(ROW, id="c"))
    assert list(file.rows()) == ["a", "c"]


def test_the_last_word_on_a_problem_counts(tmp_path: Path) -> None:
    file = run_file(tmp_path / "run.jsonl")
    file.add(replace(ROW, error="gone"))
    file.add(ROW)
    assert file.rows() == {"a": ROW}


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="Name another folder by --work"):
        run_file(tmp_path / "file" / "run.jsonl")
