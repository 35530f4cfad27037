"""How fast the engine reads and writes, measured by every answer: what the pipeline can afford follows from it."""

from __future__ import annotations

from collections import deque
from statistics import median

from autoglm_core.types import Usage

_ANSWERS = 8
_WEIGHT = 0.3
_FEWEST_READ, _FEWEST_WRITTEN = 24, 4
_FIRST_READING = 100.0  # tokens a second: a small model on two cores, until something was measured


class EngineSpeed:
    """Moving averages over answers, in tokens a second; None while nothing was measured."""

    def __init__(self) -> None:
        self.reading: float | None = None
        self.writing: float | None = None
        self._latencies: deque[float] = deque(maxlen=_ANSWERS)

    def note(self, usage: Usage) -> None:
        """Learn from one answer, finished or stopped. Short ones say little of a speed and are left out."""
        read = usage.prompt_tokens - usage.cached_tokens
        if read >= _FEWEST_READ and usage.first_token_seconds > 0:
            self.reading = _moved(self.reading, read / usage.first_token_seconds)
        writing = usage.seconds - usage.first_token_seconds
        if usage.completion_tokens >= _FEWEST_WRITTEN and writing > 0:
            self.writing = _moved(self.writing, usage.completion_tokens / writing)

    def note_latency(self, seconds: float) -> None:
        """Learn how long a user waited from the asking to a checked suggestion."""
        self._latencies.append(seconds)

    @property
    def latency_s(self) -> float | None:
        """What a user waits lately, the median; None while unknown."""
        return median(self._latencies) if self._latencies else None

    def readable(self, seconds: float) -> int:
        """How many tokens can be read in so many seconds."""
        return int((self.reading or _FIRST_READING) * seconds)


def _moved(old: float | None, new: float) -> float:
    return new if old is None else old + _WEIGHT * (new - old)
