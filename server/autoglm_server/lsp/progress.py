"""Work-done progress: the loop's stages in words, with a button that stops it."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from autoglm_core.types import Stage

if TYPE_CHECKING:
    from autoglm_server.lsp.server import Server

logger = logging.getLogger(__name__)


class WorkDoneProgress:
    """One progress that the server starts, where the client shows such.

    The work never waits for the client: a client that is slow to allow the progress, or never does, sees the
    stages from then on, or none. ``on_cancel`` is called when the user stops it.
    """

    def __init__(self, server: Server, title: str, on_cancel: Callable[[], None]) -> None:
        self._server = server
        self._title = title
        self._on_cancel = on_cancel
        self._token = f"autoglm-{uuid.uuid4().hex}"
        self._creation: asyncio.Task[None] | None = None
        self._begun = False
        self._words = ""
        self.summary = ""
        """What the end says."""

    async def __aenter__(self) -> WorkDoneProgress:
        """Ask the client for the progress, without waiting."""
        if self._server.client.progress:
            self._creation = asyncio.create_task(self._create())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the progress, whatever came of the work."""
        if self._creation is None:
            return
        self._creation.cancel()
        self._server.work_done_progress.tokens.pop(self._token, None)
        if self._begun:
            words = self.summary or ("stopped" if error else "done")
            self._server.work_done_progress.end(self._token, lsp.WorkDoneProgressEnd(message=words))

    def report(self, stage: Stage) -> None:
        """Tell the user where the loop stands."""
        self._words = f"attempt {stage.attempt} of {stage.attempts}: {stage.message}"
        if self._begun:
            self._server.work_done_progress.report(self._token, lsp.WorkDoneProgressReport(message=self._words))

    async def _create(self) -> None:
        progress = self._server.work_done_progress
        try:
            await progress.create_async(self._token)
        except JsonRpcException as error:
            logger.info("the client refused a progress: %s", error)
            return
        begin = lsp.WorkDoneProgressBegin(title=self._title, cancellable=True, message=self._words or None)
        progress.begin(self._token, begin)
        self._begun = True
        progress.tokens[self._token].add_done_callback(lambda future: future.cancelled() and self._on_cancel())
