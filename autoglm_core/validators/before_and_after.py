"""Calls a function as it is and as drafted, with the same generated inputs, in the sandbox."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from autoglm_core.analysis.calls import CallResult, Came
from autoglm_core.analysis.guesses import guess_calls
from autoglm_core.analysis.inputs import generate_calls
from autoglm_core.errors import SandboxUnavailableError
from autoglm_core.protocols import CallRunner
from autoglm_core.types import Draft, Task

_INPUTS = 80
_GUESSES = 160
_SECONDS = 12.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of the same ``calls`` before and after. ``steady`` are the places of those that say something.

    They ended before, and did the same both times that the code as it is ran.
    """

    calls: tuple[str, ...]
    before: tuple[CallResult, ...]
    after: tuple[CallResult, ...]
    steady: tuple[int, ...]

    @property
    def differing(self) -> tuple[int, ...]:
        """The steady places where the draft does something else."""
        return tuple(place for place in self.steady if _did(self.before[place]) != _did(self.after[place]))

    @property
    def differs_elsewhere(self) -> bool:
        """Whether the draft does something else where the code as it is does not end, or not twice the same."""
        both = enumerate(zip(self.before, self.after, strict=True))
        return any(was != now for place, (was, now) in both if place not in self.steady)

    @property
    def values(self) -> int:
        """How many of the steady calls gave a value before; the others raised."""
        return sum(self.before[place].came is Came.VALUE for place in self.steady)

    @property
    def inputs(self) -> str:
        """How many inputs were compared, in words."""
        return f"{len(self.steady)} generated input{'s' if len(self.steady) != 1 else ''}"


async def compare(runner: CallRunner, task: Task, draft: Draft) -> Comparison | str:
    """Call the task's target in its document, twice, and in the draft; the reason where nothing can be called."""
    if draft.document.language != "python" or task.target is None:
        return "only functions of Python are called"
    if not task.workspace.trusted:
        return "the workspace is not trusted, so nothing of it is run"
    name = task.target.name
    calls = await asyncio.to_thread(_calls, task.document.text, draft.document.text, name)
    if not calls:
        return f"{name} cannot be called by itself: it needs an object that no plain value makes"
    texts = [task.document.text, task.document.text, draft.document.text]
    try:
        before, again, after = await runner.run(task.document, texts, calls, task.workspace, seconds=_SECONDS)
    except SandboxUnavailableError as error:
        return str(error)
    ended = (Came.VALUE, Came.ERROR)
    steady = tuple(n for n, was in enumerate(before) if was.came in ended and _did(was) == _did(again[n]))
    return Comparison(calls, before, after, steady)


def _calls(before: str, after: str, name: str) -> tuple[str, ...]:
    """Calls that fit by the types or examples of one of the texts, else plain values of every kind; blocks."""
    for text in (before, after):
        if calls := generate_calls(text, name, count=_INPUTS, seed=1):
            return calls
    return guess_calls(before, name, count=_GUESSES, seed=1)


def _did(result: CallResult) -> tuple[str, ...]:
    """What must be the same: of an exception its type, as messages are for people."""
    if result.came is Came.ERROR:
        return (result.came, result.text.partition(":")[0], result.changed)
    return (result.came, result.text, result.changed, result.printed)
