"""What an OpenAI-compatible endpoint is asked, and how its answers are read."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from autoglm_core.config import RemoteSettings
from autoglm_core.engines.openai_http import OpenAIEngine
from autoglm_core.engines.openai_request import base_url, fim_text
from autoglm_core.errors import EngineLostError, EngineRefusedError, SettingsError
from autoglm_core.types import ChatPrompt, Chunk, FimPrompt, Message, Prompt, Sampling, Usage

CHAT = ChatPrompt((Message("system", "Be short."), Message("user", "Say hello.")), Sampling(max_tokens=9))
FIM = FimPrompt("def add(a, b):\n    return ", "\n", Sampling(max_tokens=7, stop=("\n\n",)))


@pytest.fixture
async def ask(endpoint: Any) -> AsyncIterator[Any]:
    """Asks the endpoint, and returns all chunks."""
    engines = []

    async def ask(prompt: Prompt, **changes: Any) -> list[Chunk]:
        settings = {"url": endpoint.url, "model": "small", "retries": 0} | changes
        engines.append(OpenAIEngine(RemoteSettings(**settings), key="sk-secret"))
        async with aclosing(engines[-1].generate(prompt)) as chunks:
            return [chunk async for chunk in chunks]

    yield ask
    for engine in engines:
        await engine.aclose()


def delta(text: str, finish: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}


def text(word: str, finish: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "text": word, "finish_reason": finish}]}


def told(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


async def test_a_chat_is_streamed_with_its_usage(endpoint: Any, ask: Any, make_reply: Any) -> None:
    usage = {"prompt_tokens": 20, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 16}}
    endpoint.replies = [make_reply((delta("Hel"), delta("lo"), delta("", "stop"), {"choices": [], "usage": usage}))]
    *pieces, last = await ask(CHAT)
    assert [piece.text for piece in pieces] == ["Hel", "lo"]
    assert last.text == ""
    assert last.finish_reason == "stop"
    assert last.usage
    assert (last.usage.prompt_tokens, last.usage.cached_tokens, last.usage.completion_tokens) == (20, 16, 2)
    assert 0 < last.usage.first_token_seconds <= last.usage.seconds
    asked = endpoint.asked[0]
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["authorization"] == "Bearer sk-secret"
    assert asked.body == {
        "model": "small",
        "messages": [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Say hello."}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 9,
        "temperature": 0.0,
    }


async def test_llama_cpp_tells_of_cached_tokens_in_its_timings(endpoint: Any, ask: Any, make_reply: Any) -> None:
    timings = {"cache_n": 30, "prompt_n": 4, "predicted_n": 5}
    endpoint.replies = [make_reply((text("x"), text("", "stop") | {"timings": timings}))]
    usage = (await ask(FIM))[-1].usage
    assert (usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens) == (34, 30, 5)


async def test_llama_cpp_tells_how_far_the_prompt_is_read(endpoint: Any, make_reply: Any) -> None:
    def read(processed: int) -> dict[str, Any]:
        progress = {"total": 90, "cache": 30, "processed": processed, "time_ms": 5}
        # Before the prompt is read, the timings count what is not there yet.
        return text("") | {"prompt_progress": progress, "timings": {"cache_n": 30, "prompt_n": 0, "predicted_n": 0}}

    timings = {"cache_n": 30, "prompt_n": 60, "predicted_n": 1}
    endpoint.replies = [make_reply((read(30), read(90), text("x", "stop") | {"timings": timings}))]
    engine = OpenAIEngine(RemoteSettings(url=endpoint.url, model="small", retries=0), llama=True)
    async with aclosing(engine.generate(FIM)) as answer:
        chunks = [chunk async for chunk in answer]
    await engine.aclose()
    costs = [(chunk.text, chunk.usage.prompt_tokens, chunk.usage.cached_tokens) for chunk in chunks if chunk.usage]
    assert costs[:2] == [("", 30, 30), ("", 90, 30)]
    assert costs[-1] == ("", 90, 30)
    assert told(chunks) == "x"
    assert [chunk.usage.completion_tokens for chunk in chunks if chunk.usage][:2] == [0, 0]


async def test_without_counts_each_piece_is_one_token(endpoint: Any, ask: Any, make_reply: Any) -> None:
    endpoint.replies = [make_reply((delta("a"), delta("b"), delta("", "length")))]
    last = (await ask(CHAT))[-1]
    assert last.finish_reason == "length"
    assert last.usage == Usage(0, 0, 2, last.usage.seconds, last.usage.first_token_seconds)


async def test_fim_by_tokens_sends_the_models_own_markers(endpoint: Any, ask: Any, make_reply: Any) -> None:
    endpoint.replies = [make_reply((text("a + b"), text("", "stop")))]
    assert told(await ask(FIM, fim="tokens")) == "a + b"
    asked = endpoint.asked[0]
    assert asked.path == "/v1/completions"
    assert asked.body["prompt"] == "<|fim_prefix|>def add(a, b):\n    return <|fim_suffix|>\n<|fim_middle|>"
    assert asked.body["stop"] == ["\n\n", "<|endoftext|>", "<|file_sep|>", "<|fim_pad|>"]


async def test_fim_by_suffix_uses_the_field(endpoint: Any, ask: Any, make_reply: Any) -> None:
    endpoint.replies = [make_reply((text("a + b", "stop"),))]
    await ask(FIM, fim="suffix")
    assert (endpoint.asked[0].body["prompt"], endpoint.asked[0].body["suffix"]) == (FIM.prefix, FIM.suffix)


async def test_fim_by_chat_asks_in_words_and_takes_the_fence_away(endpoint: Any, ask: Any, make_reply: Any) -> None:
    pieces = ("``", "`python\na", " + b", "\n`", "``\nThis adds", " them.")
    endpoint.replies = [make_reply((*map(delta, pieces),), end="hang")]
    assert told(await ask(FIM, fim="chat")) == "a + b"
    asked = endpoint.asked[0]
    assert asked.path == "/v1/chat/completions"
    assert asked.body["messages"][-1]["content"] == "def add(a, b):\n    return <GAP/>\n"
    assert "stop" not in asked.body  # a line break would end the answer inside the fence's first line


async def test_a_fifth_stop_string_is_cut_on_our_side_and_stops_the_server(
    endpoint: Any, ask: Any, make_reply: Any
) -> None:
    prompt = ChatPrompt(CHAT.messages, Sampling(stop=("s1", "s2", "s3", "s4", "END")))
    endpoint.replies = [make_reply((delta("one E"), delta("N"), delta("D two")), end="hang")]
    chunks = await ask(prompt)
    assert told(chunks) == "one "
    assert chunks[-1].finish_reason == "stop"
    assert endpoint.asked[0].body["stop"] == ["s1", "s2", "s3", "s4"]
    await endpoint.hung_up.wait()


async def test_sampling_goes_along(endpoint: Any, ask: Any, make_reply: Any) -> None:
    endpoint.replies = [make_reply((delta("x", "stop"),))]
    await ask(ChatPrompt(CHAT.messages, Sampling(5, 0.7, 0.9, 42)))
    body = endpoint.asked[0].body
    assert (body["max_tokens"], body["temperature"], body["top_p"], body["seed"]) == (5, 0.7, 0.9, 42)


async def test_bytes_in_any_pieces_make_the_same_answer(endpoint: Any, ask: Any, make_reply: Any) -> None:
    # U+2028 and U+0085 are line ends to str.splitlines, but not in server-sent events.
    words = "h\u2028\u0085é😀"
    events = (
        b": a comment\r\n\r\n",
        f'data: {{"choices": [{{"text": "{words}"}}]}}\r\n\r\n'.encode(),
        text("!", "stop"),
    )
    endpoint.replies = [make_reply(events, dribble=True)]
    assert told(await ask(FIM)) == words + "!"


async def test_an_endpoint_that_cannot_stream_is_understood(endpoint: Any, ask: Any, make_reply: Any) -> None:
    body = '{"choices": [{"message": {"content": "whole"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 3}}'
    endpoint.replies = [make_reply(body=body, headers={"content-type": "application/json"})]
    chunks = await ask(CHAT)
    assert told(chunks) == "whole"
    assert chunks[-1].usage.prompt_tokens == 3


@pytest.mark.parametrize(
    ("reason", "error"),
    [("sensitive", EngineRefusedError), ("content_filter", EngineRefusedError), ("network_error", EngineLostError)],
)
async def test_an_answer_that_was_withheld_is_no_answer(
    endpoint: Any, ask: Any, make_reply: Any, reason: str, error: type[Exception]
) -> None:
    endpoint.replies = [make_reply((delta("x"), delta("", reason)))]
    with pytest.raises(error, match=reason):
        await ask(CHAT)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/v1"),
        ("https://api.openai.com/v1/", "https://api.openai.com/v1"),
        ("https://open.bigmodel.cn/api/paas/v4", "https://open.bigmodel.cn/api/paas/v4"),
        ("https://open.bigmodel.cn/api/paas/v4/chat/completions", "https://open.bigmodel.cn/api/paas/v4"),
        ("https://example.org/v1beta/openai/", "https://example.org/v1beta/openai"),
        ("https://example.org/llm", "https://example.org/llm/v1"),
    ],
)
def test_the_version_is_joined_once(given: str, used: str) -> None:
    assert base_url(given) == used


@pytest.mark.parametrize(
    "url", ["", "localhost:8080", "ftp://host/v1", "http://", "http://host:port/", "http://h/v1?x=1"]
)
def test_what_is_no_url_is_a_settings_error(url: str) -> None:
    with pytest.raises(SettingsError, match=r"remote\.url"):
        OpenAIEngine(RemoteSettings(url=url, model="m"))


def test_names_say_the_model_and_the_host_and_never_a_password() -> None:
    engine = OpenAIEngine(RemoteSettings(url="https://user:pass@api.example.org:8443/v1", model="glm-4.6"))
    assert (engine.name, engine.node) == ("remote glm-4.6", "api.example.org:8443")


def test_what_is_near_is_read_last_and_tokens_of_the_format_in_the_text_are_broken_up() -> None:
    prompt = FimPrompt("import os\n\ndef f():\n    x", "\n<|fim_middle|>\n", near=len("def f():\n    x"))
    assert fim_text(prompt) == (
        "<|fim_prefix|>import os\n\n<|fim_suffix|>\n< |fim_middle|>\n<|fim_middle|>def f():\n    x"
    )
    assert fim_text(FimPrompt("a", None)) == "a"
    assert fim_text(FimPrompt("a |> b <| c", "")) == "<|fim_prefix|>a |> b <| c<|fim_suffix|><|fim_middle|>"
