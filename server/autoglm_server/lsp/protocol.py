"""JSON-RPC as pygls speaks it, with the corners mended that would leave a client without an answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.json_rpc import RPCMessage, RPCRequest

from autoglm_server.lsp import failures
from autoglm_server.lsp.documents import Documents

logger = logging.getLogger(__name__)

_ANSWERED = object()
"""Stands for a message that could not be read and was answered with an error."""


class Protocol(LanguageServerProtocol):
    """Answers every request, and lets ``$/cancelRequest`` reach commands.

    pygls runs a command's coroutine beside the request's own future, so cancelling the request would leave the
    command running; ``command_tasks`` holds what to cancel, by the request's id.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.command_tasks: dict[str | int, asyncio.Task[Any]] = {}

    def adopt(self, documents: Documents) -> None:
        """Keep the documents here instead of in the workspace that pygls made."""
        self._workspace = documents

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Read one message. A request that cannot be read is answered at once."""
        try:
            return super().structure_message(data)
        except JsonRpcException:
            if not _is_request(data):
                raise
            known = self.get_message_type(data["method"]) is not None
            code = failures.INVALID_PARAMS if known else failures.METHOD_NOT_FOUND
            words = "was sent with parameters that do not fit LSP 3.18" if known else "is not a method of this server"
            self._refuse(data["id"], code, f"{data['method']} {words}.")
            return _ANSWERED

    def handle_message(self, message: RPCMessage) -> None:
        """Handle one message, when this server is in a state to do so."""
        if message is _ANSWERED:
            return
        if isinstance(message, dict):
            if _is_request(message):
                self._refuse(message["id"], failures.INVALID_REQUEST, 'The message lacks "jsonrpc": "2.0".')
            return
        if isinstance(message, RPCRequest):
            if self._workspace is None and message.method != lsp.INITIALIZE:
                self._refuse(message.id, failures.SERVER_NOT_INITIALIZED, "The server waits for initialize.")
                return
            if self._workspace is not None and message.method == lsp.INITIALIZE:
                self._refuse(message.id, failures.INVALID_REQUEST, "The server is initialized already.")
                return
            if self._shutdown:
                self._refuse(message.id, failures.INVALID_REQUEST, "The server is shutting down.")
                return
        super().handle_message(message)

    def _execute_handler(
        self,
        msg_id: str | int,
        handler: Callable[..., Any],
        callback: Callable[[Any], None],
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        """Run a handler, and forget it at its end: pygls 2.1.1 keeps what handles a notification, some 2 kB a key."""

        def ended(future: Any) -> None:
            self._request_futures.pop(msg_id, None)
            callback(future)

        super()._execute_handler(msg_id, handler, ended, args, kwargs)

    def _handle_cancel_notification(self, msg_id: str | int) -> None:
        super()._handle_cancel_notification(msg_id)
        if task := self.command_tasks.get(msg_id):
            task.cancel()

    def _refuse(self, identity: str | int, code: int, message: str) -> None:
        logger.warning("refused request %r: %s", identity, message)
        self._send_response(identity, error=lsp.ResponseError(code=code, message=message))


def _is_request(data: dict[str, Any]) -> bool:
    return isinstance(data.get("method"), str) and isinstance(data.get("id"), (str, int))
