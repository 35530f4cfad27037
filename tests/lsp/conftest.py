"""An editor for the tests: pytest-lsp's client with the abilities of a real one, over real stdio."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from lsprotocol import types as lsp
from lsprotocol.converters import get_converter
from pygls.exceptions import JsonRpcException
from pygls.protocol import default_converter
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, LanguageClient
from pytest_lsp.protocol import LanguageClientProtocol

PATIENCE_S = 60.0

# What the real clients say of themselves, cut down to what this server looks at.
VSCODE: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-16"], "staleRequestSupport": {"cancel": True, "retryOnContentModified": []}},
    "workspace": {
        "applyEdit": True,
        "configuration": True,
        "workspaceFolders": True,
        "workspaceEdit": {
            "documentChanges": True,
            "resourceOperations": ["create", "rename", "delete"],
            "changeAnnotationSupport": {"groupsOnLabel": True},
        },
        "didChangeConfiguration": {"dynamicRegistration": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
        "executeCommand": {"dynamicRegistration": True},
        "codeLens": {"refreshSupport": True},
    },
    "textDocument": {
        "inlineCompletion": {"dynamicRegistration": True},
        "completion": {"completionItem": {"snippetSupport": True}},
        "codeLens": {"dynamicRegistration": True},
        "codeAction": {
            "isPreferredSupport": True,
            "disabledSupport": True,
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit", "command"]},
            "honorsChangeAnnotations": True,
            "tagSupport": {"valueSet": [1]},
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix", "refactor"]}},
        },
    },
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
    "notebookDocument": {"synchronization": {"dynamicRegistration": True}},
}
NEOVIM: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-8", "utf-16", "utf-32"]},
    "workspace": {
        "applyEdit": True,
        "configuration": True,
        "workspaceFolders": True,
        "workspaceEdit": {"resourceOperations": ["rename", "create", "delete"]},
    },
    "textDocument": {
        "completion": {
            "completionItem": {
                "snippetSupport": True,
                "documentationFormat": ["markdown", "plaintext"],
                "resolveSupport": {"properties": ["additionalTextEdits", "command"]},
            }
        },
        "codeAction": {
            "isPreferredSupport": True,
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit", "command"]},
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix", "refactor"]}},
        },
    },
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
}
EMACS: dict[str, Any] = {
    "workspace": {
        "applyEdit": True,
        "configuration": True,
        "workspaceFolders": True,
        "workspaceEdit": {"documentChanges": True},
    },
    "textDocument": {
        "completion": {"completionItem": {"snippetSupport": False}},
        "codeAction": {
            "isPreferredSupport": True,
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor"]}},
        },
    },
}
PLAIN: dict[str, Any] = {"workspace": {"applyEdit": True}}
CLIENT_FILES = Path(__file__).parent / "clients"
CLIENTS = {"vscode": VSCODE, "neovim": NEOVIM, "emacs": EMACS, "plain": PLAIN}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever the client did not say that it understands is a failure."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("error::pytest_lsp.LspSpecificationWarning"))


class _Protocol(LanguageClientProtocol):
    """Tells the editor after each message, so that tests wait for what they mean and not for time."""

    def handle_message(self, message: Any) -> None:
        super().handle_message(message)
        self._server.something_came.set()  # type: ignore[attr-defined]


def _converter() -> Any:
    """pygls's converter, with code actions read right: lsprotocol takes each one that has a command for a command."""
    converter = default_converter()

    def read(item: dict[str, Any], _: Any) -> lsp.Command | lsp.CodeAction:
        kind: Any = lsp.Command if isinstance(item.get("command"), str) else lsp.CodeAction
        return converter.structure(item, kind)

    converter.register_structure_hook(lsp.Command | lsp.CodeAction, read)
    return converter


