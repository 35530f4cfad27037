"""Two or more runs side by side: a Markdown table and a picture."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autoglm_core.errors import SettingsError

_NEEDED = ("first_draft", "after_loop", "mean_attempts", "broken", "p50_s", "p95_s", "tokens", "n", "policy")


def read_runs(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """The figures of runs, as ``autoglm bench --json`` writes them. Raises SettingsError."""
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


def markdown(runs: Sequence[Mapping[str, Any]]) -> str:
    """A table with a column for each run."""
    heads = [f"{run['benchmark']}, {run['policy']}" for run in runs]
    lines = ["| | " + " | ".join(heads) + " |", "| --- |" + " ---: |" * len(runs)]
    lines += [_line("problems", [str(run["n"]) for run in runs])]
    for name, key in (("first draft right", "first_draft"), ("right after the loop", "after_loop")):
        lines.append(_line(name, [_rate(run, key) for run in runs]))
    points = [f"{100 * (run['after_loop'] - run['first_draft']):+.1f}" for run in runs]
    lines.append(_line("gain, points", points))
    lines.append(_line("saved, broken", [f"{run['saved']}, {run['broken']}" for run in runs]))
    visible = [f"{run['visible_failed']}, saved {run['visible_failed_saved']}" for run in runs]
    lines.append(_line("first drafts that fail a visible test", visible))
    lines.append(_line("mean attempts", [f"{run['mean_attempts']:.2f}" for run in runs]))
    lines.append(_line("p50, p95 s", [f"{run['p50_s']:.1f}, {run['p95_s']:.1f}" for run in runs]))
    lines.append(_line("tokens written, read", [f"{run['tokens_written']}, {run['tokens_read']}" for run in runs]))
    return "\n".join(lines) + "\n"


def draw(runs: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write a PNG: the rates with their intervals above, attempts and tokens below. Needs matplotlib."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise SettingsError("Drawing needs matplotlib: install autoglm-ls[bench].") from error
    figure = Figure(figsize=(max(6.0, 2.4 * len(runs) + 2), 7), layout="constrained")
    FigureCanvasAgg(figure)
    rates, attempts, tokens = figure.subplots(3, 1, height_ratios=[3, 1, 1], sharex=True)
    places = range(len(runs))
    for shift, key, name, colour in (
        (-0.2, "first_draft", "first draft", "#9aa5b1"),
        (0.2, "after_loop", "after the loop", "#2f6f4f"),
    ):
        values = [100 * run[key] for run in runs]
        errors = [[100 * abs(run[key] - run[f"{key}_ci"][side]) for run in runs] for side in (0, 1)]
        bars = rates.bar(
            [place + shift for place in places], values, 0.38, yerr=errors, capsize=4, label=name, color=colour
        )
        rates.bar_label(bars, fmt="%.1f", label_type="center", color="white")
    rates.set_ylabel("right, %")
    rates.set_ylim(0, 115)  # room for the legend
    rates.legend(loc="upper right", ncols=2)
    rates.set_title(f"{runs[0]['benchmark']}, n = {runs[0]['n']}, 95 % Wilson intervals")
    for axes, values, name in (
        (attempts, [run["mean_attempts"] for run in runs], "mean attempts"),
        (tokens, [run["tokens"] / 1000 for run in runs], "tokens, 1000"),
    ):
        axes.bar_label(
            axes.bar(places, values, 0.5, color="#5b7db1"), fmt="%.2f" if axes is attempts else "%.0f", padding=2
        )
        axes.set_ylabel(name)
        axes.margins(y=0.25)
    tokens.set_xticks(list(places), [run["policy"] for run in runs])
    figure.savefig(path, dpi=110)


def _line(name: str, cells: Sequence[str]) -> str:
    return f"| {name} | " + " | ".join(cells) + " |"


def _rate(run: Mapping[str, Any], key: str) -> str:
    low, high = run[f"{key}_ci"]
    return f"{100 * run[key]:.1f} % ({100 * low:.1f} to {100 * high:.1f})"
