"""New tests are run on the code as it is, in another order, and on changes of it that they must notice."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from dataclasses import replace

import psutil
import pytest

from autoglm_core.repair.dropped_tests import DroppedTests
from autoglm_core.types import Attempt, AttemptKind, Workspace
from autoglm_core.validators.new_tests import NewTestsValidator

CODE = """\
def clamp(x, low, high):
    if x < low:
        return low
    if x > high:
        return high
    return x
"""
HEAD = "from pkg import clamp\n\n\n"
LOW = "def test_low():\n    assert clamp(0, 1, 9) == 1\n\n\n"
HIGH = "def test_high():\n    assert clamp(10, 1, 9) == 9\n\n\n"
MIDDLE = "def test_middle():\n    assert clamp(5, 1, 9) == 5\n"
GOOD = HEAD + LOW + HIGH + MIDDLE


@pytest.fixture
def check(tests_for, whole, sandbox):
    async def run(text: str, code: str = CODE, before: str = "", answer: str = ""):
        task = tests_for(code, code.partition("def ")[2].partition("(")[0], before)
        return await NewTestsValidator(sandbox).check(task, whole(task, text, answer))

    return run


async def test_good_tests_notice_changes(check):
    report = await check(GOOD)
    assert report.findings == ()
    assert report.summary == "3 new tests pass on the code as it is in any order, and notice 7 of 9 small changes of it"


async def test_a_wrong_test_is_shown_with_what_came(check):
    text = GOOD.replace("== 9\n", "== 8\n")
    (finding,) = (await check(text)).findings
    assert finding.rule == "test-failed"
    assert finding.message == "test_high: expected 8, got 9, on the code as it is"
    assert "Expected: 8\nGot: 9" in finding.detail
    assert text[finding.span.start : finding.span.end] == "def test_high():"


def hash_with_seed_0() -> str:
    """What a test would take for the hash of a text, if it ran but once."""
    command = [sys.executable, "-c", "print(hash('a'))"]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("depends_on", ["order", "hashes"])
async def test_a_test_that_depends_on_order_or_hashes_is_found(check, depends_on):
    if depends_on == "order":
        text = "SEEN = []\n\n\ndef test_a():\n    SEEN.append(1)\n    assert clamp(0, 1, 9) == 1\n\n\n"
        text += "def test_b():\n    assert SEEN and clamp(2, 1, 9) == 2\n"
    else:
        text = LOW + f"def test_b():\n    assert hash('a') == {hash_with_seed_0()}\n"
    (finding,) = (await check(HEAD + text)).findings
    assert finding.message.startswith("test_b passes, but not when the tests run in reverse order")


async def test_tests_that_notice_too_little_are_told_what_they_let_pass(check):
    report = await check(HEAD + "def test_any():\n    assert clamp(5, 1, 9) is not None\n")
    (finding,) = report.findings
    assert finding.rule == "changes-unnoticed"
    assert "nothing fails when " in finding.message
    assert "in line " in finding.message
    assert finding.detail.count("nothing fails when") == 3


async def test_an_exception_in_the_changed_code_is_no_assertion(check):
    code = "def first(items):\n    return items[0] + 1\n"
    report = await check("from pkg import first\n\n\ndef test_first():\n    assert first([1]) is not None\n", code)
    assert "changes-unnoticed" in [finding.rule for finding in report.findings]


async def test_endless_changes_hold_nothing_up(check):
    code = "def count(n):\n    i = 0\n    while i < n:\n        i += 1\n    return i\n"
    async with asyncio.timeout(60):
        text = "from pkg import count\n\n\ndef test_three():\n    assert count(3) == 3\n    assert count(0) == 0\n"
        report = await check(text, code)
    assert report.findings == ()


async def test_tests_of_another_module_are_found(check):
    text = "def clamp(x, low, high):\n    return x\n\n\ndef test_it():\n    assert clamp(1, 2, 3) == 1\n"
    assert [finding.rule for finding in (await check(text)).findings] == ["not-reached"]


async def test_a_file_that_cannot_be_imported_is_found(check):
    (finding,) = (await check("from pkg import clmp\n\n\ndef test_it():\n    assert clmp(1, 2, 3) == 1\n")).findings
    assert finding.rule == "import-error"
    assert "cannot import name 'clmp'" in finding.message


async def test_async_tests_that_nothing_runs_are_found(check):
    text = HEAD + LOW + "async def test_later():\n    assert clamp(1, 1, 9) == 1\n"
    findings = (await check(text)).findings
    assert [finding.rule for finding in findings] == ["not-run"]
    assert "test_later does not run" in findings[0].message


async def test_classes_of_tests_and_old_tests_beside_them(check):
    before = HEAD + "def test_old():\n    assert clamp(1, 1, 1) == 2\n"
    text = (
        before
        + "\n\nclass TestClamp:\n"
        + "".join(
            f"    def test_{n}(self):\n        assert clamp({n}, 2, 4) == {min(max(n, 2), 4)}\n\n" for n in range(6)
        )
    )
    report = await check(text, before=before)
    assert report.findings == (), "old tests are not run: they say nothing of the new ones"
    assert report.summary.startswith("6 new tests pass")


async def test_an_untrusted_workspace_runs_nothing(tests_for, whole, sandbox):
    task = tests_for(CODE, "clamp")
    task = replace(task, workspace=Workspace(task.workspace.folders, task.workspace.unsaved, trusted=False))
    assert "not trusted" in (await NewTestsValidator(sandbox).check(task, whole(task, GOOD))).skipped


async def test_cancelling_leaves_no_process_behind(tests_for, whole, sandbox):
    code = "def wait(x):\n    while x:\n        pass\n    return 1\n"
    text = "from pkg import wait\n\n\ndef test_wait():\n    assert wait(1) == 1\n"
    task = tests_for(code, "wait")
    before = {process.pid for process in psutil.Process().children(recursive=True)}

    def started() -> set[int]:
        return {process.pid for process in psutil.Process().children(recursive=True)} - before

    running = asyncio.create_task(NewTestsValidator(sandbox).check(task, whole(task, text)))
    async with asyncio.timeout(30):
        while not started():
            await asyncio.sleep(0.05)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    async with asyncio.timeout(10):
        while started():
            await asyncio.sleep(0.05)


async def test_wrong_tests_are_left_out_where_good_ones_remain(tests_for, whole, sandbox):
    wrong = "import math\n\n\n\n\ndef wrong_value():\n    return math.pi\n\n\n# no\ndef test_wrong():\n"
    text = GOOD + "\n\n" + wrong.strip() + "\n    assert clamp(10, 1, 9) == wrong_value()\n"
    task = tests_for(CODE, "clamp")
    validator = NewTestsValidator(sandbox)
    draft = whole(task, text, answer=text)
    report = await validator.check(task, draft)
    attempt = Attempt(1, AttemptKind.DRAFT, None, draft, reports=(report,), rejected_by=report.findings)
    ((improved, words),) = await DroppedTests().improve(task, attempt)
    assert words == "test_wrong was left out"
    assert improved.document.text == GOOD, "with its comment, its helper and its import"
    again = await validator.check(task, improved)
    assert again.findings == ()
    assert again.summary.endswith("; 1 of the model's tests was left out")
