"""ty kept running as a language server, with unsaved text laid over the files."""

from __future__ import annotations

import asyncio
import logging
import os
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ty import find_ty_bin

from autoglm_core.types import Document, Span, Workspace
from autoglm_core.validators.baseline import CannotInspectError
from autoglm_core.validators.changed_files import FolderWatch
from autoglm_core.validators.language_server import LanguageServer, ServerLostError, ServerRefusedError
from autoglm_core.validators.ty_environment import own_environment, package_folders

_log = logging.getLogger(__name__)
_START_S, _ANSWER_S = 10.0, 20.0
_MOST_FOLDERS = 8
_Answer = TypeVar("_Answer")
_CAPABILITIES = {
    "general": {"positionEncodings": ["utf-32"]},  # code points, as the program counts
    "workspace": {"configuration": True, "workspaceFolders": True, "didChangeWatchedFiles": {}},
    "textDocument": {"synchronization": {}, "diagnostic": {}},  # pulled: nothing is sent unasked
}


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What ty says of one place, in the offsets of the text that it was asked about."""

    rule: str
    message: str
    span: Span


class TyServer:
    """Starts ty on first need and again when it died; one question at a time.

    ``rules`` are rules that a workspace's settings may not switch off. Nothing is written to the disk: ty
    judges the texts that it is sent, under the paths where they belong.
    """

    def __init__(self, rules: Sequence[str] = (), command: Sequence[str] = ()) -> None:
        self._rules = dict.fromkeys(rules, "error")
        self._command = tuple(command)
        self._lock = asyncio.Lock()
        self._server: LanguageServer | None = None
        self._open: dict[str, tuple[int, str]] = {}
        self._folders: OrderedDict[Path, FolderWatch] = OrderedDict()
        self._packages: dict[Path, int] = {}
        self._closed = False
        self.generation = 0
        """Counts what changed on the disk as far as ty was told, and its starts: what it said before may be old."""

    @property
    def pid(self) -> int | None:
        """The process id of ty while it runs."""
        return self._server.pid if self._server and self._server.alive else None

    async def diagnose(self, document: Document, workspace: Workspace) -> tuple[Diagnostic, ...]:
        """What ty says of a document, in its workspace as the editor holds it.

        Raises CannotInspectError when ty cannot be started, dies twice, refuses or takes too long. When the
        caller is cancelled, ty is told, and the next question finds it usable.
        """
        return await self._answer(lambda: self._ask(document, workspace))

    async def names_at(self, document: Document, workspace: Workspace, offset: int) -> tuple[str, ...]:
        """The names that could stand at an offset of a document: in scope, or behind a dot those of the object.

        Raises CannotInspectError as ``diagnose`` does.
        """
        return await self._answer(lambda: self._ask_names(document, workspace, offset))

    async def _answer(self, ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
        async with self._lock:
            try:
                try:
                    return await ask()
                except ServerLostError as error:
                    if self._closed:
                        raise
                    _log.warning("ty is started again: %s", error)
                    await self._stop()
                    return await ask()
            except (ServerLostError, ServerRefusedError) as error:
                await self._stop()
                raise CannotInspectError(f"ty gave no answer: {error}") from error
            except TimeoutError as error:
                await self._stop()
                raise CannotInspectError("ty gave no answer in time") from error

    async def aclose(self) -> None:
        """End the process; a question that is under way gets CannotInspectError."""
        self._closed = True
        if self._server:
            self._server.kill()
        async with self._lock:
            await self._stop()

    async def _ask(self, document: Document, workspace: Workspace) -> tuple[Diagnostic, ...]:
        server, path = await self._shown(document, workspace)
        answer = await server.request("textDocument/diagnostic", {"textDocument": {"uri": path.as_uri()}}, _ANSWER_S)
        # A hint has no rule and is no fault: it only greys text out, where code is never reached.
        return tuple(_diagnostic(item, document) for item in answer.get("items", ()) if item.get("code"))

    async def _ask_names(self, document: Document, workspace: Workspace, offset: int) -> tuple[str, ...]:
        server, path = await self._shown(document, workspace)
        line, column = document.position(offset)
        at = {"textDocument": {"uri": path.as_uri()}, "position": {"line": line, "character": column}}
        answer = await server.request("textDocument/completion", at, _ANSWER_S)
        items = answer.get("items", ()) if isinstance(answer, dict) else answer or ()
        # What would have to be imported first is not in scope, and a keyword argument is no name.
        own = (item["label"] for item in items if not item.get("additionalTextEdits"))
        return tuple(label for label in own if label.isidentifier())

    async def _shown(self, document: Document, workspace: Workspace) -> tuple[LanguageServer, Path]:
        """The running server, with the document laid over its file, and where that is."""
        path = _place(document.path, workspace)
        folder = _root(workspace.folder_of(path))
        server = await self._running(folder)
        await self._tell_changes(server, folder)
        texts = {p.as_uri(): text for p, text in workspace.unsaved.items() if p.is_absolute() and _is_python(p)}
        await self._lay_over(server, {**texts, path.as_uri(): document.text})
        return server, path

    async def _running(self, folder: Path) -> LanguageServer:
        if self._packages != package_folders(self._folders):
            await self._stop()  # something was installed or removed, which ty does not notice
        server = self._server if self._server and self._server.alive else await self._start(folder)
        if folder not in self._folders:
            self._folders[folder] = FolderWatch(folder)
            event: dict[str, Any] = {"added": [_named(folder)], "removed": []}
            if len(self._folders) > _MOST_FOLDERS:
                event["removed"] = [_named(self._folders.popitem(last=False)[0])]
            await server.notify("workspace/didChangeWorkspaceFolders", {"event": event})
        self._packages = package_folders(self._folders)
        return server

    async def _start(self, folder: Path) -> LanguageServer:
        await self._stop()
        if self._closed:
            raise ServerLostError("it was closed")
        server = await LanguageServer.start(self._command or (find_ty_bin(), "server"), self._answers())
        self._folders[folder] = FolderWatch(folder)
        try:
            params = {"processId": os.getpid(), "rootUri": None, "workspaceFolders": [_named(folder)]}
            answer = await server.request("initialize", {**params, "capabilities": _CAPABILITIES}, _START_S)
            if answer["capabilities"].get("positionEncoding") != "utf-32":
                raise ServerRefusedError("this ty does not count in code points (utf-32); install the pinned one")
            await server.notify("initialized", {})
        except BaseException:  # cancelled too: half a start is none
            server.kill()
            await server.aclose()
            self._folders.clear()
            raise
        self._server = server
        self.generation += 1
        return server

    def _answers(self) -> dict[str, Callable[[Any], Any]]:
        """What ty may ask of its client."""
        return {
            "workspace/configuration": lambda params: [
                self._configuration(item.get("scopeUri", "")) for item in params["items"]
            ],
            "client/registerCapability": lambda _: None,
            "client/unregisterCapability": lambda _: None,
            "window/workDoneProgress/create": lambda _: None,
            "workspace/diagnostic/refresh": lambda _: None,
        }

    async def _stop(self) -> None:
        server, self._server = self._server, None
        self._open, self._packages = {}, {}
        self._folders.clear()
        if server:
            await server.aclose()

    async def _tell_changes(self, server: LanguageServer, folder: Path) -> None:
        self._folders.move_to_end(folder)
        # In a thread: a large or slow folder must not keep the editor waiting.
        changed = await asyncio.to_thread(self._folders[folder].changes)
        if changed:
            self.generation += 1
            # Type 1, "created", makes ty look again at whatever is there; 3 is "deleted".
            events = [{"uri": path.as_uri(), "type": 1 if path.exists() else 3} for path in changed]
            events += [{"uri": path.as_uri(), "type": 2} for path in changed if path.exists()]
            await server.notify("workspace/didChangeWatchedFiles", {"changes": events})

    async def _lay_over(self, server: LanguageServer, texts: Mapping[str, str]) -> None:
        """Make the server's open documents exactly these, whatever an earlier question left open."""
        for uri in [uri for uri in self._open if uri not in texts]:
            del self._open[uri]
            await server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        for uri, text in texts.items():
            version, old = self._open.get(uri, (0, None))
            if text == old:
                continue
            self._open[uri] = (version + 1, text)
            if old is None:
                item = {"uri": uri, "languageId": "python", "version": version + 1, "text": _encodable(text)}
                await server.notify("textDocument/didOpen", {"textDocument": item})
            else:
                identifier = {"uri": uri, "version": version + 1}
                change = {"textDocument": identifier, "contentChanges": [{"text": _encodable(text)}]}
                await server.notify("textDocument/didChange", change)

    def _configuration(self, scope: str) -> dict[str, Any]:
        settings: dict[str, Any] = {
            "rules": self._rules,
            "analysis": {"respect-type-ignore-comments": False},
            # A file that the user works on is looked at, and by these rules, whatever the workspace says. The
            # patterns are relative to the folder in which ty runs, which is the root.
            "src": {"include": ["**"], "exclude": ["!**/*.py"]},
            "overrides": [{"include": ["**"], "rules": self._rules}],
        }
        environment = own_environment(next((f for f in self._folders if f.as_uri() == scope), None))
        if environment:
            settings["environment"] = {"python": str(environment)}
        return {"diagnosticMode": "openFilesOnly", "configuration": settings}


def _diagnostic(item: dict[str, Any], document: Document) -> Diagnostic:
    start, end = (document.offset(at["line"], at["character"]) for at in (item["range"]["start"], item["range"]["end"]))
    return Diagnostic(str(item["code"]), item["message"], Span(start, max(start, end)))


def _place(path: Path, workspace: Workspace) -> Path:
    """Where ty shall believe the document to be: untitled ones in the first folder, always as ``.py``."""
    if not path.is_absolute():
        path = (workspace.folders[0] if workspace.folders else Path()).absolute() / path.name.replace(":", "_")
    return path if _is_python(path) else path.with_name(path.name + ".py")


def _is_python(path: Path) -> bool:
    return path.suffix in (".py", ".pyi")


def _root(folder: Path) -> Path:
    """Where imports start: ty wants a folder that exists, and outside the package that a file belongs to."""
    folder = next((each for each in (folder, *folder.parents) if each.is_dir()), Path("/")).absolute()
    while (folder / "__init__.py").exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _named(folder: Path) -> dict[str, str]:
    return {"uri": folder.as_uri(), "name": folder.name}


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
