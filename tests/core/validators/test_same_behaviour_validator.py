"""A rewritten function is called before and after, in the sandbox, with the same inputs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autoglm_core.types import TaskKind, Workspace
from autoglm_core.validators.calls import Calls
from autoglm_core.validators.same_behaviour import SameBehaviourValidator

TOTAL = (
    "def total(items: list[int]) -> int:\n    result = 0\n    for n in items:\n        result += n\n    return result\n"
)


@pytest.fixture
def check(task_on, whole, sandbox):
    async def run(before: str, after: str, name: str = "", kind: TaskKind = TaskKind.REFACTOR):
        task = task_on(before, name or before.partition("def ")[2].partition("(")[0], kind)
        return await SameBehaviourValidator(Calls(sandbox)).check(task, whole(task, after))

    return run


async def test_the_same_by_other_means(check):
    report = await check(TOTAL, "def total(items: list[int]) -> int:\n    return sum(items)\n")
    assert report.findings == ()
    assert report.summary.startswith("does the same on 80 generated inputs")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (TOTAL, TOTAL.replace("+= n", "+= abs(n)"), ("gives ", "now gives")),
        (
            TOTAL,
            TOTAL.replace("    return", "    items.clear()\n    return"),
            ("leaves its arguments as", "leaves them"),
        ),
        (TOTAL, TOTAL.replace("    return", "    print(1)\n    return"), ("prints ''", "prints '1")),
        (TOTAL, TOTAL.replace("result = 0", "result = items[0]\n    items = items[1:]"), ("raises IndexError",)),
        (
            "def f(n: int) -> int:\n    return 10 // n\n",
            "def f(n: int) -> int:\n    if n == 0:\n        raise ValueError\n    return 10 // n\n",
            ("raises ZeroDivisionError", "raises ValueError"),
        ),
        (TOTAL, TOTAL.replace("result = 0", "result = 0\n    while len(items) > 3: pass"), ("does not end in time",)),
    ],
)
async def test_a_difference_is_shown_with_its_input(check, before, after, words):
    report = await check(before, after)
    assert report.findings
    first = report.findings[0]
    assert first.rule == "behaves-differently"
    assert f"`{first.detail.splitlines()[0]}`" in first.message
    assert all(any(word in finding.message for finding in report.findings) for word in words), first.message


async def test_messages_of_exceptions_may_change(check):
    before = "def f(n: int) -> int:\n    if n < 0:\n        raise ValueError('no')\n    return n\n"
    assert (await check(before, before.replace("'no'", "'negative'"))).findings == ()


async def test_without_types_and_examples_plain_values_are_tried(check):
    before = "def f(words):\n    made = []\n    for w in words:\n        made.append(w.upper())\n    return made\n"
    same = await check(before, "def f(words):\n    return [word.upper() for word in words]\n")
    assert same.findings == ()
    assert "raise" in same.summary
    assert (await check(before, "def f(words):\n    return [word.lower() for word in words]\n")).findings


async def test_what_is_not_the_same_twice_says_nothing(check):
    before = "import os\n\n\ndef f(n: int) -> tuple[int, int]:\n    return n, id(object()) + os.getpid()\n"
    report = await check(before, before.replace("return n,", "return n + 1,"), "f")
    assert "no generated input" in report.skipped


async def test_methods_are_called_on_a_new_object(check):
    before = "class A:\n    def f(self, n: int) -> int:\n        return n + 1\n"
    assert (await check(before, before.replace("n + 1", "1 + n"), "A.f")).findings == ()
    assert (await check(before, before.replace("n + 1", "n - 1"), "A.f")).findings


async def test_what_cannot_be_called_is_not_called_good(check):
    before = "class A:\n    def __init__(self, x):\n        self.x = x\n\n    def f(self):\n        return self.x\n"
    assert "cannot be called by itself" in (await check(before, before + "\n", "A.f")).skipped
    always = "def f(n: int) -> int:\n    raise KeyError(n)\n"
    assert "every generated input raises" in (await check(always, always + "\n")).skipped


async def test_types_that_break_the_import_are_found(check):
    before = "def f(n):\n    return n\n"
    report = await check(before, before.replace("(n)", "(n: int[str]) -> int"), kind=TaskKind.TYPES)
    assert "raises TypeError" in report.findings[0].message


async def test_nothing_of_an_untrusted_workspace_runs(task_on, whole, sandbox):
    task = task_on(TOTAL, "total", TaskKind.REFACTOR)
    task = replace(task, workspace=Workspace(task.workspace.folders, trusted=False))
    report = await SameBehaviourValidator(Calls(sandbox)).check(task, whole(task, TOTAL + "\n"))
    assert "not trusted" in report.skipped
