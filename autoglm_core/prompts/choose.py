"""Which kind of round comes next: the policies of the loop.

What was measured, and why the default is what it is, stands in benchmarks/README.md.
"""

from __future__ import annotations

import itertools
import random
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from autoglm_core.analysis.inputs import generate_calls
from autoglm_core.prompts.one_line import find_gap, find_lost_opening
from autoglm_core.types import (
    BEHAVIOUR,
    CRASHES,
    NO_TESTS,
    Attempt,
    AttemptKind,
    Budget,
    Move,
    Task,
    TaskKind,
    badness,
    fail_alike,
)

_CHAT = (TaskKind.IMPLEMENT, TaskKind.FIX, TaskKind.EDIT, TaskKind.GENERATE)
_MOST_CHANGES = 3
_VOICES = 2
"""Fresh drafts that are compared with the first one where nothing else speaks for it."""
_PRIORS: Mapping[tuple[str, AttemptKind], tuple[float, float]] = {
    # (won, lost) that count as known before anything was recorded: from the development part of HumanEval+.
    ("wrong answer", AttemptKind.FRESH): (4.0, 16.0),
    ("wrong answer", AttemptKind.REPAIR): (0.5, 19.5),
    ("static", AttemptKind.FRESH): (5.0, 5.0),
    ("static", AttemptKind.REPAIR): (6.0, 4.0),
    ("unusable", AttemptKind.FRESH): (5.0, 5.0),
    ("unusable", AttemptKind.REPAIR): (3.0, 7.0),
}


class Rounds(Protocol):
    """The record of how rounds went before: see ``history.History``."""

    def rounds(self, failure: str, kind: AttemptKind) -> tuple[int, int]:
        """How many rounds of a kind after a failure were won, and how many were lost."""
        ...

    def note_round(self, failure: str, kind: AttemptKind, *, won: bool) -> None:
        """Record one round."""
        ...


class AdaptivePolicy:
    """The default: cheap changes first, then the kind of round that has won most often after such a failure.

    The choice is Thompson sampling (Thompson 1933; Chapelle and Li 2011) over the recorded rounds, with a
    seed for each task, so that the same history gives the same choices. ``engines`` is how many the loop
    has; ``fills``: the first of them can fill in the middle of a file.
    """

    def __init__(self, record: Rounds | None = None, *, engines: int = 1, fills: bool = False) -> None:
        self._record = record
        self._engines = engines
        self._fills = fills

    def rounds(self, task: Task, attempts: Sequence[Attempt], budget: Budget) -> Iterator[Move]:
        """A draft, then repairs of its findings, fresh drafts or small changes, until one is good or all is spent."""
        seed = zlib.crc32(task.document.text.encode("utf-8", "surrogatepass"))
        chance = random.Random(seed)  # noqa: S311 - repeatable, no secret
        if task.kind is TaskKind.FIX and attempts and attempts[0].rejected_by:
            if self._fills and find_lost_opening(task, attempts[0]):
                yield Move(AttemptKind.LINE, "the line that opens a block is missing")
            if not _good(task, attempts):
                yield from _changes(task, attempts, "the cheapest first")
            while not _good(task, attempts) and self._fills and _made(attempts) < budget.attempts:
                gap = find_gap(task, attempts)
                if gap is None:
                    break
                what = f"`{gap.name}`" if gap.name else "one line"
                yield Move(AttemptKind.LINE, f"{what} is wrong, and all around it stays")
                if not _good(task, attempts) and any(f.rule == CRASHES for f in _last(attempts).doubts):
                    yield Move(AttemptKind.CHANGE, "what it raises can be mended without a model")
            if _good(task, attempts):
                return
        if _made(attempts) < budget.attempts:
            yield _first(task)
        while not _good(task, attempts) and (left := budget.attempts - _made(attempts)) > 0:
            if self._engines == 1 and _is_hopeless(attempts):
                break
            if _failure(_last(attempts)) == "static" or task.kind is TaskKind.DOCUMENT:
                before = len(attempts)
                yield Move(AttemptKind.CHANGE, "what can be mended without a model comes first")
                if len(attempts) > before:
                    continue
            yield self._next(task, attempts, left, chance)
        new = task.kind is TaskKind.IMPLEMENT and _failure(_last(attempts)) != "static"
        if not _good(task, attempts) and not new:
            # Not of new functions: what makes the examples of one true by a small change was right once in six times.
            yield Move(AttemptKind.CHANGE, "no draft is good, so changes of the best one are searched")
        elif _good(task, attempts) and _made(attempts) == 1 and budget.attempts > _VOICES and _untried(task, attempts):
            yield Move(AttemptKind.FRESH, "no test says what it must do, so drafts are compared", drafts=_VOICES)

    def learn(self, task: Task, attempts: Sequence[Attempt]) -> None:
        """Record for each later round what it followed and whether it made the draft good."""
        if self._record is None or task.kind not in _CHAT:
            return
        tried = [attempt for attempt in attempts if attempt.by_model and attempt.kind is not AttemptKind.LINE]
        for before, attempt in itertools.pairwise(tried):
            self._record.note_round(_failure(before), attempt.kind, won=attempt.passes and not attempt.doubts)

    def _next(self, task: Task, attempts: Sequence[Attempt], left: int, chance: random.Random) -> Move:
        failure = _failure(_last(attempts))
        if self._engines > 1 and left == 1:
            return Move(AttemptKind.FRESH, "the stronger model has the last word", engine=self._engines - 1)
        drawn = {}
        for kind in (AttemptKind.FRESH, AttemptKind.REPAIR):
            won, lost = self._counts(failure, kind)
            drawn[kind] = chance.betavariate(won, lost), won, lost
        kind = max(drawn, key=lambda each: drawn[each][0])
        _, won, lost = drawn[kind]
        return Move(kind, f"after {failure}: {won:.0f} of {won + lost:.0f} such rounds helped")

    def _counts(self, failure: str, kind: AttemptKind) -> tuple[float, float]:
        won, lost = _PRIORS[failure, kind]
        more = self._record.rounds(failure, kind) if self._record else (0, 0)
        return won + more[0], lost + more[1]


