"""Judges a rewritten function by what it does: it is called before and after, with the same generated inputs."""

from __future__ import annotations

from collections.abc import Sequence

from autoglm_core.analysis.calls import CallResult, Came
from autoglm_core.protocols import CallRunner
from autoglm_core.types import Cost, Draft, Finding, Report, Severity, Task, TaskKind
from autoglm_core.validators.before_and_after import Comparison, compare
from autoglm_core.validators.places import header_span

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
        compared = await compare(self._calls, task, draft)
        if isinstance(compared, str):
            return self._skipped(compared)
        if not compared.values:
            return self._skipped(_why_nothing(compared.before))
        return self._report(task, draft, compared)

    async def aclose(self) -> None:
        """Nothing is held."""

    def _report(self, task: Task, draft: Draft, compared: Comparison) -> Report:
        calls, before, after, differing = compared.calls, compared.before, compared.after, compared.differing
        span = header_span(task, draft)
        findings = tuple(
            Finding(self.name, "behaves-differently", Severity.ERROR, span, *_words(calls[p], before[p], after[p]))
            for p in differing[:_MOST_FINDINGS]
        )
        if findings:
            return Report(self.name, findings, f"does otherwise on {len(differing)} of {compared.inputs}")
        raising = len(compared.steady) - compared.values
        errors = f" ({raising} of them raise)" if raising else ""
        return Report(self.name, (), f"does the same on {compared.inputs}{errors}")

    def _skipped(self, reason: str) -> Report:
        return Report(self.name, skipped=reason)


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
