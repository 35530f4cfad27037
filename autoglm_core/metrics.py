"""Counters and durations of this process, for benchmarks and for users who ask how it does."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from typing import Any

_KEPT = 2000


class Metrics:
    """Counts by section and name, and the last durations of each step. Nothing of the user's code is in it."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        self._steps: dict[str, dict[str, deque[float]]] = defaultdict(dict)

    def count(self, section: str, name: str, number: int = 1) -> None:
        """Add to a counter."""
        self._counts[section][name] += number

    def time(self, section: str, step: str, seconds: float) -> None:
        """Note how long a step took; the latest 2,000 are kept."""
        self._steps[section].setdefault(step, deque(maxlen=_KEPT)).append(seconds)

    def value(self, section: str, name: str) -> int:
        """A counter as it stands."""
        return self._counts[section][name]

    def as_json(self) -> dict[str, Any]:
        """All of it as plain data: ``{section: {counter: n, ..., "steps": {step: {n, p50_ms, p95_ms}}}}``."""
        sections = {*self._counts, *self._steps}
        return {
            section: {
                **self._counts.get(section, {}),
                "steps": {step: _summary(times) for step, times in self._steps.get(section, {}).items()},
            }
            for section in sorted(sections)
        }


def _summary(times: deque[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {"n": len(ordered), "p50_ms": _quantile(ordered, 0.5), "p95_ms": _quantile(ordered, 0.95)}


def _quantile(ordered: list[float], share: float) -> float:
    """The nearest-rank quantile in milliseconds."""
    return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3)
