"""``| None`` that nobody needs is taken out of new annotations."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoglm_core.repair.plain_types import PlainTypes
from autoglm_core.targets import find_target
from autoglm_core.types import (
    Attempt,
    AttemptKind,
    Document,
    Draft,
    Finding,
    Replacement,
    Severity,
    Span,
    Task,
    TaskKind,
)


async def improve(before: str, after: str, kind: TaskKind = TaskKind.TYPES) -> str | None:
    document = Document(Path("/w/m.py"), before)
    change = (Replacement(Span(0, len(before)), after),)
    task = Task(kind, document, Span(0, 0), target=find_target(document, "f"))
    against = (Finding("names_types", "unsupported-operator", Severity.ERROR, Span(0, 1), "not supported"),)
    attempt = Attempt(1, AttemptKind.DRAFT, None, Draft(document.replaced(change), change), rejected_by=against)
    improved = await PlainTypes().improve(task, attempt)
    return improved[0][0].document.text if improved else None


@pytest.mark.parametrize(
    ("after", "plain"),
    [
        ("def f(a: float | None = 0): ...\n", "def f(a: float = 0): ...\n"),
        ("def f(a: None | float = 0): ...\n", "def f(a: float = 0): ...\n"),
        ("def f(a: Optional[list[int]] = 0): ...\n", "def f(a: list[int] = 0): ...\n"),
        ("def f(*, a: str | None = 0): ...\n", "def f(*, a: str = 0): ...\n"),
        ("def f(b: str | None, a: str | None = 0): ...\n", "def f(b: str | None, a: str = 0): ...\n"),
    ],
)
async def test_none_is_taken_out(after: str, plain: str) -> None:
    assert await improve("def f(a=0): ...\n", after) == plain


@pytest.mark.parametrize("after", ["def f(a: float | None = None): ...\n", "def f(a: float | None): ...\n", "def f("])
async def test_what_may_be_none_stays(after: str) -> None:
    assert await improve("def f(a=0): ...\n", after) is None


async def test_other_tasks_are_left_alone() -> None:
    assert await improve("def f(a=0): ...\n", "def f(a: float | None = 0): ...\n", TaskKind.EDIT) is None
