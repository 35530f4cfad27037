"""An engine behind any OpenAI-compatible endpoint: another machine's, a cloud's, our own node's."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from urllib.parse import urlsplit

import httpx

from autoglm_core.config import RemoteSettings
from autoglm_core.engines.condition import Condition, EngineState
from autoglm_core.engines.cutting import FenceCutter, PrefillJoiner, StopCutter
from autoglm_core.engines.openai_refusal import Endpoint
from autoglm_core.engines.openai_request import OPENAI_STOPS, Request, base_url, build_request
from autoglm_core.engines.openai_stream import (
    AnswerReader,
    GarbledAnswerError,
    StreamedError,
    choice_index,
    read_events,
)
from autoglm_core.errors import EngineLostError, EngineRefusedError, EngineUnavailableError, SettingsError
from autoglm_core.types import ChatPrompt, Chunk, Prompt

_LONGEST_WAIT_S = 20.0
_FIRST_WAIT_S = 0.5
_LONGEST_ERROR = 64 << 10
_FINISH_REASONS = {"length": "length", "max_tokens": "length", "model_context_window_exceeded": "length"}
_WITHHELD = ("content_filter", "sensitive")


class OpenAIEngine:
    """Asks one model at one endpoint, by chat and by fill-in-the-middle completions.

    ``label`` is what messages call the endpoint, its host if empty.
    ``most_stops`` is how many stop strings are sent, None for all; all of them are cut on this side too.
    ``proxies`` False ignores the environment's proxy settings. ``llama``: the endpoint is llama.cpp's own
    server, so begun answers, several answers at once and probabilities of tokens are asked for. Raises
    SettingsError for a URL or a key that cannot be used. Belongs to one event loop.
    """

    def __init__(
        self,
        remote: RemoteSettings,
        *,
        key: str | None = None,
        name: str = "",
        node: str = "",
        label: str = "",
        most_stops: int | None = OPENAI_STOPS,
        proxies: bool = True,
        llama: bool = False,
    ) -> None:
        if key is not None and not (key.isascii() and key.isprintable() and " " not in key):
            raise SettingsError("The key of the remote endpoint holds a space or a character that no key can hold.")
        self._remote = remote
        self._base_url = base_url(remote.url)
        host = urlsplit(self._base_url).netloc.rpartition("@")[2]
        self._name = name or f"remote {remote.model}"
        self._node = node or host
        self._endpoint = Endpoint(remote, label or self._node, key)
        self._most_stops = most_stops
        self._proxies = proxies
        self._llama = llama
        self._key = key
        self._client: httpx.AsyncClient | None = None
        self.condition = Condition(address=urlsplit(self._base_url)._replace(netloc=host).geturl())
        """Ready once the endpoint has answered, offline once it could not be reached."""

    @property
    def name(self) -> str:
        """What a trace calls it: ``remote glm-4.6``."""
        return self._name

    @property
    def node(self) -> str:
        """The host of the endpoint, with its port if the URL names one."""
        return self._node

    async def generate(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        """Stream the answer. Closing the generator or cancelling its task closes the connection at once.

        Raises EngineUnavailableError, EngineLostError, EngineRefusedError and ContextTooLongError.
        """
        async with aclosing(self.generate_many(prompt, 1)) as chunks:
            async for _, chunk in chunks:
                yield chunk

    async def generate_many(self, prompt: Prompt, count: int) -> AsyncGenerator[tuple[int, Chunk], None]:
        """Stream several answers, decoded at once: pieces with the number of their answer, from 0.

        Of more than one answer only llama.cpp's server is asked. Raises what ``generate`` does.
        """
        started = time.monotonic()
        request = build_request(
            prompt, self._remote.model, self._remote.fim, self._most_stops, llama=self._llama, count=count
        )
        prefill = prompt.prefill if self._llama and isinstance(prompt, ChatPrompt) else ""
        answers = [_Answer(request, prefill) for _ in range(count)]
        response = await self._open(request)
        begun = False
        try:
            async with aclosing(read_events(response)) as events:
                async for data in events:
                    if data.strip() == "[DONE]":
                        break
                    number = choice_index(data) if count > 1 else 0
                    answer = answers[number if number < count else 0]
                    seconds = time.monotonic() - started
                    text = answer.feed(data, seconds)
                    begun = begun or answer.first_token_seconds > 0
                    if text or answer.reader.reading:
                        so_far = answer.reader.usage(seconds, answer.first_token_seconds) if self._llama else None
                        yield answers.index(answer), Chunk(text, usage=so_far)
                    if all(each.stopped for each in answers):
                        break
        except httpx.HTTPError as error:
            raise self._endpoint.failed(error, begun=begun).error from error
        except GarbledAnswerError as error:
            raise self._endpoint.garbled(str(error)) from error
        except StreamedError as error:
            raise self._endpoint.streamed(error.body, begun=begun) from None
        finally:
            await response.aclose()
        seconds = time.monotonic() - started
        for number, answer in enumerate(answers):
            finish_reason = self._finish_reason(answer.finish_reason)
            usage = answer.reader.usage(seconds, answer.first_token_seconds)
            if number:  # the prompt was read once, for the first one
                usage = replace(usage, cached_tokens=usage.prompt_tokens)
            yield number, Chunk(answer.flush(), finish_reason, usage)

    async def look(self) -> None:
        """Ask for the list of models: whatever is answered, somebody is there."""
        try:
            await self._http().get(f"{self._base_url}/models", timeout=self._remote.connect_timeout_s)
        except httpx.HTTPError as error:
            self.condition.become(EngineState.OFFLINE, str(self._endpoint.failed(error, begun=False).error))
        else:
            self.condition.become(EngineState.READY)

    async def aclose(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client:
            await client.aclose()

    async def _open(self, request: Request) -> httpx.Response:
        """Send the request until the endpoint begins to answer, as often as the settings allow."""
        for attempt in range(self._remote.retries + 1):
            try:
                message = self._http().build_request("POST", self._base_url + request.path, json=request.body)
                response = await self._http().send(message, stream=True)
            except httpx.HTTPError as error:
                refusal = self._endpoint.failed(error, begun=False)
                refusal.error.__cause__ = error
            else:
                if response.status_code == httpx.codes.OK:
                    self.condition.become(EngineState.READY)
                    return response
                body = await _read_error(response)
                refusal = self._endpoint.refused(response.status_code, body, response.headers)
            wait = refusal.retry_after_s
            if not refusal.retryable or attempt == self._remote.retries or (wait or 0) > _LONGEST_WAIT_S:
                if isinstance(refusal.error, EngineUnavailableError):
                    self.condition.become(EngineState.OFFLINE, str(refusal.error))
                raise refusal.error
            backoff = _FIRST_WAIT_S * 2**attempt * random.uniform(0.75, 1.25)  # noqa: S311 - spreads clients, no secret
            await asyncio.sleep(min(_LONGEST_WAIT_S, backoff if wait is None else wait))
        raise AssertionError("the last round returns or raises")

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            headers = {"Accept": "text/event-stream", "Accept-Encoding": "identity"}
            if self._key:
                headers["Authorization"] = f"Bearer {self._key}"
            timeout = httpx.Timeout(self._remote.read_timeout_s, connect=self._remote.connect_timeout_s)
            self._client = httpx.AsyncClient(headers=headers, timeout=timeout, trust_env=self._proxies)
        return self._client

    def _finish_reason(self, reason: str | None) -> str:
        if reason is None:
            raise EngineLostError(
                f"{self._endpoint.host} ended its answer in the middle. Try again, or look into its log."
            )
        if reason in _WITHHELD:
            raise EngineRefusedError(f"{self._endpoint.host} withheld its answer ({reason}). Ask in other words.")
        if reason == "network_error":  # Zhipu's word
            raise EngineLostError(f"{self._endpoint.host} broke off its answer (network_error). Try again.")
        return _FINISH_REASONS.get(reason, "stop")


class _Answer:
    """One answer as it comes: what is read, and what of it counts."""

    def __init__(self, request: Request, prefill: str) -> None:
        self.reader = AnswerReader()
        self.first_token_seconds = 0.0
        self._joiner = PrefillJoiner(prefill)
        self._fence = FenceCutter() if request.fenced else StopCutter(())
        self._stops = StopCutter(request.stops)

    @property
    def stopped(self) -> bool:
        """Whether nothing that counts can come any more."""
        return self._stops.stopped or self._fence.stopped

    @property
    def finish_reason(self) -> str | None:
        """Why it ended; None before its end."""
        return "stop" if self.stopped else self.reader.finish_reason

    def feed(self, data: str, seconds: float) -> str:
        """The text of an event that counts; ``seconds`` have passed since the request."""
        text = self.reader.read(data)
        if text and not self.first_token_seconds:
            self.first_token_seconds = seconds
        return self._stops.feed(self._fence.feed(self._joiner.feed(text)))

    def flush(self) -> str:
        """What was held back, once the answer has ended."""
        return self._stops.feed(self._fence.feed(self._joiner.flush()) + self._fence.flush()) + self._stops.flush()


async def _read_error(response: httpx.Response) -> str:
    """The body of an error, as far as it is worth reading; empty if it does not come."""
    body = b""
    try:
        async with aclosing(response.aiter_bytes()) as pieces:  # type: ignore[type-var]  # typed as an iterator
            async for piece in pieces:
                body += piece
                if len(body) > _LONGEST_ERROR:
                    break
    except httpx.HTTPError:
        return ""  # the status says enough
    finally:
        await response.aclose()
    return body.decode(errors="replace")
