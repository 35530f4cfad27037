"""Endpoints that refuse, fail, fall silent or talk nonsense: each has its own clear error, and nothing leaks."""

import asyncio
import json
import socket
import traceback
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from autoglm_core.config import RemoteSettings
from autoglm_core.engines.openai_http import OpenAIEngine
from autoglm_core.errors import (
    ContextTooLongError,
    EngineError,
    EngineLostError,
    EngineRefusedError,
    EngineUnavailableError,
    SettingsError,
)
from autoglm_core.types import ChatPrompt, FimPrompt, Message

KEY = "sk-0123456789-very-secret"
CHAT = ChatPrompt((Message("user", "Say hello."),))
HELLO: tuple[dict[str, Any], ...] = ({"choices": [{"delta": {"content": "Hello"}}]},)
END: dict[str, Any] = {"choices": [{"delta": {}, "finish_reason": "stop"}]}


@pytest.fixture
async def engine_for() -> AsyncIterator[Any]:
    engines = []

    def make(url: str, key: str | None = KEY, **changes: Any) -> OpenAIEngine:
        engines.append(
            OpenAIEngine(RemoteSettings(**({"url": url, "model": "small", "retries": 0} | changes)), key=key)
        )
        return engines[-1]

    yield make
    for engine in engines:
        await engine.aclose()


async def ask(engine: OpenAIEngine, prompt: Any = CHAT) -> str:
    async with aclosing(engine.generate(prompt)) as chunks:
        return "".join([chunk.text async for chunk in chunks])


def error_body(message: str, **fields: Any) -> str:
    return json.dumps({"error": {"message": message, **fields}})


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (400, error_body("bad value of temperature"), EngineRefusedError, "HTTP 400.*bad value of temperature"),
        (401, error_body("no such key"), EngineRefusedError, "HTTP 401.*AUTOGLM_API_KEY.*keyring set autoglm 127"),
        (403, '{"message": "not for you"}', EngineRefusedError, "HTTP 403.*not for you"),
        (404, '{"detail": "Not Found"}', EngineRefusedError, "no model 'small'.*HTTP 404.*remote.model.*Not Found"),
        (418, "tea", EngineRefusedError, "HTTP 418.*tea"),
        (429, error_body("slow down"), EngineRefusedError, "HTTP 429.*slow down"),
        (500, "<html>oops</html>", EngineUnavailableError, "failed on the request.*HTTP 500"),
        (502, "", EngineUnavailableError, "HTTP 502"),
        (503, error_body("Loading model"), EngineUnavailableError, "HTTP 503.*Loading model"),
        (504, "", EngineUnavailableError, "HTTP 504"),
    ],
)
async def test_each_status_has_its_own_message(
    endpoint: Any, engine_for: Any, make_reply: Any, status: int, body: str, error: type[EngineError], words: str
) -> None:
    endpoint.replies = [make_reply(status=status, body=body)]
    with pytest.raises(error, match=f"(?s){words}"):
        await ask(engine_for(endpoint.url))
    assert len(endpoint.asked) == 1


async def test_a_redirect_is_not_followed_with_the_key(endpoint: Any, engine_for: Any, make_reply: Any) -> None:
    endpoint.replies = [make_reply(status=301, body="", headers={"location": f"{endpoint.url}/other"})]
    with pytest.raises(EngineRefusedError, match="points to .*/other.*remote.url"):
        await ask(engine_for(endpoint.url))
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, error_body("too long", type="exceed_context_size_error", n_prompt_tokens=9030, n_ctx=8192)),
        (
            400,
            error_body("This model's maximum context length is 8192 tokens. However, your messages resulted in 9030"),
        ),
        (400, error_body("prompt (9030 tokens) exceeds the available context size (8192 tokens)")),
    ],
)
async def test_a_prompt_beyond_the_context_is_told_with_both_numbers(
    endpoint: Any, engine_for: Any, make_reply: Any, status: int, body: str
) -> None:
    endpoint.replies = [make_reply(status=status, body=body)]
    with pytest.raises(ContextTooLongError, match=r"9030 tokens.*holds 8192.*context_tokens"):
        await ask(engine_for(endpoint.url))


