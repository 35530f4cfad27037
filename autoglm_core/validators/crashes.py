"""Casts doubt on a function that raises on most inputs that its own signature allows."""

from __future__ import annotations

import asyncio
import re

from autoglm_core.analysis.calls import CallResult, Came
from autoglm_core.analysis.inputs import are_typed, generate_calls
from autoglm_core.errors import SandboxUnavailableError
from autoglm_core.protocols import CallRunner
from autoglm_core.types import CRASHES, Cost, Draft, Finding, Report, Severity, Task, TaskKind
from autoglm_core.validators.places import header_span

_INPUTS = 40
_FEWEST = 10
_SECONDS = 8.0
_MISTAKES = ("TypeError", "AttributeError", "ZeroDivisionError")
"""What code raises that is wrong, hardly ever what it refuses an input with; names are looked up without running."""
_RAISED = re.compile(r"\braise\s+(\w+)")
_OF_NONE = "NoneType"
"""A parameter that may be None by its type alone is often never None."""


class CrashesValidator:
    """The validator ``crashes``, for functions that are written or mended.

    Its findings are warnings: they do not reject a draft by default, but the loop looks for a better one. Of 388
    right functions of HumanEval, HumanEvalFix and DebugBench for which inputs can be made up, none raises so on
    half of them; what the loop had shown had 3 that do, all of them wrong (benchmarks/README.md).
    """

    name = CRASHES
    cost = Cost.SLOW
    kinds = frozenset({TaskKind.FIX, TaskKind.IMPLEMENT})

    def __init__(self, calls: CallRunner) -> None:
        self._calls = calls

    async def check(self, task: Task, draft: Draft) -> Report:
        """Call the function in the sandbox; ``skipped`` where too few inputs can be made up for it."""
        if draft.document.language != "python" or task.target is None:
            return self._skipped("only functions of Python are called")
        if not task.workspace.trusted:
            return self._skipped("the workspace is not trusted, so nothing of it is run")
        name, text = task.target.name, draft.document.text
        if task.kind is TaskKind.FIX and text == task.document.text:
            # Nobody complained of it; and a model that is told of an exception besides mends that alone.
            return self._skipped("this is the code as it is")
        if not await asyncio.to_thread(are_typed, text, name):
            return self._skipped(f"the types of {name} do not say what its inputs hold")
        calls = await asyncio.to_thread(generate_calls, text, name, count=_INPUTS, seed=1)
        if len(calls) < _FEWEST:
            return self._skipped(f"too few inputs can be made up for {name}")
        try:
            [results] = await self._calls.run(draft.document, [text], calls, task.workspace, seconds=_SECONDS)
        except SandboxUnavailableError as error:
            return self._skipped(str(error))
        raised = set(_RAISED.findall(text))
        wrong = [place for place, result in enumerate(results) if _is_mistake(result, raised)]
        words = f"raises on {len(wrong)} of {len(calls)} inputs made up for it"
        if 2 * len(wrong) < len(calls):
            return Report(self.name, summary=words)
        call, came = calls[wrong[0]], results[wrong[0]].text
        message = f"`{call[:120]}` raises {came[:160]}, as {len(wrong)} of {len(calls)} inputs made up for it do"
        span = header_span(task, draft)
        return Report(self.name, (Finding(self.name, CRASHES, Severity.WARNING, span, message, message),), words)

    async def aclose(self) -> None:
        """Nothing is held."""

    def _skipped(self, reason: str) -> Report:
        return Report(self.name, skipped=reason)


def _is_mistake(result: CallResult, raised: set[str]) -> bool:
    """Whether a call raised what no ``raise`` of the document raises."""
    kind = result.text.partition(":")[0]
    return result.came is Came.ERROR and kind in _MISTAKES and kind not in raised and _OF_NONE not in result.text
