"""The facade that every door uses: what a user can ask for, one method each."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from autoglm_core.analysis.called import called_functions
from autoglm_core.analysis.lookups import certain_names, class_level_names
from autoglm_core.analysis.test_files import find_test_file
from autoglm_core.config import Settings
from autoglm_core.context.exclusion import Exclusions
from autoglm_core.engines.condition import Condition, ConditionedEngine
from autoglm_core.errors import AutoGLMError, TargetNotFoundError
from autoglm_core.history import History
from autoglm_core.inline.pipeline import InlinePipeline
from autoglm_core.loop import RepairLoop
from autoglm_core.metrics import Metrics
from autoglm_core.protocols import Engine, Progress, Validator, ValidatorRunner
from autoglm_core.targets import find_outside_class, find_target, list_targets
from autoglm_core.trace import measure
from autoglm_core.types import (
    NAME_RULES,
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

_KEPT_OUTCOMES = 200  # of grey text, and as many of actions
_KEPT_CHARACTERS = 5_000_000
"""How long the documents of each kind may be together."""
_KEPT_OFFERS = 20

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
        inline: InlinePipeline,
        action_loop: RepairLoop,
        runner: ValidatorRunner,
        exclusions: Exclusions,
        history: History,
        engines: Sequence[Engine],
        validators: Sequence[Validator],
        metrics: Metrics,
        notices: Sequence[str] = (),
        mender: RepairLoop | None = None,
        roles: Mapping[str, Engine] | None = None,
    ) -> None:
        self.settings = settings
        self.notices = tuple(notices)
        """What the user should know about how settings were carried out, in sentences."""
        self._inline = inline
        self._action_loop = action_loop
        self._runner = runner
        self._exclusions = exclusions
        self._history = history
        self._engines = tuple(engines)
        self._validators = tuple(validators)
        self._metrics = metrics
        self._outcomes: OrderedDict[str, Outcome] = OrderedDict()
        self._remembered: dict[bool, deque[str]] = {True: deque(), False: deque()}
        self._mender = mender
        self._offers: OrderedDict[str, Outcome] = OrderedDict()
        self._roles = dict(roles or {})

    async def complete(
        self,
        document: Document,
        offset: int,
        workspace: Workspace,
        *,
        kind: TaskKind = TaskKind.INLINE,
        at_once: bool = True,
    ) -> Outcome:
        """Continue the document at the cursor: the draft is one insertion there.

        ``at_once`` False waits for a pause in typing, as requests do that come with each key.
        """
        task = Task(kind, document, Span(offset, offset), workspace)
        self._exclusions.guard(document.path, workspace)
        return self._remember(await self._inline.complete(task, at_once=at_once))

    def read_ahead(self, outcome: Outcome) -> None:
        """Prepare what follows a suggestion that is shown now, in the background; it gives way to requests."""
        self._inline.prefetch(outcome)

    def warm(self, document: Document, offset: int, workspace: Workspace) -> None:
        """Read what surrounds a cursor in the background, so that the next request there is quick.

        Raises ExcludedFileError.
        """
        self._exclusions.guard(document.path, workspace)
        self._inline.warm(Task(TaskKind.INLINE, document, Span(offset, offset), workspace))

    def stop_completions(self, path: Path) -> None:
        """Stop completions of a document that nobody waits for any more, the model too, at once."""
        self._inline.stop(path)

    def saved(self, document: Document) -> None:
        """A document was saved: completions were checked against its old text, and may learn from its new one."""
        self._inline.saved(document)

    def closed(self, path: Path) -> None:
        """A document was closed: what only its completions need is dropped."""
        self._inline.closed(path)

    @property
    def metrics(self) -> Metrics:
        """Counters and durations of this assistant."""
        return self._metrics

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
        also when no check finds anything: the user says that it is wrong; where none is named, the outcome
        ends with NO_FUNCTION. A document that does not parse is mended first, also where the function is not found
        in it. A method that is found outside of its class, which is nowhere, is put into it. Raises
        TargetNotFoundError.
        """
        target, wanted = None, ""
        if where is not None:
            try:
                target = find_target(document, where)
            except TargetNotFoundError:
                wanted = where if isinstance(where, str) else ""
                target = find_outside_class(document, wanted)
                if target is None and not (problems := await self._broken_elsewhere(document, None, workspace)):
                    raise
        if target is not None and not _any_within(target, problems):
            elsewhere = await self._broken_elsewhere(document, target, workspace)
            if elsewhere:
                target, problems = None, elsewhere
        if (target is None or not instruction) and not problems:
            problems = await self.problems(document, workspace)
        if target is None and not problems:
            task = Task(TaskKind.FIX, document, Span(0, len(document.text)), workspace, None, instruction)
            return await self._act(task, progress, limits)
        if target is None:
            target = _enclosing(document, _first(problems).span)
        span = target.span if target else _around(document, _first(problems).span)
        inside = tuple(p for p in problems if span.start <= p.span.start <= span.end)
        task = Task(TaskKind.FIX, document, span, workspace, target, instruction, inside, wanted=wanted)
        return await self._act(task, progress, limits)

    async def _broken_elsewhere(
        self, document: Document, target: Target | None, workspace: Workspace
    ) -> tuple[Problem, ...]:
        """What keeps a function from coming to its end, where all of it stands outside of the function.

        Errors of syntax: nothing in the document runs. Names that do not resolve in the body of a method's class: the
        class cannot be made. Such names in the functions of the document that it calls, where no condition is asked.
        """
        found = await self.problems(document, workspace, Cost.INSTANT)
        broken = [problem for problem in found if problem.source == "syntax"]
        if not broken and target is not None:
            names = [p for p in await self.problems(document, workspace, Cost.FAST) if p.rule in NAME_RULES]
            if names and not _any_within(target, names):
                certain = await asyncio.to_thread(_looked_up, document, target)
                broken = [problem for problem in names if problem.span.start in certain]
        if target is not None and _any_within(target, broken):
            return ()
        return tuple(broken)

    async def mend(
        self, document: Document, problems: Sequence[Problem], workspace: Workspace, *, deadline_s: float
    ) -> Outcome | None:
        """Mend problems by rule: a missing import, a misspelt name, a slip of syntax. No model is asked.

        The draft has passed the INSTANT and FAST checks; None when nothing is known, or not in time. It becomes one
        of the outcomes when it is recorded as kept: it is made to be offered, and most offers are never looked at.
        Raises ExcludedFileError.
        """
        if self._mender is None or not problems:
            return None
        self._exclusions.guard(document.path, workspace)
        target = _enclosing(document, _first(problems).span)
        span = target.span if target else _around(document, _first(problems).span)
        task = Task(TaskKind.FIX, document, span, workspace, target, "", tuple(problems))
        outcome = await self._mender.run(task, Budget(deadline_s, attempts=1, cost=Cost.FAST), silent)
        if outcome.accepted is None:
            return None
        self._offers[outcome.id] = outcome
        while len(self._offers) > _KEPT_OFFERS:
            self._offers.popitem(last=False)
        return outcome

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
        if verdict is Verdict.KEPT and (offer := self._offers.pop(outcome_id, None)):
            self._remember(offer)
        outcome = self._outcomes.get(outcome_id)
        if outcome:
            self._history.record(outcome, verdict)
            if verdict is Verdict.REJECTED and outcome.task.kind in (TaskKind.INLINE, TaskKind.COMPLETE):
                self._inline.reject(outcome)

    def kept_today(self) -> int:
        """How many suggestions were kept since midnight, in all windows of this user."""
        return self._history.kept_since(datetime.now().replace(hour=0, minute=0, second=0, microsecond=0).timestamp())

    def engines(self) -> dict[str, tuple[Engine, Condition]]:
        """The engines by what they are for (``inline``, ``actions``, ``stronger``), and how each stands."""
        return {
            role: (engine, engine.condition if isinstance(engine, ConditionedEngine) else Condition())
            for role, engine in self._roles.items()
        }

    def watch_engines(self, told: Callable[[], None]) -> None:
        """Call ``told`` whenever it changes how an engine stands."""
        for engine in dict.fromkeys(self._roles.values()):
            if isinstance(engine, ConditionedEngine):
                engine.condition.watch(told)

    async def look_at_engines(self) -> None:
        """Find out which engines can be reached; no model is loaded."""
        async with asyncio.TaskGroup() as group:
            for engine in dict.fromkeys(self._roles.values()):
                if isinstance(engine, ConditionedEngine):
                    group.create_task(engine.look())

    async def aclose(self) -> None:
        """Let go of engines, validators and the history, whatever one of them raises."""
        errors = []
        await self._inline.aclose()
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
        outcome = await self._action_loop.run(task, budget, progress)
        measure(outcome, self._metrics)
        return self._remember(outcome)

    def _remember(self, outcome: Outcome) -> Outcome:
        known = outcome.id in self._outcomes  # what is typed along a suggestion makes it another outcome of its name
        self._outcomes[outcome.id] = outcome
        # Every key makes an outcome of grey text: those of actions are not to be pushed out by typing.
        alike = self._remembered[_is_action(outcome)]
        if not known:
            alike.append(outcome.id)
        size = sum(len(self._outcomes[name].task.document.text) for name in alike)
        while len(alike) > 1 and (len(alike) > _KEPT_OUTCOMES or size > _KEPT_CHARACTERS):
            size -= len(self._outcomes.pop(alike.popleft()).task.document.text)
        return outcome


