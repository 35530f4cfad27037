"""The seams of the program: what the loop needs, and what anybody may implement."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from typing import Protocol, runtime_checkable

from autoglm_core.analysis.calls import CallResult
from autoglm_core.types import (
    Attempt,
    Budget,
    Chunk,
    Context,
    Cost,
    Document,
    Draft,
    FimPrompt,
    Finding,
    Move,
    Prompt,
    Report,
    Stage,
    Task,
    TaskKind,
    Usage,
    Workspace,
)

Progress = Callable[[Stage], None]
"""Told of each stage of the loop as it begins; must return at once."""


@runtime_checkable
class Engine(Protocol):
    """Turns a prompt into text, streamed and cancellable."""

    @property
    def name(self) -> str:
        """What a trace calls this engine, model included: ``embedded qwen2.5-coder-0.5b``."""
        ...

    @property
    def node(self) -> str:
        """Where it runs: ``local``, or the host of a remote endpoint. Never a key."""
        ...

    def generate(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        """Stream the answer. Closing the generator, or cancelling its task, stops the model.

        The last chunk has a finish reason and the usage. Raises a subclass of ``EngineError``.
        """
        ...

    async def aclose(self) -> None:
        """Let go of connections and processes; the engine is not used afterwards."""
        ...


@runtime_checkable
class BatchEngine(Engine, Protocol):
    """An engine that decodes several answers to one prompt at once, for little more than the price of one."""

    def generate_many(self, prompt: Prompt, count: int) -> AsyncGenerator[tuple[int, Chunk], None]:
        """Stream ``count`` answers: pieces, each with the number of its answer, from 0.

        The last piece of each answer has a finish reason and the usage; the prompt counts for the first one,
        and as cached for the others. With a seed the answers differ and can be had again. Closing the
        generator stops all of them.
        """
        ...


@runtime_checkable
class WarmableEngine(Engine, Protocol):
    """An engine that can read a prompt ahead of time, so that the next one with the same beginning is quick."""

    def warm(self, prompt: FimPrompt) -> AsyncGenerator[Usage, None]:
        """Read the prompt piece by piece, telling what each piece cost; closing stops it at the next piece.

        Raises EngineError.
        """
        ...


@runtime_checkable
class Validator(Protocol):
    """Looks at a draft and returns findings."""

    @property
    def name(self) -> str:
        """One word, as settings and traces write it: ``syntax``."""
        ...

    @property
    def cost(self) -> Cost:
        """What one call costs; a budget rules out the dearer ones."""
        ...

    async def check(self, task: Task, draft: Draft) -> Report:
        """Judge the draft. Findings that stood in ``task.document`` already are not ``introduced``.

        What this validator cannot judge (another language, no tests, no sandbox) is a report with
        ``skipped`` set, never an exception. Cancelling stops what it started.
        """
        ...

    async def aclose(self) -> None:
        """End the processes that it keeps running."""
        ...


@runtime_checkable
class PreparedValidator(Validator, Protocol):
    """A validator that compares a draft with the document without it, and can look at that ahead of the draft."""

    async def prepare(self, task: Task) -> None:
        """Look at the task's document."""
        ...


@runtime_checkable
class SpecialValidator(Validator, Protocol):
    """A validator that is about some kinds of task alone; for others it is not asked, nor reported."""

    @property
    def kinds(self) -> frozenset[TaskKind]:
        """The kinds of task that it judges."""
        ...


class ContextSource(Protocol):
    """Finds what of the workspace helps with a task."""

    async def gather(self, task: Task, tokens: int) -> Context:
        """The context of a task in at most about ``tokens`` tokens. Excluded files are never in it."""
        ...


class PromptBuilder(Protocol):
    """Words a task for a model, and reads the model's answer."""

    async def build(self, task: Task, attempts: tuple[Attempt, ...], move: Move) -> Prompt:
        """The prompt for the move; a repair takes the findings of the best of the earlier attempts as words."""
        ...

    def read(self, task: Task, attempts: tuple[Attempt, ...], move: Move, answer: str) -> Draft:
        """Splice the answer to the move's prompt into the task's document; ``attempts`` are those before it.

        Raises ``ValueError`` if it holds no usable code.
        """
        ...


class Policy(Protocol):
    """Decides which kind of round comes next."""

    def rounds(self, task: Task, attempts: Sequence[Attempt], budget: Budget) -> Iterator[Move]:
        """The moves of one task, in order; it ends when enough was tried.

        ``attempts`` grows while they are carried out, so it can be looked at before the next one is decided.
        """
        ...

    def learn(self, task: Task, attempts: Sequence[Attempt]) -> None:
        """Take note of how the rounds of a task went."""
        ...


class Improver(Protocol):
    """Changes drafts a little without asking a model: the cheap fixes that come first."""

    async def improve(self, task: Task, attempt: Attempt) -> Sequence[tuple[Draft, str]]:
        """Drafts that may mend what is wrong with an attempt, the likeliest first, each with what was changed."""
        ...


class Judge(Protocol):
    """Chooses among drafts that pass every check."""

    async def choose(self, task: Task, passing: Sequence[Attempt]) -> tuple[Attempt, str]:
        """The best of at least one attempt, and why, in words for the trace."""
        ...


class ValidatorRunner(Protocol):
    """Runs the validators that a budget allows, cheapest first, and judges what they found."""

    async def run(self, task: Task, draft: Draft, cost: Cost) -> tuple[Report, ...]:
        """Reports of all validators up to ``cost``. A validator that breaks is a report, not an exception."""
        ...

    async def prepare(self, task: Task, cost: Cost) -> None:
        """Look at the task's document while its draft is still being written, where that helps."""
        ...

    def rejecting(self, reports: tuple[Report, ...]) -> tuple[Finding, ...]:
        """The introduced findings that speak against the draft, by the user's settings; empty: accepted."""
        ...


class CallRunner(Protocol):
    """Runs calls against several texts of one document, in the sandbox, all in one start of it."""

    async def run(
        self,
        document: Document,
        texts: Sequence[str],
        calls: Sequence[str],
        workspace: Workspace,
        *,
        seconds: float,
        call_seconds: float = 1.0,
    ) -> tuple[tuple[CallResult, ...], ...]:
        """For each text, in order, what came of each call: a Python expression in the text's module.

        Each call has at most ``call_seconds``, and all of them together ``seconds``: what did not get its turn is
        ``LOST``. Raises SandboxUnavailableError.
        """
        ...
