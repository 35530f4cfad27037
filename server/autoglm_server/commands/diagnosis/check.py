"""One thing looked at, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """GOOD works; NOTE is neither good nor bad; WARNING works with less; BAD keeps suggestions from being made."""

    GOOD = "good"
    NOTE = "note"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Check:
    """``detail`` is for people, and says what to do where something is missing."""

    name: str
    state: State
    detail: str
