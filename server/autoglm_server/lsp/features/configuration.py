"""Settings from the editor: initializationOptions, then the section ``autoglm``, pulled or pushed, live."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from autoglm_server.lsp.features import code_lens, status
from autoglm_server.lsp.server import Server

SECTION = "autoglm"
WATCHED = "**/.autoglm.toml"

_ANSWER_S = 5.0

logger = logging.getLogger(__name__)


def register(server: Server) -> None:
    """React to changed settings, folders and settings files."""
    server.notice(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION, _configuration_changed)
    server.notice(lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, _something_changed)
    server.notice(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, _something_changed)


async def reconfigure(server: Server) -> None:
    """Read the settings again, from the editor where it lets us, and rebuild the assistant if they changed."""
    if server.client.configuration:
        await _pull(server)
    before = server.session.settings
    assistant = await server.session.configure(server.documents.folder_paths(), server.options.layer())
    if assistant is not None:
        status.follow(server, assistant)
        if before is not None and before.code_lens != assistant.settings.code_lens:
            server.spawn(code_lens.refresh(server))


async def register_watches(server: Server) -> None:
    """Ask the client to report changes, where it waits to be asked."""
    wanted = []
    if server.client.registers_configuration:
        options = lsp.DidChangeConfigurationRegistrationOptions(section=SECTION)
        wanted.append(lsp.Registration("autoglm-settings", lsp.WORKSPACE_DID_CHANGE_CONFIGURATION, options))
    if server.client.registers_watchers:
        watchers = [lsp.FileSystemWatcher(glob_pattern=WATCHED)]
        files = lsp.DidChangeWatchedFilesRegistrationOptions(watchers=watchers)
        wanted.append(lsp.Registration("autoglm-files", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, files))
    if wanted:
        try:
            await server.client_register_capability_async(lsp.RegistrationParams(wanted))
        except JsonRpcException as error:
            logger.info("the client refused to report changes: %s", error)


async def _pull(server: Server) -> None:
    items = [lsp.ConfigurationItem(section=SECTION)]
    try:
        async with asyncio.timeout(_ANSWER_S):
            answers = await server.workspace_configuration_async(lsp.ConfigurationParams(items))
    except (TimeoutError, JsonRpcException) as error:
        logger.warning("the client did not tell its settings (%s); those known are used", error or "no answer")
        return
    answer = answers[0] if answers else None
    server.options.section = dict(answer) if isinstance(answer, Mapping) else {}


def _configuration_changed(server: Server, params: lsp.DidChangeConfigurationParams) -> None:
    pushed = params.settings
    if not server.client.configuration and isinstance(pushed, Mapping):
        section = pushed.get(SECTION)
        server.options.section = dict(section) if isinstance(section, Mapping) else {}
    server.spawn(reconfigure(server))


def _something_changed(server: Server, params: Any) -> None:
    server.spawn(reconfigure(server))
