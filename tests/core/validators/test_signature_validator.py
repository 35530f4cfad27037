"""A refactored function can be called by everybody who called it before."""

from __future__ import annotations

import pytest

from autoglm_core.types import Severity, TaskKind
from autoglm_core.validators.signature import SignatureValidator


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a, b=1", "a, b=1"),
        ("a, b=1", "a, b=1, c=2"),
        ("a, b=1", "a, b=1, *, c=2, **more"),
        ("a, /", "x, /"),
        ("a, *, b", "a, *, c=1, b"),
        ("a: int", "a: int"),
        ("*a, **b", "*items, **b"),
    ],
)
async def test_compatible(task_on, whole, rules, before, after):
    assert rules(await _check(task_on, whole, before, after)) == []


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("a, b", "a", "`b` is gone"),
        ("a, b", "b, a", "another place"),
        ("a", "b", "`a` is gone"),
        ("a", "a, b", "no default"),
        ("a=1", "a", "lost its default"),
        ("a", "a, /", "by its name"),
        ("a", "*, a", "another place"),
        ("*a", "a=()", "no `*a`"),
        ("**k", "k=None", "no `**k`"),
        ("a: int", "a", "lost its type"),
    ],
)
async def test_incompatible(task_on, whole, before, after, words):
    report = await _check(task_on, whole, before, after)
    assert any(words in finding.message and finding.severity is Severity.ERROR for finding in report.findings)


async def test_another_default_is_a_warning(task_on, whole):
    report = await _check(task_on, whole, "a=[]", "a=None")
    assert [(f.rule, f.severity) for f in report.findings] == [("default", Severity.WARNING)]


async def test_a_function_that_is_gone_or_async_now(task_on, whole, rules):
    code = "def f(a):\n    return a\n"
    task = task_on(code, "f", TaskKind.REFACTOR)
    assert rules(await SignatureValidator().check(task, whole(task, code.replace("f(", "g(")))) == ["gone"]
    assert rules(await SignatureValidator().check(task, whole(task, "async " + code))) == ["incompatible"]


async def _check(task_on, whole, before: str, after: str):
    task = task_on(f"def f({before}):\n    return 1\n", "f", TaskKind.REFACTOR)
    return await SignatureValidator().check(task, whole(task, f"def f({after}):\n    return 2\n"))