class Editor(LanguageClient):
    """A client with short words for what the tests do."""

    def __init__(self, root: Path) -> None:
        super().__init__(converter_factory=_converter, protocol_cls=_Protocol)
        self.root = root
        self.something_came = asyncio.Event()
        self.result: lsp.InitializeResult
        self.edits: list[lsp.WorkspaceEdit] = []
        self.registrations: list[lsp.Registration] = []
        self.lens_refreshes = 0
        self.statuses: list[Any] = []
        self.leaving = asyncio.Event()
        self.applies: bool | None = True
        """What applyEdit is answered with; None: not before the end of the test."""
        features: dict[str, Any] = dict(DEFAULT_CLIENT_FEATURES)
        features[lsp.WORKSPACE_APPLY_EDIT] = _apply_edit
        features[lsp.CLIENT_REGISTER_CAPABILITY] = _register_capability
        features[lsp.WORKSPACE_CODE_LENS_REFRESH] = _refresh_code_lenses
        features["autoglm/didChangeStatus"] = _note_status
        for method, function in features.items():
            self.feature(method)(function)

    @property
    def process(self) -> asyncio.subprocess.Process:
        assert self._server is not None
        return self._server

    async def until(self, condition: Callable[[], Any]) -> Any:
        """Wait until a condition holds that messages from the server bring about."""
        async with asyncio.timeout(PATIENCE_S):
            while not (found := condition()):
                self.something_came.clear()
                await self.something_came.wait()
        return found

    async def said(self, words: str) -> lsp.ShowMessageParams:
        """Wait for a message to the user that holds the words."""
        return await self.until(lambda: next((m for m in self.messages if words in m.message), None))

    def open(self, name: str, text: str, *, language: str = "python", version: int = 1) -> str:
        uri = name if ":" in name else (self.root / name).as_uri()
        item = lsp.TextDocumentItem(uri, language, version, text)
        self.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return uri

    def change(self, uri: str, version: int, *changes: lsp.TextDocumentContentChangeEvent | str) -> None:
        whole = lsp.TextDocumentContentChangeWholeDocument
        events = [whole(change) if isinstance(change, str) else change for change in changes]
        identifier = lsp.VersionedTextDocumentIdentifier(version=version, uri=uri)
        self.text_document_did_change(lsp.DidChangeTextDocumentParams(identifier, events))

    def inline_params(
        self,
        uri: str,
        line: int,
        character: int,
        *,
        automatic: bool = False,
        selected: lsp.SelectedCompletionInfo | None = None,
    ) -> lsp.InlineCompletionParams:
        trigger = lsp.InlineCompletionTriggerKind
        context = lsp.InlineCompletionContext(trigger.Automatic if automatic else trigger.Invoked, selected)
        return lsp.InlineCompletionParams(context, lsp.TextDocumentIdentifier(uri), lsp.Position(line, character))

    async def inline(self, uri: str, line: int, character: int, **more: Any) -> lsp.InlineCompletionItem | None:
        result = await self.text_document_inline_completion_async(self.inline_params(uri, line, character, **more))
        if result is None:
            return None
        assert isinstance(result, lsp.InlineCompletionList)
        assert len(result.items) == 1
        return result.items[0]

    async def complete(self, uri: str, line: int, character: int) -> lsp.CompletionList | None:
        params = lsp.CompletionParams(lsp.TextDocumentIdentifier(uri), lsp.Position(line, character))
        result = await self.text_document_completion_async(params)
        assert result is None or isinstance(result, lsp.CompletionList)
        return result

    async def actions(
        self,
        uri: str,
        line: int,
        *,
        character: int = 0,
        only: Sequence[str] | None = None,
        diagnostics: Sequence[lsp.Diagnostic] = (),
    ) -> list[Any]:
        place = lsp.Position(line, character)
        context = lsp.CodeActionContext(list(diagnostics), only)
        params = lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), lsp.Range(place, place), context)
        return list(await self.text_document_code_action_async(params) or [])

    async def action(self, uri: str, line: int, title: str, **more: Any) -> lsp.CodeAction:
        """The one action whose title begins so."""
        found = [action for action in await self.actions(uri, line, **more) if action.title.startswith(title)]
        assert len(found) == 1, found
        return found[0]

    async def command(self, name: str, *arguments: Any) -> Any:
        return await self.workspace_execute_command_async(lsp.ExecuteCommandParams(name, list(arguments)))

    def send(self, method: str, params: Any, identity: str) -> asyncio.Future[Any]:
        """Send a request whose id the test knows, to cancel it."""
        return asyncio.wrap_future(self.protocol.send_request(method, params, msg_id=identity))

    def stages(self) -> list[str]:
        """What all progress bars said, in order."""
        return [getattr(r, "message", None) or "" for reports in self.progress_reports.values() for r in reports]

    def kinds(self) -> list[str]:
        """begin, report, end of all progress bars, in order."""
        return [r.kind for reports in self.progress_reports.values() for r in reports]  # type: ignore[attr-defined]

    async def leave(self) -> int:
        """shutdown and exit; the exit code."""
        self.leaving.set()
        async with asyncio.timeout(PATIENCE_S):
            await self.shutdown_async(None)
            self.exit(None)
            return await self.process.wait()


