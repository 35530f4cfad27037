"""A fix of a function that did not parse: the names that nothing could look up before are looked up now."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from autoglm_core.bootstrap import build_assistant
from autoglm_core.config import HistorySettings, Settings
from autoglm_core.types import AttemptKind, Document, Limits, Outcome, Workspace

OTHER = "def other() -> int:\n    return unheard_of\n\n\n"
OWN = "def f(items: list[int], limit: int) -> list[int]:\n    if limit = 3:\n        return []\n    return {}\n"
TEXT = OTHER + OWN
MENDED = f"```python\n{OWN.replace('limit = 3', 'limit == 3')}```"

Fix = Callable[..., Awaitable[Outcome]]


@pytest.fixture
def fix(tmp_path: Path) -> Fix:
    async def run(text: str, *answers: object, seconds: float = 60, where: str | None = "f") -> Outcome:
        script = tmp_path / "script.json"
        script.write_text(json.dumps(answers), "utf-8")
        assistant = build_assistant(Settings(history=HistorySettings(enabled=False)), script=script)
        document, limits = Document(tmp_path / "a.py", text), Limits(max(1, len(answers)), seconds)
        try:
            return await assistant.fix(document, (), Workspace((tmp_path,)), where=where, limits=limits)
        finally:
            await assistant.aclose()

    return run


async def test_one_name_is_asked_for_by_itself(fix: Fix) -> None:
    outcome = await fix(TEXT.format("quuxes"), "items")
    assert outcome.draft is not None
    assert outcome.draft.document.text == TEXT.format("items").replace("limit = 3", "limit == 3")
    _, by_rule, by_model = outcome.attempts
    assert (by_rule.kind, by_rule.passes, by_model.kind) == (AttemptKind.CHANGE, True, AttemptKind.LINE)
    assert "Name `quuxes` used when not defined" in [finding.message for finding in by_rule.doubts]
    assert by_model.doubts == ()


async def test_else_the_function_is(fix: Fix) -> None:
    outcome = await fix(TEXT.format("quuxes"), "!", "!", MENDED.format("items"))
    assert outcome.draft is not None
    assert outcome.draft.document.text == TEXT.format("items").replace("limit = 3", "limit == 3")
    assert outcome.attempts[-1].kind is AttemptKind.REPAIR


async def test_by_rule_where_a_rule_is_known(fix: Fix) -> None:
    outcome = await fix(TEXT.format("itens"))
    assert outcome.draft is not None
    assert outcome.draft.document.text == TEXT.format("items").replace("limit = 3", "limit == 3")
    assert [attempt.kind for attempt in outcome.attempts[1:]] == [AttemptKind.CHANGE, AttemptKind.CHANGE]


async def test_the_mended_syntax_is_shown_where_nothing_helps_with_the_name(fix: Fix) -> None:
    outcome = await fix(TEXT.format("quuxes"), "!", "!", MENDED.format("quacks"))
    assert outcome.draft is not None
    assert outcome.draft.document.text == TEXT.format("quuxes").replace("limit = 3", "limit == 3")


async def test_names_of_other_functions_are_let_be(fix: Fix) -> None:
    outcome = await fix(TEXT.format("items"))
    assert outcome.draft is not None
    assert [attempt.kind for attempt in outcome.attempts[1:]] == [AttemptKind.CHANGE]
    assert outcome.attempts[1].doubts == ()


async def test_what_is_mended_by_then_is_shown_when_the_time_is_up(fix: Fix) -> None:
    outcome = await fix(TEXT.format("quuxes"), {"answer": "items", "token_delay_s": 60}, seconds=4)
    assert outcome.draft is not None
    assert outcome.draft.document.text == TEXT.format("quuxes").replace("limit = 3", "limit == 3")


async def test_the_lost_line_above_a_body_is_asked_for_by_the_name_that_the_user_gives(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps(["n: int) -> int:"]), "utf-8")
    assistant = build_assistant(Settings(history=HistorySettings(enabled=False)), script=script)
    text = "class Box:\n    x = 1\n\n        return n + 1\n"
    document, workspace = Document(tmp_path / "a.py", text.replace("    x = 1\n\n", "")), Workspace((tmp_path,))
    try:
        outcome = await assistant.fix(document, (), workspace, where="Box.size", limits=Limits(1, 60))
    finally:
        await assistant.aclose()
    assert outcome.draft is not None
    assert outcome.draft.document.text == "class Box:\n    def size(self, n: int) -> int:\n        return n + 1\n"


async def test_a_fix_by_the_model_must_parse(fix: Fix) -> None:
    text = OWN.replace("if limit = 3:\n        return []", "if limit 3 items ? : return []").format("items")
    outcome = await fix(text, "if limit == 3:")
    by_model = next(attempt for attempt in outcome.attempts if attempt.by_model)
    assert "    if limit == 3:\n    return items\n" in by_model.draft.document.text if by_model.draft else False
    assert [finding.validator for finding in by_model.rejected_by] == ["syntax"]


@pytest.mark.parametrize("where", ["f", None])
async def test_tests_that_fail_with_what_was_mended_are_a_doubt(fix: Fix, where: str | None) -> None:
    documented = OWN.replace(":\n    if", ':\n    """\n    >>> f([2], 3)\n    [1]\n    """\n    if', 1).format("items")
    right = documented.replace("limit = 3", "limit == 3").replace("return []", "return [1]")
    outcome = await fix(documented, right, where=where)
    assert outcome.draft is not None
    assert "return [1]" in outcome.draft.document.text
    assert [attempt.kind for attempt in outcome.attempts[1:]] == [AttemptKind.CHANGE, AttemptKind.REPAIR]


async def test_what_divides_by_zero_on_most_inputs_is_guarded(fix: Fix) -> None:
    text = "def f(items: list[int]) -> float:\n    return sum(chosen) / len(chosen)\n"
    outcome = await fix(text, "n", "chosen = [n for n in items if n % 97 == 96]")
    assert outcome.draft is not None
    assert outcome.draft.document.text == (
        "def f(items: list[int]) -> float:\n    chosen = [n for n in items if n % 97 == 96]\n"
        "    return sum(chosen) / len(chosen) if chosen else 0\n"
    )
    assert [attempt.kind for attempt in outcome.attempts[1:]] == [
        AttemptKind.LINE,
        AttemptKind.LINE,
        AttemptKind.CHANGE,
    ]
    assert "ZeroDivisionError" in outcome.attempts[2].doubts[0].message
