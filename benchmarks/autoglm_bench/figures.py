"""The figures of a run: rates with their intervals, times and tokens."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one problem. ``seconds`` is the latency to the end of the loop, model included.

    ``first``, ``final`` and ``best`` say whether the first draft of a model, what the loop left in the document, and
    the best draft, accepted or not, are right; ``first_base`` and ``final_base``, in benchmarks that add stricter
    tests, whether they pass the benchmark's own. ``read`` counts prompt tokens that were not in the cache,
    ``written`` the tokens of all answers. Replayed answers count with the tokens and seconds that they took when they
    were written. ``visible_failed``: a test or an example that the loop sees rejected the first draft or cast doubt
    on it; ``doctest_failed``: a test did. ``error``: why the problem could not be worked on; it counts as wrong.
    """

    id: str
    group: str
    first: bool
    final: bool
    best: bool
    accepted: bool
    attempts: int
    kinds: tuple[str, ...]
    read: int
    written: int
    seconds: float
    visible_failed: bool
    doctest_failed: bool
    trace: Mapping[str, Any]
    error: str = ""
    first_base: bool | None = None
    final_base: bool | None = None


def wilson(count: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The Wilson score interval of a rate, 95 % by default (Wilson 1927)."""
    if n == 0:
        return 0.0, 1.0
    rate = count / n
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; 0 of nothing."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """All figures of a run as plain data; rates are fractions, each with the ends of its interval as ``..._ci``."""
    failed = [row for row in rows if row.visible_failed]
    doctests = [row for row in rows if row.doctest_failed]
    repaired = [row for row in rows if _saved(row)]
    times = [row.seconds for row in rows if row.accepted]
    figures: dict[str, Any] = {"n": len(rows)}
    figures |= _rate("first_draft", rows, lambda row: row.first)
    figures |= _rate("after_loop", rows, lambda row: row.final)
    if any(row.first_base is not None for row in rows):
        figures |= _rate("first_draft_base", rows, lambda row: bool(row.first_base))
        figures |= _rate("after_loop_base", rows, lambda row: bool(row.final_base))
    figures |= {
        "best_kept": _share(rows, lambda row: row.final if row.accepted else row.best),
        "mean_attempts": mean([row.attempts for row in rows]) if rows else 0.0,
        "mean_attempts_of_repaired": mean([row.attempts for row in repaired]) if repaired else 0.0,
        "saved": len(repaired),
        "broken": sum(map(_broken, rows)),
        "broken_ids": [row.id for row in rows if _broken(row)],
        "shown": sum(row.accepted for row in rows),
        "shown_and_wrong": sum(row.accepted and not row.final for row in rows),
        "visible_failed": len(failed),
        "visible_failed_saved": sum(map(_saved, failed)),
        "doctest_failed": len(doctests),
        "doctest_failed_saved": sum(map(_saved, doctests)),
        "p50_s": percentile(times, 0.5),
        "p95_s": percentile(times, 0.95),
        "tokens_read": sum(row.read for row in rows),
        "tokens_written": sum(row.written for row in rows),
        "tokens": sum(row.read + row.written for row in rows),
        "errors": sum(bool(row.error) for row in rows),
        "error_ids": [row.id for row in rows if row.error],
        "by_class": {group: _class([row for row in rows if row.group == group]) for group in _groups(rows)},
    }
    return figures


def _saved(row: Row) -> bool:
    return row.final and not row.first


def _broken(row: Row) -> bool:
    return row.first and not row.final


def _groups(rows: Sequence[Row]) -> list[str]:
    return sorted({row.group for row in rows if row.group})


def _class(rows: Sequence[Row]) -> dict[str, Any]:
    figures: dict[str, Any] = {"n": len(rows)}
    figures |= _rate("first_draft", rows, lambda row: row.first)
    return figures | _rate("after_loop", rows, lambda row: row.final)


def _rate(name: str, rows: Sequence[Row], holds: Callable[[Row], bool]) -> dict[str, Any]:
    return {name: _share(rows, holds), f"{name}_ci": wilson(sum(map(holds, rows)), len(rows))}


def _share(rows: Sequence[Row], holds: Callable[[Row], bool]) -> float:
    return sum(map(holds, rows)) / len(rows) if rows else 0.0
