"""An engine that plays answers from a script: for tests of everything around a model, and for demos."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from autoglm_core.engines.condition import Condition, EngineState
from autoglm_core.errors import EngineLostError, SettingsError
from autoglm_core.types import ChatPrompt, Chunk, Prompt, Usage

_TOKEN = re.compile(r"\s*\S+|\s+")
_KEPT_PROMPTS = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One answer of a script.

    ``when``: only for prompts that hold this text. ``token_delay_s``: seconds before each word.
    ``lost_after``: the engine goes away (EngineLostError) after so many words.
    """

    answer: str
    when: str = ""
    token_delay_s: float = 0.0
    lost_after: int | None = None


class ScriptedEngine:
    """Gives each prompt the first line that fits it and was not used; the last that fits is repeated."""

    def __init__(self, lines: Iterable[Line | str]) -> None:
        self._lines = [line if isinstance(line, Line) else Line(line) for line in lines]
        self._used: set[int] = set()
        self.prompts: list[Prompt] = []
        """The latest prompts that were asked, in order."""
        self.cancelled = 0
        """How many answers were stopped before their end."""
        self.condition = Condition(EngineState.READY)
        """Offline from the line that goes away to the next one that does not."""

    @classmethod
    def from_file(cls, path: Path) -> ScriptedEngine:
        """Read a JSON list of strings and of objects with the fields of ``Line``.

        Raises SettingsError when the file is no such list.
        """
        try:
            items = json.loads(path.read_text("utf-8"))
            if not isinstance(items, list):
                raise TypeError("it holds no list")
            return cls([Line(**item) if isinstance(item, dict) else Line(str(item)) for item in items])
        except (OSError, ValueError, TypeError) as error:
            raise SettingsError(
                f"The script {path} cannot be used: {error}. It must be a JSON list of answers."
            ) from error

    @property
    def name(self) -> str:
        """What a trace calls it."""
        return "scripted"

    @property
    def node(self) -> str:
        """It runs in this process."""
        return "local"

    async def generate(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        """Stream the next fitting line word by word. Raises EngineLostError when none fits."""
        self.prompts.append(prompt)
        del self.prompts[:-_KEPT_PROMPTS]
        line = self._next(_text(prompt))
        started = time.monotonic()
        words = _TOKEN.findall(line.answer)
        finished = False
        try:
            for number, word in enumerate(words):
                if line.lost_after is not None and number >= line.lost_after:
                    finished = True
                    reason = "The scripted engine went away, as its script says."
                    self.condition.become(EngineState.OFFLINE, reason)
                    raise EngineLostError(reason)
                self.condition.become(EngineState.READY)
                await asyncio.sleep(line.token_delay_s)
                yield Chunk(word)
            prompt_tokens = len(_TOKEN.findall(_text(prompt)))
            usage = Usage(prompt_tokens, 0, len(words), time.monotonic() - started)
            finished = True
            yield Chunk("", "stop", usage)
        finally:
            self.cancelled += not finished

    async def generate_many(self, prompt: Prompt, count: int) -> AsyncGenerator[tuple[int, Chunk], None]:
        """Stream the next ``count`` fitting lines, each to its end before the next one begins."""
        for number in range(count):
            async with aclosing(self.generate(prompt)) as chunks:
                async for chunk in chunks:
                    yield number, chunk

    async def look(self) -> None:
        """There is nothing to find out."""

    async def aclose(self) -> None:
        """Nothing is held."""

    def _next(self, text: str) -> Line:
        fitting = [number for number, line in enumerate(self._lines) if line.when in text]
        if not fitting:
            raise EngineLostError("The script has no answer for this prompt.")
        number = next((number for number in fitting if number not in self._used), fitting[-1])
        self._used.add(number)
        return self._lines[number]


def _text(prompt: Prompt) -> str:
    if isinstance(prompt, ChatPrompt):
        return "\n".join(message.content for message in prompt.messages)
    return prompt.prefix + (prompt.suffix or "")
