"""textDocument/codeLens: "Implement" above stubs, "Write tests" above functions; found by parsing alone."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Sequence

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from autoglm_core.analysis.test_files import is_test_file
from autoglm_core.types import Target
from autoglm_server.lsp.offers import is_importable
from autoglm_server.lsp.server import Server, logger
from autoglm_server.lsp.snapshot import Snapshot
from autoglm_server.lsp.wish import IMPLEMENT, TEST, Wish

_EMPTY = re.compile(r"(?:\s|#.*+|\.\.\.|pass\b|raise NotImplementedError\b(?:\(.*\))?)*")


def register(server: Server) -> None:
    """Offer them, each with its command at once: there is nothing left to resolve."""
    server.answer(lsp.TEXT_DOCUMENT_CODE_LENS, _code_lens, lsp.CodeLensOptions(resolve_provider=False))


async def refresh(server: Server) -> None:
    """Have the client ask again, as the setting changed."""
    if server.client.code_lens and server.client.refreshes_code_lenses:
        try:
            await server.workspace_code_lens_refresh_async(None)
        except JsonRpcException as error:
            logger.info("the client did not refresh its code lenses: %s", error)


async def _code_lens(server: Server, params: lsp.CodeLensParams) -> Sequence[lsp.CodeLens]:
    snapshot = server.documents.snapshot(params.text_document.uri)
    if snapshot is None:
        return ()
    async with server.session.assistant() as assistant:
        path = server.documents.notebook_path(snapshot.uri) or snapshot.document.path
        shows = assistant.settings.code_lens
        if not shows or server.session.why_excluded(assistant, path, snapshot.workspace):
            return ()
    is_cell = server.documents.notebook_path(snapshot.uri) is not None
    # A client that blocks until a command is answered would block for minutes.
    return await asyncio.to_thread(lenses, snapshot, is_cell=is_cell, wait=server.client.lazy_edits)


def lenses(snapshot: Snapshot, *, is_cell: bool, wait: bool) -> list[lsp.CodeLens]:
    """The lenses of a document in text order; ``is_cell``: it is a notebook's, which no test can import.

    ``wait``: the commands are answered when their work is done.
    """
    from autoglm_core.targets import list_targets  # tree-sitter: not at start-up

    tested = not is_cell and not is_test_file(snapshot.document.path)
    targets = [target for target in list_targets(snapshot.document) if target.span.start >= snapshot.start]
    names = Counter(target.name for target in targets)
    made = []
    for target in targets:
        if target.is_stub:
            title, command = "Implement", IMPLEMENT
        elif tested and not _is_empty(snapshot, target) and is_importable(snapshot, target.name):
            title, command = "Write tests", TEST
        else:
            continue
        wish = _wish(snapshot, target, command, named=names[target.name] == 1, wait=wait)
        place = snapshot.range(target.span).start
        shown = lsp.Command(title, command, arguments=[wish.dump()])
        made.append(lsp.CodeLens(lsp.Range(place, place), shown))
    return made


def _is_empty(snapshot: Snapshot, target: Target) -> bool:
    """Whether the body says nothing, as that of an abstract method, which is no stub."""
    return _EMPTY.fullmatch(snapshot.document.text, target.body.start, target.body.end) is not None


def _wish(snapshot: Snapshot, target: Target, command: str, *, named: bool, wait: bool) -> Wish:
    """By its name alone a function is found also after edits elsewhere, which move it before lenses are asked again."""
    if named:
        return Wish(command, snapshot.uri, name=target.name, wait=wait)
    position = snapshot.range(target.span).start
    return Wish(command, snapshot.uri, snapshot.version, position=position, name=target.name, wait=wait)
