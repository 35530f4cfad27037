"""The record of what users kept."""

import time
from pathlib import Path

import pytest

from autoglm_core.errors import SettingsError
from autoglm_core.history import History
from autoglm_core.types import Document, Ending, Outcome, Span, Task, TaskKind, Verdict


def outcome(name: str) -> Outcome:
    task = Task(TaskKind.INLINE, Document(Path("/w/secret_name.py"), "password = 'hunter2'"), Span(0, 0))
    return Outcome(name, task, (), None, Ending.ATTEMPTS, 0.1)


def test_verdicts_are_counted_once_for_each_outcome(tmp_path: Path) -> None:
    history = History(tmp_path / "deep" / "history.sqlite3")
    for verdict in (Verdict.SHOWN, Verdict.KEPT, Verdict.KEPT):
        history.record(outcome("a"), verdict)
    history.record(outcome("b"), Verdict.SHOWN)
    assert history.counts() == {Verdict.SHOWN: 2, Verdict.KEPT: 1}


def test_it_outlives_the_process_and_is_shared(tmp_path: Path) -> None:
    first, second = History(tmp_path / "h"), History(tmp_path / "h")
    first.record(outcome("a"), Verdict.KEPT)
    second.record(outcome("b"), Verdict.KEPT)
    first.close()
    first.close()
    assert History(tmp_path / "h").counts() == {Verdict.KEPT: 2}


def test_no_code_and_no_file_name_is_kept(tmp_path: Path) -> None:
    history = History(tmp_path / "h")
    history.record(outcome("a"), Verdict.KEPT)
    history.close()
    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"secret_name" not in content
    assert b"hunter2" not in content


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "h").write_bytes(b"not a database at all, but long enough to be read as one" * 20)
    with pytest.raises(SettingsError, match=r"Remove the file, or set history.enabled to false"):
        History(tmp_path / "h")


def test_what_was_kept_since_a_moment_is_counted(tmp_path: Path) -> None:
    history = History(tmp_path / "h")
    history.record(outcome("a"), Verdict.KEPT)
    history.record(outcome("b"), Verdict.REJECTED)
    assert history.kept_since(time.time() - 60) == 1
    assert history.kept_since(time.time() + 60) == 0
    history.close()
    assert history.kept_since(0) == 0, "a history that cannot be read is no reason to fail"
