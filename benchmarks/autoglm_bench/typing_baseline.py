"""A plain client: a fixed window around the cursor, a fixed debounce, one request a pause, no checks."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

from autoglm_bench.typing_scripts import Script
from autoglm_core.protocols import Engine
from autoglm_core.types import FimPrompt, Sampling, Usage

_LINES_BEFORE, _LINES_AFTER = 256, 64
_DEBOUNCE_S = 0.075
_MOST_TOKENS = 96


class PlainClient:
    """Asks the engine for the text between a fixed prefix and a fixed suffix, in this order, and shows the answer.

    An answer ends at an empty line, and at the line's end where code follows the cursor. A newer key closes the
    stream of the one before it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._task: asyncio.Task[str | None] | None = None
        self.usage = Usage()
        """Tokens of all answers so far, as far as the engine said."""
        self.asked = self.stopped = self.uncounted = 0
        """Requests that reached the engine, those whose stream a key closed, those closed before any count came."""

    async def open(self, script: Script) -> None:
        """Nothing is read before the first key."""

    def changed(self, inserted: str, before: str, after: str) -> asyncio.Future[str | None]:
        """Ask for what follows, after the debounce."""
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.create_task(self._ask(before, after))
        return self._task

    async def close(self) -> None:
        """Close the stream that is open."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            self._task = None

    async def aclose(self) -> None:
        """Let go of the engine."""
        await self._engine.aclose()

    async def _ask(self, before: str, after: str) -> str | None:
        await asyncio.sleep(_DEBOUNCE_S)
        prefix = "".join(before.splitlines(keepends=True)[-_LINES_BEFORE:])
        suffix = "".join(after.splitlines(keepends=True)[:_LINES_AFTER])
        amid_line = bool(after.partition("\n")[0].strip())
        prompt = FimPrompt(prefix, suffix, Sampling(_MOST_TOKENS, stop=("\n",) if amid_line else ("\n\n",)))
        pieces: list[str] = []
        usage, ended = None, False
        self.asked += 1
        try:
            async with aclosing(self._engine.generate(prompt)) as chunks:
                async for chunk in chunks:
                    pieces.append(chunk.text)
                    usage = chunk.usage or usage
            ended = True
        finally:
            self.stopped += not ended
            # A stream that is closed before the first batch of the prompt says nothing of it.
            self.uncounted += usage is None
            self._add(usage or Usage())
        return "".join(pieces).rstrip() or None

    def _add(self, usage: Usage) -> None:
        self.usage = replace(
            self.usage,
            prompt_tokens=self.usage.prompt_tokens + usage.prompt_tokens,
            cached_tokens=self.usage.cached_tokens + usage.cached_tokens,
            completion_tokens=self.usage.completion_tokens + usage.completion_tokens,
        )
