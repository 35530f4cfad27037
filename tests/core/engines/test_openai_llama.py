"""What llama.cpp's own server is asked beyond the OpenAI protocol: begun answers, several at once, probabilities."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from autoglm_core.config import RemoteSettings
from autoglm_core.engines.openai_http import OpenAIEngine
from autoglm_core.errors import EngineLostError
from autoglm_core.types import ChatPrompt, FimPrompt, Message, Sampling

CHAT = ChatPrompt((Message("user", "Write f."),), Sampling(max_tokens=9, stop=("\n```",)), "```python\n")


@pytest.fixture
async def engine(endpoint: Any) -> AsyncIterator[OpenAIEngine]:
    made = OpenAIEngine(RemoteSettings(url=endpoint.url, model="small", retries=0, fim="tokens"), llama=True)
    yield made
    await made.aclose()


def delta(number: int, text: str, finish: str | None = None, logprob: float | None = None) -> dict[str, Any]:
    choice = {"index": number, "delta": {"content": text}, "finish_reason": finish}
    tokens = [] if logprob is None else [{"token": text, "logprob": logprob}]
    return {"choices": [choice | ({"logprobs": {"content": tokens}} if tokens else {})]}


async def test_the_answer_goes_on_from_where_it_was_begun(endpoint: Any, engine: OpenAIEngine, make_reply: Any) -> None:
    endpoint.replies = [make_reply((delta(0, "x = 1\n", None, -0.5), delta(0, "y", "stop", -1.5)))]
    async with aclosing(engine.generate(CHAT)) as chunks:
        got = [chunk async for chunk in chunks]
    assert "".join(chunk.text for chunk in got) == "```python\nx = 1\ny"
    assert got[-1].usage
    assert got[-1].usage.completion_tokens == 2
    assert got[-1].usage.logprob
    assert math.isclose(got[-1].usage.logprob, -1.0)
    body = endpoint.asked[0].body
    assert body["messages"][-1] == {"role": "assistant", "content": "```python\n"}
    assert (body["logprobs"], body["n"]) == (True, 1)


async def test_several_answers_come_interleaved(endpoint: Any, engine: OpenAIEngine, make_reply: Any) -> None:
    usage = {"choices": [], "usage": {"prompt_tokens": 20, "completion_tokens": 2}}
    events = (delta(1, "b"), delta(0, "a"), delta(1, "b\n```x"), delta(0, "a", "stop"), delta(1, "", "stop"), usage)
    endpoint.replies = [make_reply(events)]
    texts, last = ["", ""], {}
    async with aclosing(engine.generate_many(replace(CHAT, prefill=""), 2)) as chunks:
        async for number, chunk in chunks:
            texts[number] += chunk.text
            last[number] = chunk
    assert texts == ["aa", "bb"]
    assert [last[0].finish_reason, last[1].finish_reason] == ["stop", "stop"]
    assert last[0].usage.prompt_tokens == 20
    assert last[1].usage.prompt_tokens == last[1].usage.cached_tokens
    assert endpoint.asked[0].body["n"] == 2


async def test_an_answer_that_misses_its_end_is_a_lost_engine(
    endpoint: Any, engine: OpenAIEngine, make_reply: Any
) -> None:
    endpoint.replies = [make_reply((delta(0, "a", "stop"), delta(1, "b")))]
    async with aclosing(engine.generate_many(CHAT, 2)) as chunks:
        with pytest.raises(EngineLostError):
            [chunk async for chunk in chunks]


async def test_another_endpoint_is_not_asked_for_more_than_the_protocol(endpoint: Any, make_reply: Any) -> None:
    endpoint.replies = [make_reply((delta(0, "```python\nx", "stop"),))]
    plain = OpenAIEngine(RemoteSettings(url=endpoint.url, model="small", retries=0))
    async with aclosing(plain.generate(CHAT)) as chunks:
        assert "".join([chunk.text async for chunk in chunks]) == "```python\nx"
    await plain.aclose()
    assert not {"n", "logprobs"} & set(endpoint.asked[0].body)
    assert [message["role"] for message in endpoint.asked[0].body["messages"]] == ["user"]


async def test_a_text_without_a_suffix_is_just_continued(endpoint: Any, engine: OpenAIEngine, make_reply: Any) -> None:
    endpoint.replies = [make_reply(({"choices": [{"index": 0, "text": "x", "finish_reason": "stop"}]},))]
    async with aclosing(engine.generate(FimPrompt("def f():\n", None))) as chunks:
        assert "".join([chunk.text async for chunk in chunks]) == "x"
    assert endpoint.asked[0].body["prompt"] == "def f():\n"
