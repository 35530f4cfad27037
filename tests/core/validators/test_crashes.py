"""A function that raises on most inputs made up for it; run in the sandbox."""

from __future__ import annotations

import pytest

from autoglm_core.types import DOUBTS, Severity, TaskKind, Workspace
from autoglm_core.validators.calls import Calls
from autoglm_core.validators.crashes import CrashesValidator

HEAD = "def f(items: list[int]) -> float:\n    "


@pytest.fixture
def check(task_on, whole, sandbox):
    async def run(text: str, kind: TaskKind = TaskKind.FIX, changed: bool = True, **changes: object):
        task = task_on(f"{text}# as it was\n" if changed else text, "f", kind)
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
    report = await check("def f() -> int:\n    return None + 1\n")
    assert report.skipped.startswith("too few inputs")
    report = await check(HEAD + "return items.size\n", workspace=Workspace(trusted=False))
    assert "not trusted" in report.skipped
    report = await check(HEAD + "return items.size\n", changed=False)
    assert report.skipped == "this is the code as it is"


@pytest.mark.parametrize(
    "text",
    [
        "def f(users: list) -> list:\n    return [u.name for u in users]\n",
        "from typing import Any\n\n\ndef f(a: Any) -> int:\n    return a.size\n",
        "def f(a: dict[str, list]) -> int:\n    return sum(b.c for b in a['d'])\n",
        "def f(a: int, b) -> int:\n    return a + b.c\n",
    ],
)
async def test_what_types_leave_open_is_not_made_up(check, text: str) -> None:
    assert "do not say what its inputs hold" in (await check(text)).skipped


async def test_what_a_function_refuses_itself_is_no_crash(check) -> None:
    body = "if len(items) < 9:\n        raise TypeError('too few')\n    return 1.0\n"
    assert (await check(HEAD + body)).findings == ()
