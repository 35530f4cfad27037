"""Runs the assistant over problems: one at a time, resumable, with what it did kept whole."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from autoglm_bench.figures import Row, as_data
from autoglm_bench.problems import Problem
from autoglm_bench.recording import RecordingEngine
from autoglm_bench.scoring import Scorer
from autoglm_core.assistant import Assistant
from autoglm_core.errors import EngineError, TargetNotFoundError
from autoglm_core.trace import to_json
from autoglm_core.types import Attempt, AttemptKind, Document, Limits, Outcome, Workspace

_MOST_ERRORS = 3


class RunFile:
    """The finished problems of a run, a JSON line each: an interrupted run goes on where it was."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path

    def rows(self) -> dict[str, Row]:
        """What is finished, by id. A line that was torn by an interruption is left out."""
        found = {}
        lines = self._path.read_text("utf-8").splitlines() if self._path.exists() else []
        for line in lines:
            try:
                data = json.loads(line)
                row = Row(**data | {"kinds": tuple(data["kinds"])})
            except (ValueError, TypeError, KeyError):
                continue
            found[row.id] = row
        return found

    def clear(self) -> None:
        """Begin anew."""
        self._path.unlink(missing_ok=True)

    def add(self, row: Row) -> None:
        """Note a finished problem."""
        content = self._path.read_bytes() if self._path.exists() else b""
        torn = bool(content) and not content.endswith(b"\n")
        with self._path.open("a", encoding="utf-8") as file:
            file.write(("\n" if torn else "") + json.dumps(as_data(row)) + "\n")


class Runner:
    """Works on problems with one assistant."""

    def __init__(
        self, assistant: Assistant, engines: Sequence[RecordingEngine], scorer: Scorer, limits: Limits
    ) -> None:
        self._assistant = assistant
        self._engines = engines
        self._scorer = scorer
        self._limits = limits

    async def run(self, problems: Iterable[Problem], file: RunFile, done: Callable[[Row], None]) -> None:
        """Work on each problem that the file lacks, and note it there; ``done`` is told of each.

        Raises EngineError after several problems in a row for which there was no engine.
        """
        have = file.rows()
        errors = 0
        for problem in problems:
            if problem.id in have and not have[problem.id].error:
                continue  # what failed for want of an engine is tried again
            try:
                row = await self._work(problem)
                errors = 0
            except EngineError as error:
                errors += 1
                row = _failed(problem, str(error))
                if errors == _MOST_ERRORS:
                    raise
            file.add(row)
            done(row)

    async def _work(self, problem: Problem) -> Row:
        for engine in self._engines:
            engine.begin()
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="autoglm-bench-") as folder:
            outcome = await self._ask(problem, Path(folder))
        seconds = time.monotonic() - started + sum(engine.replayed_seconds for engine in self._engines)
        made = [attempt for attempt in outcome.attempts if attempt.by_model]
        first = made[0] if made else outcome.accepted
        unshown = problem.visible.text if problem.visible.fix else ""
        final = await self._right(problem, outcome.accepted, unshown)
        return Row(
            problem.id,
            problem.group,
            first=await self._right(problem, first, ""),
            final=final,
            best=await self._right(problem, outcome.best, unshown),
            accepted=outcome.accepted is not None,
            attempts=len(made),
            kinds=tuple(attempt.kind.value for attempt in outcome.attempts),
            read=sum(attempt.usage.prompt_tokens - attempt.usage.cached_tokens for attempt in made),
            written=sum(attempt.usage.completion_tokens for attempt in made),
            seconds=seconds,
            visible_failed=bool(first and (_by_tests(first) or first.doubts)),
            doctest_failed=bool(first and _by_tests(first)),
            trace=to_json(outcome),
        )

    async def _ask(self, problem: Problem, folder: Path) -> Outcome:
        """Give the visible half to the assistant, as an editor would."""
        visible = problem.visible
        document, workspace = Document(folder / "solution.py", visible.text), Workspace((folder,))
        if not visible.fix:
            return await self._assistant.implement(document, visible.target, workspace, limits=self._limits)
        words, limits = visible.instruction, self._limits
        try:
            return await self._assistant.fix(
                document, (), workspace, instruction=words, where=visible.target, limits=limits
            )
        except TargetNotFoundError:  # the file is too broken for the function to be found in it
            return await self._assistant.fix(document, (), workspace, instruction=words, limits=limits)

    async def _right(self, problem: Problem, attempt: Attempt | None, otherwise: str) -> bool:
        if attempt is not None and attempt.kind is AttemptKind.EXISTING:
            attempt = None
        text = attempt.draft.document.text if attempt and attempt.draft else otherwise
        return bool(text) and await self._scorer.right(text, problem.hidden)


def _by_tests(attempt: Attempt) -> bool:
    return any(finding.validator == "tests" for finding in attempt.rejected_by)


def _failed(problem: Problem, error: str) -> Row:
    return Row(problem.id, problem.group, False, False, False, False, 0, (), 0, 0, 0.0, False, False, {}, error=error)
