"""Reads an answer of the OpenAI protocol: server-sent events, text and token counts."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import httpx

from autoglm_core.types import Usage

_LONGEST_LINE = 4 << 20


class GarbledAnswerError(Exception):
    """The endpoint sent something that is not the protocol; the message says what."""


class StreamedError(Exception):
    """The endpoint reported an error inside the stream; ``body`` is its JSON text."""

    def __init__(self, body: str) -> None:
        super().__init__("an error inside the stream")
        self.body = body


async def read_events(response: httpx.Response) -> AsyncGenerator[str, None]:
    """The data of each server-sent event; of an answer that is plain JSON, the whole as one event.

    Raises GarbledAnswerError. Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
    """
    if "json" in response.headers.get("content-type", ""):
        # The endpoint cannot stream and has ignored that we asked for it.
        await response.aread()
        yield response.text
        return
    data: list[str] = []
    seen = False
    async with aclosing(_read_lines(response)) as lines:
        async for line in lines:
            if line.startswith("data:"):
                seen = True
                data.append(line[5:].removeprefix(" "))
            elif not line and data:
                yield "\n".join(data)
                data = []
    if data:
        yield "\n".join(data)
    if not seen:
        raise GarbledAnswerError(f"{response.headers.get('content-type', 'an answer')} without any event")


async def _read_lines(response: httpx.Response) -> AsyncGenerator[str, None]:
    # Not httpx's own lines: they also end at U+2028 and the like, which JSON strings may hold.
    held = b""
    async with aclosing(response.aiter_bytes()) as pieces:  # type: ignore[type-var]  # typed as an iterator
        async for piece in pieces:
            *lines, held = (held + piece).split(b"\n")
            if len(held) > _LONGEST_LINE:
                raise GarbledAnswerError(f"a line longer than {_LONGEST_LINE} bytes")
            for line in lines:
                yield _decode(line)
    if held:
        yield _decode(held)


def _decode(line: bytes) -> str:
    try:
        return line.removesuffix(b"\r").decode()
    except UnicodeDecodeError as error:
        raise GarbledAnswerError("text that is not UTF-8") from error


def choice_index(data: str) -> int:
    """Which of several answers an event belongs to; 0 for what belongs to none or to all."""
    try:
        choices = json.loads(data).get("choices") or [{}]
        return _number(choices[0].get("index"))
    except (ValueError, AttributeError, LookupError, TypeError):
        return 0  # the reader of the first answer will say what is wrong with it


class AnswerReader:
    """Takes the events of one answer and keeps what they say about its end and its cost."""

    def __init__(self) -> None:
        self.finish_reason: str | None = None
        """The endpoint's own word for why the answer ended, None before the end."""
        self.reading = False
        """Whether the last event told how far the prompt is read."""
        self._texts = 0
        self._prompt_tokens = self._read_tokens = 0
        self._cached_tokens = 0
        self._completion_tokens = 0
        self._logprobs: list[float] = []

    def read(self, data: str) -> str:
        """The text of one event. Raises GarbledAnswerError and StreamedError."""
        try:
            event = json.loads(data)
        except ValueError as error:
            raise GarbledAnswerError("an event that is not JSON") from error
        if not isinstance(event, dict):
            raise GarbledAnswerError("an event that is not a JSON object")
        if event.get("error"):
            raise StreamedError(data)
        self._count(event)
        choices = event.get("choices") or []
        if not isinstance(choices, list) or not all(isinstance(choice, dict) for choice in choices):
            raise GarbledAnswerError("an event whose choices are not a list of objects")
        if not choices:
            return ""
        self.finish_reason = choices[0].get("finish_reason") or self.finish_reason
        self._logprobs += _logprobs(choices[0].get("logprobs"))
        message = choices[0].get("delta") or choices[0].get("message") or choices[0]
        text = (message.get("content") or message.get("text")) if isinstance(message, dict) else None
        if text is not None and not isinstance(text, str):
            raise GarbledAnswerError("an event whose text is not a string")
        self._texts += bool(text)
        return text or ""

    def usage(self, seconds: float, first_token_seconds: float) -> Usage:
        """What the answer cost. Where the endpoint counts no tokens, each event with text is one."""
        known = self._logprobs
        completion = len(known) or self._completion_tokens or self._texts
        logprob = sum(known) / len(known) if known else None
        prompt = self._prompt_tokens or self._read_tokens
        return Usage(prompt, self._cached_tokens, completion, seconds, first_token_seconds, logprob)

    def _count(self, event: dict[str, Any]) -> None:
        usage, timings, progress = event.get("usage"), event.get("timings"), event.get("prompt_progress")
        self.reading = isinstance(progress, dict)
        if isinstance(usage, dict):
            self._prompt_tokens = _number(usage.get("prompt_tokens"))
            self._completion_tokens = _number(usage.get("completion_tokens"))
            details = usage.get("prompt_tokens_details")
            if isinstance(details, dict):
                self._cached_tokens = _number(details.get("cached_tokens"))
        if isinstance(progress, dict):  # llama.cpp; what is processed includes what was cached
            self._cached_tokens = _number(progress.get("cache"))
            self._read_tokens = _number(progress.get("processed"))
        elif isinstance(timings, dict):  # llama.cpp; before the prompt is read they count nothing yet
            self._cached_tokens = _number(timings.get("cache_n"))
            self._prompt_tokens = self._prompt_tokens or self._cached_tokens + _number(timings.get("prompt_n"))
            self._completion_tokens = self._completion_tokens or _number(timings.get("predicted_n"))


def _logprobs(value: object) -> list[float]:
    """The logarithm of each token's probability, as chat answers give them; empty where they do not."""
    content = value.get("content") if isinstance(value, dict) else None
    if not isinstance(content, list):
        return []
    found = [token.get("logprob") for token in content if isinstance(token, dict)]
    return [float(each) for each in found if isinstance(each, (int, float))]


def _number(value: object) -> int:
    return int(value) if isinstance(value, (int, float)) else 0
