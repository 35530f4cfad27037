"""Runs the assistant over problems, one at a time, and scores what it wrote."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from autoglm_bench.figures import Row
from autoglm_bench.problems import Hidden, Problem, Visible
from autoglm_bench.recording import RecordingEngine
from autoglm_bench.run_file import RunFile
from autoglm_bench.scoring import WRONG, Score, Scorer
from autoglm_core.assistant import Assistant
from autoglm_core.errors import EngineError, TargetNotFoundError
from autoglm_core.trace import to_json
from autoglm_core.types import Attempt, AttemptKind, Document, Limits, Outcome, Workspace

_MOST_ERRORS = 3


def run_file(path: Path) -> RunFile[Row, str]:
    """The rows of problems, by the problems' ids. Raises SettingsError."""
    return RunFile(path, Row, lambda row: row.id)


class Runner:
    """Works on problems with one assistant, and scores the outcomes.

    ``greedy`` is an assistant without small changes. It writes the first draft of a fix that ``assistant`` made
    without asking a model for the whole, so that fixes are compared with one greedy repair; at no one's charge.
    """

    def __init__(
        self,
        assistant: Assistant,
        greedy: Assistant,
        engines: Sequence[RecordingEngine],
        scorer: Scorer,
        limits: Limits,
    ) -> None:
        self._assistant = assistant
        self._greedy = greedy
        self._engines = engines
        self._scorer = scorer
        self._limits = limits

    async def run(self, problems: Iterable[Problem], file: RunFile[Row, str], done: Callable[[Row], None]) -> None:
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
        started = time.monotonic()
        outcome = await self._ask(self._assistant, problem.visible, self._limits)
        seconds = time.monotonic() - started + sum(engine.replayed_seconds for engine in self._engines)
        made = [attempt for attempt in outcome.attempts if attempt.by_model]
        asked_plainly = made and (not problem.visible.fix or made[0].kind is AttemptKind.REPAIR)
        first = made[0] if asked_plainly else await self._greedy_draft(problem.visible)
        unchanged = problem.visible.text if problem.visible.fix else ""
        first_score = await self._score(first, problem.hidden)
        final_score = await self._score(outcome.accepted, problem.hidden, unchanged)
        best_score = await self._score(outcome.best, problem.hidden, unchanged)
        stricter = len(problem.hidden.checks) > 1
        return Row(
            problem.id,
            problem.group,
            first=first_score.right,
            final=final_score.right,
            best=best_score.right,
            accepted=outcome.accepted is not None,
            attempts=len(made),
            kinds=tuple(attempt.kind.value for attempt in outcome.attempts),
            read=sum(attempt.usage.prompt_tokens - attempt.usage.cached_tokens for attempt in made),
            written=sum(attempt.usage.completion_tokens for attempt in made),
            seconds=seconds,
            visible_failed=bool(first and (_by_tests(first) or first.doubts)),
            doctest_failed=bool(first and _by_tests(first)),
            trace=to_json(outcome),
            first_base=first_score.base if stricter else None,
            final_base=final_score.base if stricter else None,
        )

    async def _greedy_draft(self, visible: Visible) -> Attempt | None:
        outcome = await self._ask(self._greedy, visible, replace(self._limits, attempts=1))
        return next((attempt for attempt in outcome.attempts if attempt.by_model), None)

    async def _ask(self, assistant: Assistant, visible: Visible, limits: Limits) -> Outcome:
        """Give the visible half to an assistant, as an editor would; it gets nothing else."""
        for engine in self._engines:
            engine.begin()
        with tempfile.TemporaryDirectory(prefix="autoglm-bench-") as name:
            folder = Path(name)
            document, workspace = Document(folder / "solution.py", visible.text), Workspace((folder,))
            if not visible.fix:
                return await assistant.implement(document, visible.target, workspace, limits=limits)
            words = visible.instruction
            try:
                return await assistant.fix(
                    document, (), workspace, instruction=words, where=visible.target, limits=limits
                )
            except TargetNotFoundError:  # the file is too broken for the function to be found in it
                return await assistant.fix(document, (), workspace, instruction=words, limits=limits)

    async def _score(self, attempt: Attempt | None, hidden: Hidden, otherwise: str = "") -> Score:
        """The score of an attempt's draft; ``otherwise`` is the document where there is none."""
        draft = attempt.draft if attempt and attempt.kind is not AttemptKind.EXISTING else None
        text = draft.document.text if draft else otherwise
        return await self._scorer.score(text, hidden) if text else WRONG


def _by_tests(attempt: Attempt) -> bool:
    return any(finding.validator == "tests" for finding in attempt.rejected_by)


def _failed(problem: Problem, error: str) -> Row:
    return Row(problem.id, problem.group, False, False, False, False, 0, (), 0, 0, 0.0, False, False, {}, error=error)
