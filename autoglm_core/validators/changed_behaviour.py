"""Rejects a fix that fixes nothing: one that does the same as the code it is to mend, on generated inputs."""

from __future__ import annotations

from autoglm_core.protocols import CallRunner
from autoglm_core.types import CHANGED_BEHAVIOUR, Cost, Draft, Finding, Report, Severity, Task, TaskKind
from autoglm_core.validators.before_and_after import Comparison, compare
from autoglm_core.validators.places import header_span

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
        if draft.document.text == task.document.text:
            return self._skipped("this is the code as it is")
        if not task.by_words_alone:
            return self._skipped("a check says what is wrong, and whether it still is")
        compared = await compare(self._calls, task, draft)
        return self._skipped(compared) if isinstance(compared, str) else self._report(task, draft, compared)

    async def aclose(self) -> None:
        """Nothing is held."""

    def _report(self, task: Task, draft: Draft, compared: Comparison) -> Report:
        if compared.differing:
            return Report(self.name, summary=f"does otherwise on {len(compared.differing)} of {compared.inputs}")
        if compared.differs_elsewhere:
            return Report(
                self.name, summary="does otherwise where the code as it is does not end, or not twice the same"
            )
        if compared.values < _FEWEST:
            return self._skipped("too few generated inputs give the code as it is a value")
        message = f"it does the same as before on {compared.inputs}, so it mends nothing"
        hint = "For a change that keeps what the code does, use Refactor or Edit."
        finding = Finding(
            self.name, "unchanged-behaviour", Severity.ERROR, header_span(task, draft), message, f"{message}. {hint}"
        )
        return Report(self.name, (finding,), f"does the same on {compared.inputs}")

    def _skipped(self, reason: str) -> Report:
        return Report(self.name, skipped=reason)