async def test_a_prompt_beyond_the_context_is_told_without_numbers(
    endpoint: Any, engine_for: Any, make_reply: Any
) -> None:
    endpoint.replies = [make_reply(status=400, body=error_body("Prompt exceeds max length", code="1261"))]
    with pytest.raises(ContextTooLongError, match="not fit into the context of small.*exceeds max length"):
        await ask(engine_for(endpoint.url))


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_a_passing_failure_is_asked_again(endpoint: Any, engine_for: Any, make_reply: Any, status: int) -> None:
    endpoint.replies = [make_reply(status=status, body="", headers={"retry-after": "0"}), make_reply((*HELLO, END))]
    assert await ask(engine_for(endpoint.url, retries=1)) == "Hello"
    assert len(endpoint.asked) == 2


@pytest.mark.parametrize("status", [400, 401, 404, 500])
async def test_what_will_not_pass_is_not_asked_again(
    endpoint: Any, engine_for: Any, make_reply: Any, status: int
) -> None:
    endpoint.replies = [make_reply(status=status, body=""), make_reply((*HELLO, END))]
    with pytest.raises(EngineError):
        await ask(engine_for(endpoint.url, retries=3))
    assert len(endpoint.asked) == 1


async def test_nobody_waits_an_hour_for_a_rate_limit(endpoint: Any, engine_for: Any, make_reply: Any) -> None:
    endpoint.replies = [make_reply(status=429, body="", headers={"retry-after": "3600"})]
    with pytest.raises(EngineRefusedError, match="asks to wait 3600 seconds"):
        await ask(engine_for(endpoint.url, retries=3))
    assert len(endpoint.asked) == 1


async def test_a_date_in_retry_after_is_understood(endpoint: Any, engine_for: Any, make_reply: Any) -> None:
    past = {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}
    endpoint.replies = [make_reply(status=503, body="", headers=past), make_reply((*HELLO, END))]
    assert await ask(engine_for(endpoint.url, retries=1)) == "Hello"


async def test_a_broken_answer_is_not_asked_again(endpoint: Any, engine_for: Any, make_reply: Any) -> None:
    endpoint.replies = [make_reply(HELLO, end="cut"), make_reply((*HELLO, END))]
    chunks = engine_for(endpoint.url, retries=3).generate(CHAT)
    assert (await anext(chunks)).text == "Hello"
    with pytest.raises(EngineLostError, match="closed the connection in the middle of an answer"):
        await anext(chunks)
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ((*HELLO, "{"), "an event that is not JSON"),
        (("[1]",), "not a JSON object"),
        (({"choices": "none"},), "choices are not a list"),
        (({"choices": [{"delta": {"content": 7}}]},), "text is not a string"),
        ((b"data: \xff\xfe\n\n",), "not UTF-8"),
        ((b"x" * (5 << 20),), "a line longer than"),
        (HELLO, "ended its answer in the middle"),
        ((*HELLO, {"error": {"message": "CUDA out of memory"}}), "broke off its answer.*CUDA out of memory"),
    ],
)
async def test_nonsense_in_the_stream_is_told(
    endpoint: Any, engine_for: Any, make_reply: Any, events: tuple[Any, ...], words: str
) -> None:
    endpoint.replies = [make_reply(events, end="plain")]
    with pytest.raises(EngineLostError, match=words):
        await ask(engine_for(endpoint.url))


async def test_a_page_instead_of_an_answer_is_told(endpoint: Any, engine_for: Any, make_reply: Any) -> None:
    endpoint.replies = [make_reply(body="<html>Welcome</html>", headers={"content-type": "text/html"})]
    with pytest.raises(EngineLostError, match="remote.url names an OpenAI-compatible endpoint"):
        await ask(engine_for(endpoint.url))


async def test_an_error_at_the_beginning_of_the_stream_keeps_its_kind(
    endpoint: Any, engine_for: Any, make_reply: Any
) -> None:
    endpoint.replies = [make_reply(({"error": {"code": 429, "message": "quota"}},), end="plain")]
    with pytest.raises(EngineRefusedError, match="quota"):
        await ask(engine_for(endpoint.url))


async def test_silence_before_the_answer_is_told(endpoint: Any, engine_for: Any, make_reply: Any) -> None:
    endpoint.replies = [make_reply(end="hang")]
    with pytest.raises(EngineUnavailableError, match=r"silent for 0\.2 s.*remote\.read_timeout_s"):
        await ask(engine_for(endpoint.url, read_timeout_s=0.2))
    await endpoint.hung_up.wait()


async def test_silence_within_the_answer_is_told(endpoint: Any, engine_for: Any, make_reply: Any) -> None:
    endpoint.replies = [make_reply(HELLO, end="hang")]
    with pytest.raises(EngineLostError, match="in the middle of an answer"):
        await ask(engine_for(endpoint.url, read_timeout_s=0.2))
    await endpoint.hung_up.wait()