class PlainRepairPolicy:
    """A baseline: show the model its findings and ask again, as the plain recipe does."""

    def rounds(self, task: Task, attempts: Sequence[Attempt], budget: Budget) -> Iterator[Move]:
        """A draft, then repairs until one is good or all is spent."""
        yield _first(task)
        while not _good(task, attempts) and _made(attempts) < budget.attempts:
            yield Move(AttemptKind.REPAIR, "plain repair")

    def learn(self, task: Task, attempts: Sequence[Attempt]) -> None:
        """It learns nothing."""


class RetryPolicy:
    """A baseline: fresh drafts at a temperature, chosen by the same checks, without any feedback."""

    def rounds(self, task: Task, attempts: Sequence[Attempt], budget: Budget) -> Iterator[Move]:
        """A draft, then fresh ones until one is good or all is spent."""
        yield _first(task)
        while not _good(task, attempts) and _made(attempts) < budget.attempts:
            yield Move(AttemptKind.FRESH, "plain retry")

    def learn(self, task: Task, attempts: Sequence[Attempt]) -> None:
        """It learns nothing."""


class ChangesAlone:
    """Without a model: small changes of the code as it is."""

    def rounds(self, task: Task, attempts: Sequence[Attempt], budget: Budget) -> Iterator[Move]:
        """Changes until one is good, or none is known."""
        yield from _changes(task, attempts, "by rule")

    def learn(self, task: Task, attempts: Sequence[Attempt]) -> None:
        """It learns nothing."""


POLICIES: Mapping[str, Callable[[], PlainRepairPolicy | RetryPolicy]] = {
    "plain-repair": PlainRepairPolicy,
    "retry": RetryPolicy,
}
"""The baselines by name; ``adaptive`` is made by ``bootstrap``, which knows the record."""


def _first(task: Task) -> Move:
    """The first answer of a model: to a fix it is a repair already, of the code as it is."""
    kind = AttemptKind.REPAIR if task.kind is TaskKind.FIX else AttemptKind.DRAFT
    return Move(kind, "the answer that the model holds likeliest")


def _changes(task: Task, attempts: Sequence[Attempt], reason: str) -> Iterator[Move]:
    """Small changes, and of these again: names are seen to be wrong only once the syntax is right."""
    for _ in range(_MOST_CHANGES):
        before = len(attempts)
        yield Move(AttemptKind.CHANGE, reason)
        if _good(task, attempts) or len(attempts) == before or _failure(_last(attempts)) != "static":
            return


def _made(attempts: Sequence[Attempt]) -> int:
    return sum(attempt.by_model for attempt in attempts)


def _is_hopeless(attempts: Sequence[Attempt]) -> bool:
    """Whether three different drafts fail the same examples and tests alike: a fourth has never met them."""
    tried = [attempt for attempt in attempts if attempt.by_model]
    against = {finding.validator for attempt in tried for finding in attempt.rejected_by or attempt.doubts}
    return against <= {"tests", "examples", CRASHES} and fail_alike(attempts)


def _good(task: Task, attempts: Sequence[Attempt]) -> bool:
    """Whether a draft passes every check and leaves no doubt.

    Where a fix is asked for what the checks found, and not in words, a small change that mends it is good although
    prose doubts what the function did before: the first such draft of HumanEval's right programs with a planted bug
    is right, and the rounds that follow it make it worse (benchmarks/README.md).
    """
    tried = [attempt for attempt in attempts if attempt.kind is not AttemptKind.EXISTING and attempt.passes]
    written = next((n for n, a in enumerate(attempts) if a.by_model and a.kind is not AttemptKind.LINE), len(attempts))
    mended = attempts[:written] if task.kind is TaskKind.FIX and not task.instruction else ()
    return any(
        not attempt.doubts
        or (
            attempt in mended
            and attempt.kind is AttemptKind.CHANGE
            and all(f.validator == "examples" for f in attempt.doubts)
        )
        for attempt in tried
    )


def _untried(task: Task, attempts: Sequence[Attempt]) -> bool:
    """Whether the good draft of a new function was run by nothing, as there is neither test nor example.

    Where no inputs can be made up for it either, drafts could not be compared, and it is not said to be so.
    """
    good = next((attempt for attempt in attempts if attempt.by_model and attempt.passes), None)
    if good is None or good.draft is None or task.kind is not TaskKind.IMPLEMENT or task.target is None:
        return False
    behaviour = [report for report in good.reports if report.validator in BEHAVIOUR]
    idle = all(report.skipped for report in behaviour)
    if not idle or not any(report.skipped.startswith(NO_TESTS) for report in behaviour):
        return False
    return bool(generate_calls(good.draft.document.text, task.target.name, count=1, seed=0))


def _last(attempts: Sequence[Attempt]) -> Attempt:
    """The attempt that a next round would start from: the best one."""
    return min((attempt for attempt in attempts if attempt.kind is not AttemptKind.EXISTING), key=badness)


def _failure(attempt: Attempt) -> str:
    """What kind of thing is wrong with a draft."""
    if attempt.draft is None:
        return "unusable"
    if any(finding.validator not in BEHAVIOUR for finding in attempt.rejected_by or attempt.doubts):
        return "static"
    return "wrong answer"
