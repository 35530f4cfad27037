"""Tests that are known to reach a function because they ran it before, through code that names it nowhere."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autoglm_core.types import Draft, Task, TaskKind
from autoglm_core.validators.sandbox import Sandbox
from autoglm_core.validators.tests import TestsValidator
from autoglm_core.validators.tests_coverage import DATA_FILE, contexts_of, named_by

CODE = "def core(a):\n    return a + 1\n\n\ndef other(a):\n    return a\n"
TESTS = """\
import pytest
from middle import through


@pytest.mark.parametrize("a", [1, 2])
def test_through(a):
    assert through(a) == a + 1


def test_nothing():
    assert through


class TestMore:
    def test_deep(self):
        assert through(1) == 2
"""
RAN = frozenset({"tests/test_all.py::test_through", "tests/test_all.py::TestMore::test_deep"})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pkg.py").write_text(CODE)
    (tmp_path / "middle.py").write_text("import pkg\n\n\ndef through(a):\n    return getattr(pkg, 'co' + 're')(a)\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_all.py").write_text(TESTS)
    long_ago = time.time() - 60
    for file in tmp_path.rglob("*.py"):
        os.utime(file, (long_ago, long_ago))
    return tmp_path


def covered(project: Path, *options: str, settings: str = "") -> None:
    """Run the tests as their user does."""
    if settings:
        (project / ".coveragerc").write_text(settings)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("COV", "PYTEST"))}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--cov=.", *options]
    environment |= {"PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("options", [("--cov-context=test",), ("--cov-context=test", "--cov-branch")])
def test_the_contexts_of_a_function_are_read_from_coverages_own_file(project: Path, options: tuple[str, ...]) -> None:
    covered(project, *options)
    assert contexts_of(project, project / "pkg.py", ["core"]) == RAN
    assert contexts_of(project, project / "pkg.py", ["other"]) == frozenset()
    assert contexts_of(project, project / "pkg.py", ["nowhere"]) == frozenset()


def test_contexts_of_coverages_own_setting_are_dotted(project: Path) -> None:
    covered(project, settings="[run]\ndynamic_context = test_function\nrelative_files = true\n")
    ran = contexts_of(project, project / "pkg.py", ["core"])
    assert all(named_by(ran, node) for node in RAN)
    assert not named_by(ran, "tests/test_all.py::test_nothing")
    assert not named_by(ran, "tests/test_all.py::test_deep")


def test_a_file_that_was_saved_since_has_other_lines(project: Path) -> None:
    covered(project, "--cov-context=test")
    later = time.time() + 60
    os.utime(project / "pkg.py", (later, later))
    assert contexts_of(project, project / "pkg.py", ["core"]) == frozenset()


async def test_a_draft_is_run_by_tests_that_reach_it_in_ways_nobody_can_read(
    project: Path, task_on: Callable[..., Task], whole: Callable[..., Draft], sandbox: Sandbox
) -> None:
    task = task_on(CODE, "core", TaskKind.EDIT)
    draft = whole(task, CODE.replace("a + 1", "a + 2"))
    validator = TestsValidator(sandbox)
    assert (await validator.check(task, draft)).skipped.startswith("no doctest or test reaches")
    covered(project, "--cov-context=test")
    report = await validator.check(task, draft)
    failed = {finding.message.partition(":")[0] for finding in report.findings}
    assert failed == {"test_through[1]", "test_through[2]", "TestMore.test_deep"}


def test_a_hostile_file_says_nothing_and_holds_nobody_up(project: Path) -> None:
    data = project / DATA_FILE
    data.write_bytes(b"SQLite format 3\0" + os.urandom(4096))
    assert contexts_of(project, project / "pkg.py", ["core"]) == frozenset()
    data.unlink()
    with sqlite3.connect(data) as connection:
        connection.executescript(
            "CREATE VIEW file AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n)"
            " SELECT id, '' AS path FROM n;"
            "CREATE TABLE context(id, context); CREATE TABLE line_bits(file_id, context_id, numbits);"
            "INSERT INTO context VALUES (1, 'a'); INSERT INTO line_bits VALUES (-1, 1, x'ff');"
        )
    connection.close()
    started = time.monotonic()
    assert contexts_of(project, project / "pkg.py", ["core"]) == frozenset()
    assert time.monotonic() - started < 20
    data.unlink()
    for bits in ("-1", "1000000000000000", "'text'", "NULL"):
        with sqlite3.connect(data) as connection:
            connection.executescript(
                "CREATE TABLE file(id, path); CREATE TABLE context(id, context);"
                "CREATE TABLE line_bits(file_id, context_id, numbits); CREATE TABLE arc(file_id, context_id, tono);"
                "INSERT INTO file VALUES (1, 'pkg.py'); INSERT INTO context VALUES (1, 'a');"
                f"INSERT INTO line_bits VALUES (1, 1, {bits});"
            )
        connection.close()
        assert contexts_of(project, project / "pkg.py", ["core"]) == frozenset()
        data.unlink()
    data.symlink_to("/etc/passwd")
    assert contexts_of(project, project / "pkg.py", ["core"]) == frozenset()
    data.unlink()
    data.mkdir()
    assert contexts_of(project, project / "pkg.py", ["core"]) == frozenset()
