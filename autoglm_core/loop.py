"""Generate, validate, repair: the one loop behind every door."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace

from autoglm_core.analysis.programs import fingerprint
from autoglm_core.protocols import (
    BatchEngine,
    Engine,
    Improver,
    Judge,
    Policy,
    Progress,
    PromptBuilder,
    ValidatorRunner,
)
from autoglm_core.targets import list_targets
from autoglm_core.types import (
    DOUBTS,
    NAME_RULES,
    Attempt,
    AttemptKind,
    Budget,
    ChatPrompt,
    Cost,
    Draft,
    Ending,
    Finding,
    Move,
    Outcome,
    Prompt,
    Report,
    Severity,
    Span,
    Stage,
    Task,
    TaskKind,
    Usage,
    badness,
)

_TESTS = "tests"
_OF_AUTHORS = ("security", "licence")
"""Validators whose findings about old code need no mending for the code to run."""


class RepairLoop:
    """Carries out the rounds of a policy, and chooses among the drafts that passed every check.

    ``engines`` are asked as the policy says, the first one by default. Without an ``improver`` the policy's
    small changes are left out; without a ``judge`` the earliest of the best drafts is taken.
    """

    def __init__(
        self,
        prompts: PromptBuilder,
        engines: Sequence[Engine],
        runner: ValidatorRunner,
        policy: Policy,
        *,
        improver: Improver | None = None,
        judge: Judge | None = None,
    ) -> None:
        self._prompts = prompts
        self._engines = tuple(engines)
        self._runner = runner
        self._policy = policy
        self._improver = improver
        self._judge = judge

    async def run(self, task: Task, budget: Budget, progress: Progress) -> Outcome:
        """Work on the task within the budget; the outcome holds every attempt, also when none passed.

        Raises EngineError when the engine cannot answer. Cancelling stops the model and the validators.
        """
        started = time.monotonic()
        attempts: list[Attempt] = []
        accepted, chosen = None, ""
        try:
            async with asyncio.timeout(budget.deadline_s):
                ending = await self._rounds(task, budget, progress, attempts)
                accepted, chosen = await self._choose(task, attempts)
        except TimeoutError:
            ending = Ending.DEADLINE
            accepted = min(_passing(attempts), key=_rank, default=None)
        if accepted is not None:
            ending = Ending.ACCEPTED
        self._policy.learn(task, attempts)
        seconds = time.monotonic() - started
        return Outcome(uuid.uuid4().hex[:12], task, tuple(attempts), accepted, ending, seconds, chosen)

    async def _rounds(self, task: Task, budget: Budget, progress: Progress, attempts: list[Attempt]) -> Ending:
        if task.kind is TaskKind.FIX:
            progress(Stage(1, budget.attempts, "checking the code as it is"))
            attempts.append(await self._existing(task, budget))
            nothing_found = not task.problems and not attempts[0].rejected_by
            if nothing_found and not (task.instruction and task.target):
                return Ending.NO_FUNCTION if task.instruction else Ending.NOTHING_TO_DO
            task = replace(task, by_words_alone=nothing_found)
        for move in self._policy.rounds(task, attempts, budget):
            made = sum(attempt.by_model for attempt in attempts)
            progress(Stage(min(made + 1, budget.attempts), budget.attempts, _words(move, attempts)))
            if move.kind is AttemptKind.CHANGE:
                await self._change(task, budget, move, attempts)
            else:
                await self._draft(task, budget, progress, move, attempts)
            if sum(attempt.usage.completion_tokens for attempt in attempts) >= budget.tokens:
                return Ending.TOKENS
        return Ending.ATTEMPTS

    async def _choose(self, task: Task, attempts: list[Attempt]) -> tuple[Attempt | None, str]:
        """The attempt that is shown: fewest doubts first, then what the judge prefers."""
        passing = _passing(attempts)
        if not passing:
            return None, ""
        fewest = min(len(attempt.doubts) for attempt in passing)
        best = [attempt for attempt in attempts if attempt.passes and len(attempt.doubts) == fewest]
        best = [attempt for attempt in best if attempt.kind is not AttemptKind.EXISTING]
        if len(best) > 1 and self._judge is not None:
            return await self._judge.choose(task, best)
        return min(best, key=_rank), ""

    async def _draft(self, task: Task, budget: Budget, progress: Progress, move: Move, attempts: list[Attempt]) -> None:
        """Ask an engine for the drafts of a move, and check each."""
        made = sum(attempt.by_model for attempt in attempts)
        drafts = max(1, min(move.drafts, budget.attempts - made))
        before = tuple(attempts)
        prompt = await self._prompts.build(task, before, move)
        engine = self._engines[min(move.engine, len(self._engines) - 1)]
        ahead: asyncio.Task[None] | None = None
        if not attempts:  # while the model writes, the checks look at the document without a draft
            ahead = asyncio.create_task(self._runner.prepare(task, min(budget.cost, Cost.FAST)))
        try:
            answers = await _generate(engine, prompt, drafts)
            if ahead is not None:
                await ahead
        finally:
            if ahead is not None:
                ahead.cancel()
        for answer, usage in answers:
            made += 1
            progress(Stage(made, budget.attempts, "checking the draft"))
            attempt = Attempt(
                _number(attempts), move.kind, prompt, answer=answer, usage=usage, reason=move.reason,
                engine=engine.name, node=engine.node, seconds=usage.seconds,
            )  # fmt: skip
            try:
                draft = self._prompts.read(task, before, move, answer)
            except ValueError as error:
                attempts.append(replace(attempt, problem=str(error)))
                continue
            attempts.append(await self._validate(task, budget, replace(attempt, draft=draft), attempts))

    async def _change(self, task: Task, budget: Budget, move: Move, attempts: list[Attempt]) -> None:
        """Look for a small change of the best draft so far that passes, else for the one with the least against it.

        Where no change is known, nothing is added.
        """
        tried = [attempt for attempt in attempts if attempt.draft]
        if self._improver is None or not tried:
            return
        started = time.monotonic()
        made: list[Attempt] = []
        # A name that was mended is progress, also where it brings another fault to light.
        best = min(tried, key=lambda attempt: (*badness(attempt)[:3], attempt.kind is AttemptKind.EXISTING))
        for draft, what in await self._improver.improve(task, best):
            if draft.document.text == task.document.text:
                break  # the likeliest reading is the old text, so those behind it are not what was meant either
            if _twin(task, draft, [*attempts, *made]) is not None:
                continue  # the same change again would be no news
            attempt = Attempt(_number(attempts), move.kind, None, draft, reason=f"{move.reason}: {what}")
            attempt = replace(attempt, seconds=time.monotonic() - started)
            made.append(await self._validate(task, budget, attempt, attempts))
            if made[-1].passes and not made[-1].doubts:
                break
        if made:
            attempts.append(min(made, key=badness))

    async def _existing(self, task: Task, budget: Budget) -> Attempt:
        draft = Draft(task.document, ())
        started = time.monotonic()
        reports = await self._runner.run(task, draft, budget.cost)
        wanted = tuple(f for report in reports for f in report.findings if _touches(f, task))
        if not task.problems:
            wanted = tuple(f for f in wanted if f.severity is Severity.ERROR or f.rule in DOUBTS)
        if any(_of_syntax(finding) for finding in wanted):
            # What else is said of a text that does not parse may be a consequence, or not of this place at all.
            wanted = tuple(f for f in wanted if _of_syntax(f) or f.rule in NAME_RULES)
        elif any(finding.rule in NAME_RULES for finding in wanted):
            # A name is mended also beside what is insecure, as that may be for its author alone to decide, who
            # is asked to be rid of it where a problem says so.
            asked = {name for problem in task.problems for name in (problem.source, problem.rule) if name}
            wanted = tuple(f for f in wanted if f.validator not in _OF_AUTHORS or {f.validator, f.rule} & asked)
        seconds = time.monotonic() - started
        return Attempt(0, AttemptKind.EXISTING, None, draft, reports=reports, rejected_by=wanted, seconds=seconds)

    async def _validate(self, task: Task, budget: Budget, attempt: Attempt, before: list[Attempt]) -> Attempt:
        """The attempt with the reports of its draft. The same program as before has its verdict already."""
        started = time.monotonic()
        draft = attempt.draft
        assert draft is not None  # noqa: S101 - the callers have put it there
        if draft.document.text == task.document.text:
            return replace(attempt, draft=None, problem="the answer changes nothing")
        twin = _twin(task, draft, before)
        if twin is not None:
            return replace(
                attempt,
                reports=twin.reports,
                rejected_by=twin.rejected_by,
                uncovered=twin.uncovered,
                same_as=twin.number,
            )
        reports = await self._runner.run(task, draft, budget.cost)
        against = self._runner.rejecting(reports)
        uncovered: tuple[Finding, ...] = ()
        if before and before[0].kind is AttemptKind.EXISTING:
            against += _still_there(before[0].rejected_by, reports)
            if any(map(_of_syntax, before[0].rejected_by)):
                uncovered = tuple(f for f in _uncovered(task, draft, reports) if f not in against)
        seconds = attempt.seconds + time.monotonic() - started
        return replace(attempt, reports=reports, rejected_by=against, uncovered=uncovered, seconds=seconds)


async def _generate(engine: Engine, prompt: Prompt, drafts: int) -> list[tuple[str, Usage]]:
    """The answers to a prompt: decoded at once where the engine can, else one after the other."""
    if drafts > 1 and isinstance(engine, BatchEngine):
        pieces: list[list[str]] = [[] for _ in range(drafts)]
        usages = [Usage()] * drafts
        async with aclosing(engine.generate_many(prompt, drafts)) as chunks:
            async for number, chunk in chunks:
                pieces[number].append(chunk.text)
                usages[number] = chunk.usage or usages[number]
        # They were written together: each is charged its part of the time.
        shared = [replace(usage, seconds=usage.seconds / drafts) for usage in usages]
        return [("".join(parts), usage) for parts, usage in zip(pieces, shared, strict=True)]
    answers = []
    for number in range(drafts):
        text, usage = [], Usage()
        async with aclosing(engine.generate(_reseeded(prompt, number))) as single:
            async for chunk in single:
                text.append(chunk.text)
                usage = chunk.usage or usage
        answers.append(("".join(text), usage))
    return answers


def _reseeded(prompt: Prompt, number: int) -> Prompt:
    """The prompt for one more answer: with the same seed it would be the same answer."""
    sampling = prompt.sampling
    if not number or sampling.seed is None or not isinstance(prompt, ChatPrompt):
        return prompt
    return replace(prompt, sampling=replace(sampling, seed=sampling.seed + 1000 * number))


def _passing(attempts: Sequence[Attempt]) -> list[Attempt]:
    """The drafts that nothing rejects, each program once."""
    return [a for a in attempts if a.passes and a.kind is not AttemptKind.EXISTING and a.same_as is None]


def _number(attempts: Sequence[Attempt]) -> int:
    return 1 + max((attempt.number for attempt in attempts), default=0)


def _rank(attempt: Attempt) -> tuple[int, int]:
    return len(attempt.doubts), attempt.number


def _twin(task: Task, draft: Draft, before: Sequence[Attempt]) -> Attempt | None:
    """An earlier attempt whose draft is the same program; where docstrings are written, the same text."""
    mark = str if task.kind is TaskKind.DOCUMENT else fingerprint
    own = mark(draft.document.text)
    if own is None:
        return None
    tried = (attempt for attempt in before if attempt.draft and attempt.kind is not AttemptKind.EXISTING)
    return next((a for a in tried if a.draft and a.same_as is None and mark(a.draft.document.text) == own), None)


def _still_there(wanted: tuple[Finding, ...], reports: tuple[Report, ...]) -> tuple[Finding, ...]:
    """The findings that the fix was to remove and did not: known by their words, as lines move."""
    missing = Counter((f.validator, f.rule, f.message) for f in wanted if f.rule not in DOUBTS)
    left = []
    for finding in (f for report in reports for f in report.findings if not f.introduced):
        key = (finding.validator, finding.rule, finding.message)
        if missing[key]:
            missing[key] -= 1
            left.append(finding)
    return tuple(left)


def _uncovered(task: Task, draft: Draft, reports: tuple[Report, ...]) -> Iterator[Finding]:
    """What nothing could tell while the text did not parse: tests that fail, names that do not resolve in the region.

    It is old, so it does not reject.
    """
    document = draft.document
    span = Span(task.span.start, len(document.text) - (len(task.document.text) - task.span.end))
    if task.target is not None:
        span = next((t.span for t in list_targets(document) if t.name == task.target.name), span)
    for finding in (f for report in reports for f in report.findings):
        old = finding.severity is Severity.ERROR and not finding.introduced
        name = finding.rule in NAME_RULES and span.start <= finding.span.start < span.end
        if old and (name or finding.validator == _TESTS):
            yield finding


def _touches(finding: Finding, task: Task) -> bool:
    document = task.document
    first, last = document.position(finding.span.start)[0], document.position(finding.span.end)[0]
    spans = [problem.span for problem in task.problems] or [task.span]
    lines = [(document.position(span.start)[0], document.position(span.end)[0]) for span in spans]
    return any(first <= end and start <= last for start, end in lines)


def _of_syntax(finding: Finding) -> bool:
    return finding.validator == "syntax" or finding.rule == "invalid-syntax"


def _words(move: Move, attempts: list[Attempt]) -> str:
    """What a user reads while the round is made."""
    if move.kind is AttemptKind.DRAFT:
        return "writing a draft"
    if move.kind is AttemptKind.CHANGE:
        return "trying small changes"
    if move.kind is AttemptKind.LINE:
        return f"writing it anew: {move.reason}"
    last = next((attempt for attempt in reversed(attempts) if attempt.number), None)
    if last is None:
        return "writing a fix"
    if last.passes:
        return f"trying again: {move.reason}"
    if last.problem:
        return f"trying again: {last.problem}"
    first = last.rejected_by[0].message.splitlines()[0]
    more = f" (and {len(last.rejected_by) - 1} more)" if len(last.rejected_by) > 1 else ""
    return f"trying again: {first}{more}"
