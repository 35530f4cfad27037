"""Answers that are kept, and replayed where the very same is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from autoglm_bench.recording import AnswerFile, RecordingEngine
from autoglm_core.engines.scripted import Line, ScriptedEngine
from autoglm_core.types import ChatPrompt, Message, Prompt, Sampling, Usage

GREEDY = ChatPrompt((Message("user", "hello"),), Sampling(9))
WARM = replace(GREEDY, sampling=Sampling(9, temperature=0.8, seed=1))


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[AnswerFile]:
    made = AnswerFile(tmp_path / "answers.sqlite3")
    yield made
    made.close()


async def ask(engine: RecordingEngine, prompt: Prompt, count: int = 1) -> tuple[list[str], Usage | None]:
    texts, usage = [""] * count, None
    async with aclosing(engine.generate_many(prompt, count)) as chunks:
        async for number, chunk in chunks:
            texts[number] += chunk.text
            usage = chunk.usage or usage
    return texts, usage


async def test_the_same_question_is_answered_from_the_file_at_its_recorded_price(file: AnswerFile) -> None:
    slow = ScriptedEngine([Line("one two", token_delay_s=0.05)])
    first, usage = await ask(RecordingEngine(slow, file), GREEDY)
    silent = ScriptedEngine([])
    replaying = RecordingEngine(silent, file)
    again, recorded = await ask(replaying, GREEDY)
    assert again == first == ["one two"]
    assert recorded == usage
    assert usage
    assert replaying.replayed_seconds == usage.seconds > 0.05
    assert silent.prompts == []


async def test_asking_once_more_is_another_question_until_a_new_problem_begins(file: AnswerFile) -> None:
    engine = RecordingEngine(ScriptedEngine(["a", "b"]), file)
    assert (await ask(engine, WARM))[0] == ["a"]
    assert (await ask(engine, WARM))[0] == ["b"]
    engine.begin()
    assert (await ask(engine, WARM))[0] == ["a"]
    assert (await ask(engine, WARM))[0] == ["b"]


async def test_what_cannot_be_repeated_is_not_kept(file: AnswerFile) -> None:
    loose = replace(WARM, sampling=Sampling(9, temperature=0.8))
    for answer in "ab":
        assert (await ask(RecordingEngine(ScriptedEngine([answer]), file), loose))[0] == [answer]


async def test_another_seed_asks_anew(file: AnswerFile) -> None:
    assert (await ask(RecordingEngine(ScriptedEngine(["a"]), file), WARM))[0] == ["a"]
    assert (await ask(RecordingEngine(ScriptedEngine(["b"]), file, seed=1), WARM))[0] == ["b"]
    assert (await ask(RecordingEngine(ScriptedEngine(["c"]), file, seed=1), GREEDY))[0] == ["c"]


async def test_several_drafts_are_kept_together(file: AnswerFile) -> None:
    assert (await ask(RecordingEngine(ScriptedEngine(["a", "b"]), file), WARM, 2))[0] == ["a", "b"]
    assert (await ask(RecordingEngine(ScriptedEngine([]), file), WARM, 2))[0] == ["a", "b"]
