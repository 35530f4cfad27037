"""Why an endpoint gave no answer, in words with what to do about it, and whether to ask again."""

from __future__ import annotations

import email.utils
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from autoglm_core.config import RemoteSettings
from autoglm_core.engines.keys import describe_sources
from autoglm_core.errors import (
    ContextTooLongError,
    EngineError,
    EngineLostError,
    EngineRefusedError,
    EngineUnavailableError,
)

_QUOTED = 300
_TOO_LONG = re.compile(
    r"context.{0,20}(length|size|window)|prompt.{0,20}(too long|max length|exceeds)|exceed_context|too many tokens",
    re.IGNORECASE | re.DOTALL,
)
_LIMIT = re.compile(r"(?:context (?:length|size|window)|limit)\D{0,40}?(\d{3,})", re.IGNORECASE)
_ASKED = re.compile(r"(?:requested|resulted in|contains?|has|with|prompt)\D{0,30}?(\d{3,})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error to raise, unless asking again is safe and may help.

    ``retry_after_s``: how long the endpoint asks to wait, None if it does not say.
    """

    error: EngineError
    retryable: bool = False
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What messages say of an endpoint. ``key`` is here only to be kept out of them."""

    settings: RemoteSettings
    host: str
    key: str | None

    def __repr__(self) -> str:
        return f"Endpoint({self.host!r})"

    def quote(self, text: str) -> str:
        """Words of the endpoint for a message: one line, not too long, without the key."""
        if self.key:
            text = text.replace(self.key, "(the key)")
        text = " ".join(text.split())
        return text if len(text) <= _QUOTED else text[:_QUOTED] + "..."

    def refused(self, status: int, body: str, headers: Mapping[str, str]) -> Refusal:
        """What a response other than 200 means."""
        error, message = _read_body(body)
        quoted = self.quote(message)
        says = f" It says: {quoted}" if quoted else ""
        model, host = self.settings.model, self.host
        if status in (400, 413, 422, 500) and (_TOO_LONG.search(message) or "context" in str(error.get("type", ""))):
            return Refusal(self._too_long(error, message))
        if status in (401, 403):
            sources = describe_sources(self.settings)
            with_key = "the key" if self.key else "a request without a key"
            return Refusal(
                EngineRefusedError(f"{host} refused {with_key} (HTTP {status}). Put a valid key {sources}.{says}")
            )
        if status == 404:
            return Refusal(
                EngineRefusedError(
                    f"{host} knows no model {model!r}, or nothing at this path (HTTP 404). Compare remote.model and "
                    "remote.url with its documentation; if it has no completions endpoint, set remote.fim "
                    f'to "chat".{says}'
                )
            )
        if status == 429:
            wait = _retry_after(headers)
            when = f" It asks to wait {wait:.0f} seconds." if wait is not None else ""
            text = f"{host} takes no more requests now: a rate limit or a quota is reached (HTTP 429).{when}{says}"
            return Refusal(EngineRefusedError(text), retryable=True, retry_after_s=wait)
        if status in (502, 503, 504):
            text = (
                f"{host} cannot answer now (HTTP {status}): it is starting, overloaded or down. Try again later.{says}"
            )
            return Refusal(EngineUnavailableError(text), retryable=True, retry_after_s=_retry_after(headers))
        if status >= 500:
            text = f"{host} failed on the request (HTTP {status}). Try again, or look into its log.{says}"
            return Refusal(EngineUnavailableError(text))
        if 300 <= status < 400:
            target = self.quote(headers.get("location", "elsewhere"))
            text = f"{host} points to {target} (HTTP {status}). Set remote.url to the address that answers itself."
            return Refusal(EngineRefusedError(text))
        text = f"{host} refused the request for {model!r} (HTTP {status}). Check remote.model and remote.fim.{says}"
        return Refusal(EngineRefusedError(text))

    def failed(self, error: httpx.HTTPError, *, begun: bool) -> Refusal:
        """What a failure of the transport means; ``begun``: a part of the answer had come."""
        settings, host = self.settings, self.host
        if isinstance(error, httpx.ConnectTimeout):
            text = (
                f"{host} took no connection within {settings.connect_timeout_s:g} s (remote.connect_timeout_s). "
                "Check remote.url, the network and the firewall."
            )
            return Refusal(EngineUnavailableError(text), retryable=True)
        if isinstance(error, httpx.ConnectError):
            text = f"{host} cannot be reached: {self.quote(str(error))}. Start its server, or check remote.url."
            return Refusal(EngineUnavailableError(text), retryable=True)
        kind: type[EngineError] = EngineLostError if begun else EngineUnavailableError
        if isinstance(error, httpx.TimeoutException):
            text = (
                f"{host} was silent for {settings.read_timeout_s:g} s"
                f"{' in the middle of an answer' if begun else ''}. Try again, or raise remote.read_timeout_s."
            )
            return Refusal(kind(text))
        if isinstance(error, (httpx.NetworkError, httpx.RemoteProtocolError)):
            when = "in the middle of an answer" if begun else "before it answered"
            return Refusal(EngineLostError(f"{host} closed the connection {when}. Try again, or look into its log."))
        # The text of other errors may quote a header, and with it the key: only their kind is told.
        text = f"{host} could not be asked ({type(error).__name__}). Check remote.url and the proxy settings."
        return Refusal(kind(text))

    def garbled(self, what: str) -> EngineError:
        """The endpoint sent something that is not the protocol."""
        return EngineLostError(
            f"{self.host} sent {what}, so its answer cannot be read. "
            "Check that remote.url names an OpenAI-compatible endpoint."
        )

    def streamed(self, body: str, *, begun: bool) -> EngineError:
        """The endpoint reported an error inside its stream."""
        error, message = _read_body(body)
        code = error.get("code")
        status = code if isinstance(code, int) and 400 <= code < 600 else 500
        refusal = self.refused(status, body, {})
        if not begun or isinstance(refusal.error, (ContextTooLongError, EngineRefusedError)):
            return refusal.error
        return EngineLostError(f"{self.host} broke off its answer. It says: {self.quote(message)}")

    def _too_long(self, error: Mapping[str, Any], message: str) -> EngineError:
        asked, limit = error.get("n_prompt_tokens"), error.get("n_ctx")
        if not (isinstance(asked, int) and isinstance(limit, int)):
            found = _LIMIT.search(message), _ASKED.search(message)
            limit, asked = (int(match.group(1)) if match else None for match in found)
        if isinstance(asked, int) and isinstance(limit, int) and asked > limit:
            what = f"The prompt has {asked} tokens, but the context of {self.settings.model} holds {limit}."
        else:
            what = f"The prompt and its answer do not fit into the context of {self.settings.model}."
            what += f" {self.host} says: {self.quote(message)}"
        return ContextTooLongError(
            f"{what} Lower inline.context_tokens or actions.context_tokens, or give the model a larger context "
            "(node.context_tokens for the embedded one)."
        )


def _read_body(body: str) -> tuple[Mapping[str, Any], str]:
    """The error object and the message of a body, in the forms that servers use; else the body itself."""
    try:
        data = json.loads(body)
    except ValueError:
        return {}, "" if "<html" in body[:500].lower() else body
    if not isinstance(data, dict):
        return {}, body
    error = data.get("error")
    if isinstance(error, dict):
        return error, str(error.get("message") or body)
    for text in (error, data.get("message"), data.get("detail")):
        if isinstance(text, str):
            return data, text
    return data, body


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from a Retry-After header, which holds seconds or a date; None if there is none."""
    value = headers.get("retry-after", "").strip()
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None
