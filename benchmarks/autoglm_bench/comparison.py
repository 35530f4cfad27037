"""Two or more runs side by side: a Markdown table and a picture."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autoglm_core.errors import SettingsError

_NEEDED = (
    "benchmark", "policy", "n", "first_draft", "first_draft_ci", "after_loop", "after_loop_ci", "saved", "broken",
    "visible_failed", "visible_failed_saved", "mean_attempts", "p50_s", "p95_s", "tokens", "tokens_written",
    "tokens_read", "problems",
)  # fmt: skip
_RATES = (("first_draft", "first draft"), ("after_loop", "after the loop"))
_COLOURS = (("#9aa5b1", "black"), ("#2f6f4f", "white"))  # of the bars, and of the figures in them
_COST = "#5b7db1"
_LOW = 8  # per cent; a lower bar does not reach behind its label

Run = Mapping[str, Any]
"""The figures of one run, as ``autoglm bench --json`` writes them."""


def read_runs(paths: Sequence[Path]) -> list[Run]:
    """Raises SettingsError for a file that cannot be read or is no run."""
    runs = []
    for path in paths:
        try:
            data = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(f"The run {path} cannot be read: {error}.") from error
        missing = [key for key in _NEEDED if not isinstance(data, dict) or key not in data]
        if missing:
            raise SettingsError(f"{path} is no run of autoglm bench: it lacks {', '.join(missing)}.")
        runs.append(data)
    return runs


def markdown(runs: Sequence[Run]) -> str:
    """A table with a column for each run; the last lines compare each problem with the first run's."""
    lines = ["| | " + " | ".join(_names(runs)) + " |", "| --- |" + " ---: |" * len(runs)]
    lines.append(_line("problems", [str(run["n"]) for run in runs]))
    for key, name in _RATES:
        lines.append(_line(f"{name}: right", [_rate(run, key) for run in runs]))
        if all(f"{key}_base" in run for run in runs):
            lines.append(_line(f"{name}: base tests", [_rate(run, f"{key}_base") for run in runs]))
    points = [f"{100 * (run['after_loop'] - run['first_draft']):+.1f}" for run in runs]
    lines.append(_line("gain, points", points))
    lines.append(_line("saved, broken", [f"{run['saved']}, {run['broken']}" for run in runs]))
    visible = [f"{run['visible_failed']}, saved {run['visible_failed_saved']}" for run in runs]
    lines.append(_line("first drafts that fail a visible test", visible))
    lines.append(_line("mean attempts", [f"{run['mean_attempts']:.2f}" for run in runs]))
    lines.append(_line("p50, p95 s", [f"{run['p50_s']:.1f}, {run['p95_s']:.1f}" for run in runs]))
    lines.append(_line("tokens", [str(run["tokens"]) for run in runs]))
    lines.append(_line("... written, read", [f"{run['tokens_written']}, {run['tokens_read']}" for run in runs]))
    pairs = [_apart(runs[0], run) for run in runs[1:]]
    lines.append(_line("right only here, right only in the first run", ["", *(f"{a}, {b}" for a, b in pairs)]))
    return "\n".join(lines) + "\n"


def draw(runs: Sequence[Run], path: Path) -> None:
    """Write a PNG: the rates with their intervals above, attempts and tokens below. Needs matplotlib."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise SettingsError("Drawing needs matplotlib: install autoglm-ls[bench].") from error
    figure = Figure(figsize=(max(7.0, 2.2 * len(runs) + 2), 7.5), layout="constrained")
    FigureCanvasAgg(figure)
    rates, attempts, tokens = figure.subplots(3, 1, height_ratios=[3, 1, 1], sharex=True)
    places = range(len(runs))
    for shift, (key, name), (colour, contrast) in zip((-0.2, 0.2), _RATES, _COLOURS, strict=True):
        values = [100 * run[key] for run in runs]
        errors = [[100 * abs(run[key] - run[f"{key}_ci"][side]) for run in runs] for side in (0, 1)]
        at = [place + shift for place in places]
        bars = rates.bar(at, values, 0.38, yerr=errors, capsize=4, ecolor="#333333", label=name, color=colour)
        # In the foot of the bar, where the interval is not.
        for bar, value in zip(bars, values, strict=True):
            middle = bar.get_x() + bar.get_width() / 2
            rates.text(middle, 2, f"{value:.1f}", ha="center", color=contrast if value > _LOW else "black")
    rates.set_ylabel("right, %")
    rates.set_ylim(0, 100)
    # Above the bars, as every place among them may be taken.
    figure.legend(loc="outside upper center", ncols=len(_RATES), frameon=False)
    rates.set_title(f"{_subject(runs)}, with 95 % Wilson intervals")
    for axes, values, name, form in (
        (attempts, [run["mean_attempts"] for run in runs], "mean attempts", "%.2f"),
        (tokens, [run["tokens"] / 1000 for run in runs], "tokens, thousands", "%.1f"),
    ):
        axes.bar_label(axes.bar(places, values, 0.5, color=_COST), fmt=form, padding=2)
        axes.set_ylabel(name)
        axes.margins(y=0.25)
    for axes in (rates, attempts, tokens):
        axes.spines[["top", "right"]].set_visible(False)
    tokens.set_xticks(list(places), [name.replace(", ", "\n") for name in _names(runs)])
    try:
        figure.savefig(path, dpi=110, format="png")
    except OSError as error:
        raise SettingsError(f"The picture {path} cannot be written: {error}.") from error


def _names(runs: Sequence[Run]) -> list[str]:
    """What each run is called: its policy, and what else of it is not the same in all."""
    names = []
    for run in runs:
        parts = [str(run["policy"])]
        parts += [str(run[key]) for key in ("benchmark", "engine") if len({each.get(key) for each in runs}) > 1]
        if len({each["n"] for each in runs}) > 1:
            parts.append(f"n = {run['n']}")
        names.append(", ".join(parts))
    return names


def _subject(runs: Sequence[Run]) -> str:
    benchmarks = sorted({str(run["benchmark"]) for run in runs})
    counts = {run["n"] for run in runs}
    return ", ".join(benchmarks) + (f", n = {counts.pop()}" if len(counts) == 1 else "")


def _apart(first: Run, other: Run) -> tuple[int, int]:
    """How many problems are right only in the other run, and only in the first one, of those that both have."""
    rights = [{row["id"]: bool(row["final"]) for row in run["problems"]} for run in (first, other)]
    both = rights[0].keys() & rights[1].keys()
    return sum(rights[1][id_] > rights[0][id_] for id_ in both), sum(rights[0][id_] > rights[1][id_] for id_ in both)


def _line(name: str, cells: Sequence[str]) -> str:
    return f"| {name} | " + " | ".join(cells) + " |"


def _rate(run: Run, key: str) -> str:
    low, high = run[f"{key}_ci"]
    return f"{100 * run[key]:.1f} % ({100 * low:.1f} to {100 * high:.1f})"
