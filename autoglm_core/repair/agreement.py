"""Chooses among drafts that pass every check by what they do: drafts that agree are likelier right.

The drafts are called with generated inputs and grouped by what came of it; the largest group wins, and the
earliest draft of it (CodeT, Chen et al. 2022, and AlphaCode, Li et al. 2022, cluster drafts so).
"""

from __future__ import annotations

from collections.abc import Sequence

from autoglm_core.analysis.calls import CallResult
from autoglm_core.analysis.inputs import generate_calls
from autoglm_core.analysis.values import behaviour
from autoglm_core.errors import SandboxUnavailableError
from autoglm_core.protocols import CallRunner
from autoglm_core.types import Attempt, Task

_INPUTS = 60
_SECONDS = 10.0


class Agreement:
    """The ``Judge`` of the program."""

    def __init__(self, calls: CallRunner) -> None:
        self._calls = calls

    async def choose(self, task: Task, passing: Sequence[Attempt]) -> tuple[Attempt, str]:
        """The earliest attempt of the largest group. Attempts that repeat a program count as its votes."""
        first = min(passing, key=lambda attempt: attempt.number)
        if task.target is None:
            return first, f"{len(passing)} drafts pass; the first one is taken, as no function can be called"
        voices = {attempt.number: attempt.same_as or attempt.number for attempt in passing}
        programs = [attempt for attempt in passing if attempt.same_as is None and attempt.draft]
        texts = [attempt.draft.document.text for attempt in programs if attempt.draft]
        calls = generate_calls(texts[0], task.target.name, count=_INPUTS, seed=0) if texts else ()
        if not calls:
            return first, f"{len(passing)} drafts pass; the first one is taken, as no inputs can be made up for it"
        try:
            results = await self._calls.run(task.document, texts, calls, task.workspace, seconds=_SECONDS)
        except SandboxUnavailableError as error:
            return first, f"{len(passing)} drafts pass; the first one is taken: {error}"
        groups: dict[tuple[str, ...], list[int]] = {}
        for attempt, result in zip(programs, results, strict=True):
            did = tuple(map(behaviour, result))
            groups.setdefault(did, []).extend(n for n, voice in voices.items() if voice == attempt.number)
        largest = max(groups.values(), key=lambda numbers: (len(numbers), -min(numbers)))
        chosen = next(attempt for attempt in passing if attempt.number == min(largest))
        words = f"{len(largest)} of the {len(passing)} drafts that pass do the same on {len(calls)} generated inputs"
        return chosen, words + (
            f"; the others differ: {_difference(programs, results, calls)}" if len(groups) > 1 else ""
        )


def _difference(programs: Sequence[Attempt], results: Sequence[Sequence[CallResult]], calls: Sequence[str]) -> str:
    """The first call that two drafts answer differently."""
    for place, call in enumerate(calls):
        answers = {behaviour(result[place]): attempt.number for attempt, result in zip(programs, results, strict=True)}
        if len(answers) > 1:
            said = ", ".join(f"{text.splitlines()[0][:60]} (attempt {number})" for text, number in answers.items())
            return f"`{call[:100]}` gives {said}"
    return "in nothing that can be shown"
