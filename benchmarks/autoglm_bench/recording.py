"""Answers of a model, kept: runs that ask the very same thing get the very same answer, at its recorded price.

Policies are compared on the same first drafts that way, and the model writes them once.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict, replace
from pathlib import Path

from autoglm_core.protocols import BatchEngine, Engine
from autoglm_core.types import Chunk, Prompt, Usage

_SEEDS = 1_000_000
_SCHEMA = "create table if not exists answers (key text primary key, prompt text not null, answers text not null)"


class AnswerFile:
    """The answers in a SQLite file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute(_SCHEMA)

    def find(self, key: str) -> list[tuple[str, Usage]] | None:
        """The answers to what was asked, or None."""
        row = self._database.execute("select answers from answers where key = ?", (key,)).fetchone()
        return [(text, Usage(**usage)) for text, usage in json.loads(row[0])] if row else None

    def keep(self, key: str, asked: str, answers: list[tuple[str, Usage]]) -> None:
        """Keep the answers."""
        data = json.dumps([(text, asdict(usage)) for text, usage in answers])
        self._database.execute("insert or replace into answers values (?, ?, ?)", (key, asked, data))

    def forget(self) -> None:
        """Remove all answers."""
        self._database.execute("delete from answers")

    def close(self) -> None:
        """Close the file."""
        self._database.close()


class RecordingEngine:
    """Another engine whose answers are kept, and replayed where the same is asked as often before.

    What is asked is the prompt with its sampling, the number of drafts, and how many times the same was
    asked since ``begin``. Only what is repeatable is replayed: greedy or seeded prompts. ``seed`` moves the
    seeds of all prompts, so that another one gives other drafts.
    """

    def __init__(self, engine: Engine, file: AnswerFile, seed: int = 0) -> None:
        self._seed = seed
        self._engine = engine
        self._file = file
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
        """Stream one answer."""
        async with aclosing(self.generate_many(prompt, 1)) as chunks:
            async for _, chunk in chunks:
                yield chunk

    async def generate_many(self, prompt: Prompt, count: int) -> AsyncGenerator[tuple[int, Chunk], None]:
        """Stream several answers, from the file if they are there."""
        prompt = self._seeded(prompt)
        asked = json.dumps([self.name, type(prompt).__name__, asdict(prompt), count], sort_keys=True)
        key = hashlib.sha256(f"{asked}{self._asked.setdefault(asked, 0)}".encode()).hexdigest()
        self._asked[asked] += 1
        repeatable = prompt.sampling.temperature == 0 or prompt.sampling.seed is not None
        known = self._file.find(key) if repeatable else None
        if known is not None:
            self.replayed_seconds += max(usage.seconds for _, usage in known)
            for number, (text, usage) in enumerate(known):
                yield number, Chunk(text, "stop", usage)
            return
        answers = [("", Usage()) for _ in range(count)]
        async with aclosing(self._ask(prompt, count)) as chunks:
            async for number, chunk in chunks:
                text, usage = answers[number]
                answers[number] = (text + chunk.text, chunk.usage or usage)
                yield number, chunk
        if repeatable:
            self._file.keep(key, asked, answers)

    async def aclose(self) -> None:
        """Close the other engine."""
        await self._engine.aclose()

    def _seeded(self, prompt: Prompt) -> Prompt:
        sampling = prompt.sampling
        if sampling.seed is None or not self._seed:
            return prompt
        return replace(prompt, sampling=replace(sampling, seed=sampling.seed + _SEEDS * self._seed))

    async def _ask(self, prompt: Prompt, count: int) -> AsyncGenerator[tuple[int, Chunk], None]:
        if isinstance(self._engine, BatchEngine):
            async with aclosing(self._engine.generate_many(prompt, count)) as many:
                async for number, chunk in many:
                    yield number, chunk
            return
        for number in range(count):
            async with aclosing(self._engine.generate(prompt)) as one:
                async for chunk in one:
                    yield number, chunk
