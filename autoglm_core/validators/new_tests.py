"""Judges new tests by running them: on the code as it is, in another order, and on small changes of the code.

A test that passes on the code as it is says little; one that fails when the code changes says that it looks at
what the code does (mutation testing: DeMillo, Lipton, Sayward 1978).
"""

from __future__ import annotations

import asyncio

from autoglm_core.analysis.added_tests import TestFunction, added_tests, count_in_answer
from autoglm_core.analysis.mutants import Mutant, list_mutants
from autoglm_core.errors import SandboxUnavailableError
from autoglm_core.types import Cost, Draft, Finding, Report, Severity, Span, Task, TaskKind
from autoglm_core.validators.new_tests_run import CannotRunError, NewTestsRun, prepare
from autoglm_core.validators.places import header_span
from autoglm_core.validators.sandbox import Sandbox
from autoglm_core.validators.tests_failure import Failure
from autoglm_core.validators.tests_verdict import Verdict

_MOST_CHANGES = 12
_MOST_SHOWN = 3


class NewTestsValidator:
    """The validator ``new_tests``: a finding about one test stands at its ``def``."""

    name = "new_tests"
    cost = Cost.SLOW
    kinds = frozenset({TaskKind.TEST})

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def check(self, task: Task, draft: Draft) -> Report:
        """Run the tests that the draft adds; a workspace that is not trusted, or no sandbox, is ``skipped``."""
        added = added_tests(task.document.text, draft.document.text)
        if task.subject is None or task.target is None or not added:
            return self._skipped("the draft adds no tests that could be run")
        if not task.workspace.trusted:
            return self._skipped("the workspace is not trusted, so nothing of it is run")
        try:
            await self._sandbox.available()
            run = await asyncio.to_thread(prepare, self._sandbox, task, draft, added)
            return await self._check(task, draft, added, run)
        except (SandboxUnavailableError, CannotRunError) as error:
            return self._skipped(str(error))

    async def aclose(self) -> None:
        """Nothing is held."""

    async def _check(self, task: Task, draft: Draft, added: tuple[TestFunction, ...], run: NewTestsRun) -> Report:
        assert task.subject is not None  # noqa: S101 - asked by the caller
        text = task.subject.text
        async with asyncio.TaskGroup() as group:
            one, other = group.create_task(run.on(text)), group.create_task(run.in_other_order(text))
        first, second = one.result(), other.result()
        findings = self._failing(task, draft, added, first)
        if not findings:
            findings = self._unsteady(task, draft, added, second)
        passed = len(added) - len({finding.span for finding in findings})
        words = f"{passed} new test{'s' if passed != 1 else ''} pass{'es' if passed == 1 else ''} on the code as it is"
        if findings:
            return Report(self.name, tuple(findings), f"{words}, {len(added) - passed} not")
        changes = await asyncio.to_thread(_changes, task)
        noticed = await run.kill(tuple(change.text for change in changes))
        killed, judged = noticed.count(True), len(noticed) - noticed.count(None)
        if judged and killed * 2 < judged:
            unseen = [change for change, seen in zip(changes, noticed, strict=True) if seen is False]
            findings.append(self._unnoticed(task, draft, added, unseen, killed, judged))
        words += f" in any order, and notice {killed} of {judged} small changes of it" if judged else " in any order"
        return Report(self.name, tuple(findings), words + _left_out(draft, added))

    def _failing(self, task: Task, draft: Draft, added: tuple[TestFunction, ...], verdict: Verdict) -> list[Finding]:
        """What is wrong with the tests on the code as it is."""
        if not verdict.failures and not verdict.reached:
            name = task.subject.path.name if task.subject else ""
            words = f"the tests do not run {name}: they import another module"
            return [Finding(self.name, "not-reached", Severity.ERROR, header_span(task, draft), words)]
        findings = [
            self._finding(task, draft, added, failure, f"{failure.message}, on the code as it is")
            for failure in verdict.failures
        ]
        for node, why in {**verdict.unproven, **verdict.unable}.items():
            failure = Failure(node, "not-run", "")
            findings.append(self._finding(task, draft, added, failure, f"{_name(node)} does not run: {why}"))
        return findings

    def _unsteady(self, task: Task, draft: Draft, added: tuple[TestFunction, ...], verdict: Verdict) -> list[Finding]:
        words = "passes, but not when the tests run in reverse order with other hashes of strings"
        return [
            self._finding(task, draft, added, failure, f"{_name(failure.test)} {words}: {failure.message}")
            for failure in verdict.failures
        ]

    def _finding(
        self, task: Task, draft: Draft, added: tuple[TestFunction, ...], failure: Failure, message: str
    ) -> Finding:
        return Finding(
            self.name, failure.rule, Severity.ERROR, _place(task, draft, added, failure), message, failure.detail
        )

    def _unnoticed(
        self,
        task: Task,
        draft: Draft,
        added: tuple[TestFunction, ...],
        unseen: list[Mutant],
        killed: int,
        judged: int,
    ) -> Finding:
        """The finding that the tests look at too little, with changes that they let pass."""
        assert task.subject is not None  # noqa: S101 - asked by the caller
        shown = [
            f"nothing fails when {change.what} in line {change.line + 1}: `{task.subject.line(change.line).strip()}`"
            for change in unseen[:_MOST_SHOWN]
        ]
        message = f"the tests notice {killed} of {judged} small changes of the code; {shown[0]}"
        span = added[0].span(draft.document)
        detail = "\n".join(["Add assertions on exact values that would fail then:", *shown])
        return Finding(self.name, "changes-unnoticed", Severity.ERROR, span, message, detail)

    def _skipped(self, reason: str) -> Report:
        return Report(self.name, skipped=reason)


def _changes(task: Task) -> tuple[Mutant, ...]:
    """At most 12 small changes of the function, spread over all that can be made; the same ones each time."""
    assert task.subject is not None and task.target is not None  # noqa: S101, PT018 - asked by the caller
    found = list_mutants(task.subject.text, task.target.span)
    if len(found) <= _MOST_CHANGES:
        return found
    return tuple(found[place * len(found) // _MOST_CHANGES] for place in range(_MOST_CHANGES))


def _place(task: Task, draft: Draft, added: tuple[TestFunction, ...], failure: Failure) -> Span:
    """The ``def`` of the test that a failure is about, else that of the first new test."""
    name = _name(failure.test.partition("[")[0])
    found = next((test for test in added if test.name == name), None)
    return found.span(draft.document) if found else header_span(task, draft)


def _name(node: str) -> str:
    return node.partition("::")[2].replace("::", ".") or node


def _left_out(draft: Draft, added: tuple[TestFunction, ...]) -> str:
    """What the trace says of tests that the model wrote and the draft does not have."""
    missing = count_in_answer(draft.answer) - len(added)
    if missing <= 0:
        return ""
    return f"; {missing} of the model's tests {'was' if missing == 1 else 'were'} left out"
