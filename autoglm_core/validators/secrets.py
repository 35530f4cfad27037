"""Finds secrets written into text: keys of known shapes, and random strings under names of secrets."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass

from autoglm_core.types import Span

# (rule, what it is, a part without which there is none, shape). The shapes are those that the issuers document. Every
# repetition has an end, so that no text takes more than time in proportion to its length.
_SHAPES = tuple(
    (rule, what, hint, re.compile(shape))
    for rule, what, hint, shape in (
        ("secret-aws", "an AWS access key", "IA", r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
        ("secret-github", "a GitHub token", "gh", r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b"),
        ("secret-github", "a GitHub token", "github_pat_", r"\bgithub_pat_\w{40,255}\b"),
        ("secret-gitlab", "a GitLab token", "glpat-", r"\bglpat-[\w-]{20,64}"),
        ("secret-slack", "a Slack token", "xox", r"\bxox[abeoprs]-[A-Za-z0-9-]{20,200}"),
        (
            "secret-slack",
            "a Slack webhook",
            "hooks.slack.com",
            r"\bhooks\.slack\.com/services/T\w{6,16}/B\w{6,16}/\w{16,64}",
        ),
        ("secret-google", "a Google key", "AIza", r"\bAIza[\w-]{35}(?![\w-])"),
        (
            "secret-openai",
            "a key of a model service",
            "sk-",
            r"\bsk-(?:[a-z]{2,12}\d{0,2}-){0,3}\w{20,200}(?:-\w{1,200}){0,8}(?!\w)",
        ),
        ("secret-huggingface", "a Hugging Face token", "hf_", r"\bhf_[A-Za-z]{30,64}\b"),
        ("secret-stripe", "a Stripe key", "k_live_", r"\b[rs]k_live_[A-Za-z0-9]{16,128}"),
        ("secret-npm", "an npm token", "npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
        ("secret-pypi", "a PyPI token", "pypi-", r"\bpypi-AgEIcHlwaS5vcmc[\w-]{50,300}"),
        ("secret-sendgrid", "a SendGrid key", "SG.", r"\bSG\.[\w-]{22}\.[\w-]{43}(?![\w-])"),
        ("secret-jwt", "a JSON web token", "eyJ", r"\beyJ[\w-]{10,400}\.eyJ[\w-]{10,2000}\.[\w-]{20,800}"),
        (
            "secret-private-key",
            "a private key",
            "PRIVATE KEY",
            # The heading alone stands in code that reads keys; only with its body it is one.
            r"-----BEGIN (?:[A-Z]{2,12} ){0,3}PRIVATE KEY-----(?:\\[nr]|[\s\"'+()]){0,40}(?=[A-Za-z0-9+/=]{40})"
            r"[A-Za-z0-9+/=\\\s\"'()]{40,8000}(?:-----END [A-Z ]{0,40}-----)?",
        ),
    )
)
_STRING = re.compile(
    r"""(?P<quote>["'])(?:(?:Bearer|Basic|token)[ ])?(?P<value>[A-Za-z0-9+/=_.~-]{16,512})(?P=quote)"""
)
_SECRET_NAME = re.compile(
    r"""(?ix) (?: secret | token | passw(?:or)?d | passphrase | pwd | credential | authorization | webhook_?key
        | (?: api | private | access | auth | signing | encryption | master | shared | client | account ) _?key )
        \w{0,30} ["']? \s{0,4} (?: :[\w.\[\],\ |]{1,40}= | [:=] ) \s{0,4} $"""
)
# A password of letters and signs under its name, and one in an address: not as random as a key, but with a digit.
_PASSWORD = re.compile(
    r"""(?ix) (?: passw(?:or)?d | passphrase | pwd ) ["']? \s{0,4} (?: :\s{0,2}str\s{0,2}= | [:=] ) \s{0,4}
        (?P<quote>["']) (?P<value> [^\s"'{}<>$%()\[\]\\,;:/]{8,64} ) (?P=quote)"""
)
_ADDRESS = re.compile(
    r"""(?ix) \b[a-z][a-z0-9+.-]{1,20}://[^\s:/@"'{}<>$%*\[\]]{1,64}:(?P<value>[^\s:/@"'{}<>$%*\[\]()]{6,128})@[a-z0-9]"""
)
_NAME_LENGTH = 100  # how far before a string its name is looked for
_PLACEHOLDER = re.compile(
    r"(?i)example|placeholder|dummy|change.?me|your|insert|redacted|fake|test|x{4,}|\*{3,}|\.{3,}|0{8}|1234567"
)
_LEAST_BITS = 3.3  # a character: English words in snake_case stay under it, random base64 and hex above


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret in a text: ``what`` says what kind, in words that do not repeat it."""

    span: Span
    rule: str
    what: str


def find_secrets(text: str) -> tuple[Secret, ...]:
    """The secrets of a text, in its order; placeholders and documented examples are none."""
    found = [
        Secret(Span(*match.span()), rule, what)
        for rule, what, hint, shape in _SHAPES
        if hint in text
        for match in shape.finditer(text)
        if not _PLACEHOLDER.search(match[0]) and (rule != "secret-openai" or _looks_random(match[0][3:]))
    ]
    taken = [secret.span for secret in found]
    for match in _STRING.finditer(text):
        span = Span(*match.span("value"))
        known = any(span.start < other.end and other.start < span.end for other in taken)
        if known or not _looks_random(match["value"]) or _PLACEHOLDER.search(match["value"]):
            continue
        if _SECRET_NAME.search(text[max(0, match.start() - _NAME_LENGTH) : match.start()]):
            found.append(Secret(span, "secret-random", "what looks like a secret"))
    taken = [secret.span for secret in found]
    for shape, what in ((_PASSWORD, "what looks like a password"), (_ADDRESS, "a password in an address")):
        for match in shape.finditer(text):
            span, value = Span(*match.span("value")), match["value"]
            known = any(span.start < other.end and other.start < span.end for other in taken)
            if not known and _looks_chosen(value) and not _PLACEHOLDER.search(value):
                found.append(Secret(span, "secret-password", what))
    return tuple(sorted(found, key=lambda secret: secret.span.start))


def redact_secrets(text: str) -> str:
    """The text with ``<redacted>`` in the place of each secret; of overlapping ones, in the place of all."""
    pieces, end = [], 0
    for secret in find_secrets(text):
        if secret.span.start >= end:
            pieces += [text[end : secret.span.start], "<redacted>"]
        end = max(end, secret.span.end)
    return "".join([*pieces, text[end:]])


def _looks_chosen(value: str) -> bool:
    """Whether a value is like the passwords that people choose: letters, digits, and a sign or both cases."""
    mixed = value.lower() != value != value.upper() or re.search(r"[^\w.-]", value)
    return bool(mixed and re.search(r"\d", value) and re.search(r"[A-Za-z]", value) and len(set(value)) >= 6)


def _looks_random(value: str) -> bool:
    """Whether a value has letters and digits, and the entropy of a key."""
    if not re.search(r"\d", value) or not re.search(r"[A-Za-z]", value):
        return False
    counts = Counter(value)
    bits = -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
    digits = sum(character.isdigit() for character in value)
    return bits >= _LEAST_BITS and digits >= len(value) / 12
