"""``autoglm bench``: measure the loop on a public set of problems, and compare such runs."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import platformdirs
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from autoglm_bench.comparison import draw, markdown, read_runs
from autoglm_bench.figures import Row, as_data, summary, table
from autoglm_bench.problems import BENCHMARKS, Problem, ProblemSet, chosen, load_problems
from autoglm_bench.recording import AnswerFile, RecordingEngine
from autoglm_bench.runner import RunFile, Runner
from autoglm_bench.scoring import Scorer
from autoglm_core.bootstrap import ADAPTIVE, build_assistant, load_settings
from autoglm_core.config import Settings
from autoglm_core.errors import SettingsError
from autoglm_core.prompts.choose import POLICIES
from autoglm_core.protocols import Engine
from autoglm_core.store.catalogue import CATALOGUE
from autoglm_core.types import Limits

_DEADLINE_S = 900.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to measure, and how."""
    parser.add_argument("what", choices=(*BENCHMARKS, "compare"), help="the benchmark, or the comparison of runs")
    parser.add_argument("runs", nargs="*", type=Path, metavar="RUN.json", help="for compare: files written by --json")
    parser.add_argument("--data", type=Path, metavar="FILE", help="the problems, as JSON lines, gzipped or not")
    parser.add_argument("--policy", choices=(ADAPTIVE, *POLICIES), default=ADAPTIVE, help="default: adaptive")
    parser.add_argument("--attempts", type=_positive, default=4, metavar="N", help="answers of a model; default 4")
    parser.add_argument("--limit", type=_positive, metavar="N", help="only the first N problems")
    parser.add_argument("--only", default="", metavar="ID,ID", help="only these problems")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another one gives other fresh drafts")
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="CHECK",
        help="switch a validator off, to see what it is worth",
    )
    parser.add_argument("--model", metavar="NAME", help="the embedded model, instead of the settings' for actions")
    parser.add_argument("--engine", choices=("embedded", "remote"), help="instead of the settings' for actions")
    parser.add_argument("--script", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures, and the trace of each problem")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="where an interrupted run is kept to go on")
    parser.add_argument("--fresh", action="store_true", help="use no answers of earlier runs, and begin anew")
    parser.add_argument("--png", type=Path, metavar="FILE", help="for compare: draw the runs")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="for compare: write the table")


def run(options: argparse.Namespace) -> int:
    """Print the figures; 130 when interrupted, with the figures so far."""
    if options.what == "compare":
        return _compare(options)
    if options.runs:
        raise SettingsError("RUN.json files belong to 'autoglm bench compare'.")
    return _Measurement(options).run()


def _compare(options: argparse.Namespace) -> int:
    if len(options.runs) < 2:
        raise SettingsError("Name two or more runs to compare, each a file written by --json.")
    runs = read_runs(options.runs)
    text = markdown(runs)
    if options.markdown:
        options.markdown.write_text(text, "utf-8")
    if options.png:
        draw(runs, options.png)
    sys.stdout.write(text)
    return 0


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is below 1")
    return number


