"""One run of a benchmark, from what was chosen to its figures: resumable, with a bar while it goes on."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import platform
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from autoglm_bench.figures import Row, summary
from autoglm_bench.loading import load_problems
from autoglm_bench.recording import AnswerFile, RecordingEngine, recording
from autoglm_bench.run_file import usual_folder
from autoglm_bench.runner import Runner, run_file
from autoglm_bench.scoring import Scorer
from autoglm_bench.wording import table
from autoglm_core.assistant import Assistant
from autoglm_core.bootstrap import ADAPTIVE, build_assistant, load_settings
from autoglm_core.config import Settings
from autoglm_core.errors import SettingsError
from autoglm_core.protocols import Engine
from autoglm_core.store.catalogue import CATALOGUE
from autoglm_core.types import Limits

_DEADLINE_S = 900.0
_GREEDY = "plain-repair"


@dataclass(frozen=True, slots=True)
class Choice:
    """What to measure, and how. None and empty take the defaults: all problems, the settings' engine and model.

    ``without`` are names of validators to switch off. ``report`` is the file for all figures and traces; ``work`` the
    folder of what a later run can go on with, and ``fresh`` uses nothing of it. ``script`` plays a model's answers.
    """

    benchmark: str
    data: Path | None = None
    policy: str = ADAPTIVE
    attempts: int = 4
    limit: int | None = None
    only: tuple[str, ...] = ()
    seed: int = 0
    without: tuple[str, ...] = ()
    model: str = ""
    engine: str = ""
    script: Path | None = None
    report: Path | None = None
    work: Path | None = None
    fresh: bool = False


class Measurement:
    """A run that was chosen. Raises SettingsError for what does not fit together."""

    def __init__(self, choice: Choice) -> None:
        self._choice = choice
        self._console = Console(stderr=True, highlight=False)
        if choice.report and not choice.report.absolute().parent.is_dir():
            raise SettingsError(f"The figures cannot be written: there is no folder {choice.report.absolute().parent}.")
        self._set = load_problems(choice.benchmark, choice.data, choice.seed)
        self._problems = self._set.chosen(choice.only, choice.limit)
        self._settings = _settings(choice)
        self._folder = choice.work or usual_folder()
        self._file_path = self._folder / f"{choice.benchmark}-{choice.policy}-{self._identity()}.jsonl"
        self._file = run_file(self._file_path)
        self._recorders: list[RecordingEngine] = []

    def run(self) -> int:
        """Measure, print and write; 130 when interrupted, with the figures so far."""
        if self._choice.fresh:
            self._file.clear()
        started, interrupted = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), False
        if earlier := self._finished():
            self._console.print(
                f"{len(earlier)} of {len(self._problems)} problems are there from an earlier run, in "
                f"{self._file_path}; --fresh begins anew.",
                soft_wrap=True,
            )
        try:
            asyncio.run(self._measure())
        except KeyboardInterrupt:
            interrupted = True
        rows = self._finished()
        if not rows:
            return 130 if interrupted else 1
        figures = summary(rows) | self._circumstances(rows, started)
        self._show(figures)
        if self._choice.report:
            data = figures | {"problems": [asdict(row) for row in rows]}
            self._choice.report.write_text(json.dumps(data, indent=1) + "\n", "utf-8")
        return 130 if interrupted else 0

    async def _measure(self) -> None:
        choice, settings = self._choice, self._settings
        async with AsyncExitStack() as stack:
            answers = AnswerFile(self._folder / "answers.sqlite3")
            stack.callback(answers.close)

            def wrap(engine: Engine) -> Engine:
                self._recorders.append(recording(engine, answers, choice.seed, replay=not choice.fresh))
                return self._recorders[-1]

            def build(policy: str) -> Assistant:
                assistant = build_assistant(settings, script=choice.script, policy=policy, wrap=wrap)
                stack.push_async_callback(assistant.aclose)
                return assistant

            assistant, greedy = build(choice.policy), build(_GREEDY)
            runner = Runner(assistant, greedy, self._recorders, Scorer(), Limits(choice.attempts, _DEADLINE_S))
            bar = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            with Progress(*bar, console=self._console) as progress:
                await runner.run(self._problems, self._file, self._watch(progress))

    def _watch(self, progress: Progress) -> Callable[[Row], None]:
        finished = sum(not row.error for row in self._finished())
        task = progress.add_task(self._set.name, total=len(self._problems), completed=finished)

        def done(row: Row) -> None:
            right = "error" if row.error else "right" if row.final else "wrong"
            words = f"{row.id} {right}, {row.attempts} attempt{'s' * (row.attempts != 1)}, {row.seconds:.0f} s"
            progress.update(task, advance=1, description=words)

        return done

    def _finished(self) -> list[Row]:
        have = self._file.rows()
        return [have[problem.id] for problem in self._problems if problem.id in have]

    def _identity(self) -> str:
        """What makes two runs the same one, so that one goes on with the other."""
        choice, settings = self._choice, self._settings
        engine = (settings.actions.engine, settings.models.actions, settings.remote.url, settings.remote.model)
        parts = (self._set.digest, choice.policy, choice.seed, choice.attempts, engine, str(choice.script))
        identity = repr(parts) + ",".join(sorted(choice.without))
        return hashlib.sha256(identity.encode()).hexdigest()[:12]

    @property
    def _policy(self) -> str:
        """What the run is called."""
        without = self._choice.without
        return self._choice.policy + (f" without {', '.join(without)}" if without else "")

    def _circumstances(self, rows: list[Row], started: str) -> dict[str, Any]:
        attempts = [attempt for row in rows for attempt in row.trace.get("attempts", ())]
        engines = sorted({attempt["engine"] for attempt in attempts if attempt["engine"]})
        return {
            "benchmark": self._set.name,
            "policy": self._policy,
            "seed": self._choice.seed,
            "attempts_allowed": self._choice.attempts,
            "engine": ", ".join(engines),
            "model_sha256": next((each.sha256 for each in CATALOGUE if f"embedded {each.name}" in engines), None),
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


def _settings(choice: Choice) -> Settings:
    # What this machine's user accepted earlier must not steer a measurement.
    overrides: dict[str, Any] = {"history": {"enabled": False}}
    if choice.without:
        overrides["validators"] = {name: {"enabled": False} for name in choice.without}
    if choice.model:
        overrides["models"] = {"actions": choice.model}
    if choice.engine:
        overrides["actions"] = {"engine": choice.engine}
    return load_settings((), None, overrides)[0]
