"""Keeps secrets on this machine: what a remote engine is sent has placeholders in their place."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

from autoglm_core.engines.condition import Condition, ConditionedEngine
from autoglm_core.protocols import Engine
from autoglm_core.types import ChatPrompt, Chunk, Message, Prompt

Redact = Callable[[str], str]
"""A text without its secrets, otherwise unchanged."""


class RedactingEngine:
    """Another engine that never sees a secret. Answers come back as they are."""

    def __init__(self, engine: Engine, redact: Redact) -> None:
        self._engine = engine
        self._redact = redact
        self._condition = Condition()

    @property
    def name(self) -> str:
        """The other engine's name."""
        return self._engine.name

    @property
    def node(self) -> str:
        """The other engine's node."""
        return self._engine.node

    async def generate(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        """Stream the other engine's answer to the redacted prompt."""
        async with aclosing(self._engine.generate(self._redacted(prompt))) as chunks:
            async for chunk in chunks:
                yield chunk

    @property
    def condition(self) -> Condition:
        """The other engine's condition."""
        return self._engine.condition if isinstance(self._engine, ConditionedEngine) else self._condition

    async def look(self) -> None:
        """Have the other engine find out whether its node answers."""
        if isinstance(self._engine, ConditionedEngine):
            await self._engine.look()

    async def aclose(self) -> None:
        """Close the other engine."""
        await self._engine.aclose()

    def _redacted(self, prompt: Prompt) -> Prompt:
        if isinstance(prompt, ChatPrompt):
            messages = (Message(message.role, self._redact(message.content)) for message in prompt.messages)
            return replace(prompt, messages=tuple(messages))
        suffix = None if prompt.suffix is None else self._redact(prompt.suffix)
        # What is near is counted in characters, and these may have changed; a remote server reads all of it alike.
        return replace(prompt, prefix=self._redact(prompt.prefix), suffix=suffix, near=0)
