"""What runs for each document: a newer request, a change of the text or the user ends it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

from autoglm_core.errors import StaleDocumentError

T = TypeVar("T")

_CANCEL_AGAIN_S = 1.0
_CLOSING_S = 5.0

logger = logging.getLogger(__name__)


class _SupersededError(Exception):
    """A completion that nobody waits for any more."""


class Work:
    """The tasks that ask a model, by the document that they are about.

    A request that is cancelled, or ended for a reason, is answered at once; its task, which closes the
    engine's stream, is cancelled behind it until it really ends.
    """

    def __init__(self) -> None:
        self._completions: dict[str, asyncio.Task[Any]] = {}
        self._actions: dict[asyncio.Task[Any], str] = {}
        self._endings: dict[asyncio.Task[Any], asyncio.Future[Exception]] = {}
        self._stopping: set[asyncio.Task[None]] = set()

    async def complete(self, uri: str, work: Coroutine[Any, Any, T]) -> T | None:
        """Run the document's one completion; None when a newer one, or a change of the text, ended it."""
        self._end_completion(uri)
        task = self._completions[uri] = self._start(work)
        try:
            return await self._result(task)
        except _SupersededError:
            return None
        finally:
            if self._completions.get(uri) is task:
                del self._completions[uri]

    async def act(self, uri: str, work: Coroutine[Any, Any, T]) -> T:
        """Run an action. Raises StaleDocumentError as soon as the document changes."""
        task = self._start(work)
        self._actions[task] = uri
        try:
            return await self._result(task)
        finally:
            del self._actions[task]

    def end_completions(self) -> None:
        """End the completions of all documents."""
        for uri in tuple(self._completions):
            self._end_completion(uri)

    def document_changed(self, uri: str) -> None:
        """End what was asked about the text as it was before."""
        self._end_completion(uri)
        name = uri.rpartition("/")[2]
        for task, about in self._actions.items():
            if about == uri:
                self.end(task, StaleDocumentError(f"{name} changed while the answer was made, so it was not used."))

    def end(self, task: asyncio.Task[Any], reason: Exception) -> None:
        """End a task; whoever waits for it gets the reason at once."""
        ending = self._endings.get(task)
        if ending is not None and not ending.done():
            ending.set_result(reason)

    async def aclose(self) -> None:
        """End everything, as the server does before it exits."""
        running = {*self._endings, *self._stopping}
        for task in self._endings:
            task.cancel()
        if running:
            await asyncio.wait(running, timeout=_CLOSING_S)

    def _start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._endings[task] = asyncio.get_running_loop().create_future()
        return task

    def _end_completion(self, uri: str) -> None:
        if task := self._completions.pop(uri, None):
            self.end(task, _SupersededError())

    async def _result(self, task: asyncio.Task[T]) -> T:
        ending = self._endings[task]
        either: set[asyncio.Future[Any]] = {task, ending}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if ending.done():
                raise ending.result()
            return task.result()
        finally:
            del self._endings[task]
            if not task.done():
                stopping = asyncio.create_task(_stop(task))
                self._stopping.add(stopping)
                stopping.add_done_callback(self._stopping.discard)


async def _stop(task: asyncio.Task[Any]) -> None:
    # Once is not always enough: asyncio.wait_for of Python 3.11 drops a cancellation that comes with its result.
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=_CANCEL_AGAIN_S)
    if not task.cancelled() and (error := task.exception()):
        logger.info("a request that was ended failed: %r", error)
