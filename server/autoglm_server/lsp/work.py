"""What runs for each document: a newer request, a change of the text or the user ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from autoglm_core.errors import StaleDocumentError

T = TypeVar("T")


class _SupersededError(Exception):
    """A completion that nobody waits for any more."""


class Work:
    """The tasks that ask a model, by the document that they are about.

    A cancelled request cancels its task, and the task closes the engine's stream. A task that is ended for
    another reason raises that reason instead.
    """

    def __init__(self) -> None:
        self._completions: dict[str, asyncio.Task[Any]] = {}
        self._actions: dict[asyncio.Task[Any], str] = {}
        self._reasons: dict[asyncio.Task[Any], Exception] = {}

    async def complete(self, uri: str, work: Coroutine[Any, Any, T]) -> T | None:
        """Run the document's one completion; None when a newer one, or a change of the text, ended it."""
        self._end_completion(uri)
        task = self._completions[uri] = asyncio.create_task(work)
        try:
            return await self._result(task)
        except _SupersededError:
            return None
        finally:
            if self._completions.get(uri) is task:
                del self._completions[uri]

    async def act(self, uri: str, work: Coroutine[Any, Any, T]) -> T:
        """Run an action. Raises StaleDocumentError as soon as the document changes."""
        task = asyncio.create_task(work)
        self._actions[task] = uri
        try:
            return await self._result(task)
        finally:
            del self._actions[task]

    def document_changed(self, uri: str) -> None:
        """End what was asked about the text as it was before."""
        self._end_completion(uri)
        name = uri.rpartition("/")[2]
        for task, about in self._actions.items():
            if about == uri:
                self.end(task, StaleDocumentError(f"{name} changed while the answer was made, so it was not used."))

    def end(self, task: asyncio.Task[Any], reason: Exception) -> None:
        """End a task; whoever waits for it gets the reason."""
        self._reasons[task] = reason
        task.cancel()

    def end_all(self) -> None:
        """End everything, as the server does before it exits."""
        for task in (*self._completions.values(), *self._actions):
            task.cancel()

    def _end_completion(self, uri: str) -> None:
        if task := self._completions.pop(uri, None):
            self.end(task, _SupersededError())

    async def _result(self, task: asyncio.Task[T]) -> T:
        waiting = asyncio.current_task()
        try:
            return await task
        except asyncio.CancelledError:
            # When the request itself was cancelled, that is the answer, whatever ended its task besides.
            if task in self._reasons and not (waiting and waiting.cancelling()):
                raise self._reasons[task] from None
            raise
        finally:
            self._reasons.pop(task, None)
