"""The server: its name, its state, and how a handler is registered. Nothing heavy is imported before it answers."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, NoReturn

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from autoglm_core.errors import SettingsError
from autoglm_server.lsp import failures
from autoglm_server.lsp.capabilities import ClientCapabilities
from autoglm_server.lsp.documents import Documents
from autoglm_server.lsp.mends import Mends
from autoglm_server.lsp.options import EditorOptions
from autoglm_server.lsp.protocol import Protocol
from autoglm_server.lsp.session import Session
from autoglm_server.lsp.settling import Settling
from autoglm_server.lsp.snapshot import Snapshot
from autoglm_server.lsp.work import Work

logger = logging.getLogger(__name__)

FEATURES = (
    *(
        "lifecycle",
        "documents",
        "configuration",
        "inline_completion",
        "code_action",
        "resolve",
        "commands",
        "traces",
    ),
    *("edit", "status", "models", "model_choice"),
)
"""Modules of ``features``; ``completion`` joins them for a client without inline completion, ``code_lens`` for one
that shows code lenses.
"""

_SAY_AGAIN_AFTER_S = 60.0


class Server(LanguageServer):
    """A pygls server with one session, and one boundary around every handler."""

    protocol: Protocol

    def __init__(self, script: Path | None = None) -> None:
        super().__init__(
            "autoglm",
            metadata.version("autoglm-ls"),
            text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental,
            notebook_document_sync=_notebooks(),
            protocol_cls=Protocol,
        )
        self.client = ClientCapabilities()
        self.options = EditorOptions()
        self.work = Work()
        self.session = Session(script, self.tell)
        self.settling = Settling(self)
        self.mends = Mends(self)
        self.paused = False
        """The user wants no grey text for now; what is asked for by name is still done."""
        self.follows_status = False
        """The client asked for the status once, so it knows what tells of its changes."""
        self._background: set[asyncio.Task[Any]] = set()
        self._closing: asyncio.Task[None] | None = None
        self._said: dict[str, float] = {}
        for name in FEATURES:
            self.add_feature(name)

    @property
    def documents(self) -> Documents:
        """What the editor holds open. Raises RuntimeError before initialize."""
        workspace = self.workspace
        if not isinstance(workspace, Documents):
            raise RuntimeError("the server is not initialized")
        return workspace

    def snapshot(self, uri: str) -> Snapshot:
        """The document as it is now. Raises JsonRpcException when there is nothing to work on."""
        found = self.documents.snapshot(uri)
        if found is None:
            raise failures.failed(self.documents.why_no_snapshot(uri))
        return found

    def add_feature(self, name: str) -> None:
        """Register the handlers of one module of ``features``."""
        import_module(f"autoglm_server.lsp.features.{name}").register(self)

    def answer(self, method: str, handler: Callable[[Server, Any], Awaitable[Any]], options: Any = None) -> None:
        """Answer a request by a coroutine; its exceptions become errors that a user can read."""

        async def bounded(params: Any) -> Any:
            return await self._bounded(handler(self, params))

        self.feature(method, options)(bounded)

    def answer_command(self, name: str, handler: Callable[..., Awaitable[Any]]) -> None:
        """Answer ``workspace/executeCommand``; cancelling the request cancels the coroutine."""

        async def bounded(*arguments: Any) -> Any:
            identity, task = self.protocol.msg_id, asyncio.current_task()
            if identity is not None and task is not None:
                self.protocol.command_tasks[identity] = task
            try:
                return await self._bounded(handler(self, *arguments))
            finally:
                self.protocol.command_tasks.pop(identity if identity is not None else "", None)

        self.command(name)(bounded)

    def notice(self, method: str, handler: Callable[[Server, Any], None]) -> None:
        """React to a notification at once, in the order in which they come."""

        def bounded(params: Any) -> None:
            handler(self, params)

        self.feature(method)(bounded)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something that no request waits for; a failure is logged."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background_done)
        return task

    def tell(self, message: str, is_error: bool) -> None:
        """Show a sentence to the user; the same one again only after a minute."""
        self.show(message, lsp.MessageType.Error if is_error else lsp.MessageType.Info, again=False)

    def show(self, message: str, kind: lsp.MessageType, *, again: bool = True) -> None:
        """Show a sentence to the user."""
        now = time.monotonic()
        if not again and now - self._said.get(message, -_SAY_AGAIN_AFTER_S) < _SAY_AGAIN_AFTER_S:
            return
        self._said = {text: at for text, at in self._said.items() if now - at < _SAY_AGAIN_AFTER_S}
        self._said[message] = now
        self.window_show_message(lsp.ShowMessageParams(kind, message))

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log what goes wrong outside a request. Nothing is sent: the pipe itself may be what broke."""
        if isinstance(error, JsonRpcException):
            logger.info("%s: %s", source.__name__, error)
        else:
            logger.warning("%s: %s", source.__name__, error, exc_info=error)

    def begin_closing(self) -> asyncio.Task[None]:
        """Stop taking work, and end what runs in the background; the task is done when all has ended."""
        if self._closing is None:
            self.settling.cancel()
            for task in self._background:
                task.cancel()
            self._closing = asyncio.create_task(self._close())
        return self._closing

    async def aclose(self) -> None:
        """End what runs, and close the assistant."""
        await asyncio.wait({self.begin_closing()})

    async def _close(self) -> None:
        await self.work.aclose()
        await self.session.aclose()

    async def _bounded(self, work: Awaitable[Any]) -> Any:
        try:
            return await work
        except Exception as error:  # the boundary: whatever it is becomes an answer, and is logged
            raise failures.as_json_rpc(error) from error

    def _background_done(self, task: asyncio.Task[Any]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("background work failed", exc_info=error)


def _notebooks() -> lsp.NotebookDocumentSyncOptions:
    # A selector that names cells alone makes pygls's own client hang on initialize.
    cells = [lsp.NotebookCellLanguage(language="python")]
    selector = lsp.NotebookDocumentFilterWithCells(notebook="jupyter-notebook", cells=cells)
    return lsp.NotebookDocumentSyncOptions(notebook_selector=[selector])


def run(*, tcp: int | None = None, script: Path | None = None, log_level: str = "warning") -> int:
    """Serve one client until it leaves; returns the exit code that LSP asks for.

    Over stdio, or with ``tcp`` over a loopback port (0: any) with a printed key. ``script`` plays answers from
    a JSON file instead of asking a model. ``log_level`` is a level of ``logging``; the log goes to stderr.
    """
    from autoglm_server.lsp.transport import serve_stdio, serve_tcp

    _log_to_stderr(log_level)

    async def serve() -> int:
        server = Server(script)
        await (serve_stdio(server) if tcp is None else serve_tcp(server, tcp))
        return 1  # the client went away without shutdown and exit

    try:
        return asyncio.run(serve())
    except SystemExit as leaving:  # pygls ends the process so when the client says exit
        _leave(int(leaving.code or 0))
    except KeyboardInterrupt:
        _leave(130)
    except OSError as error:
        raise SettingsError(f"Port {tcp} cannot be used: {error}. Choose another, or 0 for any.") from error


def _leave(code: int) -> NoReturn:
    """End the process. The thread that reads stdin cannot be interrupted, and Python would wait for it."""
    logging.shutdown()
    sys.stderr.flush()
    os._exit(code)


def _log_to_stderr(level: str) -> None:
    form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(stream=sys.stderr, level=level.upper(), format=form)
    if level != "debug":
        # pygls logs whole messages, and with them the user's code; what fails is logged by this package.
        logging.getLogger("pygls").setLevel(logging.CRITICAL)
