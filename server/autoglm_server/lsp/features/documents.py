"""didOpen, didChange, didSave, didClose: what runs about the old text is ended, and the new one is read ahead.

pygls keeps the texts themselves.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from lsprotocol import types as lsp
from pygls.uris import to_fs_path

from autoglm_core.errors import SettingsError
from autoglm_server.lsp.server import Server
from autoglm_server.lsp.settling import end_of


def register(server: Server) -> None:
    """React to texts and notebook cells that change or close."""
    server.notice(lsp.TEXT_DOCUMENT_DID_OPEN, _opened)
    server.notice(lsp.TEXT_DOCUMENT_DID_CHANGE, _changed)
    server.notice(lsp.TEXT_DOCUMENT_DID_SAVE, _saved)
    server.notice(lsp.TEXT_DOCUMENT_DID_CLOSE, _closed)
    server.notice(lsp.NOTEBOOK_DOCUMENT_DID_CHANGE, _notebook_changed)


def _opened(server: Server, params: lsp.DidOpenTextDocumentParams) -> None:
    server.settling.note(params.text_document.uri, None)


def _changed(server: Server, params: lsp.DidChangeTextDocumentParams) -> None:
    server.work.document_changed(params.text_document.uri)
    if params.content_changes:
        server.settling.note(params.text_document.uri, end_of(params.content_changes[-1]))


def _saved(server: Server, params: lsp.DidSaveTextDocumentParams) -> None:
    server.spawn(_tell_saved(server, params.text_document.uri))


def _closed(server: Server, params: lsp.DidCloseTextDocumentParams) -> None:
    server.work.document_changed(params.text_document.uri)
    server.settling.cancel()
    server.spawn(_tell_closed(server, params.text_document.uri))


async def _tell_saved(server: Server, uri: str) -> None:
    snapshot = server.documents.snapshot(uri)
    if snapshot is None:
        return
    with suppress(SettingsError):  # without an assistant nothing is remembered
        async with server.session.assistant() as assistant:
            assistant.saved(snapshot.document)


async def _tell_closed(server: Server, uri: str) -> None:
    path = to_fs_path(uri)
    with suppress(SettingsError):
        async with server.session.assistant() as assistant:
            if path is not None:
                assistant.closed(Path(path))


def _notebook_changed(server: Server, params: lsp.DidChangeNotebookDocumentParams) -> None:
    cells = params.change.cells
    for changed in (cells.text_content or ()) if cells else ():
        server.work.document_changed(changed.document.uri)
