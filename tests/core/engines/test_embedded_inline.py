"""The real embedded model under the inline pipeline: what a key costs, reading ahead, and stopping."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from autoglm_core.config import InlineSettings, Settings
from autoglm_core.inline.pipeline import InlinePipeline
from autoglm_core.inline.sources import InlineSources
from autoglm_core.metrics import Metrics
from autoglm_core.types import Document, FimPrompt, Outcome, Sampling, Span, Task, TaskKind, Usage
from autoglm_core.validators.runner import Runner
from autoglm_core.validators.syntax import SyntaxValidator

pytestmark = pytest.mark.model

FILE = '''"""Sums."""

import math


def area(radius: float) -> float:
    """The area of a circle."""
    return math.pi * radius**2


def add(first: int, second: int) -> int:
    """The sum of two numbers."""
    '''
AFTER = "\n\n\nprint(add(1, 2))\n"


def task(typed: str) -> Task:
    document = Document(Path("/w/sums.py"), FILE + typed + AFTER)
    offset = len(FILE + typed)
    return Task(TaskKind.INLINE, document, Span(offset, offset))


def pipeline(engine: Any, metrics: Metrics) -> InlinePipeline:
    runner = Runner([SyntaxValidator()], Settings())
    return InlinePipeline(engine, InlineSources(), runner, InlineSettings(deadline_ms=120_000), metrics)


def text_of(outcome: Outcome) -> str:
    return outcome.draft.replacements[0].text if outcome.draft else ""


async def test_a_key_costs_a_few_tokens_of_reading(make_engine: Any) -> None:
    metrics = Metrics()
    inline = pipeline(make_engine(), metrics)
    try:
        first = await inline.complete(task(""), at_once=True)
        assert text_of(first).startswith("return first + second")
        read = metrics.value("inline", "tokens_read")
        assert read > 60
        # Another text than what was suggested: the model is asked again.
        second = await inline.complete(task("total ="), at_once=True)
        assert text_of(second).strip().startswith("first + second")
        assert metrics.value("inline", "tokens_read") - read <= 12
    finally:
        await inline.aclose()


async def test_what_was_read_ahead_is_not_read_again(make_engine: Any) -> None:
    metrics = Metrics()
    inline = pipeline(make_engine(slots=3), metrics)
    try:
        inline.warm(task(""))
        async with asyncio.timeout(120):
            while (
                not metrics.value("inline", "warmed_tokens") > 60
                or inline._warming is None
                or not inline._warming.done()
            ):
                await asyncio.sleep(0.05)
        outcome = await inline.complete(task(""), at_once=True)
        assert text_of(outcome).startswith("return first + second")
        assert metrics.value("inline", "tokens_read") <= 8
        assert inline.speed.reading is not None
    finally:
        await inline.aclose()


async def test_a_prompt_goes_to_its_slot_and_tells_what_it_costs_with_every_piece(make_engine: Any) -> None:
    engine = make_engine()
    prompt = FimPrompt(FILE + "return", AFTER, Sampling(8), near=60, slot=2)
    usages: list[Usage] = []
    async with aclosing(engine.generate(prompt)) as chunks:
        async for chunk in chunks:
            if chunk.text:
                assert chunk.usage is not None
                usages.append(chunk.usage)
    assert usages[0].prompt_tokens > 60
    assert [usage.completion_tokens for usage in usages] == sorted(usage.completion_tokens for usage in usages)
    assert usages[-1].logprob is not None
    assert -2 < usages[-1].logprob <= 0
    async with aclosing(engine.generate(prompt)) as chunks:
        again = [chunk async for chunk in chunks][-1].usage
    assert again.prompt_tokens - again.cached_tokens <= 1
