"""Rejects a fix that fixes nothing: one that does the same as the code it is to mend, on generated inputs."""

from __future__ import annotations

from collections.abc import Sequence

from autoglm_core.analysis.calls import CallResult, Came
from autoglm_core.errors import SandboxUnavailableError
from autoglm_core.protocols import CallRunner
from autoglm_core.types import CHANGED_BEHAVIOUR, Cost, Draft, Finding, Report, Severity, Task, TaskKind
from autoglm_core.validators.places import header_span
from autoglm_core.validators.same_behaviour import calls_for, did, steady

_SECONDS = 12.0
_FEWEST = 10
"""Inputs that must give a value before: fewer, or only such as raise, may all miss what is wrong."""


class ChangedBehaviourValidator:
    """The validator ``changed_behaviour``, for fixes of which only the user's words say that something is wrong.

    Where a test, an example or a static check says so, that tells better whether it was mended, and this one says
    nothing. Of the 95 drafts of DebugBench's wrong answers that did the same as before, 79 were wrong; with the
    inputs that are asked for here, 71 of 72 (benchmarks/README.md).
    """

    name = CHANGED_BEHAVIOUR
    cost = Cost.SLOW
    kinds = frozenset({TaskKind.FIX})

    def __init__(self, calls: CallRunner) -> None:
        self._calls = calls

    async def check(self, task: Task, draft: Draft) -> Report:
        """Call both, in the sandbox. Too few inputs that give a value: ``skipped``."""
        if not task.by_words_alone:
            return self._skipped("a check says what is wrong, and whether it still is")
        if draft.document.text == task.document.text:
            return self._skipped("this is the code as it is")
        if draft.document.language != "python" or task.target is None:
            return self._skipped("only functions of Python are called")
        if not task.workspace.trusted:
            return self._skipped("the workspace is not trusted, so nothing of it is run")
        calls = await calls_for(task, draft)
        texts = [task.document.text, task.document.text, draft.document.text]
        try:
            before, again, after = await self._calls.run(task.document, texts, calls, task.workspace, seconds=_SECONDS)
        except SandboxUnavailableError as error:
            return self._skipped(str(error))
        return self._report(task, draft, before, again, after)

    async def aclose(self) -> None:
        """Nothing is held."""

    def _report(
        self,
        task: Task,
        draft: Draft,
        before: Sequence[CallResult],
        again: Sequence[CallResult],
        after: Sequence[CallResult],
    ) -> Report:
        places = steady(before, again)
        differing = sum(did(before[place]) != did(after[place]) for place in places)
        if differing or any(after[place] != result for place, result in enumerate(before) if place not in places):
            return Report(self.name, summary=f"does otherwise on {differing} of {len(places)} generated inputs")
        if sum(before[place].came is Came.VALUE for place in places) < _FEWEST:
            return self._skipped("too few generated inputs give the code as it is a value")
        count = len(places)
        message = f"it does the same as before on {count} generated inputs, so it mends nothing"
        hint = "For a change that keeps what the code does, use Refactor or Edit."
        finding = Finding(
            self.name, "unchanged-behaviour", Severity.ERROR, header_span(task, draft), message, f"{message}. {hint}"
        )
        return Report(self.name, (finding,), f"does the same on {count} generated inputs")

    def _skipped(self, reason: str) -> Report:
        return Report(self.name, skipped=reason)
