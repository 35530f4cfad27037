"""Changes a draft a little without a model: a missing import, a misspelt name, a slip of syntax, a wrong operator."""

from __future__ import annotations

import asyncio
import doctest
from collections.abc import Sequence
from dataclasses import dataclass

from autoglm_core.analysis.examples import find_examples
from autoglm_core.analysis.inputs import caller_of, docstring_of, signature_of
from autoglm_core.analysis.mutants import Mutant, list_repairs
from autoglm_core.analysis.rewriting import rewritten
from autoglm_core.analysis.values import gives
from autoglm_core.errors import SandboxUnavailableError, TargetNotFoundError
from autoglm_core.protocols import CallRunner
from autoglm_core.repair.guards import guarded
from autoglm_core.repair.mends import mend
from autoglm_core.targets import find_target
from autoglm_core.types import BEHAVIOUR, CRASHES, Attempt, Document, Draft, Span, Task, TaskKind

_MOST_CHANGES = 600
_MOST_STEPS = 3
_SECONDS = 12.0
_CALL_SECONDS = 0.4
_BY_ZERO = "ZeroDivisionError"
_WRITES_FUNCTIONS = (TaskKind.IMPLEMENT, TaskKind.FIX, TaskKind.EDIT)


@dataclass(frozen=True, slots=True)
class _Check:
    """A call and the literal that it must give."""

    call: str
    value: str


class SmallChanges:
    """The ``Improver`` of the program.

    Names and syntax are mended by rule; for the rest, changes are searched that make the documented examples
    come true, each tried in the sandbox.
    """

    def __init__(self, calls: CallRunner) -> None:
        self._calls = calls

    async def improve(self, task: Task, attempt: Attempt) -> Sequence[tuple[Draft, str]]:
        """Drafts that may mend what is wrong with an attempt, the likeliest first; none where nothing is known."""
        if attempt.draft is None or task.document.language != "python" or task.kind not in _WRITES_FUNCTIONS:
            return ()
        text = attempt.draft.document.text
        wrong = attempt.rejected_by or attempt.doubts
        if any(finding.validator not in BEHAVIOUR for finding in wrong):
            made = await asyncio.to_thread(mend, attempt.draft.document, wrong)
        elif any(f.rule == CRASHES and _BY_ZERO in f.message for f in wrong) and task.target is not None:
            span = _span_of(attempt.draft.document, task.target.name)
            made = guarded(text, span) if span else []
        elif wrong and task.target is not None:
            found = await self._searched(task, text)
            made = [found] if found else []
        else:
            made = []
        return [(rewritten(task.document, text), words) for text, words in made]

    async def _searched(self, task: Task, text: str) -> tuple[str, str] | None:
        """The first small change of the function, or two of them, with which all its documented examples are true."""
        assert task.target is not None  # noqa: S101 - asked by the caller
        name = task.target.name
        checks = _checks(task.document.text, name) or _checks(text, name)
        span = _span_of(Document(task.document.path, text), name)
        if span is None or not checks:
            return None
        base = (await self._met(task, [text], checks))[0]
        changes = (await asyncio.to_thread(list_repairs, text, span))[:_MOST_CHANGES]
        met = await self._met(task, [change.text for change in changes], checks)
        for change, count in zip(changes, met, strict=True):
            if count == len(checks):
                return change.text, _said(change)
        # No single change is enough: those that make more examples true are changed once more.
        better = sorted((n for n in range(len(changes)) if met[n] > base), key=lambda n: -met[n])[:_MOST_STEPS]
        for first in (changes[number] for number in better):
            span = find_target(Document(task.document.path, first.text), name).span
            seconds = (await asyncio.to_thread(list_repairs, first.text, span))[:_MOST_CHANGES]
            met_then = await self._met(task, [change.text for change in seconds], checks)
            for change, count in zip(seconds, met_then, strict=True):
                if count == len(checks):
                    return change.text, f"{_said(first)}, then {_said(change)}"
        return None

    async def _met(self, task: Task, texts: list[str], checks: list[_Check]) -> list[int]:
        """How many of the examples each text makes true; none where there is no sandbox."""
        calls = [*(check.call for check in checks), *(check.value for check in checks)]
        try:
            results = await self._calls.run(
                task.document, texts, calls, task.workspace, seconds=_SECONDS, call_seconds=_CALL_SECONDS
            )
        except SandboxUnavailableError:
            return [0] * len(texts)
        half = len(checks)
        return [sum(gives(came[n], came[half + n], checks[n].value) for n in range(half)) for came in results]


def _span_of(document: Document, name: str) -> Span | None:
    try:
        return find_target(document, name).span
    except TargetNotFoundError:
        return None


def _checks(text: str, name: str) -> list[_Check]:
    """The documented examples of a function, doctests and prose, that have a literal value."""
    docstring, caller = docstring_of(text, name), caller_of(text, name)
    if not docstring or caller is None:
        return []
    plain = name.rpartition(".")[2]
    try:
        examples = doctest.DocTestParser().get_examples(docstring)
    except ValueError:
        examples = []
    found = [_Check(e.source.strip(), e.want.strip()) for e in examples if _is_value(e.source) and _is_value(e.want)]
    prefix = caller.removesuffix(plain)
    found += [_Check(prefix + e.call, e.value) for e in find_examples(docstring, plain, signature_of(text, name))]
    return found


def _is_value(source: str) -> bool:
    """Whether a line of a doctest is an expression."""
    try:
        compile(source.strip(), "<example>", "eval")
    except (SyntaxError, ValueError):
        return False
    return bool(source.strip())


def _said(change: Mutant) -> str:
    return f"line {change.line + 1}: {change.what}"
