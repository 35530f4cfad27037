"""The figures of a run: rates with their intervals, times and tokens."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import mean
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one problem. ``seconds`` is the latency to the end of the loop, model included.

    ``read`` counts prompt tokens that were not in the cache, ``written`` the tokens of all answers.
    ``visible_failed``: a test or an example that the loop sees rejected the first draft or cast doubt on it;
    ``doctest_failed``: a test did. ``error``: why the problem could not be worked on; it counts as wrong.
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
    """All figures of a run as plain data; rates are fractions."""
    n = len(rows)
    failed = [row for row in rows if row.visible_failed]
    doctests = [row for row in rows if row.doctest_failed]
    repaired = [row for row in rows if row.final and not row.first]
    times = [row.seconds for row in rows if row.accepted]
    groups = {group: [row for row in rows if row.group == group] for group in dict.fromkeys(row.group for row in rows)}
    return {
        "n": n,
        "first_draft": _rate(rows, lambda row: row.first),
        "first_draft_ci": wilson(sum(row.first for row in rows), n),
        "after_loop": _rate(rows, lambda row: row.final),
        "after_loop_ci": wilson(sum(row.final for row in rows), n),
        "best_kept": _rate(rows, lambda row: row.final if row.accepted else row.best),
        "mean_attempts": mean([row.attempts for row in rows]) if rows else 0.0,
        "mean_attempts_of_repaired": mean([row.attempts for row in repaired]) if repaired else 0.0,
        "saved": len(repaired),
        "broken": sum(row.first and not row.final for row in rows),
        "shown": sum(row.accepted for row in rows),
        "shown_and_wrong": sum(row.accepted and not row.final for row in rows),
        "visible_failed": len(failed),
        "visible_failed_saved": sum(row.final and not row.first for row in failed),
        "doctest_failed": len(doctests),
        "doctest_failed_saved": sum(row.final and not row.first for row in doctests),
        "p50_s": percentile(times, 0.5),
        "p95_s": percentile(times, 0.95),
        "tokens_read": sum(row.read for row in rows),
        "tokens_written": sum(row.written for row in rows),
        "tokens": sum(row.read + row.written for row in rows),
        "errors": sum(bool(row.error) for row in rows),
        "by_class": {
            group: {
                "n": len(of),
                "first_draft": _rate(of, lambda r: r.first),
                "after_loop": _rate(of, lambda r: r.final),
            }
            for group, of in groups.items()
            if group
        },
    }


def table(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The figures in words: a name and a value a line."""
    n = figures["n"]
    lines = [
        ("problems", str(n)),
        ("first draft right", _share(figures["first_draft"], n)),
        ("right after the loop", _share(figures["after_loop"], n)),
        ("saved, broken", f"{figures['saved']}, {figures['broken']}"),
        ("first draft fails a visible test", f"{figures['visible_failed']}, saved {figures['visible_failed_saved']}"),
        ("... a doctest", f"{figures['doctest_failed']}, saved {figures['doctest_failed_saved']}"),
        ("shown, of these wrong", f"{figures['shown']}, {figures['shown_and_wrong']}"),
        (
            "mean attempts",
            f"{figures['mean_attempts']:.2f}, of the repaired {figures['mean_attempts_of_repaired']:.2f}",
        ),
        ("seconds to what is shown", f"p50 {figures['p50_s']:.1f}, p95 {figures['p95_s']:.1f}"),
        ("tokens", f"{figures['tokens_written']} written, {figures['tokens_read']} read"),
    ]
    for group, of in figures["by_class"].items():
        words = f"{_share(of['first_draft'], of['n'])} -> {_share(of['after_loop'], of['n'])}"
        lines.append((f"  {group} ({of['n']})", words))
    if figures["errors"]:
        lines.append(("problems that ended in an error", str(figures["errors"])))
    return lines


def as_data(row: Row) -> dict[str, Any]:
    """A row as plain data."""
    return asdict(row)


def _rate(rows: Sequence[Row], holds: Callable[[Row], bool]) -> float:
    return sum(map(holds, rows)) / len(rows) if rows else 0.0


def _share(rate: float, n: int) -> str:
    low, high = wilson(round(rate * n), n)
    return f"{round(rate * n)} = {100 * rate:.1f} % ({100 * low:.1f} to {100 * high:.1f})"
