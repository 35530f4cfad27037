"""Answers that are kept, and replayed where the very same is asked."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from autoglm_bench.recording import AnswerFile, RecordingBatchEngine, RecordingEngine, recording
from autoglm_core.engines.scripted import Line, ScriptedEngine
from autoglm_core.errors import SettingsError
from autoglm_core.protocols import BatchEngine
from autoglm_core.types import ChatPrompt, Chunk, Message, Prompt, Sampling, Usage

GREEDY = ChatPrompt((Message("user", "hello"),), Sampling(9))
WARM = replace(GREEDY, sampling=Sampling(9, temperature=0.8, seed=1))


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[AnswerFile]:
    made = AnswerFile(tmp_path / "answers.sqlite3")
    yield made
    made.close()


async def ask(engine: RecordingEngine, prompt: Prompt, count: int = 1) -> tuple[list[str], Usage | None]:
    assert isinstance(engine, RecordingBatchEngine)
    texts, usage = [""] * count, None
    async with aclosing(engine.generate_many(prompt, count)) as chunks:
        async for number, chunk in chunks:
            texts[number] += chunk.text
            usage = chunk.usage or usage
    return texts, usage


async def test_the_same_question_is_answered_from_the_file_at_its_recorded_price(file: AnswerFile) -> None:
    slow = ScriptedEngine([Line("one two", token_delay_s=0.05)])
    first, usage = await ask(recording(slow, file), GREEDY)
    silent = ScriptedEngine([])
    replaying = recording(silent, file)
    again, recorded = await ask(replaying, GREEDY)
    assert again == first == ["one two"]
    assert recorded == usage
    assert usage
    assert replaying.replayed_seconds == usage.seconds > 0.05
    assert silent.prompts == []


async def test_asking_once_more_is_another_question_until_a_new_problem_begins(file: AnswerFile) -> None:
    engine = recording(ScriptedEngine(["a", "b"]), file)
    assert (await ask(engine, WARM))[0] == ["a"]
    assert (await ask(engine, WARM))[0] == ["b"]
    engine.begin()
    assert (await ask(engine, WARM))[0] == ["a"]
    assert (await ask(engine, WARM))[0] == ["b"]


async def test_what_cannot_be_repeated_is_not_kept(file: AnswerFile) -> None:
    loose = replace(WARM, sampling=Sampling(9, temperature=0.8))
    for answer in "ab":
        assert (await ask(recording(ScriptedEngine([answer]), file), loose))[0] == [answer]


async def test_another_seed_asks_anew(file: AnswerFile) -> None:
    assert (await ask(recording(ScriptedEngine(["a"]), file), WARM))[0] == ["a"]
    assert (await ask(recording(ScriptedEngine(["b"]), file, seed=1), WARM))[0] == ["b"]
    assert (await ask(recording(ScriptedEngine(["c"]), file, seed=1), GREEDY))[0] == ["c"]


async def test_several_drafts_are_kept_together(file: AnswerFile) -> None:
    assert (await ask(recording(ScriptedEngine(["a", "b"]), file), WARM, 2))[0] == ["a", "b"]
    assert (await ask(recording(ScriptedEngine([]), file), WARM, 2))[0] == ["a", "b"]


async def test_a_fresh_run_asks_anew_and_keeps_what_others_recorded(file: AnswerFile) -> None:
    await ask(recording(ScriptedEngine(["a"]), file), GREEDY)
    await ask(recording(ScriptedEngine(["other"]), file), WARM)
    assert (await ask(recording(ScriptedEngine(["b"]), file, replay=False), GREEDY))[0] == ["b"]
    assert (await ask(recording(ScriptedEngine([]), file), GREEDY))[0] == ["b"]
    assert (await ask(recording(ScriptedEngine([]), file), WARM))[0] == ["other"]


async def test_an_answer_that_was_stopped_is_not_kept(file: AnswerFile) -> None:
    engine = recording(ScriptedEngine(["one two three"]), file)
    async with aclosing(engine.generate(GREEDY)) as chunks:
        async for _ in chunks:
            break
    assert (await ask(recording(ScriptedEngine(["anew"]), file), GREEDY))[0] == ["anew"]


class OneByOne:
    """An engine that cannot decode several answers at once, and says when an answer was cut off."""

    name, node = "one by one", "here"

    async def generate(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        yield Chunk(f"seed {prompt.sampling.seed}")
        yield Chunk("", "length", Usage(1, 0, 2, 0.5))

    async def aclose(self) -> None:
        pass


async def test_an_engine_gets_no_ability_that_it_lacks(file: AnswerFile) -> None:
    engine = recording(OneByOne(), file)
    assert not isinstance(engine, BatchEngine)
    assert isinstance(recording(ScriptedEngine([]), file), BatchEngine)
    for _ in range(2):
        engine.begin()
        chunks = [chunk async for chunk in engine.generate(WARM)]
        assert "".join(chunk.text for chunk in chunks) == "seed 1"
        assert chunks[-1] == Chunk(chunks[-1].text, "length", Usage(1, 0, 2, 0.5))
    assert engine.replayed_seconds == 0.5


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="Name another folder by --work"):
        AnswerFile(tmp_path / "file" / "answers.sqlite3")
    (tmp_path / "no.sqlite3").write_text("no database, and long enough to be told from one" * 99)
    with pytest.raises(SettingsError, match="cannot be kept in"):
        AnswerFile(tmp_path / "no.sqlite3")
