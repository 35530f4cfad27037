"""Judges a rewritten function by what it does: it is called before and after, with the same generated inputs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from autoglm_core.analysis.calls import CallResult, Came
from autoglm_core.analysis.guesses import guess_calls
from autoglm_core.analysis.inputs import generate_calls
from autoglm_core.errors import SandboxUnavailableError
from autoglm_core.protocols import CallRunner
from autoglm_core.types import Cost, Draft, Finding, Report, Severity, Task, TaskKind
from autoglm_core.validators.places import header_span

_INPUTS = 80
_GUESSES = 160
_SECONDS = 12.0
_MOST_FINDINGS = 3
_LONGEST = 200


class SameBehaviourValidator:
    """The validator ``same_behaviour``: values, kinds of exceptions, changed arguments and output stay the same.

    The code as it is runs twice: a call that does not do the same both times says nothing, and is left out.
    For added types the same calls tell whether the module can still be imported and its annotations evaluated.
    """

    name = "same_behaviour"
    cost = Cost.SLOW
    kinds = frozenset({TaskKind.REFACTOR, TaskKind.TYPES})

    def __init__(self, calls: CallRunner) -> None:
        self._calls = calls

    async def check(self, task: Task, draft: Draft) -> Report:
        """Call both, in the sandbox. What cannot be called, or never gives a value, is ``skipped``."""
        if draft.document.language != "python" or task.target is None:
            return self._skipped("only functions of Python are called")
        if not task.workspace.trusted:
            return self._skipped("the workspace is not trusted, so nothing of it is run")
        calls = await calls_for(task, draft)
        if not calls:
            return self._skipped(
                f"{task.target.name} cannot be called by itself: it needs an object that no plain value makes"
            )
        texts = [task.document.text, task.document.text, draft.document.text]
        try:
            results = await self._calls.run(task.document, texts, calls, task.workspace, seconds=_SECONDS)
        except SandboxUnavailableError as error:
            return self._skipped(str(error))
        return self._report(task, draft, calls, results)

    async def aclose(self) -> None:
        """Nothing is held."""

    def _report(
        self, task: Task, draft: Draft, calls: Sequence[str], results: Sequence[Sequence[CallResult]]
    ) -> Report:
        before, again, after = results
        places = steady(before, again)
        if not any(before[place].came is Came.VALUE for place in places):
            return self._skipped(_why_nothing(before))
        differing = [place for place in places if did(before[place]) != did(after[place])]
        span = header_span(task, draft)
        findings = tuple(
            Finding(self.name, "behaves-differently", Severity.ERROR, span, *_words(calls[p], before[p], after[p]))
            for p in differing[:_MOST_FINDINGS]
        )
        values = sum(before[place].came is Came.VALUE for place in places)
        count = f"{len(places)} generated input{'s' if len(places) != 1 else ''}"
        if findings:
            return Report(self.name, findings, f"does otherwise on {len(differing)} of {count}")
        errors = f" ({len(places) - values} of them raise)" if values < len(places) else ""
        return Report(self.name, (), f"does the same on {count}{errors}")

    def _skipped(self, reason: str) -> Report:
        return Report(self.name, skipped=reason)


async def calls_for(task: Task, draft: Draft) -> tuple[str, ...]:
    """Calls of the task's target that fit its code as it is, or as drafted; none where it cannot be called."""
    assert task.target is not None  # noqa: S101 - asked by the callers
    return await asyncio.to_thread(_calls, task.document.text, draft.document.text, task.target.name)


def steady(before: Sequence[CallResult], again: Sequence[CallResult]) -> list[int]:
    """The places of the calls that ended, and did the same both times that the same code ran."""
    ended = (Came.VALUE, Came.ERROR)
    return [n for n, result in enumerate(before) if result.came in ended and did(result) == did(again[n])]


def _calls(before: str, after: str, name: str) -> tuple[str, ...]:
    """Calls that fit by the types or examples of one of the texts, else plain values of every kind; blocks."""
    for text in (before, after):
        if calls := generate_calls(text, name, count=_INPUTS, seed=1):
            return calls
    return guess_calls(before, name, count=_GUESSES, seed=1)


def did(result: CallResult) -> tuple[str, ...]:
    """What must be the same: of an exception its type, as messages are for people."""
    if result.came is Came.ERROR:
        return (result.came, result.text.partition(":")[0], result.changed)
    return (result.came, result.text, result.changed, result.printed)


def _words(call: str, before: CallResult, after: CallResult) -> tuple[str, str]:
    """Message and detail of a difference."""
    was, came = _said(before), _said(after)
    if was == came and before.changed != after.changed:
        was, came = f"leaves its arguments as {before.changed}", f"leaves them as {after.changed}"
    elif was == came:
        was, came = f"prints {before.printed!r}", f"prints {after.printed!r}"
    message = f"`{_cut(call)}` {_cut(was)} before, and now {_cut(came)}"
    return message, f"{call}\nExpected: {was}\nGot: {came}"


def _said(result: CallResult) -> str:
    if result.came is Came.VALUE:
        return f"gives {result.text}"
    if result.came is Came.ERROR:
        return f"raises {result.text}"
    return "does not end in time" if result.came is Came.TIMEOUT else "ends the process"


def _why_nothing(results: Sequence[CallResult]) -> str:
    errors = [result.text.partition("\n")[0] for result in results if result.came is Came.ERROR]
    if errors and len(errors) == len(results):
        return f"every generated input raises in the code as it is, the first one {_cut(errors[0])}"
    return "no generated input gives the code as it is a value that can be compared"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
