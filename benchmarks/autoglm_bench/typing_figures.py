"""What came of typing, in figures and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autoglm_bench.typing_user import Session

_ROWS = (
    ("p50_s", "key to grey text, median", "s"),
    ("p95_s", "key to grey text, 95 %", "s"),
    ("p50_model_s", "the same where the model was asked, median", "s"),
    ("keys_saved", "keys saved", "%"),
    ("correct_shown", "keys at which a right suggestion is on screen", "%"),
    ("shown", "suggestions that came on screen", ""),
    ("accepted", "accepted", ""),
    ("invalid_shown", "shown, and do not parse or resolve", ""),
    ("requests", "requests of the editor", ""),
    ("cancelled", "of these cancelled by a key", ""),
    ("model_requests", "requests of the model", ""),
    ("uncounted", "of these closed before their tokens were counted", ""),
    ("tokens_read", "tokens read", ""),
    ("tokens_warmed", "tokens read ahead", ""),
    ("tokens_written", "tokens written", ""),
    ("tokens_read_per_shown", "tokens read for a shown suggestion, read ahead included", ""),
    ("tokens_per_kept_character", "tokens read and written for a kept character", ""),
    ("checks_p50_s", "the checks, median", "s"),
)
_OF_TOKENS_READ = {"tokens_read", "tokens_read_per_shown", "tokens_per_kept_character"}


def quantile(values: Sequence[float], share: float) -> float | None:
    """The nearest-rank quantile; None of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def figures(
    sessions: Sequence[Session], faults: Sequence[str], tokens: Mapping[str, int], checks_p50_s: float | None
) -> dict[str, Any]:
    """The figures of one suggester; ``faults`` has a reason for each shown suggestion, ``tokens`` what was counted.

    What ``tokens`` does not tell is None: ``model_requests``, and ``uncounted``, the requests whose reading nobody
    counted because their stream was closed before the engine told of it.
    """
    shown = [each for session in sessions for each in session.shown]
    seconds = [each.seconds for each in shown]
    keys, alone = sum(s.keys for s in sessions), sum(s.keys_alone for s in sessions)
    kept = sum(session.accepted_characters for session in sessions)
    read, warmed, written = (tokens.get(name, 0) for name in ("tokens_read", "warmed_tokens", "tokens_written"))
    return {
        "p50_s": quantile(seconds, 0.5),
        "p95_s": quantile(seconds, 0.95),
        "p50_model_s": quantile([each.seconds for each in shown if each.from_cache is False], 0.5),
        "keys": keys,
        "keys_alone": alone,
        "keys_saved": (alone - keys) / alone if alone else None,
        "correct_shown": sum(s.keys_with_correct for s in sessions) / keys if keys else None,
        "shown": len(shown),
        "accepted": sum(session.accepted for session in sessions),
        "kept_characters": kept,
        "invalid_shown": sum(map(bool, faults)),
        "invalid_share": sum(map(bool, faults)) / len(shown) if shown else None,
        "requests": sum(session.requests for session in sessions),
        "cancelled": sum(session.cancelled for session in sessions),
        "model_requests": tokens.get("asked"),
        "uncounted": tokens.get("uncounted"),
        "tokens_read": read,
        "tokens_warmed": warmed,
        "tokens_written": written,
        "tokens_read_per_shown": (read + warmed) / len(shown) if shown else None,
        "tokens_per_kept_character": (read + warmed + written) / kept if kept else None,
        "checks_p50_s": checks_p50_s,
    }


def table(result: Mapping[str, Any]) -> str:
    """Both suggesters side by side, as a Markdown table; ``≥`` before tokens that were not all counted."""
    columns = [name for name in ("ours", "baseline") if result.get(name)]
    lines = ["| | " + " | ".join(columns) + " |", "| --- |" + " --- |" * len(columns)]
    for key, words, unit in _ROWS:
        values = [_written(result[name], key, unit) for name in columns]
        if any(value != "-" for value in values):
            lines.append(f"| {words} | " + " | ".join(values) + " |")
    return "\n".join(lines)


def _written(found: Mapping[str, Any], key: str, unit: str) -> str:
    value = found.get(key)
    if value is None:
        return "-"
    if unit == "s":
        return f"{value:.3f} s"
    if unit == "%":
        return f"{100 * value:.1f} %"
    least = "≥ " if key in _OF_TOKENS_READ and found.get("uncounted") else ""
    return least + (f"{value:.1f}" if isinstance(value, float) else str(value))
