"""The facade that every door uses: what a user can ask for, one method each."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from autoglm_core.analysis.test_files import find_test_file
from autoglm_core.config import Settings
from autoglm_core.context.exclusion import Exclusions
from autoglm_core.errors import AutoGLMError, TargetNotFoundError
from autoglm_core.history import History
from autoglm_core.loop import RepairLoop
from autoglm_core.protocols import Engine, Progress, Validator, ValidatorRunner
from autoglm_core.targets import find_target, list_targets
from autoglm_core.types import (
    Budget,
    Cost,
    Document,
    Draft,
    Limits,
    Outcome,
    Problem,
    Severity,
    Span,
    Stage,
    Target,
    Task,
    TaskKind,
    Verdict,
    Workspace,
)

_KEPT_OUTCOMES = 200


NO_LIMITS = Limits()
"""As the settings say."""


def silent(stage: Stage) -> None:
    """The progress of a caller who does not watch."""


class Assistant:
    """Answers requests by the loop, and remembers their outcomes.

    Documents and workspaces are values copied at the asking: what the user types meanwhile changes
    nothing here, and the door compares versions before it shows an answer. All methods that ask a model
    raise EngineError when it cannot answer, and ExcludedFileError for a file that no model may see.
    Cancelling them stops the model and the validators.
    """

    def __init__(
        self,
        settings: Settings,
        inline_loop: RepairLoop,
        action_loop: RepairLoop,
        runner: ValidatorRunner,
        exclusions: Exclusions,
        history: History,
        engines: Sequence[Engine],
        validators: Sequence[Validator],
        notices: Sequence[str] = (),
    ) -> None:
        self.settings = settings
        self.notices = tuple(notices)
        """What the user should know about how settings were carried out, in sentences."""
        self._inline_loop = inline_loop
        self._action_loop = action_loop
        self._runner = runner
        self._exclusions = exclusions
        self._history = history
        self._engines = tuple(engines)
        self._validators = tuple(validators)
        self._outcomes: OrderedDict[str, Outcome] = OrderedDict()

    async def complete(
        self,
        document: Document,
        offset: int,
        workspace: Workspace,
        *,
        kind: TaskKind = TaskKind.INLINE,
        progress: Progress = silent,
    ) -> Outcome:
        """Continue the document at the cursor: the draft is one insertion there."""
        inline = self.settings.inline
        task = Task(kind, document, Span(offset, offset), workspace)
        budget = Budget(inline.deadline_ms / 1000, attempts=1, tokens=inline.max_tokens, cost=Cost.FAST)
        self._exclusions.guard(document.path, workspace)
        return self._remember(await self._inline_loop.run(task, budget, progress))

    async def implement(
        self,
        document: Document,
        where: str | int,
        workspace: Workspace,
        *,
        instruction: str = "",
        limits: Limits = NO_LIMITS,
        progress: Progress = silent,
    ) -> Outcome:
        """Write the body of a function or method, named (``Stack.push``) or at an offset.

        Raises TargetNotFoundError when there is none.
        """
        target = find_target(document, where)
        task = Task(TaskKind.IMPLEMENT, document, target.span, workspace, target, instruction)
        return await self._act(task, progress, limits)

    async def fix(
        self,
        document: Document,
        problems: Sequence[Problem],
        workspace: Workspace,
        *,
        instruction: str = "",
        where: str | int | None = None,
        limits: Limits = NO_LIMITS,
        progress: Progress = silent,
    ) -> Outcome:
        """Mend the problems; without any, mend the errors that our own validators find.

        The region that may change is the function ``where``, named or at an offset, else the one around the
        first problem, else the lines near it. A function named together with an instruction is rewritten
        also when no check finds anything: the user says that it is wrong. Raises TargetNotFoundError.
        """
        target = find_target(document, where) if where is not None else None
        if target is None or not instruction:
            problems = tuple(problems) or await self.problems(document, workspace)
        if target is None and problems:
            target = _enclosing(document, problems[0].span)
        if target is None and not problems:
            task = Task(TaskKind.FIX, document, Span(0, len(document.text)), workspace)
            return await self._act(task, progress, limits)
        span = target.span if target else _around(document, problems[0].span)
        inside = tuple(p for p in problems if span.start <= p.span.start <= span.end)
        task = Task(TaskKind.FIX, document, span, workspace, target, instruction, inside)
        return await self._act(task, progress, limits)

    async def edit(
        self,
        document: Document,
        span: Span,
        instruction: str,
        workspace: Workspace,
        *,
        limits: Limits = NO_LIMITS,
        progress: Progress = silent,
    ) -> Outcome:
        """Rewrite a region as instructed; an empty span means the function around it, else its line."""
        target = _enclosing(document, span)
        if span.start == span.end:
            span = target.span if target else _around(document, span, lines=0)
        else:
            first, last = document.position(span.start)[0], document.position(max(span.start, span.end - 1))[0]
            span = document.line_span(first, last)
        task = Task(TaskKind.EDIT, document, span, workspace, target, instruction)
        return await self._act(task, progress, limits)

    async def write_tests(
        self,
        document: Document,
        where: str | int,
        workspace: Workspace,
        *,
        tests: Document | None = None,
        instruction: str = "",
        limits: Limits = NO_LIMITS,
        progress: Progress = silent,
    ) -> Outcome:
        """Write pytest tests for a function or method, named or at an offset.

        They go into ``tests``, by default the module's own file of tests, which need not exist yet: the draft's
        document is that file, and existing tests stay as they are. Raises TargetNotFoundError.
        """
        target = find_target(document, where)
        self._exclusions.guard(document.path, workspace)
        file = tests if tests is not None else await asyncio.to_thread(find_test_file, document, workspace)
        unsaved = {path: text for path, text in workspace.unsaved.items() if path != file.path}
        seen = replace(workspace, unsaved={**unsaved, document.path: document.text})
        end = Span(len(file.text), len(file.text))
        task = Task(TaskKind.TEST, file, end, seen, target, instruction, subject=document)
        return await self._act(task, progress, limits)

    async def add_types(
        self,
        document: Document,
        where: str | int,
        workspace: Workspace,
        *,
        instruction: str = "",
        limits: Limits = NO_LIMITS,
        progress: Progress = silent,
    ) -> Outcome:
        """Annotate the parameters and the result of a function or method; nothing else of it changes.

        Raises TargetNotFoundError.
        """
        target = find_target(document, where)
        task = Task(TaskKind.TYPES, document, target.span, workspace, target, instruction)
        return await self._act(task, progress, limits)

    async def add_docstring(
        self,
        document: Document,
        where: str | int,
        workspace: Workspace,
        *,
        instruction: str = "",
        limits: Limits = NO_LIMITS,
        progress: Progress = silent,
    ) -> Outcome:
        """Document a function or method, with examples that hold; nothing else of it changes.

        A docstring that is there already is replaced. Raises TargetNotFoundError.
        """
        target = find_target(document, where)
        task = Task(TaskKind.DOCUMENT, document, target.span, workspace, target, instruction)
        return await self._act(task, progress, limits)

    async def refactor(
        self,
        document: Document,
        where: str | int,
        instruction: str,
        workspace: Workspace,
        *,
        limits: Limits = NO_LIMITS,
        progress: Progress = silent,
    ) -> Outcome:
        """Rewrite a function or method as instructed, so that it behaves as before. Raises TargetNotFoundError."""
        target = find_target(document, where)
        task = Task(TaskKind.REFACTOR, document, target.span, workspace, target, instruction)
        return await self._act(task, progress, limits)

    async def generate(
        self,
        description: str,
        workspace: Workspace,
        *,
        document: Document | None = None,
        limits: Limits = NO_LIMITS,
        progress: Progress = silent,
    ) -> Outcome:
        """Write new code from a description, at the end of the document if there is one."""
        document = document or Document(workspace_file(workspace), "")
        end = Span(len(document.text), len(document.text))
        task = Task(TaskKind.GENERATE, document, end, workspace, None, description)
        return await self._act(task, progress, limits)

    async def problems(self, document: Document, workspace: Workspace, cost: Cost = Cost.SLOW) -> tuple[Problem, ...]:
        """What our own validators find wrong with the document as it is, errors only, in text order."""
        task = Task(TaskKind.FIX, document, Span(0, len(document.text)), workspace)
        reports = await self._runner.run(task, Draft(document, ()), cost)
        found = [f for report in reports for f in report.findings if f.severity is Severity.ERROR]
        return tuple(
            Problem(f.span, f"{f.message}\n{f.detail}".strip(), f.rule, f.validator, f.severity)
            for f in sorted(found, key=lambda f: f.span.start)
        )

    def targets(self, document: Document) -> tuple[Target, ...]:
        """The functions and methods of a document, in text order; stubs are marked."""
        return list_targets(document)

    def outcome(self, outcome_id: str) -> Outcome | None:
        """An outcome by its id, while it is remembered."""
        return self._outcomes.get(outcome_id)

    def outcomes(self) -> tuple[Outcome, ...]:
        """The remembered outcomes, oldest first."""
        return tuple(self._outcomes.values())

    def record(self, outcome_id: str, verdict: Verdict) -> None:
        """Note what the user did with an outcome. An id that is forgotten or foreign is ignored."""
        outcome = self._outcomes.get(outcome_id)
        if outcome:
            self._history.record(outcome, verdict)

    async def aclose(self) -> None:
        """Let go of engines, validators and the history, whatever one of them raises."""
        errors = []
        parts: tuple[Engine | Validator, ...] = (*self._engines, *self._validators)
        for part in parts:
            try:
                await part.aclose()
            except (AutoGLMError, OSError) as error:
                errors.append(error)
        self._history.close()
        if errors:
            raise ExceptionGroup("closing the assistant", errors)

    async def _act(self, task: Task, progress: Progress, limits: Limits) -> Outcome:
        actions = self.settings.actions
        self._exclusions.guard(task.document.path, task.workspace)
        attempts = limits.attempts or actions.attempts
        budget = Budget(limits.deadline_s or actions.deadline_s, attempts, actions.max_tokens * attempts, Cost.SLOW)
        task = replace(task, tests=limits.tests or task.tests)
        return self._remember(await self._action_loop.run(task, budget, progress))

    def _remember(self, outcome: Outcome) -> Outcome:
        self._outcomes[outcome.id] = outcome
        while len(self._outcomes) > _KEPT_OUTCOMES:
            self._outcomes.popitem(last=False)
        return outcome


def workspace_file(workspace: Workspace) -> Path:
    """The path that code without a file of its own is judged under."""
    return (workspace.folders[0] if workspace.folders else Path.cwd()) / "generated.py"


def _enclosing(document: Document, span: Span) -> Target | None:
    try:
        return find_target(document, span.start)
    except TargetNotFoundError:
        return None


def _around(document: Document, span: Span, lines: int = 3) -> Span:
    first, last = document.position(span.start)[0], document.position(span.end)[0]
    return document.line_span(max(0, first - lines), min(document.line_count - 1, last + lines))
