"""The figures of a run in plain words, for a terminal 80 columns wide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autoglm_bench.figures import wilson

_NAMED = 8


def table(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A name and a value a line; each rate with its count, n and 95 % interval."""
    n = figures["n"]
    lines = [("problems", str(n)), ("first draft right", _of(figures["first_draft"], n))]
    lines.append(("right after the loop", _of(figures["after_loop"], n)))
    if "after_loop_base" in figures:
        lines.append(("base tests, first draft", _of(figures["first_draft_base"], n)))
        lines.append(("base tests, after the loop", _of(figures["after_loop_base"], n)))
    lines += [
        ("first wrong, then right", str(figures["saved"])),
        ("broken: right, then wrong", _named(figures["broken_ids"])),
        ("first draft fails a visible test", _saved(figures, "visible_failed")),
        ("... a doctest", _saved(figures, "doctest_failed")),
        ("shown, of these wrong", _count(figures["shown_and_wrong"], figures["shown"])),
        ("mean attempts", f"{figures['mean_attempts']:.2f}"),
        ("... of the repaired", f"{figures['mean_attempts_of_repaired']:.2f}"),
        ("seconds to what is shown", f"p50 {figures['p50_s']:.1f}, p95 {figures['p95_s']:.1f}"),
        ("tokens", f"{figures['tokens']}: {figures['tokens_written']} written, {figures['tokens_read']} read"),
    ]
    for group, of in figures["by_class"].items():
        lines.append((f"{group}, first draft", _of(of["first_draft"], of["n"])))
        lines.append((f"{group}, after the loop", _of(of["after_loop"], of["n"])))
    if figures["errors"]:
        lines.append(("ended in an error, counted wrong", _named(figures["error_ids"])))
    return lines


def _of(rate: float, n: int) -> str:
    return _count(round(rate * n), n)


def _count(count: int, n: int) -> str:
    if not n:
        return "none"
    low, high = wilson(count, n)
    return f"{count} of {n} = {100 * count / n:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def _saved(figures: Mapping[str, Any], key: str) -> str:
    count = figures[key]
    return f"saved {_count(figures[f'{key}_saved'], count)}" if count else "none"


def _named(ids: list[str]) -> str:
    more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
    return f"{len(ids)}: {', '.join(ids[:_NAMED])}{more}" if ids else "0"
