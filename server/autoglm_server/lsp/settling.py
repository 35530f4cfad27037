"""Reads ahead once the user rests: what surrounds the last change is then known to the engine before it is asked."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from autoglm_core.errors import AutoGLMError

if TYPE_CHECKING:
    from autoglm_server.lsp.server import Server

_REST_S = 0.5


class Settling:
    """Waits for the user to rest in a document, then warms the engine there; the latest place counts."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._timer: asyncio.TimerHandle | None = None
        self._place: tuple[str, lsp.Position | None] | None = None

    def note(self, uri: str, position: lsp.Position | None) -> None:
        """Something happened in a document: it was opened (no position), or changed up to a position."""
        self.cancel()
        self._place = (uri, position)
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(_REST_S, lambda: self._server.spawn(self._warm(uri, position)))

    def again(self) -> None:
        """Warm at the latest place: the engine could not before, and now can."""
        if self._place is not None:
            self.note(*self._place)

    def cancel(self) -> None:
        """Whatever was noted counts no longer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _warm(self, uri: str, position: lsp.Position | None) -> None:
        try:
            await self._read_ahead(uri, position)
        except AutoGLMError:
            return  # nobody asked: what is wrong is told at the next request

    async def _read_ahead(self, uri: str, position: lsp.Position | None) -> None:
        server = self._server
        async with server.session.assistant() as assistant:
            inline = assistant.settings.inline
            snapshot = server.documents.snapshot(uri, any_language=True)
            if server.paused or not inline.enabled or not inline.read_ahead or snapshot is None:
                return
            text = snapshot.document.text
            offset = len(text.rstrip()) if position is None else snapshot.offset(position)
            server.session.guard(assistant, server.documents.notebook_path(uri), snapshot.workspace)
            assistant.warm(snapshot.document, offset, snapshot.workspace)


def end_of(change: lsp.TextDocumentContentChangeEvent) -> lsp.Position | None:
    """Where a change ends in the new text; None for a whole new text."""
    if not isinstance(change, lsp.TextDocumentContentChangePartial):
        return None
    lines = change.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    start = change.range.start
    column = (start.character if len(lines) == 1 else 0) + len(lines[-1])
    return lsp.Position(start.line + len(lines) - 1, column)
