"""A real HTTP endpoint that misbehaves on demand, and the real embedded model in nodes of the tests' own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import psutil
import pytest

from autoglm_core.config import NodeSettings
from autoglm_core.engines.llama_cpp import LlamaCppEngine
from autoglm_core.engines.runtime_folder import VARIABLE
from autoglm_core.store.store import ModelStore

MODEL = "qwen2.5-coder-0.5b"


@dataclass(frozen=True)
class Reply:
    """What the endpoint does with one request.

    ``events`` are the data of server-sent events (objects become JSON; bytes are sent as they are);
    ``body`` is a body without events. ``end``: ``done`` sends [DONE], ``plain`` ends without, ``cut`` breaks
    the connection, ``hang`` keeps it open until the client hangs up.
    """

    events: tuple[Any, ...] = ()
    status: int = 200
    body: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    end: Literal["done", "plain", "cut", "hang"] = "done"
    dribble: bool = False


@dataclass
class Asked:
    """One request that the endpoint has seen."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class Endpoint:
    """Speaks HTTP/1.1 on loopback. Plays its replies in order; the last one is repeated."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.asked: list[Asked] = []
        self.hung_up = asyncio.Event()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        assert self._server
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def open(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)

    async def close(self) -> None:
        assert self._server
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {
                    name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)
                }
                body = json.loads(await reader.readexactly(int(headers["content-length"])))
                self.asked.append(Asked(head[0].split()[1], headers, body))
                reply = self.replies[min(len(self.asked), len(self.replies)) - 1]
                if not await self._answer(reply, reader, writer):
                    break
        writer.transport.abort()

    async def _answer(self, reply: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        headers = {"content-type": "text/event-stream"} | reply.headers
        if reply.body is not None:
            headers |= {"content-length": str(len(reply.body.encode()))}
        else:
            headers |= {"transfer-encoding": "chunked"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"HTTP/1.1 {reply.status} Reason\r\n{lines}\r\n".encode())
        if reply.body is not None:
            writer.write(reply.body.encode())
        for event in (*reply.events, *(["[DONE]"] if reply.end == "done" and reply.body is None else [])):
            data = event if isinstance(event, bytes) else _event(event)
            for piece in [bytes([byte]) for byte in data] if reply.dribble else [data]:
                writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                await writer.drain()
        if reply.end == "hang":
            await reader.read()
            self.hung_up.set()
            return False
        if reply.end == "cut":
            await writer.drain()
            return False
        if reply.body is None:
            writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True


def _event(data: Any) -> bytes:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return f"data: {text}\n\n".encode()


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    endpoint = Endpoint()
    await endpoint.open()
    yield endpoint
    await endpoint.close()


@pytest.fixture
def make_reply() -> type[Reply]:
    """The class of replies: a test file cannot import from this one."""
    return Reply


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runtime folder of the test's own."""
    folder = tmp_path / "runtime"
    monkeypatch.setenv(VARIABLE, str(folder))
    return folder


@pytest.fixture(scope="session")
def model_path() -> Path:
    """The small model, downloaded at its first use on this machine."""
    return ModelStore().pull(MODEL)


@dataclass(frozen=True)
class Nodes:
    """The nodes of one test module: their runtime folder, and their processes."""

    folder: Path

    def processes(self) -> list[psutil.Process]:
        """The node processes that were started with this folder and still run."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return (
                "autoglm_core.engines.node" in process.cmdline()
                and process.environ().get(VARIABLE) == str(self.folder)
                and process.status() != psutil.STATUS_ZOMBIE
            )
        except psutil.Error:
            return False


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """A runtime folder for the module. Its nodes end with it, by SIGTERM, and that is checked."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("nodes") / "runtime"
        patch.setenv(VARIABLE, str(folder))
        nodes = Nodes(folder)
        yield nodes
        left = nodes.processes()
        for process in left:
            process.terminate()
        _, stubborn = psutil.wait_procs(left, timeout=30)
        for process in stubborn:
            process.kill()
        assert stubborn == []
        assert list(folder.glob("*.json")) == []


@pytest.fixture
async def make_engine(nodes: Nodes, model_path: Path) -> AsyncIterator[Callable[..., LlamaCppEngine]]:
    """Makes engines for the real small model, and closes them."""
    engines: list[LlamaCppEngine] = []

    def make(model: Path | Callable[[], Path] = model_path, **settings: Any) -> LlamaCppEngine:
        engines.append(LlamaCppEngine(model, NodeSettings(**({"context_tokens": 2048} | settings)), MODEL))
        return engines[-1]

    yield make
    for engine in engines:
        await engine.aclose()
