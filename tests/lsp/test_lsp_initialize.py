"""initialize: what is offered to which client, and what is not loaded for it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from lsprotocol import types as lsp


async def test_vscode_is_offered_inline_completion_and_no_list(start):
    editor = await start()
    offered = editor.result.capabilities
    assert editor.result.server_info.name == "autoglm"
    assert editor.result.server_info.version
    assert offered.inline_completion_provider is not None
    assert offered.completion_provider is None
    assert offered.code_action_provider.resolve_provider
    assert offered.position_encoding == lsp.PositionEncodingKind.Utf16
    assert offered.notebook_document_sync.notebook_selector[0].notebook == "jupyter-notebook"
    assert offered.text_document_sync.change is lsp.TextDocumentSyncKind.Incremental
    assert offered.workspace.workspace_folders.change_notifications


async def test_a_client_without_inline_completion_is_offered_the_list(start):
    editor = await start(like="neovim")
    offered = editor.result.capabilities
    assert offered.completion_provider.resolve_provider
    assert offered.position_encoding == lsp.PositionEncodingKind.Utf8, "the first that the client lists"


async def test_the_commands_are_those_documented(start):
    editor = await start()
    assert sorted(editor.result.capabilities.execute_command_provider.commands) == [
        "autoglm.document",
        "autoglm.edit",
        "autoglm.fix",
        "autoglm.implement",
        "autoglm.kept",
        "autoglm.metrics",
        "autoglm.refactor",
        "autoglm.rejected",
        "autoglm.showTrace",
        "autoglm.test",
        "autoglm.trace",
        "autoglm.traces",
        "autoglm.types",
    ]


async def test_a_second_initialize_is_refused(start, refused):
    editor = await start()
    params = lsp.InitializeParams(capabilities=lsp.ClientCapabilities())
    error = await refused(editor.protocol.send_request_async("initialize", params))
    assert error.code == -32600


def test_start_imports_nothing_heavy():
    """Before initialize is answered only pygls, lsprotocol and this package's own modules are there."""
    code = "from autoglm_server.lsp.server import Server; Server(); import sys; print('\\n'.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "pygls.lsp.server" in loaded
    heavy = "torch transformers xllamacpp uvicorn starlette jedi httpx tree_sitter sqlite3 pathspec psutil rich keyring"
    assert not set(heavy.split()) & set(loaded)


@pytest.mark.parametrize("like", ["vscode", "neovim", "emacs", "plain"])
async def test_every_kind_of_client_gets_an_answer(start, like):
    editor = await start(like=like)
    uri = editor.open("a.py", "def add(a, b):\n    ...\n")
    assert [action.title for action in await editor.actions(uri, 0)] == ["Implement add"]
