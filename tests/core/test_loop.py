"""Generate, validate, repair, with a scripted engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from autoglm_core.engines.scripted import Line, ScriptedEngine
from autoglm_core.errors import EngineLostError
from autoglm_core.loop import RepairLoop
from autoglm_core.targets import find_target
from autoglm_core.types import (
    AttemptKind,
    Budget,
    ChatPrompt,
    Document,
    Ending,
    Problem,
    Span,
    Stage,
    Task,
    TaskKind,
    Workspace,
)

MakeLoop = Callable[..., tuple[RepairLoop, ScriptedEngine]]
BUDGET = Budget(deadline_s=30, attempts=3)


def stub(folder: Path) -> Task:
    document = Document(folder / "m.py", "def f(a):\n    ...\n", 1)
    target = find_target(document, "f")
    return Task(TaskKind.IMPLEMENT, document, target.span, Workspace((folder,)), target)


def broken(folder: Path, *problems: Problem) -> Task:
    document = Document(folder / "m.py", "def f(a):\n    return wrong\n", 1)
    target = find_target(document, "f")
    return Task(TaskKind.FIX, document, target.span, Workspace((folder,)), target, problems=problems)


def answer(body: str) -> str:
    return f"```python\ndef f(a):\n    {body}\n```"


def ignore(stage: Stage) -> None:
    """Progress that nobody watches."""


async def test_a_good_first_draft_is_accepted(tmp_path: Path, make_loop: MakeLoop) -> None:
    loop, engine = make_loop(answer("return a"))
    outcome = await loop.run(stub(tmp_path), BUDGET, ignore)
    assert outcome.ending is Ending.ACCEPTED
    assert outcome.draft
    assert outcome.draft.document.text == "def f(a):\n    return a\n"
    assert [attempt.kind for attempt in outcome.attempts] == [AttemptKind.DRAFT]
    assert len(engine.prompts) == 1
    assert outcome.attempts[0].usage.completion_tokens > 0


async def test_a_rejected_draft_comes_back_with_its_finding_in_words(tmp_path: Path, make_loop: MakeLoop) -> None:
    loop, engine = make_loop(answer("return wrong"), answer("return a"))
    outcome = await loop.run(stub(tmp_path), BUDGET, ignore)
    assert outcome.accepted is outcome.attempts[1]
    assert outcome.attempts[1].kind is AttemptKind.REPAIR
    first, second = engine.prompts
    assert isinstance(first, ChatPrompt)
    assert isinstance(second, ChatPrompt)
    assert second.messages[: len(first.messages)] == first.messages, "rounds share their prefix"
    assert "In the line `return wrong`: the word wrong stands here" in second.messages[-1].content
    assert second.sampling.temperature > first.sampling.temperature


async def test_nothing_is_accepted_when_no_attempt_passes(tmp_path: Path, make_loop: MakeLoop) -> None:
    loop, engine = make_loop(answer("return wrong"))
    outcome = await loop.run(stub(tmp_path), BUDGET, ignore)
    assert outcome.accepted is None
    assert outcome.draft is None
    assert outcome.ending is Ending.ATTEMPTS
    assert len(outcome.attempts) == len(engine.prompts) == 3


async def test_an_answer_without_code_is_an_attempt_and_is_said_to_the_model(
    tmp_path: Path, make_loop: MakeLoop
) -> None:
    loop, engine = make_loop("I would rather not.", answer("return a"))
    outcome = await loop.run(stub(tmp_path), BUDGET, ignore)
    assert outcome.attempts[0].problem == "the answer holds no function f"
    assert outcome.attempts[0].draft is None
    prompt = engine.prompts[1]
    assert isinstance(prompt, ChatPrompt)
    assert "could not be used: the answer holds no function f" in prompt.messages[-1].content
    assert outcome.accepted


async def test_the_settings_say_which_severity_rejects(tmp_path: Path, make_loop: MakeLoop) -> None:
    lenient, _ = make_loop(answer("return odd"))
    assert (await lenient.run(stub(tmp_path), BUDGET, ignore)).accepted
    strict, _ = make_loop(answer("return odd"), validators={"words": {"rejects": "warning"}})
    assert not (await strict.run(stub(tmp_path), BUDGET, ignore)).accepted
    never, _ = make_loop(answer("return wrong"), validators={"words": {"rejects": "never"}})
    assert (await never.run(stub(tmp_path), BUDGET, ignore)).accepted


async def test_the_deadline_ends_the_loop_and_the_model_and_keeps_the_trace(
    tmp_path: Path, make_loop: MakeLoop
) -> None:
    loop, engine = make_loop(answer("return wrong"), Line(answer("return a"), token_delay_s=30))
    outcome = await loop.run(stub(tmp_path), Budget(deadline_s=0.5, attempts=3), ignore)
    assert outcome.ending is Ending.DEADLINE
    assert [attempt.number for attempt in outcome.attempts] == [1]
    assert engine.cancelled == 1


async def test_the_token_budget_ends_the_loop(tmp_path: Path, make_loop: MakeLoop) -> None:
    loop, _ = make_loop(answer("return wrong"))
    outcome = await loop.run(stub(tmp_path), Budget(30, attempts=3, tokens=2), ignore)
    assert outcome.ending is Ending.TOKENS
    assert len(outcome.attempts) == 1


async def test_cancelling_stops_the_model(tmp_path: Path, make_loop: MakeLoop) -> None:
    loop, engine = make_loop(Line(answer("return a"), token_delay_s=30))
    begun = asyncio.Event()
    running = asyncio.create_task(loop.run(stub(tmp_path), BUDGET, lambda stage: begun.set()))
    await begun.wait()
    while not engine.prompts:
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert engine.cancelled == 1


async def test_a_lost_engine_is_an_error(tmp_path: Path, make_loop: MakeLoop) -> None:
    loop, _ = make_loop(Line(answer("return a"), lost_after=2))
    with pytest.raises(EngineLostError):
        await loop.run(stub(tmp_path), BUDGET, ignore)


async def test_stages_are_told_in_words(tmp_path: Path, make_loop: MakeLoop) -> None:
    stages: list[Stage] = []
    loop, _ = make_loop(answer("return wrong"), answer("return a"))
    await loop.run(stub(tmp_path), BUDGET, stages.append)
    assert [(stage.attempt, stage.message) for stage in stages] == [
        (1, "writing a draft"),
        (1, "checking the draft"),
        (2, "trying again: the word wrong stands here"),
        (2, "checking the draft"),
    ]


async def test_a_fix_begins_with_the_code_as_it_is(tmp_path: Path, make_loop: MakeLoop) -> None:
    loop, engine = make_loop(answer("return a"))
    problem = Problem(Span(21, 26), "Undefined name `wrong`", "F821", "other server")
    outcome = await loop.run(broken(tmp_path, problem), BUDGET, ignore)
    assert [attempt.kind for attempt in outcome.attempts] == [AttemptKind.EXISTING, AttemptKind.REPAIR]
    assert outcome.attempts[0].number == 0
    assert outcome.accepted is outcome.attempts[1]
    prompt = engine.prompts[0]
    assert isinstance(prompt, ChatPrompt)
    assert "In the line `return wrong`: Undefined name `wrong` [F821]" in prompt.messages[-1].content
    assert "the word wrong stands here" in prompt.messages[-1].content


async def test_a_fix_that_leaves_the_fault_is_rejected(tmp_path: Path, make_loop: MakeLoop) -> None:
    loop, _ = make_loop(answer("x = 1\n    return wrong"), answer("return a"))
    outcome = await loop.run(broken(tmp_path), BUDGET, ignore)
    assert [finding.rule for finding in outcome.attempts[1].rejected_by] == ["wrong"]
    assert outcome.accepted is outcome.attempts[2]


async def test_a_fix_that_changes_nothing_is_no_fix(tmp_path: Path, make_loop: MakeLoop) -> None:
    loop, _ = make_loop(answer("return wrong"))
    outcome = await loop.run(broken(tmp_path), BUDGET, ignore)
    assert outcome.attempts[1].problem == "the answer changes nothing"
    assert not outcome.accepted


async def test_a_fix_of_sound_code_asks_no_model(tmp_path: Path, make_loop: MakeLoop) -> None:
    loop, engine = make_loop(answer("return a"))
    document = Document(tmp_path / "m.py", "x = 1\n")
    outcome = await loop.run(Task(TaskKind.FIX, document, Span(0, 6), Workspace((tmp_path,))), BUDGET, ignore)
    assert outcome.ending is Ending.NOTHING_TO_DO
    assert engine.prompts == []
