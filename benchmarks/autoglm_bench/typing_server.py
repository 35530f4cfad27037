"""The real server over stdio, asked as VS Code asks it: with each key, the request before it cancelled."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

from autoglm_bench.typing_scripts import Script
from autoglm_core.errors import EngineLostError

_PATIENCE_S = 60.0
_AUTOMATIC = 2
_WARNING = 2
_CANCELLED = {-32800, -32801, -32802}  # by the client, for changed content, by the server


class ServerClient:
    """Speaks LSP with ``autoglm lsp``, started with further arguments; ``settings`` is its section ``autoglm``.

    Raises EngineLostError when the server ends, or answers with an error.
    """

    def __init__(self, root: Path, arguments: Sequence[str] = (), settings: Mapping[str, Any] | None = None) -> None:
        self._root = root
        self._arguments = tuple(arguments)
        self._settings = dict(settings or {})
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._last = 0
        self._script: Script | None = None
        self._before = ""
        self._version = 0
        self._request: int | None = None
        self._noting: set[asyncio.Task[None]] = set()
        self._hits = 0
        self.from_cache: dict[int, bool] = {}
        """Of the script that was opened last: which of its requests that had an answer were answered by the cache."""
        self.messages: list[str] = []
        """What the server told its user, warnings and errors."""

    async def start(self) -> None:
        """Start the server, and wait until it is initialized."""
        # -P: the workspace has modules with names of the standard library, and the server must not import them.
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "autoglm_server", "lsp", *self._arguments,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=self._root,
        )  # fmt: skip
        self._reading = asyncio.create_task(self._read())
        capabilities = {
            "general": {"positionEncodings": ["utf-32"]},
            "workspace": {"configuration": True, "workspaceFolders": True},
            "textDocument": {"inlineCompletion": {}},
        }
        root = {"uri": self._root.as_uri(), "name": self._root.name}
        params = {
            "processId": os.getpid(),
            "rootUri": root["uri"],
            "workspaceFolders": [root],
            "capabilities": capabilities,
        }
        await self._ask("initialize", params)
        self._notify("initialized", {})

    async def metrics(self) -> dict[str, Any]:
        """The server's own counters, section ``inline``; empty before its first request."""
        found = await self._ask("workspace/executeCommand", {"command": "autoglm.metrics", "arguments": []})
        return dict(found.get("inline", {}))

    async def open(self, script: Script) -> None:
        """Open the file without what is to be typed, which is not on the disk either."""
        self._script, self._before, self._version = script, script.before, 1
        self.from_cache = {}
        self._hits = (await self.metrics()).get("from_cache", 0)
        text = script.before + script.after
        (self._root / script.file).write_text(text, "utf-8")
        item = {"uri": self._uri, "languageId": "python", "version": 1, "text": text}
        self._notify("textDocument/didOpen", {"textDocument": item})

    def changed(self, inserted: str, before: str, after: str) -> asyncio.Future[str | None]:
        """Tell of the change, cancel the request before it, and ask anew."""
        kept = _shared(self._before, before)
        region = {"start": _position(before[:kept]), "end": _position(self._before)}
        self._before, self._version = before, self._version + 1
        identifier = {"uri": self._uri, "version": self._version}
        change = {"range": region, "text": before[kept:]}
        self._notify("textDocument/didChange", {"textDocument": identifier, "contentChanges": [change]})
        self._cancel()
        place = _position(before)
        context = {"triggerKind": _AUTOMATIC}
        params = {"textDocument": {"uri": self._uri}, "position": place, "context": context}
        number, answer = self._send("textDocument/inlineCompletion", params)
        self._request = number
        return asyncio.ensure_future(self._text(answer, place, self._version - 2))

    async def close(self) -> None:
        """Close the document, and complete it on the disk."""
        if self._script is None:
            return
        self._cancel()
        self._notify("textDocument/didClose", {"textDocument": {"uri": self._uri}})
        if self._noting:
            await asyncio.wait(self._noting)
        script, self._script = self._script, None
        (self._root / script.file).write_text(script.before + script.body + script.after, "utf-8")

    async def stop(self) -> None:
        """Have the server leave; what does not is killed."""
        process = self._process
        if process is None:
            return
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._ask("shutdown", None)
                self._notify("exit", None)
                await process.wait()
        except (TimeoutError, EngineLostError, ConnectionError):
            pass  # it is killed below, and what ended it was told where it was noticed
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            if self._reading is not None:
                self._reading.cancel()
                await asyncio.gather(self._reading, return_exceptions=True)

    @property
    def _uri(self) -> str:
        assert self._script is not None
        return (self._root / self._script.file).as_uri()

    async def _text(self, answer: asyncio.Future[Any], place: dict[str, int], key: int) -> str | None:
        """What an answer puts in at the cursor; None for none, or when it was cancelled."""
        result = _result(await answer, "textDocument/inlineCompletion")
        items = (result or {}).get("items") or []
        if not items:
            return None
        self._spawn(self._note_source(key))
        start, end = items[0]["range"]["start"], items[0]["range"]["end"]
        return str(items[0]["insertText"]) if start == end == place else None

    async def _note_source(self, key: int) -> None:
        try:
            hits = (await self.metrics()).get("from_cache", 0)
        except EngineLostError:
            return  # the next key says so
        self.from_cache[key] = hits > self._hits
        self._hits = hits

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)

    def _cancel(self) -> None:
        if self._request in self._waiting:
            self._notify("$/cancelRequest", {"id": self._request})
        self._request = None

    async def _ask(self, method: str, params: Any) -> Any:
        _, answer = self._send(method, params)
        async with asyncio.timeout(_PATIENCE_S):
            return _result(await answer, method)

    def _send(self, method: str, params: Any) -> tuple[int, asyncio.Future[Any]]:
        self._last += 1
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[self._last] = answer
        self._write({"id": self._last, "method": method, "params": params})
        return self._last, answer

    def _notify(self, method: str, params: Any) -> None:
        self._write({"method": method, "params": params})

    def _write(self, message: dict[str, Any]) -> None:
        if self._process is None or self._process.stdin is None or self._reading is None or self._reading.done():
            raise EngineLostError("The language server has ended.")
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    async def _read(self) -> None:
        assert self._process is not None
        reader = self._process.stdout
        assert reader is not None
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").lower()
                length = next(line for line in head.splitlines() if line.startswith("content-length"))
                self._handle(json.loads(await reader.readexactly(int(length.partition(":")[2]))))
        except (asyncio.IncompleteReadError, ConnectionError):
            code = await self._process.wait()
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(EngineLostError(f"The language server ended (exit status {code})."))

    def _handle(self, message: dict[str, Any]) -> None:
        method = message.get("method")
        if method is None:
            waiting = self._waiting.pop(message["id"], None)
            if waiting is not None and not waiting.done():
                waiting.set_result(message)
        elif "id" in message:
            asks = method == "workspace/configuration"
            result = [self._settings for _ in message["params"]["items"]] if asks else None
            self._write({"id": message["id"], "result": result})
        elif method == "window/showMessage" and message["params"]["type"] <= _WARNING:
            self.messages.append(str(message["params"]["message"]))


def _result(message: dict[str, Any], method: str) -> Any:
    error = message.get("error")
    if error is None:
        return message.get("result")
    if error["code"] in _CANCELLED:
        return None
    raise EngineLostError(f"The server failed at {method}: {error.get('message')}")


def _shared(one: str, other: str) -> int:
    """How many characters both begin with."""
    differing = (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differing, min(len(one), len(other)))


def _position(before: str) -> dict[str, int]:
    return {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
