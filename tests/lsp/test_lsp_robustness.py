"""Broken messages, wrong order, engines on the far side, transports: every request is answered, and nothing stays."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from lsprotocol import types as lsp

INITIALIZE = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"processId": None, "capabilities": {}}}
PATIENCE_S = 60


class Wire:
    """Bytes to and from a server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send_bytes(self, body: bytes) -> None:
        self.writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def send(self, message: Any) -> None:
        self.send_bytes(json.dumps(message).encode())

    async def answer(self, identity: Any) -> dict[str, Any]:
        """The answer with this id; what comes before is dropped."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                header = await self.reader.readuntil(b"\r\n\r\n")
                length = next(int(line[15:]) for line in header.split(b"\r\n") if line.startswith(b"Content-Length:"))
                message = json.loads(await self.reader.readexactly(length))
                if message.get("id") == identity and "method" not in message:
                    return message


@pytest_asyncio.fixture
async def process(tmp_path: Path, environment) -> AsyncIterator[asyncio.subprocess.Process]:
    script = tmp_path / "script.json"
    script.write_text("[]")
    command = [sys.executable, "-m", "autoglm_server.lsp", "--script", str(script), "--log-level", "debug"]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, env=environment, cwd=tmp_path)
    yield process
    if process.returncode is None:
        process.kill()
        await process.wait()
    process._transport.close()


@pytest.fixture
def wire(process: asyncio.subprocess.Process) -> Wire:
    return Wire(process.stdout, process.stdin)


async def test_requests_in_the_wrong_order_are_refused(wire):
    wire.send({"jsonrpc": "2.0", "id": 7, "method": "textDocument/codeAction", "params": {}})
    assert (await wire.answer(7))["error"]["code"] in (-32002, -32602)
    wire.send({"jsonrpc": "2.0", "id": 8, "method": "shutdown"})
    assert (await wire.answer(8))["error"]["code"] == -32002
    wire.send(INITIALIZE)
    assert "capabilities" in (await wire.answer(1))["result"]
    wire.send({"jsonrpc": "2.0", "id": 2, "method": "shutdown"})
    assert (await wire.answer(2))["result"] is None
    place = {"textDocument": {"uri": "file:///a.py"}, "position": {"line": 0, "character": 0}}
    wire.send({"jsonrpc": "2.0", "id": 3, "method": "textDocument/completion", "params": place})
    assert (await wire.answer(3))["error"]["code"] == -32600


async def test_messages_that_cannot_be_read_are_answered_and_survived(wire):
    wire.send(INITIALIZE)
    await wire.answer(1)
    wire.send({"jsonrpc": "2.0", "method": "initialized", "params": {}})
    for garbage in (b"\x00\xff\xfe", b"{", b"[]", b"3", b'"text"', b"null", b"{}", b'{"jsonrpc": "2.0"}', b"\xf0\x9f"):
        wire.send_bytes(garbage)
    wire.writer.write(b"X-Unknown: header\r\n")
    wrong = {
        10: ("textDocument/completion", {"textDocument": 3, "position": []}, -32602),
        11: ("textDocument/codeAction", {}, -32602),
        12: ("workspace/executeCommand", {"command": 5}, -32602),
        13: ("textDocument/completion", None, -32602),
        14: ("no/such/method", {"a": 1}, -32601),
        15: ("no/such/method", [1], -32601),
        16: ("codeAction/resolve", {"title": "x", "data": "\ud800"}, -32602),
        17: (
            "textDocument/completion",
            {"textDocument": {"uri": "file:///a.py"}, "position": {"line": -1, "character": 2**40}},
            -32602,
        ),
    }
    for identity, (method, params, code) in wrong.items():
        wire.send({"jsonrpc": "2.0", "id": identity, "method": method, "params": params})
        error = (await wire.answer(identity))["error"]
        assert error["code"] == code, (method, error)
        assert "Traceback" not in json.dumps(error)
    wire.send({"id": 18, "method": "shutdown"})
    assert (await wire.answer(18))["error"]["code"] == -32600
    wire.send({"jsonrpc": "2.0", "id": "text", "method": "shutdown"})
    assert (await wire.answer("text"))["result"] is None


async def test_nothing_but_the_protocol_is_on_stdout_and_exit_leaves_no_process(process, wire):
    wire.send(INITIALIZE)
    await wire.answer(1)
    wire.send({"jsonrpc": "2.0", "id": 2, "method": "shutdown"})
    await wire.answer(2)
    wire.send({"jsonrpc": "2.0", "method": "exit"})
    async with asyncio.timeout(PATIENCE_S):
        assert await process.stdout.read() == b""
        assert await process.wait() == 0


@pytest.mark.parametrize("initialised", [True, False])
async def test_a_client_that_goes_away_takes_the_server_along(process, wire, initialised):
    if initialised:
        wire.send(INITIALIZE)
        await wire.answer(1)
    process.stdin.close()
    async with asyncio.timeout(PATIENCE_S):
        assert await process.wait() == 1


async def test_unknown_documents_and_far_positions_are_answered(start, refused):
    editor = await start("x")
    uri = editor.open("a.py", "x = 1\n")
    editor.change("file:///never/opened.py", 2, "x")
    assert await editor.inline("gibberish", 0, 0) is None
    assert await editor.actions("file:///never/opened.py", 0) == []
    assert await editor.actions(uri, 2**31 - 1) == []
    assert await editor.inline(editor.open("garbage.py", "\x00\x01\ud800\x7f" * 50), 2**31 - 1, 5) is None


async def test_cancelling_closes_the_connection_to_a_remote_engine(start, refused):
    """What a scripted engine cannot show: the far side sees the client hang up in the middle of its answer."""
    asked, hung_up = asyncio.Event(), asyncio.Event()

    async def endpoint(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        chunk = b'data: {"choices": [{"text": "ret", "index": 0, "finish_reason": null}]}\n\n'
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + chunk)
        await writer.drain()
        asked.set()
        while await reader.read(65536):
            pass
        hung_up.set()
        writer.close()

    service = await asyncio.start_server(endpoint, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{service.sockets[0].getsockname()[1]}/v1"
    remote = {"url": url, "model": "slow", "key_env": "", "retries": 0}
    settings = {"inline": {"engine": "remote", "deadline_ms": 3_600_000}, "actions": {"engine": "remote"}}
    async with service:
        editor = await start(settings={**settings, "remote": remote}, scripted=False)
        uri = editor.open("a.py", "def add(a, b):\n    \n")
        request = editor.send("textDocument/inlineCompletion", editor.inline_params(uri, 1, 4), "first")
        async with asyncio.timeout(PATIENCE_S):
            await asked.wait()
            editor.cancel_request(lsp.CancelParams("first"))
            assert (await refused(request)).code == -32800
            await hung_up.wait()


async def test_tcp_admits_only_who_has_the_key(tmp_path, environment):
    command = [sys.executable, "-m", "autoglm_server.lsp", "--tcp", "0"]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe, env=environment, cwd=tmp_path
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            words = (await process.stdout.readline()).decode().split()
            host, port = words[2].rstrip(".").split(":")
            assert host == "127.0.0.1"
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"not the key\r\n")
            Wire(reader, writer).send(INITIALIZE)
            with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
                await Wire(reader, writer).answer(1)
            writer.close()
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(words[-1].encode() + b"\n")
            wire = Wire(reader, writer)
            wire.send(INITIALIZE)
            assert "capabilities" in (await wire.answer(1))["result"]
            wire.send({"jsonrpc": "2.0", "id": 2, "method": "shutdown"})
            await wire.answer(2)
            wire.send({"jsonrpc": "2.0", "method": "exit"})
            assert await process.wait() == 0
            writer.close()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        process._transport.close()


async def test_a_tcp_port_that_is_taken_is_an_error_in_words(tmp_path, environment):
    listener = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    async with listener:
        port = str(listener.sockets[0].getsockname()[1])
        code = "import sys; from autoglm_server.lsp.server import run; run(tcp=int(sys.argv[1]))"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, port, stderr=asyncio.subprocess.PIPE, env=environment, cwd=tmp_path
        )
        async with asyncio.timeout(PATIENCE_S):
            _, errors = await process.communicate()
    assert f"Port {port} cannot be used".encode() in errors
    assert process.returncode == 1