class _Measurement:
    """One run, from its options to its figures."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._console = Console(stderr=True, highlight=False)
        self._set: ProblemSet = load_problems(options.what, options.data)
        only = frozenset(filter(None, options.only.split(",")))
        self._problems: list[Problem] = list(chosen(self._set.problems, only, options.limit))
        if not self._problems:
            raise SettingsError(f"No problem of {self._set.file} is called {options.only}.")
        self._settings = self._load_settings()
        self._folder: Path = options.work or platformdirs.user_cache_path("autoglm", appauthor=False) / "bench"
        self._file = RunFile(self._folder / f"{options.what}-{options.policy}-{self._identity()}.jsonl")
        self._recorders: list[RecordingEngine] = []

    @property
    def _policy(self) -> str:
        """What the run is called."""
        without = self._options.without
        return str(self._options.policy) + (f" without {', '.join(without)}" if without else "")

    def run(self) -> int:
        """Measure, print and write."""
        if self._options.fresh:
            self._file.clear()
        started, interrupted = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), False
        try:
            asyncio.run(self._measure())
        except KeyboardInterrupt:
            interrupted = True
        rows = self._rows()
        if not rows:
            return 130 if interrupted else 1
        figures = summary(rows) | self._circumstances(started)
        self._show(figures)
        if self._options.json:
            data = figures | {"problems": [as_data(row) for row in rows]}
            self._options.json.write_text(json.dumps(data, indent=1) + "\n", "utf-8")
        return 130 if interrupted else 0

    async def _measure(self) -> None:
        answers = AnswerFile(self._folder / "answers.sqlite3")
        if self._options.fresh:
            answers.forget()

        def wrap(engine: Engine) -> Engine:
            self._recorders.append(RecordingEngine(engine, answers, self._options.seed))
            return self._recorders[-1]

        policy, script = self._options.policy, self._options.script
        assistant = build_assistant(self._settings, script=script, policy=policy, wrap=wrap)
        limits = Limits(self._options.attempts, _DEADLINE_S)
        runner = Runner(assistant, self._recorders, Scorer(), limits)
        bar = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        try:
            with Progress(*bar, console=self._console) as progress:
                task = progress.add_task(self._set.name, total=len(self._problems), completed=len(self._rows()))

                def done(row: Row) -> None:
                    right = "error" if row.error else "right" if row.final else "wrong"
                    words = f"{row.id} {right}, {row.attempts} attempt{'s' * (row.attempts != 1)}, {row.seconds:.0f} s"
                    progress.update(task, advance=1, description=words)

                await runner.run(self._problems, self._file, done)
        finally:
            await assistant.aclose()
            answers.close()

    def _rows(self) -> list[Row]:
        have = self._file.rows()
        return [have[problem.id] for problem in self._problems if problem.id in have]

    def _load_settings(self) -> Settings:
        # What this machine's user accepted earlier must not steer a measurement.
        overrides: dict[str, Any] = {"history": {"enabled": False}}
        if self._options.without:
            overrides["validators"] = {name: {"enabled": False} for name in self._options.without}
        if self._options.model:
            overrides["models"] = {"actions": self._options.model}
        if self._options.engine:
            overrides["actions"] = {"engine": self._options.engine}
        return load_settings((), None, overrides)[0]

    def _identity(self) -> str:
        """What makes two runs the same one, so that one goes on with the other."""
        options, settings = self._options, self._settings
        engine = (settings.actions.engine, settings.models.actions, settings.remote.url, settings.remote.model)
        parts = (self._set.digest, options.policy, options.seed, options.attempts, engine, str(options.script))
        identity = repr(parts) + ",".join(sorted(options.without))
        return hashlib.sha256(identity.encode()).hexdigest()[:12]

    def _circumstances(self, started: str) -> dict[str, Any]:
        settings = self._settings
        model = next((each for each in CATALOGUE if each.name == settings.models.actions), None)
        return {
            "benchmark": self._set.name,
            "policy": self._policy,
            "seed": self._options.seed,
            "attempts_allowed": self._options.attempts,
            "engine": self._recorders[-1].name if self._recorders else settings.actions.engine,
            "model_sha256": model.sha256 if model and settings.actions.engine == "embedded" else None,
            "data": {"file": self._set.file, "sha256": self._set.digest},
            "version": version("autoglm-ls"),
            "python": platform.python_version(),
            "cores": os.cpu_count(),
            "load": [round(each, 2) for each in os.getloadavg()],
            "started": started,
            "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }

    def _show(self, figures: dict[str, Any]) -> None:
        grid = Table(title=f"{self._set.name}, policy {self._policy}", title_justify="left", show_header=False)
        grid.add_column(overflow="fold")
        grid.add_column(overflow="fold")
        for name, value in table(figures):
            grid.add_row(name, value)
        Console(highlight=False).print(grid)
