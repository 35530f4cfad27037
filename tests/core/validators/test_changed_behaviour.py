"""A fix that does what the code did before mends nothing; run in the sandbox."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autoglm_core.types import TaskKind, Workspace
from autoglm_core.validators.calls import Calls
from autoglm_core.validators.changed_behaviour import ChangedBehaviourValidator

LEAST = "def least(items: list[int]) -> int:\n    if not items:\n        return 0\n    return sorted(items)[-1]\n"


@pytest.fixture
def check(task_on, whole, sandbox):
    async def run(before: str, after: str, **changes: object):
        task = replace(
            task_on(before, before.partition("def ")[2].partition("(")[0], TaskKind.FIX), by_words_alone=True
        )
        task = replace(task, **changes)
        return await ChangedBehaviourValidator(Calls(sandbox)).check(task, whole(task, after))

    return run


async def test_the_same_by_other_means_mends_nothing(check):
    report = await check(LEAST, LEAST.replace("sorted(items)[-1]", "max(items)"))
    (finding,) = report.findings
    assert finding.rule == "unchanged-behaviour"
    assert "does the same as before on 80 generated inputs" in finding.message
    assert "Refactor" in finding.detail


@pytest.mark.parametrize(
    "after",
    [
        LEAST.replace("[-1]", "[0]"),
        LEAST.replace("        return 0", "        raise ValueError('empty')"),
        LEAST.replace("    return sorted", "    items.append(1)\n    return sorted"),
    ],
)
async def test_another_value_error_or_argument_is_a_change(check, after):
    report = await check(LEAST, after)
    assert report.findings == ()
    assert "does otherwise on" in report.summary


async def test_an_endless_loop_that_ends_now_is_a_change(check):
    before = "def f(n: int) -> int:\n    while n > 3:\n        pass\n    return n\n"
    report = await check(before, before.replace("pass", "n -= 1"))
    assert report.findings == ()
    assert not report.skipped


@pytest.mark.parametrize(
    "before",
    [
        "def f() -> int:\n    return 3\n",
        "def f(n: int) -> int:\n    raise RuntimeError(str(n))\n",
        "import time\n\n\ndef f(n: int) -> int:\n    return n + time.perf_counter_ns()\n",
        "def f(a: 'Unknown') -> int:\n    return a.size.of.it\n",
    ],
)
async def test_too_few_inputs_that_give_a_value_say_nothing(check, before):
    report = await check(before, before + "\n\nOTHER = 1\n")
    assert report.findings == ()
    assert report.skipped or report.summary


async def test_what_something_else_tells_of_is_not_looked_at(check):
    same = LEAST.replace("sorted(items)[-1]", "max(items)")
    assert "a check says what is wrong" in (await check(LEAST, same, by_words_alone=False)).skipped
    assert "not trusted" in (await check(LEAST, same, workspace=Workspace(trusted=False))).skipped
    assert "only functions" in (await check(LEAST, same, target=None)).skipped
    assert "as it is" in (await check(LEAST, LEAST)).skipped
