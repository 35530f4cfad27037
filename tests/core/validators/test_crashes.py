"""A function that raises on most inputs made up for it; run in the sandbox."""

from __future__ import annotations

import pytest

from autoglm_core.types import DOUBTS, Severity, TaskKind, Workspace
from autoglm_core.validators.calls import Calls
from autoglm_core.validators.crashes import CrashesValidator

HEAD = "def f(items: list[int]) -> float:\n    "


@pytest.fixture
def check(task_on, whole, sandbox):
    async def run(text: str, kind: TaskKind = TaskKind.FIX, **changes: object):
        task = task_on(text, "f", kind)
        for name, value in changes.items():
            object.__setattr__(task, name, value)
        return await CrashesValidator(Calls(sandbox)).check(task, whole(task, text))

    return run


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return sum(items) / len([n for n in items if n == 1234567])", "ZeroDivisionError: division by zero"),
        ("return items.size", "AttributeError: 'list' object has no attribute 'size'"),
        ("return sum(items) + 'x'", "TypeError: unsupported operand"),
    ],
)
@pytest.mark.parametrize("kind", [TaskKind.FIX, TaskKind.IMPLEMENT])
async def test_what_is_wrong_with_most_inputs_is_a_doubt(check, body: str, words: str, kind: TaskKind) -> None:
    (finding,) = (await check(HEAD + body + "\n", kind)).findings
    assert finding.rule in DOUBTS
    assert finding.severity is Severity.WARNING
    assert finding.message.startswith("`f([")
    assert words in finding.message
    assert "inputs made up for it do" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "return sum(items) / len(items)\n",
        HEAD + "raise ValueError('no such item')\n",
        HEAD + "return items[1234567]\n",
        HEAD + "return total + len(items)\n",
        "def f(node: None) -> int:\n    return node.value\n",
        "from typing import Optional\n\n\ndef f(a: Optional[int], b: Optional[int]) -> int:\n    return a + b\n",
    ],
)
async def test_what_refuses_inputs_or_only_some_is_none(check, text: str) -> None:
    assert (await check(text)).findings == ()


async def test_where_nothing_can_be_called_nothing_is_said(check) -> None:
    for text in ("def f(a: 'Unknown') -> int:\n    return a.size\n", "def f() -> int:\n    return None + 1\n"):
        report = await check(text)
        assert report.skipped.startswith("too few inputs")
    report = await check(HEAD + "return items.size\n", workspace=Workspace(trusted=False))
    assert "not trusted" in report.skipped
    report = await check(HEAD + "return items.size\n", instruction="It must give the mean.")
    assert "words say" in report.skipped
