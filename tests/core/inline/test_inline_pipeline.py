"""The inline pipeline with a scripted model: what is asked, what is reused, what is stopped, what is shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from autoglm_core.config import InlineSettings, Settings
from autoglm_core.engines.scripted import Line, ScriptedEngine
from autoglm_core.errors import EngineLostError
from autoglm_core.inline.pipeline import InlinePipeline
from autoglm_core.inline.sources import InlineSources
from autoglm_core.metrics import Metrics
from autoglm_core.protocols import Validator
from autoglm_core.types import AttemptKind, Document, Ending, Outcome, Span, Task, TaskKind
from autoglm_core.validators.lint import LintValidator
from autoglm_core.validators.ruff_check import RuffCheck
from autoglm_core.validators.runner import Runner
from autoglm_core.validators.syntax import SyntaxValidator

PATH = Path("/w/a.py")
Make = Callable[..., tuple[InlinePipeline, ScriptedEngine, Metrics]]


def at(marked: str, path: Path = PATH, language: str = "python") -> Task:
    """A task at the mark ``|`` of a text."""
    offset = marked.index("|")
    return Task(TaskKind.INLINE, Document(path, marked.replace("|", ""), language=language), Span(offset, offset))


def shown(outcome: Outcome) -> str | None:
    return outcome.draft.replacements[0].text if outcome.draft else None


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    made: list[InlinePipeline] = []
    ruff = RuffCheck()

    def build(*lines: Line | str, **inline: object) -> tuple[InlinePipeline, ScriptedEngine, Metrics]:
        engine, metrics = ScriptedEngine(lines), Metrics()
        validators: list[Validator] = [SyntaxValidator(), LintValidator(ruff)]
        runner = Runner(validators, Settings())
        settings = InlineSettings(**{"debounce_ms": 1, **inline})
        made.append(InlinePipeline(engine, InlineSources(), runner, settings, metrics))
        return made[-1], engine, metrics

    yield build
    for pipeline in made:
        await pipeline.aclose()
    await ruff.aclose()


async def test_each_step_is_in_the_outcome_and_in_the_metrics(make: Make) -> None:
    pipeline, _, metrics = make("a + b")

    outcome = await pipeline.complete(at("def add(a, b):\n    return |\n"), at_once=False)

    assert shown(outcome) == "a + b"
    names = ["cache", "debounce", "context", "engine", "trim", "validate"]
    assert [step.name for step in outcome.steps] == names
    assert set(metrics.as_json()["inline"]["steps"]) == set(names)
    assert not outcome.cached


async def test_an_explicit_request_waits_for_nothing(make: Make) -> None:
    pipeline, _, _ = make("a + b", debounce_ms=60_000)

    outcome = await asyncio.wait_for(pipeline.complete(at("def add(a, b):\n    return |\n"), at_once=True), 20)

    assert shown(outcome) == "a + b"


async def test_typing_what_was_suggested_asks_no_model(make: Make) -> None:
    pipeline, engine, metrics = make("a + b")
    first = await pipeline.complete(at("def add(a, b):\n    return |\n"), at_once=False)

    for typed, rest in [("a", " + b"), ("a +", " b"), ("a", " + b"), ("", "a + b")]:
        outcome = await pipeline.complete(at(f"def add(a, b):\n    return {typed}|\n"), at_once=False)
        assert shown(outcome) == rest
        assert outcome.cached
        assert outcome.id == first.id
        assert [step.name for step in outcome.steps] == ["cache"]

    assert len(engine.prompts) == 1
    assert metrics.value("inline", "from_cache") == 4


async def test_the_rest_of_a_suggestion_results_in_the_document_that_was_checked(make: Make) -> None:
    pipeline, _, _ = make("a + b")
    first = await pipeline.complete(at("def add(a, b):\n    return |\n"), at_once=False)

    rest = await pipeline.complete(at("def add(a, b):\n    return a +|\n"), at_once=False)

    assert first.draft is not None
    assert rest.draft is not None
    assert rest.draft.document.text == first.draft.document.text


async def test_typing_something_else_asks_again(make: Make) -> None:
    pipeline, engine, _ = make("a + b", Line(" - a\n", when="return b"))
    await pipeline.complete(at("def add(a, b):\n    return |\n"), at_once=False)

    outcome = await pipeline.complete(at("def add(a, b):\n    return b|\n"), at_once=False)

    assert shown(outcome) == " - a"
    assert len(engine.prompts) == 2


async def test_the_next_key_joins_the_answer_that_is_being_written(make: Make) -> None:
    pipeline, engine, metrics = make(Line("total + other", token_delay_s=0.15))
    first = asyncio.create_task(pipeline.complete(at("def add(total, other):\n    return |\n"), at_once=False))
    await asyncio.sleep(0.1)
    first.cancel()

    outcome = await pipeline.complete(at("def add(total, other):\n    return t|\n"), at_once=False)

    assert shown(outcome) == "otal + other"
    assert len(engine.prompts) == 1
    assert engine.cancelled == 0
    assert metrics.value("inline", "joined") == 1
    assert metrics.value("inline", "cancelled") == 1


async def test_a_key_that_contradicts_the_answer_stops_the_model(make: Make) -> None:
    pipeline, engine, _ = make(Line("total + other + more", token_delay_s=0.2), Line(" + total", when="return other"))
    first = asyncio.create_task(pipeline.complete(at("def add(total, other):\n    return |\n"), at_once=False))
    await asyncio.sleep(0.35)
    first.cancel()

    outcome = await pipeline.complete(at("def add(total, other):\n    return other|\n"), at_once=False)

    assert shown(outcome) == " + total"
    assert engine.cancelled == 1


async def test_a_request_that_nobody_follows_stops_the_model(make: Make) -> None:
    pipeline, engine, _ = make(Line("total + other + more", token_delay_s=1.0))
    request = asyncio.create_task(pipeline.complete(at("def add(total, other):\n    return |\n"), at_once=True))
    await asyncio.sleep(0.1)
    request.cancel()
    await asyncio.wait({request})
    pipeline.stop(PATH)
    await asyncio.sleep(0.05)

    assert engine.cancelled == 1


async def test_what_a_validator_rejects_is_cut_to_what_stands_before_it(make: Make) -> None:
    pipeline, _, _ = make("total = a\n    total += undefined_name\n    return total\n")

    outcome = await pipeline.complete(at("def add(a, b):\n    |\n"), at_once=True)

    assert shown(outcome) == "total = a"
    assert [attempt.kind for attempt in outcome.attempts] == [AttemptKind.DRAFT, AttemptKind.CHANGE]
    assert outcome.attempts[0].rejected_by[0].rule == "F821"


async def test_when_nothing_of_it_stands_one_more_draft_is_made(make: Make) -> None:
    pipeline, engine, _ = make("undefined_name + a\n", "a + b")

    outcome = await pipeline.complete(at("def add(a, b):\n    return |\n"), at_once=True)

    assert shown(outcome) == "a + b"
    assert [attempt.kind for attempt in outcome.attempts] == [AttemptKind.DRAFT, AttemptKind.FRESH]
    assert engine.prompts[1].sampling.temperature > 0


async def test_one_more_draft_is_made_while_typing_and_three_where_the_user_asks(make: Make) -> None:
    pipeline, engine, _ = make("undefined_name", "unknown_name", "no_name", "a + b")
    task = at("def add(a, b):\n    return |\n")

    assert (await pipeline.complete(task, at_once=False)).accepted is None
    assert len(engine.prompts) == 2
    outcome = await pipeline.complete(task, at_once=True)
    assert shown(outcome) == "a + b"
    assert [attempt.kind for attempt in outcome.attempts] == [AttemptKind.DRAFT, AttemptKind.FRESH]


async def test_when_all_are_rejected_nothing_is_shown_and_it_is_known(make: Make) -> None:
    pipeline, engine, metrics = make("undefined_name\n", "unknown_name\n")
    task = at("def add(a, b):\n    return |\n")

    outcome = await pipeline.complete(task, at_once=False)

    assert outcome.accepted is None
    assert outcome.ending is Ending.ATTEMPTS
    again = await pipeline.complete(task, at_once=False)
    assert again.accepted is None
    assert len(engine.prompts) == 2
    assert metrics.value("inline", "known_empty") == 1


async def test_no_model_is_asked_where_nothing_is_to_be_written(make: Make) -> None:
    pipeline, engine, _ = make("x")

    outcome = await pipeline.complete(at("# a comment in its mid|dle of words\n"), at_once=True)

    assert outcome.ending is Ending.NO_PLACE
    assert not engine.prompts


async def test_the_deadline_ends_it_with_nothing(make: Make) -> None:
    pipeline, engine, _ = make(Line("a + b + c\n", token_delay_s=5), deadline_ms=100)

    outcome = await pipeline.complete(at("def add(a, b):\n    return |\n"), at_once=True)

    assert outcome.ending is Ending.DEADLINE
    assert engine.cancelled == 1


async def test_an_engine_that_fails_is_an_error_and_the_next_request_works(make: Make) -> None:
    pipeline, _, _ = make(Line("a + b", lost_after=1), "a + b")
    task = at("def add(a, b):\n    return |\n")

    with pytest.raises(EngineLostError):
        await pipeline.complete(task, at_once=True)

    assert shown(await pipeline.complete(task, at_once=True)) == "a + b"


async def test_other_documents_do_not_disturb_each_other(make: Make) -> None:
    pipeline, engine, _ = make(Line("a + b", token_delay_s=0.05))
    tasks = [at("def add(a, b):\n    return |\n", Path(f"/w/{number}.py")) for number in range(8)]

    outcomes = await asyncio.gather(*(pipeline.complete(task, at_once=True) for task in tasks))

    assert [shown(outcome) for outcome in outcomes] == ["a + b"] * 8
    assert len(engine.prompts) == 8


async def test_windows_line_ends_stay(make: Make) -> None:
    pipeline, _, _ = make("total = a + b\n    return total\n")

    outcome = await pipeline.complete(at("def add(a, b):\r\n    |\r\n"), at_once=True)

    assert shown(outcome) == "total = a + b\r\n    return total"


async def test_what_is_typed_is_read_last(make: Make) -> None:
    pipeline, engine, _ = make("a + b")

    await pipeline.complete(at("import os\n\n\ndef add(a, b):\n    return |\n\n\nprint(add(1, 2))\n"), at_once=True)

    prompt = engine.prompts[0]
    assert prompt.prefix[-prompt.near :] == "def add(a, b):\n    return "
    assert prompt.suffix.startswith("\n\n\nprint")
