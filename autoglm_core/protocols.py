"""The seams of the program: what the loop needs, and what anybody may implement."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Protocol, runtime_checkable

from autoglm_core.analysis.calls import CallResult
from autoglm_core.types import (
    Attempt,
    Chunk,
    Context,
    Cost,
    Document,
    Draft,
    Finding,
    Prompt,
    Report,
    Stage,
    Task,
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


class ContextSource(Protocol):
    """Finds what of the workspace helps with a task."""

    async def gather(self, task: Task, tokens: int) -> Context:
        """The context of a task in at most about ``tokens`` tokens. Excluded files are never in it."""
        ...


class PromptBuilder(Protocol):
    """Words a task for a model, and reads the model's answer."""

    async def build(self, task: Task, attempts: tuple[Attempt, ...]) -> Prompt:
        """The prompt for the next attempt; with earlier attempts, their findings go in as words."""
        ...

    def read(self, task: Task, answer: str) -> Draft:
        """Splice the answer into the task's document. Raises ``ValueError`` if it holds no usable code."""
        ...


class ValidatorRunner(Protocol):
    """Runs the validators that a budget allows, cheapest first, and judges what they found."""

    async def run(self, task: Task, draft: Draft, cost: Cost) -> tuple[Report, ...]:
        """Reports of all validators up to ``cost``. A validator that breaks is a report, not an exception."""
        ...

    def rejecting(self, reports: tuple[Report, ...]) -> tuple[Finding, ...]:
        """The introduced findings that speak against the draft, by the user's settings; empty: accepted."""
        ...


class CallRunner(Protocol):
    """Runs calls against several texts of one document, in the sandbox, all in one start of it."""

    async def run(
        self, document: Document, texts: Sequence[str], calls: Sequence[str], workspace: Workspace, *, seconds: float
    ) -> tuple[tuple[CallResult, ...], ...]:
        """For each text, in order, what came of each call: a Python expression in the text's module.

        Each call has at most a second, and all of them together ``seconds``: what did not get its turn is
        ``LOST``. Raises SandboxUnavailableError.
        """
        ...
