"""A prompt in the words of the OpenAI protocol: which path, which body.

Source: https://platform.openai.com/docs/api-reference (chat and completions); the FIM tokens are those of
the Qwen2.5-Coder report, https://arxiv.org/abs/2409.12186.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from autoglm_core.errors import SettingsError
from autoglm_core.types import ChatPrompt, FimPrompt, Prompt

OPENAI_STOPS = 4
"""OpenAI and some others refuse a request with more stop strings than this."""

_FIM_STOPS = (
    "<|endoftext|>",
    "<|file_sep|>",
    "<|fim_pad|>",
    "<|repo_name|>",
    "<|fim_prefix|>",
    "<|fim_suffix|>",
    "<|fim_middle|>",
    "<|im_end|>",
)
_SPECIAL = re.compile(r"<\|(?=[a-z_]+\|>)")
_GAP = "<GAP/>"
_FILL_GAP = (
    f"The user shows a file with a gap, marked {_GAP}. Reply with the text that belongs into the gap and with "
    "nothing else: no explanation, no code fence, nothing of what stands before or behind the gap. "
    "Keep the indentation of the file."
)
_VERSION = re.compile(r"/v\d+[a-z]*\d*(/|$)")
_METHOD = re.compile(r"/(chat/completions|completions|models)/*$")


@dataclass(frozen=True, slots=True)
class Request:
    """What to send, and how to read what comes back.

    ``path`` goes behind the base URL. ``stops`` are cut on our side, whether they were sent or not.
    ``fenced``: code was asked for through chat, and may come in a code fence nevertheless.
    """

    path: str
    body: dict[str, Any]
    stops: tuple[str, ...]
    fenced: bool = False


def base_url(url: str) -> str:
    """The URL that paths are put behind: with a version, without a slash at its end.

    ``http://host:8080`` becomes ``http://host:8080/v1``; a URL with a version (``.../api/paas/v4``) stays;
    a method pasted with it (``/chat/completions``) is cut off. Raises SettingsError for what is no HTTP URL.
    """
    try:
        parts = urlsplit(url.strip())
        parts.port  # noqa: B018 - parsed only when it is asked for
    except ValueError as error:
        raise SettingsError(f"The setting remote.url is no URL: {error}.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError("The setting remote.url must begin with http:// or https:// and name a host.")
    if parts.query or parts.fragment:
        raise SettingsError("The setting remote.url must end with its path, without ? and #.")
    path = _METHOD.sub("", parts.path).rstrip("/")
    if not _VERSION.search(path):
        path += "/v1"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def fim_text(prompt: FimPrompt) -> str:
    """The prompt in the tokens of Qwen2.5-Coder, what changes with each key last.

    The near part of the prefix stands behind the token that begins the middle, as if the model had written it:
    the order "SPM" of Bavarian et al. 2022, https://arxiv.org/abs/2207.14255, section 3. Tokens of the format that
    stand in the text itself are broken up: they would end the hole elsewhere.
    """
    prefix, near = prompt.prefix, ""
    if prompt.near:
        prefix, near = prompt.prefix[: -prompt.near], prompt.prefix[-prompt.near :]
    if prompt.suffix is None:
        return _plain(prompt.prefix)
    return f"<|fim_prefix|>{_plain(prefix)}<|fim_suffix|>{_plain(prompt.suffix)}<|fim_middle|>{_plain(near)}"


def build_request(
    prompt: Prompt, model: str, fim: str, most_stops: int | None, *, llama: bool = False, count: int = 1
) -> Request:
    """The request for a prompt; ``fim`` is one of the forms of ``RemoteSettings.fim``.

    ``most_stops`` is how many stop strings the endpoint takes, None for any number. ``llama``: it is
    llama.cpp's server, which goes on from a begun answer and says how likely each token was; ``count`` answers
    to a chat are asked for at once then.
    """
    sampling = prompt.sampling
    stops = tuple(dict.fromkeys(stop for stop in sampling.stop if stop))
    body: dict[str, Any] = {
        "model": model,
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": sampling.max_tokens,
        "temperature": sampling.temperature,
    }
    if sampling.top_p < 1:  # some endpoints refuse the exact 1
        body["top_p"] = sampling.top_p
    if sampling.seed is not None:
        body["seed"] = sampling.seed
    if isinstance(prompt, FimPrompt) and fim == "chat":
        body["messages"] = [
            {"role": "system", "content": _FILL_GAP},
            {"role": "user", "content": f"{prompt.prefix}{_GAP}{prompt.suffix or ''}"},
        ]
        # Sent to the server, a stop string such as a line break would end the answer inside its fence line.
        return Request("/chat/completions", body, stops, fenced=True)
    if isinstance(prompt, FimPrompt) and fim == "tokens":
        stops = tuple(dict.fromkeys(stops + _FIM_STOPS))
        body["prompt"] = fim_text(prompt)
        if llama:
            # With every token, and with every batch of the prompt: who stops reading early knows what it cost,
            # and how sure the model was.
            body |= {"logprobs": 1, "timings_per_token": True, "return_progress": True}
            if prompt.slot is not None:
                body["id_slot"] = prompt.slot
    elif isinstance(prompt, FimPrompt) and prompt.suffix is None:
        body["prompt"] = prompt.prefix
    elif isinstance(prompt, FimPrompt):
        body |= {"prompt": prompt.prefix, "suffix": prompt.suffix}
    else:
        body["messages"] = [{"role": message.role, "content": message.content} for message in prompt.messages]
        if llama:
            begun = [{"role": "assistant", "content": prompt.prefill}] if prompt.prefill else []
            body |= {"messages": body["messages"] + begun, "logprobs": True, "top_logprobs": 1, "n": count}
    if stops:
        body["stop"] = list(stops[:most_stops])
    path = "/chat/completions" if isinstance(prompt, ChatPrompt) else "/completions"
    return Request(path, body, stops)


def _plain(text: str) -> str:
    """The text without the model's own tokens; a space breaks them up."""
    return _SPECIAL.sub("< |", text)