async def test_closing_the_generator_hangs_up_and_leaves_nothing(
    endpoint: Any, engine_for: Any, make_reply: Any
) -> None:
    endpoint.replies = [make_reply(HELLO, end="hang")]
    engine = engine_for(endpoint.url)
    before = asyncio.all_tasks()
    chunks = engine.generate(CHAT)
    assert (await anext(chunks)).text == "Hello"
    await chunks.aclose()
    async with asyncio.timeout(30):
        await endpoint.hung_up.wait()
        # httpx's own inner generators are closed by the event loop, a moment later.
        while any("Endpoint" not in repr(task.get_coro()) for task in asyncio.all_tasks() - before):
            await asyncio.sleep(0)


async def test_cancelling_the_task_hangs_up(endpoint: Any, engine_for: Any, make_reply: Any) -> None:
    endpoint.replies = [make_reply(HELLO, end="hang")]
    engine, begun = engine_for(endpoint.url), asyncio.Event()

    async def read() -> None:
        async with aclosing(engine.generate(CHAT)) as chunks:
            async for _ in chunks:
                begun.set()

    task = asyncio.create_task(read())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(30):
        await endpoint.hung_up.wait()


async def test_cancelling_while_the_endpoint_thinks_hangs_up(endpoint: Any, engine_for: Any, make_reply: Any) -> None:
    endpoint.replies = [make_reply(end="hang")]
    engine = engine_for(endpoint.url)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await ask(engine)
    async with asyncio.timeout(30):
        await endpoint.hung_up.wait()
    endpoint.replies = [make_reply((*HELLO, END))]
    assert await ask(engine) == "Hello"  # the engine works on


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


async def test_a_refused_connection_is_told(engine_for: Any) -> None:
    with pytest.raises(EngineUnavailableError, match=r"127\.0\.0\.1:\d+ cannot be reached.*Start its server"):
        await ask(engine_for(f"http://127.0.0.1:{free_port()}", retries=1))


async def test_an_unknown_host_is_told(engine_for: Any) -> None:
    with pytest.raises(EngineUnavailableError, match=r"nowhere\.invalid cannot be reached"):
        await ask(engine_for("http://nowhere.invalid/v1"))


async def test_a_server_that_comes_up_meanwhile_is_reached(endpoint: Any, make_reply: Any, engine_for: Any) -> None:
    url = endpoint.url
    await endpoint.close()
    engine = engine_for(url, retries=5)
    answer = asyncio.create_task(ask(engine))
    endpoint.replies = [make_reply((*HELLO, END))]
    await endpoint.open(int(url.rpartition(":")[2]))
    assert await answer == "Hello"


@pytest.mark.parametrize("status", [401, 429, 500])
async def test_a_key_is_in_no_error_even_if_the_endpoint_repeats_it(
    endpoint: Any, engine_for: Any, make_reply: Any, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    endpoint.replies = [make_reply(status=status, body=error_body(f"Incorrect API key provided: {KEY}"))]
    engine = engine_for(endpoint.url)
    with pytest.raises(EngineError) as caught:
        await ask(engine)
    assert "Incorrect API key provided: (the key)" in str(caught.value)
    seen = (
        "".join(traceback.format_exception(caught.value)) + caplog.text + repr(engine) + repr(vars(engine)["_endpoint"])
    )
    assert KEY not in seen


@pytest.mark.parametrize("key", ["sk secret", "sk-secret\n", "sk-sécret"])
def test_a_key_that_no_header_can_hold_is_refused_without_being_told(key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        OpenAIEngine(RemoteSettings(url="http://h", model="m"), key=key)
    assert key.strip() not in str(caught.value)


async def test_fim_without_completions_says_what_to_set(endpoint: Any, engine_for: Any, make_reply: Any) -> None:
    endpoint.replies = [make_reply(status=404, body='{"detail": "Not Found"}')]
    with pytest.raises(EngineRefusedError, match='set remote.fim to "chat"'):
        await ask(engine_for(endpoint.url), FimPrompt("a", "b"))


async def test_the_environments_proxy_is_for_remote_endpoints_alone(
    endpoint: Any, make_reply: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    endpoint.replies = [make_reply((*HELLO, END))]
    remote = RemoteSettings(url=endpoint.url, model="small", retries=0)
    through, direct = OpenAIEngine(remote), OpenAIEngine(remote, proxies=False)
    with pytest.raises(EngineUnavailableError):
        await ask(through)
    assert await ask(direct) == "Hello"
    await through.aclose()
    await direct.aclose()
