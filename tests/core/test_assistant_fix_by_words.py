"""A fix of which only the user's words say that something is wrong: it must do something else than before."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from autoglm_core.bootstrap import build_assistant
from autoglm_core.config import HistorySettings, Settings
from autoglm_core.types import AttemptKind, Document, Ending, Limits, Outcome, Problem, Span, Workspace

TEXT = "def least(items: list[int]) -> int:\n    return max(items, default=0)\n"
SAME = "```python\ndef least(items: list[int]) -> int:\n    return max(items) if items else 0\n```"
RIGHT = "```python\ndef least(items: list[int]) -> int:\n    return min(items, default=0)\n```"

Fix = Callable[..., Awaitable[Outcome]]


@pytest.fixture
def fix(tmp_path: Path) -> Fix:
    async def run(*answers: str, problems: tuple[Problem, ...] = (), text: str = TEXT) -> Outcome:
        script = tmp_path / "script.json"
        script.write_text(json.dumps(answers), "utf-8")
        assistant = build_assistant(Settings(history=HistorySettings(enabled=False)), script=script)
        try:
            return await assistant.fix(
                Document(tmp_path / "a.py", text),
                problems,
                Workspace((tmp_path,)),
                instruction="It must give the least.",
                where="least",
                limits=Limits(attempts=len(answers)),
            )
        finally:
            await assistant.aclose()

    return run


async def test_a_draft_that_does_the_same_is_not_shown(fix: Fix) -> None:
    outcome = await fix(SAME, RIGHT)
    assert outcome.draft is not None
    assert "min(items" in outcome.draft.document.text
    first = outcome.attempts[1]
    assert [finding.rule for finding in first.rejected_by] == ["unchanged-behaviour"]


async def test_where_nothing_else_comes_nothing_is_shown(fix: Fix) -> None:
    outcome = await fix(SAME)
    assert outcome.accepted is None
    assert outcome.ending is Ending.ATTEMPTS
    assert outcome.best is not None
    assert "mends nothing" in outcome.best.rejected_by[0].message


async def test_examples_that_hold_anyway_are_no_reason_to_guess(fix: Fix) -> None:
    docstring = '    """The least.\n\n    >>> least([2])\n    2\n    """\n'
    outcome = await fix(SAME, text=TEXT.replace("    return", f"{docstring}    return"))
    assert AttemptKind.CHANGE not in [attempt.kind for attempt in outcome.attempts]
    assert outcome.accepted is None


async def test_a_problem_of_the_editor_may_be_mended_without_a_change_of_behaviour(fix: Fix) -> None:
    place = TEXT.index("max(")
    outcome = await fix(SAME, problems=(Problem(Span(place, place + 3), "write it without default"),))
    assert outcome.accepted is not None