def _is_action(outcome: Outcome) -> bool:
    return outcome.task.kind not in (TaskKind.INLINE, TaskKind.COMPLETE)


def workspace_file(workspace: Workspace) -> Path:
    """The path that code without a file of its own is judged under."""
    return (workspace.folders[0] if workspace.folders else Path.cwd()) / "generated.py"


def _any_within(target: Target, problems: Sequence[Problem]) -> bool:
    return any(target.span.start <= problem.span.start <= target.span.end for problem in problems)


def _looked_up(document: Document, target: Target) -> frozenset[int]:
    """The offsets of the names outside of a function that are looked up whenever it is called."""
    called = certain_names(document, called_functions(document, target, list_targets(document)))
    return called | class_level_names(document, target.span.start)


def _enclosing(document: Document, span: Span) -> Target | None:
    try:
        return find_target(document, span.start)
    except TargetNotFoundError:
        return None


def _first(problems: Sequence[Problem]) -> Problem:
    """The problem to begin with: while a text does not parse, what else is said of it is not certain."""
    return next((problem for problem in problems if problem.source == "syntax"), problems[0])


def _around(document: Document, span: Span, lines: int = 3) -> Span:
    first, last = document.position(span.start)[0], document.position(span.end)[0]
    return document.line_span(max(0, first - lines), min(document.line_count - 1, last + lines))
