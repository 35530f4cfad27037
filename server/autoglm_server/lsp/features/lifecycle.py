"""initialize, initialized, shutdown, exit: read the client, and begin to build the assistant once it is answered."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Any

from lsprotocol import types as lsp

from autoglm_server.lsp.capabilities import ClientCapabilities
from autoglm_server.lsp.documents import Documents
from autoglm_server.lsp.features.configuration import reconfigure, register_watches
from autoglm_server.lsp.server import Server

logger = logging.getLogger(__name__)

_CLOSING_S = 10.0


def register(server: Server) -> None:
    """Answer them."""
    server.notice(lsp.INITIALIZE, _initialize)
    server.notice(lsp.INITIALIZED, _initialized)
    server.answer(lsp.SHUTDOWN, _shutdown)
    server.answer(lsp.EXIT, _exit)


def _initialize(server: Server, params: lsp.InitializeParams) -> None:
    made = server.workspace
    documents = Documents(
        made.root_uri,
        lsp.TextDocumentSyncKind.Incremental,
        params.workspace_folders or (),
        made.position_encoding,
    )
    server.client = ClientCapabilities.read(params.capabilities, params.client_info.name if params.client_info else "")
    server.options.read(params.initialization_options)
    if server.options.applies_edits:
        server.client = replace(server.client, applies_edits=True)
    documents.trusted = server.options.trusted
    server.protocol.adopt(documents)
    if not server.client.inline_completion:
        server.add_feature("completion")
    if server.client.code_lens and server.client.applies_edits:
        server.add_feature("code_lens")


def _initialized(server: Server, params: Any) -> None:
    server.spawn(_begin(server))


async def _begin(server: Server) -> None:
    await reconfigure(server)
    await register_watches(server)


async def _shutdown(server: Server, params: None) -> None:
    """Answered at once: editors wait for it while their window stays open. What runs ends behind it."""
    server.begin_closing()


async def _exit(server: Server, params: None) -> None:
    """The process ends when everything that it started has ended."""
    try:
        async with asyncio.timeout(_CLOSING_S):
            await server.aclose()
    except TimeoutError:
        logger.warning("the assistant did not close within %s s", _CLOSING_S)
