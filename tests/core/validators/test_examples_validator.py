"""Examples in prose, called in the sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoglm_core.config import SandboxSettings
from autoglm_core.targets import find_target
from autoglm_core.types import DOUBT, Document, Draft, Replacement, Report, Severity, Task, TaskKind, Workspace
from autoglm_core.validators.calls import Calls
from autoglm_core.validators.examples import ExamplesValidator
from autoglm_core.validators.sandbox import Sandbox

STUB = 'def f(a):\n    """Twice.\n\n    f(2) == 4\n    f(3) ➞ 6\n    """\n    pass\n'


async def check(folder: Path, body: str, kind: TaskKind = TaskKind.IMPLEMENT, text: str = STUB, **more: bool) -> Report:
    document = Document(folder / "m.py", text)
    target = find_target(document, "f")
    task = Task(kind, document, target.span, Workspace((folder,), **more), target)
    replacement = Replacement(target.body, f"\n    {body}")
    draft = Draft(document.replaced((replacement,)), (replacement,))
    return await ExamplesValidator(Calls(Sandbox(SandboxSettings()))).check(task, draft)


async def test_examples_that_are_met(tmp_path: Path) -> None:
    report = await check(tmp_path, "return 2 * a")
    assert report.findings == ()
    assert report.summary == "2 examples met"


async def test_an_example_that_is_not_met_is_a_warning_with_both_values(tmp_path: Path) -> None:
    report = await check(tmp_path, "return a + 2")
    [finding] = report.findings
    assert (finding.rule, finding.severity, finding.introduced) == (DOUBT, Severity.WARNING, True)
    assert finding.message == "`f(3)`: the documentation says 6, it gives 5"
    assert report.summary == "1 example met, 1 not met"


@pytest.mark.parametrize(
    ("body", "words"),
    [("return a.x", "raises AttributeError"), ("while True: pass", "does not end in time")],
)
async def test_what_came_instead_of_a_value(tmp_path: Path, body: str, words: str) -> None:
    report = await check(tmp_path, body)
    assert words in report.findings[0].message


async def test_what_the_old_code_did_not_meet_says_nothing_of_an_edit(tmp_path: Path) -> None:
    old = STUB.replace("pass", "return a + 2")
    assert (await check(tmp_path, "return 2 + a", TaskKind.EDIT, old)).findings == ()
    assert len((await check(tmp_path, "return a + 2.5", TaskKind.EDIT, old)).findings) == 1
    assert len((await check(tmp_path, "return 2 + a", TaskKind.FIX, old)).findings) == 1


async def test_nothing_to_look_at_is_said(tmp_path: Path) -> None:
    report = await check(tmp_path, "return 1", text="def f(a):\n    pass\n")
    assert report.skipped == "no documentation gives an example in prose that can be read"
    assert (await check(tmp_path, "return 1", trusted=False)).skipped


async def test_a_doctest_that_no_code_can_meet_is_prose(tmp_path: Path) -> None:
    text = 'def f(a):\n    """\n    >>> f(3) == 6\n    >>> f(4)\n    8\n    """\n    pass\n'
    report = await check(tmp_path, "return 2 * a", text=text)
    assert report.summary == "1 example met"
    report = await check(tmp_path, "return a", text=text)
    assert [finding.message for finding in report.findings] == ["`f(3)`: the documentation says 6, it gives 3"]
