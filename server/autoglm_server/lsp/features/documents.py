"""didChange and didClose: what runs about the old text is ended. pygls keeps the texts themselves."""

from __future__ import annotations

from lsprotocol import types as lsp

from autoglm_server.lsp.server import Server


def register(server: Server) -> None:
    """React to texts and notebook cells that change or close."""
    server.notice(lsp.TEXT_DOCUMENT_DID_CHANGE, _changed)
    server.notice(lsp.TEXT_DOCUMENT_DID_CLOSE, _changed)
    server.notice(lsp.NOTEBOOK_DOCUMENT_DID_CHANGE, _notebook_changed)


def _changed(server: Server, params: lsp.DidChangeTextDocumentParams | lsp.DidCloseTextDocumentParams) -> None:
    server.work.document_changed(params.text_document.uri)


def _notebook_changed(server: Server, params: lsp.DidChangeNotebookDocumentParams) -> None:
    cells = params.change.cells
    for changed in (cells.text_content or ()) if cells else ():
        server.work.document_changed(changed.document.uri)
