"""Fixes by rule for the menu of code actions: waited for briefly, remembered while the text stays."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from autoglm_core.types import Outcome
from autoglm_server.lsp.snapshot import Snapshot
from autoglm_server.lsp.wish import FIX, Wish

if TYPE_CHECKING:
    from autoglm_core.assistant import Assistant
    from autoglm_server.lsp.server import Server

_LONGEST_S = 10.0
"""The checkers start meanwhile, when it is the first thing that they are asked."""
_KEPT = 16

_Key = tuple[int, str, str, int, str]


class Mends:
    """What is known, and what is being made, for the problems of texts as they are.

    Editors ask for code actions at each move of the cursor, and again when the menu opens: what was not ready for
    the first request is for the second.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._tasks: OrderedDict[_Key, asyncio.Task[Outcome | None]] = OrderedDict()
        self._waiting: Counter[asyncio.Task[Outcome | None]] = Counter()

    async def find(
        self, assistant: Assistant, snapshot: Snapshot, diagnostic: lsp.Diagnostic, patience_s: float
    ) -> Outcome | None:
        """A checked fix of a diagnostic, if there is one within so many seconds.

        Cancelling stops what makes it, unless another request waits for the same.
        """
        start = snapshot.span(diagnostic.range).start
        key = (id(assistant), snapshot.uri, snapshot.document.text, start, diagnostic.message)
        task = self._tasks.get(key)
        if task is None or task.cancelled() or task.cancelling():
            task = self._tasks[key] = self._server.spawn(self._mend(snapshot, diagnostic))
            self._forget(snapshot)
        self._waiting[task] += 1
        try:
            await asyncio.wait({task}, timeout=patience_s)
        except asyncio.CancelledError:
            if not task.done() and self._waiting[task] == 1:
                task.cancel()
            raise
        finally:
            self._waiting[task] -= 1
            if not self._waiting[task]:
                del self._waiting[task]
        return task.result() if task.done() and not task.cancelled() and task.exception() is None else None

    async def _mend(self, snapshot: Snapshot, diagnostic: lsp.Diagnostic) -> Outcome | None:
        problems = Wish(FIX, snapshot.uri, diagnostics=(diagnostic,)).problems(snapshot)
        async with self._server.session.assistant() as assistant:
            return await assistant.mend(snapshot.document, problems, snapshot.workspace, deadline_s=_LONGEST_S)

    def _forget(self, snapshot: Snapshot) -> None:
        """What was about the text before this one, and the oldest."""
        old = [key for key in self._tasks if key[1] == snapshot.uri and key[2] != snapshot.document.text]
        for key in [*old, *list(self._tasks)[: max(0, len(self._tasks) - len(old) - _KEPT)]]:
            if task := self._tasks.pop(key, None):
                task.cancel()
