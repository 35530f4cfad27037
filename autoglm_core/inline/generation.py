"""Step 4, the engine: streams an answer and stops it where the syntax ends it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from autoglm_core.inline.margin import Watch
from autoglm_core.protocols import Engine
from autoglm_core.types import FimPrompt, Usage


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model wrote, as far as it counts; ``finished``: it was not cut off for want of tokens."""

    text: str
    raw: str
    finished: bool
    usage: Usage


async def write_answer(
    engine: Engine, prompt: FimPrompt, end: Watch, on_text: Callable[[str, Usage], None] = lambda text, usage: None
) -> Answer:
    """Ask the engine, and close its stream as soon as ``end`` has seen enough.

    ``on_text`` is told of the whole text after each piece, empty while the prompt is read, and of what it cost so
    far. Raises EngineError.
    """
    started = time.monotonic()
    raw: list[str] = []
    usage, finished, first = Usage(), False, 0.0
    async with aclosing(engine.generate(prompt)) as chunks:
        async for chunk in chunks:
            raw.append(chunk.text)
            usage = chunk.usage or usage
            if chunk.text and not first:
                first = time.monotonic() - started
            if chunk.finish_reason is not None:
                finished = chunk.finish_reason == "stop"
            enough = end.feed(chunk.text) if chunk.text else False
            on_text(end.margin + end.text if first else "", usage)
            if enough:
                finished = True
                break
    seconds = time.monotonic() - started
    if not usage.completion_tokens:  # an engine that counts at the end alone: about a token a piece
        usage = replace(usage, completion_tokens=sum(bool(piece) for piece in raw))
    usage = replace(usage, seconds=seconds, first_token_seconds=first)
    return Answer(end.text, "".join(raw), finished, usage)