async def _apply_edit(client: Editor, params: lsp.ApplyWorkspaceEditParams) -> lsp.ApplyWorkspaceEditResult:
    client.edits.append(params.edit)
    client.something_came.set()
    if client.applies is None:
        await client.leaving.wait()
    return lsp.ApplyWorkspaceEditResult(bool(client.applies), None if client.applies else "the test says no")


def _refresh_code_lenses(client: Editor, params: None) -> None:
    client.lens_refreshes += 1


def _note_status(client: Editor, status: Any) -> None:
    client.statuses.append(status)


def _register_capability(client: Editor, params: lsp.RegistrationParams) -> None:
    client.registrations += params.registrations


Start = Callable[..., Awaitable[Editor]]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a user without history, and patient: a loaded machine must not fail a test."""
    (tmp_path / "config" / "autoglm").mkdir(parents=True)
    (tmp_path / "config" / "autoglm" / "config.toml").write_text("[inline]\ndeadline_ms = 60000\n")
    places = {f"XDG_{kind}_HOME": str(tmp_path / kind.lower()) for kind in ("CONFIG", "STATE", "DATA", "CACHE")}
    return {**os.environ, **places}


@pytest_asyncio.fixture
async def start(tmp_path: Path, environment: dict[str, str]) -> AsyncIterator[Start]:
    """Start a server and initialise it; at the end every one must leave with exit code 0."""
    started: list[Editor] = []

    async def start_one(
        *answers: str | dict[str, Any],
        like: str = "vscode",
        encodings: Sequence[str] | None = None,
        settings: dict[str, Any] | None = None,
        options: dict[str, Any] | None = None,
        folders: Sequence[Path] | None = None,
        scripted: bool = True,
    ) -> Editor:
        root = tmp_path / "workspace"
        root.mkdir(exist_ok=True)
        editor = Editor(root)
        command = [sys.executable, "-m", "autoglm_server.lsp", "--stdio"]
        if scripted:
            script = tmp_path / f"script{len(started)}.json"
            script.write_text(json.dumps(answers), "utf-8")
            command += ["--script", str(script)]
        await editor.start_io(*command, env=environment, cwd=root)
        started.append(editor)
        # Beside the short lists above: what a client really sent, in a file of its name.
        sent = {} if like in CLIENTS else json.loads((CLIENT_FILES / f"{like}.json").read_text("utf-8"))
        capabilities = sent.get("capabilities") or json.loads(json.dumps(CLIENTS[like]))
        if encodings is not None:
            capabilities.setdefault("general", {})["positionEncodings"] = list(encodings)
        if settings is not None:
            editor.set_configuration(settings, section="autoglm")
        params = lsp.InitializeParams(
            capabilities=get_converter().structure(capabilities, lsp.ClientCapabilities),
            client_info=lsp.ClientInfo(**sent["clientInfo"]) if "clientInfo" in sent else None,
            root_uri=root.as_uri(),
            initialization_options=options,
            workspace_folders=[lsp.WorkspaceFolder(folder.as_uri(), folder.name) for folder in folders or [root]],
        )
        editor.result = await editor.initialize_session(params)
        return editor

    yield start_one
    for editor in started:
        if editor.process.returncode is None:
            assert await editor.leave() == 0
        await editor.stop()


@pytest.fixture
def refused() -> Callable[[Awaitable[Any]], Awaitable[JsonRpcException]]:
    """Await a request that must fail; the error."""

    async def expect(request: Awaitable[Any]) -> JsonRpcException:
        with pytest.raises(JsonRpcException) as caught:
            await request
        error = caught.value
        assert "Traceback" not in str(error.data), "an error must not carry the server's traceback"
        return error

    return expect
