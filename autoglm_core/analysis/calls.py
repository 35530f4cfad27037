"""Calls of code and what came of them: the words between those who make calls up and those who run them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Came(StrEnum):
    """How a call ended."""

    VALUE = "value"
    ERROR = "error"
    TIMEOUT = "timeout"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class CallResult:
    """What came of one call in one program.

    ``text`` is the canonical ``repr`` of the value (sets and dicts in order, floats rounded to 10 digits),
    or the exception's type and message; ``LOST``: the process ended, or the value cannot be written down.
    ``changed`` is the canonical ``repr`` of the arguments after the call, as functions may change them;
    ``printed`` is what the call wrote to stdout.
    """

    came: Came
    text: str = ""
    changed: str = ""
    printed: str = ""
