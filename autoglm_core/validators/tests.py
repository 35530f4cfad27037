"""Runs the doctests and tests that reach a draft's code, in the sandbox, and reports what fails.

What is believed: doctest examples are judged outside, from what they printed, against expected values that
the code under test cannot see. Tests of pytest run in one process with the code under test, so their reports
are believed only when each test passed every phase once, every event carries the run's token in its order, a
control test made up for the run was reported as failed, and the process ended with the run's own status. A
draft that prints "passed", ends the process, or patches pytest thus fails.

What is not held yet: code that walks the frames or the heap of its own process to find the token, and then
imitates the reporter knowing of the control test; values whose ``__eq__`` lies, in pytest tests. ``honesty``
looks for both by reading, and for answers by heart.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import replace

from autoglm_core.errors import SandboxUnavailableError
from autoglm_core.types import NO_TESTS, Cost, Draft, Finding, Report, Severity, Span, Task, TaskKind
from autoglm_core.validators.sandbox import Sandbox
from autoglm_core.validators.tests_doctests import find_doctests
from autoglm_core.validators.tests_environment import Environment, find_environment
from autoglm_core.validators.tests_failure import Failure
from autoglm_core.validators.tests_run import Trial
from autoglm_core.validators.tests_survey import Survey, stubs_beside, survey
from autoglm_core.validators.tests_verdict import Verdict

_MOST_FINDINGS = 8
_KEPT_BASELINES = 16
_RUNS_AGAIN = 2
"""How often old code runs again to tell a flaky test from one that a draft breaks."""
_NEW_CODE = (TaskKind.IMPLEMENT, TaskKind.GENERATE, TaskKind.INLINE, TaskKind.COMPLETE)


class TestsValidator:
    """The validator ``tests``: behaviour, by the doctests of the code and the tests that reach it."""

    __test__ = False  # not a test class, whatever its name says to pytest

    name = "tests"
    cost = Cost.SLOW

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._baselines: OrderedDict[Hashable, tuple[Verdict, Verdict]] = OrderedDict()

    async def check(self, task: Task, draft: Draft) -> Report:
        """Run what reaches the draft; a workspace that is not trusted, or no sandbox, is ``skipped``."""
        if draft.document.language != "python":
            return self._skipped(f"{draft.document.language} is not run, only Python is")
        if task.kind is TaskKind.TEST:
            return self._skipped("what the draft holds are tests, which new_tests looks at")
        if not task.workspace.trusted:
            return self._skipped("the workspace is not trusted, so nothing of it is run")
        try:
            await self._sandbox.available()
            return await self._check(task, draft)
        except SandboxUnavailableError as error:
            return self._skipped(str(error))

    async def aclose(self) -> None:
        """Forget the results of old code, and end the processes that the sandbox keeps waiting."""
        self._baselines.clear()
        await self._sandbox.aclose()

    async def _check(self, task: Task, draft: Draft) -> Report:
        found = await asyncio.to_thread(survey, task, draft)
        environment = await asyncio.to_thread(find_environment, found.root)
        if environment.reason and not found.doctests and found.nodes:
            return self._skipped(environment.reason)
        if not found.doctests and not found.nodes:
            names = " or ".join(sorted(found.names)) or draft.document.path.name
            return self._skipped(f"{NO_TESTS} {names}")
        doctests, pytest = await Trial(self._sandbox, environment, found, draft.document.text).run()
        changed = draft.document.text != task.document.text
        before: tuple[Verdict, Verdict] | None = None
        if changed and (
            pytest.unproven or not pytest.sound or _unread(pytest) or self._depends_on_old_code(task, doctests, pytest)
        ):
            before = await self._baseline(task, found, environment)
            if self._depends_on_old_code(task, doctests, pytest) and _news(before, (doctests, pytest)):
                before = await self._unsteady(task, found, environment, before)
        return self._report(task, draft, found, (doctests, pytest), before, changed)

    def _depends_on_old_code(self, task: Task, doctests: Verdict, pytest: Verdict) -> bool:
        return task.kind not in _NEW_CODE and bool(doctests.failures or pytest.failures)

    async def _baseline(self, task: Task, found: Survey, environment: Environment) -> tuple[Verdict, Verdict]:
        key = _key_of(task, found, environment)
        if key not in self._baselines:
            self._keep(key, await Trial(self._sandbox, environment, found, task.document.text).run())
        self._baselines.move_to_end(key)
        return self._baselines[key]

    async def _unsteady(
        self, task: Task, found: Survey, environment: Environment, before: tuple[Verdict, Verdict]
    ) -> tuple[Verdict, Verdict]:
        """The results of the old code with what fails in further runs of it: such a test is flaky by itself.

        A draft that makes a steady test flaky is not excused: it is the old code that runs again.
        """
        key = ("again", *_key_of(task, found, environment))
        if key not in self._baselines:
            doctests, pytest = before
            for _ in range(_RUNS_AGAIN):
                again = await Trial(self._sandbox, environment, found, task.document.text).run()
                doctests, pytest = _with_failures(doctests, again[0]), _with_failures(pytest, again[1])
            self._keep(key, (doctests, pytest))
        self._baselines.move_to_end(key)
        return self._baselines[key]

    def _keep(self, key: Hashable, verdicts: tuple[Verdict, Verdict]) -> None:
        self._baselines[key] = verdicts
        while len(self._baselines) > _KEPT_BASELINES:
            self._baselines.popitem(last=False)

    def _report(
        self,
        task: Task,
        draft: Draft,
        found: Survey,
        after: tuple[Verdict, Verdict],
        before: tuple[Verdict, Verdict] | None,
        changed: bool,
    ) -> Report:
        doctests, pytest = after
        failures = [*doctests.failures, *pytest.failures]
        if before:
            if any(failure.rule == "tampering" for failure in before[1].failures):
                # The workspace's own settings hide the control test, with the old code too: no evidence either way.
                failures = [failure for failure in failures if failure.rule != "tampering"]
                pytest = replace(pytest, passed=0)
            else:
                failures += _no_longer_proven(found, pytest, before[1])
        old = {failure.test: failure for verdict in before or () for failure in verdict.failures}
        if task.kind is TaskKind.DOCUMENT and before:
            # New examples fail with the old code too: it is the examples that are wrong.
            known = {failure.test for failure in before[1].failures} | _examples_of(task)
            old = {test: failure for test, failure in old.items() if test in known}
        waiting = stubs_beside(task, draft) if task.kind in _NEW_CODE else frozenset()
        uses = {test.node: test.uses for test in found.tests}
        findings = []
        for failure in {(failure.test, failure.rule, failure.message): failure for failure in failures}.values():
            needed = (failure.uses | uses.get(failure.test.partition("[")[0], frozenset())) & waiting
            excused = failure.test in old and (self._excused(task) or _not_of_the_code(failure, old[failure.test]))
            introduced = changed and not needed and not excused
            finding = self._finding(task, draft, failure, introduced)
            if needed and failure.rule in ("test-failed", "doctest-failed"):
                words = f"{finding.message} (it needs {', '.join(sorted(needed))}, not written yet)"
                finding = replace(finding, message=words)
            findings.append(finding)
        findings.sort(key=lambda finding: not finding.introduced)
        if not findings and not doctests.passed and (not pytest.passed or not pytest.reached):
            return self._skipped(_no_evidence(found, pytest))
        return Report(self.name, tuple(findings[:_MOST_FINDINGS]), _summary(doctests, pytest, len(findings)))

    def _excused(self, task: Task) -> bool:
        """Whether a test that failed before may go on failing: not where mending it is what is asked."""
        if task.kind is not TaskKind.FIX:
            return task.kind not in _NEW_CODE
        return bool(task.problems) and all(problem.source != self.name for problem in task.problems)

    def _finding(self, task: Task, draft: Draft, failure: Failure, introduced: bool) -> Finding:
        document = draft.document
        if failure.line is not None and 0 <= failure.line < document.line_count:
            span = document.line_span(failure.line, failure.line)
        else:
            start = task.target.span.start if task.target else task.span.start
            line = document.position(min(start, len(document.text)))[0]
            span = document.line_span(line, line)
        span = _without_indent(document.text, span)
        return Finding(self.name, failure.rule, Severity.ERROR, span, failure.message, failure.detail, introduced)

    def _skipped(self, reason: str) -> Report:
        return Report(self.name, skipped=reason)


def _key_of(task: Task, found: Survey, environment: Environment) -> tuple[Hashable, ...]:
    """What a run of the old code depends on: it, what is run, and every other file that it can meet."""
    own = task.document.path.relative_to(found.root).as_posix()
    others = frozenset((name, content) for name, content in found.scratch.files.items() if name != own)
    return (task.document.path, task.document.text, found.nodes, found.doctests, hash(others), environment.python)


def _news(before: tuple[Verdict, Verdict], after: tuple[Verdict, Verdict]) -> bool:
    """Whether a test fails that did not fail with the old code."""
    old = {failure.test for verdict in before for failure in verdict.failures}
    return any(failure.test not in old for verdict in after for failure in verdict.failures)


def _with_failures(one: Verdict, again: Verdict) -> Verdict:
    known = {failure.test for failure in one.failures}
    # Only what a test itself says: a run that broke down says nothing of a single test.
    new = tuple(f for f in again.failures if f.test not in known and f.rule in ("test-failed", "doctest-failed"))
    return replace(one, failures=one.failures + new)


def _examples_of(task: Task) -> frozenset[str]:
    """The examples that the document has already, as failures name them."""
    tests = find_doctests(task.document.text)
    return frozenset(f"{test.name}: {example.source}" for test in tests for example in test.examples)


def _unread(pytest: Verdict) -> bool:
    return any(failure.rule == "import-error" for failure in pytest.failures)


def _not_of_the_code(failure: Failure, old: Failure) -> bool:
    """Whether pytest, or a file of tests, failed to start with the same words before, and not in the document."""
    return failure.rule == old.rule == "import-error" and failure.line is None and failure.message == old.message


def _no_longer_proven(found: Survey, after: Verdict, before: Verdict) -> list[Failure]:
    """Tests that the draft's run skips or leaves out, and that the old code's run did not.

    Old code that cannot be imported says nothing of its tests: then only those that say so may be skipped.
    """
    skipping = {test.node for test in found.expected if test.may_skip}
    old = before.unproven if before.sound else {node for node in after.unproven if node.partition("[")[0] in skipping}
    return [
        Failure(node, "test-skipped", f"{node.partition('::')[2]}: does not run with this draft: {why}").bounded()
        for node, why in after.unproven.items()
        if node not in old
    ]


def _no_evidence(found: Survey, pytest: Verdict) -> str:
    if pytest.passed and not pytest.reached:
        return f"the tests import another copy of {found.document.name}, so they say nothing about this one"
    reasons = ", ".join(sorted({*pytest.unproven.values(), *pytest.unable.values()})) or "no result can be believed"
    return f"the tests that reach {' or '.join(sorted(found.names)) or found.document.name} did not run: {reasons}"


def _summary(doctests: Verdict, pytest: Verdict, failed: int) -> str:
    counts = [(doctests.passed, "doctest"), (pytest.passed if pytest.reached else 0, "test")]
    passed = " and ".join(f"{count} {what}{'s' if count != 1 else ''}" for count, what in counts if count)
    words = [f"{passed} passed"] if passed else []
    words += [f"{failed} failed"] if failed else []
    idle = len(pytest.unproven) + len(pytest.unable)
    words += [f"{idle} did not run"] if idle else []
    return ", ".join(words)


def _without_indent(text: str, span: Span) -> Span:
    shown = text[span.start : span.end]
    return Span(span.start + len(shown) - len(shown.lstrip()), span.end)
