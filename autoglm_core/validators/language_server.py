"""A client for language servers: JSON-RPC over the pipes of a child process."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from autoglm_core.validators.child_process import close_input, kill_child

_log = logging.getLogger(__name__)
_METHOD_NOT_FOUND = -32601
_GRACE_S = 1.0


class ServerLostError(Exception):
    """The server cannot be started, ended, or no longer speaks the protocol."""


class ServerRefusedError(Exception):
    """The server answered a request with an error."""


class LanguageServer:
    """One running server. Requests may overlap; one that is cancelled leaves the server usable.

    ``answers`` maps the methods that the server may ask of its client to what answers them. Source of the
    protocol: https://microsoft.github.io/language-server-protocol, base protocol.
    """

    def __init__(self, process: asyncio.subprocess.Process, answers: Mapping[str, Callable[[Any], Any]]) -> None:
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise ValueError("a language server is spoken to through pipes, and has none")
        self._process = process
        self._stdin, self._stdout, self._stderr = process.stdin, process.stdout, process.stderr
        self._answers = answers
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._last_words: deque[str] = deque(maxlen=3)
        self._readers = (asyncio.create_task(self._read()), asyncio.create_task(self._read_log()))

    @classmethod
    async def start(cls, command: Sequence[str], answers: Mapping[str, Callable[[Any], Any]]) -> LanguageServer:
        """Start the process in the root folder; ``initialize`` is the caller's.

        Raises ServerLostError if it cannot be run.
        """
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=Path.home().anchor, start_new_session=True
            )
        except OSError as error:
            raise ServerLostError(f"{command[0]} cannot be started: {error}") from error
        return cls(process, answers)

    @property
    def pid(self) -> int:
        """The process id of the server."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs and its output is still read."""
        return self._process.returncode is None and not self._readers[0].done()

    async def request(self, method: str, params: Any, timeout_s: float) -> Any:
        """The result of a request.

        Raises ServerRefusedError for an error answer, ServerLostError when the server ends meanwhile, and
        TimeoutError after ``timeout_s`` seconds. Late and cancelled requests are cancelled at the server too.
        """
        number = next(self._ids)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            async with asyncio.timeout(timeout_s):
                await self._send({"id": number, "method": method, "params": params})
                return await future
        except (TimeoutError, asyncio.CancelledError):
            with suppress(ConnectionError):
                self._write({"method": "$/cancelRequest", "params": {"id": number}})
            raise
        finally:
            self._waiting.pop(number, None)

    async def notify(self, method: str, params: Any) -> None:
        """Send a notification. Raises ServerLostError when nobody reads it any more."""
        await self._send({"method": method, "params": params})

    async def aclose(self) -> None:
        """Ask the server to leave, then make it: when this returns, the process has ended."""
        try:
            if self.alive:
                with suppress(ServerLostError, ServerRefusedError, TimeoutError):
                    await self.request("shutdown", None, _GRACE_S)
                    await self.notify("exit", None)
                    async with asyncio.timeout(_GRACE_S):
                        await self._process.wait()
        finally:
            self.kill()
            for reader in self._readers:
                reader.cancel()
            await asyncio.gather(*self._readers, return_exceptions=True)
            await self._process.wait()
            await close_input(self._process)

    def kill(self) -> None:
        """End the process at once; what waits for it gets ServerLostError."""
        kill_child(self._process)

    async def _send(self, message: dict[str, Any]) -> None:
        try:
            self._write(message)
            await self._stdin.drain()
        except (ConnectionError, RuntimeError) as error:
            await asyncio.wait(self._readers, timeout=_GRACE_S)  # for its last words
            raise self._lost() from error

    def _write(self, message: dict[str, Any]) -> None:
        # One write a message: a request that is cancelled can then never leave half of it in the pipe.
        if self._readers[0].done() or self._stdin.is_closing():
            raise ConnectionResetError("the language server reads no more")
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    async def _read(self) -> None:
        try:
            while True:
                self._handle(await self._message())
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError, ConnectionError) as error:
            _log.debug("The language server ended: %s", error)
            if not isinstance(error, asyncio.IncompleteReadError):
                self.kill()  # it speaks something else
            await asyncio.wait(self._readers[1:], timeout=_GRACE_S)  # for its last words
        finally:
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(self._lost())

    async def _message(self) -> dict[str, Any]:
        headers = (await self._stdout.readuntil(b"\r\n\r\n")).decode("ascii").splitlines()
        lengths = [line.partition(":")[2] for line in headers if line.lower().startswith("content-length:")]
        if not lengths:
            raise ValueError("a message without Content-Length")
        message = json.loads(await self._stdout.readexactly(int(lengths[0])))
        if not isinstance(message, dict):
            raise ValueError("a message that is no object")
        return message

    def _handle(self, message: dict[str, Any]) -> None:
        if "method" in message:
            if "id" in message:
                self._write(self._answer(message))
            return
        future = self._waiting.get(message.get("id", 0))
        if future is None or future.done():
            return
        if "error" in message:
            future.set_exception(ServerRefusedError(str(message["error"].get("message", message["error"]))))
        else:
            future.set_result(message.get("result"))

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        answer = self._answers.get(request["method"])
        if answer is None:
            error = {"code": _METHOD_NOT_FOUND, "message": f"this client does not answer {request['method']}"}
            return {"id": request["id"], "error": error}
        return {"id": request["id"], "result": answer(request.get("params"))}

    async def _read_log(self) -> None:
        while line := await self._stderr.read(4096):
            self._last_words.extend(line.decode("utf-8", "replace").splitlines())

    def _lost(self) -> ServerLostError:
        words = "; ".join(self._last_words)
        return ServerLostError(f"the language server ended{': ' if words else ''}{words}")
