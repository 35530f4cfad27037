"""How quickly an embedded model reads and writes on this machine."""

from __future__ import annotations

import secrets
from contextlib import aclosing
from functools import partial
from pathlib import Path

from autoglm_core.config import Settings
from autoglm_core.engines.llama_cpp import LlamaCppEngine
from autoglm_core.errors import EngineError
from autoglm_core.store.store import ModelStore
from autoglm_core.types import ChatPrompt, Message, Sampling, Usage
from autoglm_server.commands.diagnosis.check import Check, State

_NUMBERS_READ = 100  # some 500 tokens
_TOKENS_WRITTEN = 64
_TASK = "Write a long Python program with many functions and docstrings that sorts numbers like these."


async def measure_speed(settings: Settings, store: ModelStore, model: str) -> Check:
    """Load the model, let it read some hundred tokens and write some, in the node that editors share."""
    engine = LlamaCppEngine(partial(store.path, model), settings.node, name=model)
    name = "speed"
    try:
        await _ask(engine, 1)  # loads the model, which is not measured
        usage = await _ask(engine, _TOKENS_WRITTEN)
    except EngineError as error:
        return Check(name, State.BAD, f"{Path(model).name}: {error}")
    finally:
        await engine.aclose()
    read = usage.prompt_tokens - usage.cached_tokens
    reading = read / max(usage.first_token_seconds, 1e-9)
    writing = max(usage.completion_tokens - 1, 0) / max(usage.seconds - usage.first_token_seconds, 1e-9)
    words = f"{Path(model).name} reads {reading:,.0f} and writes {writing:,.1f} tokens/s"
    words += f" · {read} read, {usage.completion_tokens} written"
    return Check(name, State.GOOD, words)


async def _ask(engine: LlamaCppEngine, tokens: int) -> Usage:
    # New numbers each time, from the first on: what is in the cache of prefixes would not be read.
    text = " ".join(str(secrets.randbelow(10_000)) for _ in range(_NUMBERS_READ))
    prompt = ChatPrompt((Message("user", f"{text}\n{_TASK}"),), Sampling(tokens))
    usage = Usage()
    async with aclosing(engine.generate(prompt)) as chunks:
        async for chunk in chunks:
            usage = chunk.usage or usage
    return usage
