"""What the tests of the validators of single actions share: tasks on one function, and drafts made of whole texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autoglm_core.config import SandboxSettings
from autoglm_core.targets import find_target
from autoglm_core.types import Document, Draft, Replacement, Report, Span, Task, TaskKind, Workspace
from autoglm_core.validators.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(SandboxSettings(cpu_s=5, wall_s=30))


@pytest.fixture
def task_on(tmp_path: Path) -> Callable[..., Task]:
    """A task on a function of ``pkg.py``."""

    def make(text: str, name: str, kind: TaskKind) -> Task:
        document = Document(tmp_path / "pkg.py", text)
        target = find_target(document, name)
        return Task(kind, document, target.span, Workspace((tmp_path,)), target)

    return make


@pytest.fixture
def tests_for(tmp_path: Path) -> Callable[..., Task]:
    """A task to write tests for a function of ``pkg.py`` into ``tests/test_pkg.py``, which holds ``before``."""

    def make(code: str, name: str, before: str = "") -> Task:
        (tmp_path / "pkg.py").write_text(code)
        subject = Document(tmp_path / "pkg.py", code)
        workspace = Workspace((tmp_path,), {subject.path: code})
        tests = Document(tmp_path / "tests" / "test_pkg.py", before)
        end = Span(len(before), len(before))
        return Task(TaskKind.TEST, tests, end, workspace, find_target(subject, name), subject=subject)

    return make


@pytest.fixture
def whole() -> Callable[..., Draft]:
    """A draft that makes the task's document this text."""

    def make(task: Task, text: str, answer: str = "") -> Draft:
        change = (Replacement(Span(0, len(task.document.text)), text),)
        return Draft(task.document.replaced(change), change, answer or text)

    return make


@pytest.fixture
def rules() -> Callable[[Report], list[str]]:
    """The rules of a report's findings; a report that was skipped fails the test."""

    def read(report: Report) -> list[str]:
        assert not report.skipped, report.skipped
        return [finding.rule for finding in report.findings]

    return read
