"""Finds secrets written into text: keys of known shapes, and random strings under names of secrets."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass

from autoglm_core.types import Span

# (rule, what it is, shape). The shapes are those that the issuers document.
_SHAPES = tuple(
    (rule, what, re.compile(shape))
    for rule, what, shape in (
        ("secret-aws", "an AWS access key", r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
        ("secret-github", "a GitHub token", r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})\b"),
        ("secret-gitlab", "a GitLab token", r"\bglpat-[\w-]{20,}"),
        ("secret-slack", "a Slack token", r"\bxox[abeoprs]-[A-Za-z0-9-]{20,}"),
        ("secret-slack", "a Slack webhook", r"\bhooks\.slack\.com/services/T\w{6,}/B\w{6,}/\w{16,}"),
        ("secret-google", "a Google key", r"\bAIza[\w-]{35}(?![\w-])"),
        ("secret-openai", "a key of a model service", r"\bsk-(?:[a-z]+[\w]*-)*[A-Za-z0-9_]{20,}(?![\w])"),
        ("secret-huggingface", "a Hugging Face token", r"\bhf_[A-Za-z]{30,}\b"),
        ("secret-stripe", "a Stripe key", r"\b[rs]k_live_[A-Za-z0-9]{16,}"),
        ("secret-npm", "an npm token", r"\bnpm_[A-Za-z0-9]{36}\b"),
        ("secret-pypi", "a PyPI token", r"\bpypi-AgEIcHlwaS5vcmc[\w-]{50,}"),
        ("secret-sendgrid", "a SendGrid key", r"\bSG\.[\w-]{22}\.[\w-]{43}(?![\w-])"),
        ("secret-jwt", "a JSON web token", r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}"),
        (
            "secret-private-key",
            "a private key",
            # The heading alone stands in code that reads keys; only with its body it is one.
            r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?:\\[nr]|[\s\"'+()])*[A-Za-z0-9+/=]{40,}",
        ),
    )
)
_NAMED = re.compile(
    r"""(?ix) \b [\w.]* (?: secret | token | passw(?:or)?d | api_?key | private_?key | access_?key | credential )
        \w* ["']? \s* (?: : \s* [\w.\[\], |]+? \s* = | [:=] ) \s* (?P<quote>["']) (?P<value>[^"'\s]{16,}) (?P=quote)"""
)
_RANDOM = re.compile(r"[A-Za-z0-9+/=_.~-]+")
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
        for rule, what, shape in _SHAPES
        for match in shape.finditer(text)
        if not _PLACEHOLDER.search(match[0]) and (rule != "secret-openai" or _looks_random(match[0][3:]))
    ]
    taken = [secret.span for secret in found]
    for match in _NAMED.finditer(text):
        span = Span(*match.span("value"))
        overlaps = any(span.start < other.end and other.start < span.end for other in taken)
        if not overlaps and _looks_random(match["value"]) and not _PLACEHOLDER.search(match["value"]):
            found.append(Secret(span, "secret-random", "what looks like a secret"))
    return tuple(sorted(found, key=lambda secret: secret.span.start))


def _looks_random(value: str) -> bool:
    """Whether a value has letters and digits, one alphabet, and the entropy of a key."""
    if not _RANDOM.fullmatch(value) or not re.search(r"\d", value) or not re.search(r"[A-Za-z]", value):
        return False
    counts = Counter(value)
    bits = -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
    digits = sum(character.isdigit() for character in value)
    return bits >= _LEAST_BITS and digits >= len(value) / 12
