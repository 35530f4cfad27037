"""Generate, validate, repair: the one loop behind every door."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter
from contextlib import aclosing
from dataclasses import replace

from autoglm_core.protocols import Engine, Progress, PromptBuilder, ValidatorRunner
from autoglm_core.types import (
    Attempt,
    AttemptKind,
    Budget,
    Draft,
    Ending,
    Finding,
    Outcome,
    Prompt,
    Report,
    Severity,
    Stage,
    Task,
    TaskKind,
    Usage,
)


class RepairLoop:
    """Asks one engine for drafts until one passes every check or the budget ends."""

    def __init__(self, prompts: PromptBuilder, engine: Engine, runner: ValidatorRunner) -> None:
        self._prompts = prompts
        self._engine = engine
        self._runner = runner

    async def run(self, task: Task, budget: Budget, progress: Progress) -> Outcome:
        """Work on the task within the budget; the outcome holds every attempt, also when none passed.

        Raises EngineError when the engine cannot answer. Cancelling stops the model and the validators.
        """
        started = time.monotonic()
        attempts: list[Attempt] = []
        ending = Ending.ATTEMPTS
        try:
            async with asyncio.timeout(budget.deadline_s):
                ending = await self._attempt_until_accepted(task, budget, progress, attempts)
        except TimeoutError:
            ending = Ending.DEADLINE
        accepted = attempts[-1] if ending is Ending.ACCEPTED else None
        return Outcome(uuid.uuid4().hex[:12], task, tuple(attempts), accepted, ending, time.monotonic() - started)

    async def _attempt_until_accepted(
        self, task: Task, budget: Budget, progress: Progress, attempts: list[Attempt]
    ) -> Ending:
        if task.kind is TaskKind.FIX:
            progress(Stage(1, budget.attempts, "checking the code as it is"))
            attempts.append(await self._existing(task, budget))
            if not task.problems and not attempts[0].rejected_by:
                return Ending.NOTHING_TO_DO
        spent = 0
        for number in range(1, budget.attempts + 1):
            progress(Stage(number, budget.attempts, _words(number, attempts)))
            prompt = await self._prompts.build(task, tuple(attempts))
            answer, usage = await self._generate(prompt)
            progress(Stage(number, budget.attempts, "checking the draft"))
            attempt = await self._validate(task, budget, Attempt(number, _kind(attempts), prompt), answer, attempts)
            attempts.append(replace(attempt, usage=usage, seconds=attempt.seconds + usage.seconds))
            if attempt.draft and not attempt.rejected_by:
                return Ending.ACCEPTED
            spent += usage.completion_tokens
            if spent >= budget.tokens:
                return Ending.TOKENS
        return Ending.ATTEMPTS

    async def _existing(self, task: Task, budget: Budget) -> Attempt:
        draft = Draft(task.document, ())
        started = time.monotonic()
        reports = await self._runner.run(task, draft, budget.cost)
        wanted = tuple(f for report in reports for f in report.findings if _touches(f, task))
        if not task.problems:
            wanted = tuple(finding for finding in wanted if finding.severity is Severity.ERROR)
        seconds = time.monotonic() - started
        return Attempt(0, AttemptKind.EXISTING, None, draft, reports=reports, rejected_by=wanted, seconds=seconds)

    async def _generate(self, prompt: Prompt) -> tuple[str, Usage]:
        pieces, usage = [], Usage()
        async with aclosing(self._engine.generate(prompt)) as chunks:
            async for chunk in chunks:
                pieces.append(chunk.text)
                usage = chunk.usage or usage
        return "".join(pieces), usage

    async def _validate(
        self, task: Task, budget: Budget, attempt: Attempt, answer: str, before: list[Attempt]
    ) -> Attempt:
        started = time.monotonic()
        attempt = replace(attempt, answer=answer, engine=self._engine.name, node=self._engine.node)
        try:
            draft = self._prompts.read(task, answer)
        except ValueError as error:
            return replace(attempt, problem=str(error))
        if draft.document.text == task.document.text:
            return replace(attempt, problem="the answer changes nothing")
        reports = await self._runner.run(task, draft, budget.cost)
        against = self._runner.rejecting(reports)
        if before and before[0].kind is AttemptKind.EXISTING:
            against += _still_there(before[0].rejected_by, reports)
        return replace(attempt, draft=draft, reports=reports, rejected_by=against, seconds=time.monotonic() - started)


def _still_there(wanted: tuple[Finding, ...], reports: tuple[Report, ...]) -> tuple[Finding, ...]:
    """The findings that the fix was to remove and did not: known by their words, as lines move."""
    missing = Counter((f.validator, f.rule, f.message) for f in wanted)
    left = []
    for finding in (f for report in reports for f in report.findings if not f.introduced):
        key = (finding.validator, finding.rule, finding.message)
        if missing[key]:
            missing[key] -= 1
            left.append(finding)
    return tuple(left)


def _touches(finding: Finding, task: Task) -> bool:
    document = task.document
    first, last = document.position(finding.span.start)[0], document.position(finding.span.end)[0]
    spans = [problem.span for problem in task.problems] or [task.span]
    lines = [(document.position(span.start)[0], document.position(span.end)[0]) for span in spans]
    return any(first <= end and start <= last for start, end in lines)


def _kind(attempts: list[Attempt]) -> AttemptKind:
    return AttemptKind.REPAIR if attempts else AttemptKind.DRAFT


def _words(number: int, attempts: list[Attempt]) -> str:
    if not attempts:
        return "writing a draft"
    last = attempts[-1]
    if last.problem:
        return f"writing again: {last.problem}"
    first = last.rejected_by[0].message.splitlines()[0] if last.rejected_by else "asked for"
    more = f" (and {len(last.rejected_by) - 1} more)" if len(last.rejected_by) > 1 else ""
    return f"repairing: {first}{more}"
