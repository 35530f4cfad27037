"""Answers of a model, kept: runs that ask the very same thing get the very same answer, at its recorded price.

Policies are compared on the same first drafts that way, and the model writes them once.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import asdict, replace
from pathlib import Path
from typing import NamedTuple

from autoglm_core.errors import SettingsError
from autoglm_core.protocols import BatchEngine, Engine
from autoglm_core.types import Chunk, Prompt, Usage

_SEEDS = 1_000_000
_SCHEMA = "create table if not exists answers (key text primary key, prompt text not null, answers text not null)"


class Answer(NamedTuple):
    """One whole answer: its text, what it cost, and why it ended."""

    text: str
    usage: Usage
    finish_reason: str = "stop"


class AnswerFile:
    """The answers in a SQLite file. Raises SettingsError where there can be none."""

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, isolation_level=None, timeout=60)
            self._database.execute(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise SettingsError(f"Answers cannot be kept in {path}: {error}. Name another folder by --work.") from error

    def find(self, key: str) -> tuple[Answer, ...]:
        """The answers to what was asked; none if it was not asked before."""
        row = self._database.execute("select answers from answers where key = ?", (key,)).fetchone()
        return tuple(Answer(text, Usage(**usage), *more) for text, usage, *more in json.loads(row[0])) if row else ()

    def keep(self, key: str, asked: str, answers: Sequence[Answer]) -> None:
        """Keep the answers, in place of earlier ones."""
        data = json.dumps([(answer.text, asdict(answer.usage), answer.finish_reason) for answer in answers])
        self._database.execute("insert or replace into answers values (?, ?, ?)", (key, asked, data))

    def close(self) -> None:
        """Close the file."""
        self._database.close()


class RecordingEngine:
    """Another engine whose answers are kept, and replayed where the same is asked as often before.

    What is asked is the prompt with its sampling, the number of drafts, and how many times the same was
    asked since ``begin``. Only what is repeatable is kept: greedy or seeded prompts. ``seed`` moves the
    seeds of all prompts, so that another one gives other drafts. Without ``replay`` all is asked anew.
    """

    def __init__(self, engine: Engine, file: AnswerFile, seed: int = 0, *, replay: bool = True) -> None:
        self._seed = seed
        self._engine = engine
        self._file = file
        self._replay = replay
        self._asked: dict[str, int] = {}
        self.replayed_seconds = 0.0
        """What the replayed answers took when they were written, since ``begin``."""

    @property
    def name(self) -> str:
        """The other engine's name."""
        return self._engine.name

    @property
    def node(self) -> str:
        """The other engine's node."""
        return self._engine.node

    def begin(self) -> None:
        """A new problem begins."""
        self._asked.clear()
        self.replayed_seconds = 0.0

    async def generate(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        """Stream one answer, whole and at once if it is in the file."""
        async with aclosing(self._answers(prompt, 1)) as chunks:
            async for _, chunk in chunks:
                yield chunk

    async def aclose(self) -> None:
        """Close the other engine."""
        await self._engine.aclose()

    async def _answers(self, prompt: Prompt, count: int) -> AsyncGenerator[tuple[int, Chunk], None]:
        prompt = self._seeded(prompt)
        asked = json.dumps([self.name, type(prompt).__name__, asdict(prompt), count], sort_keys=True)
        key = hashlib.sha256(f"{asked}{self._asked.setdefault(asked, 0)}".encode()).hexdigest()
        self._asked[asked] += 1
        repeatable = prompt.sampling.temperature == 0 or prompt.sampling.seed is not None
        known = self._file.find(key) if repeatable and self._replay else ()
        if known:
            self.replayed_seconds += max(answer.usage.seconds for answer in known)
            for number, answer in enumerate(known):
                yield number, Chunk(answer.text, answer.finish_reason, answer.usage)
            return
        answers = [Answer("", Usage())] * count
        async with aclosing(self._ask(prompt, count)) as chunks:
            async for number, chunk in chunks:
                text, usage, reason = answers[number]
                answers[number] = Answer(text + chunk.text, chunk.usage or usage, chunk.finish_reason or reason)
                yield number, chunk
        if repeatable:
            self._file.keep(key, asked, answers)

    def _seeded(self, prompt: Prompt) -> Prompt:
        sampling = prompt.sampling
        if sampling.seed is None or not self._seed:
            return prompt
        return replace(prompt, sampling=replace(sampling, seed=sampling.seed + _SEEDS * self._seed))

    async def _ask(self, prompt: Prompt, count: int) -> AsyncGenerator[tuple[int, Chunk], None]:
        async with aclosing(self._engine.generate(prompt)) as one:
            async for chunk in one:
                yield 0, chunk


class RecordingBatchEngine(RecordingEngine):
    """The same around an engine that decodes several answers at once."""

    def __init__(self, engine: BatchEngine, file: AnswerFile, seed: int = 0, *, replay: bool = True) -> None:
        super().__init__(engine, file, seed, replay=replay)
        self._batch = engine

    def generate_many(self, prompt: Prompt, count: int) -> AsyncGenerator[tuple[int, Chunk], None]:
        """Stream several answers, whole and at once if they are in the file."""
        return self._answers(prompt, count)

    async def _ask(self, prompt: Prompt, count: int) -> AsyncGenerator[tuple[int, Chunk], None]:
        async with aclosing(self._batch.generate_many(prompt, count)) as many:
            async for number, chunk in many:
                yield number, chunk


def recording(engine: Engine, file: AnswerFile, seed: int = 0, *, replay: bool = True) -> RecordingEngine:
    """The engine with its answers kept; it decodes several at once if the engine does."""
    if isinstance(engine, BatchEngine):
        return RecordingBatchEngine(engine, file, seed, replay=replay)
    return RecordingEngine(engine, file, seed, replay=replay)
