import asyncio
import sys
from pathlib import Path

import psutil
import pytest

from autoglm_core.validators.language_server import LanguageServer, ServerLostError, ServerRefusedError

SERVER = """
import json, sys, time

def read():
    length = 0
    while (line := sys.stdin.buffer.readline().strip()):
        length = int(line.split(b":")[1])
    return json.loads(sys.stdin.buffer.read(length)) if length else sys.exit()

def write(message, raw=None):
    body = raw or json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\\r\\nX-Other: y\\r\\n\\r\\n%b" % (len(body), body))
    sys.stdout.buffer.flush()

cancelled = []
while True:
    message = read()
    method, number, params = message["method"], message.get("id"), message.get("params")
    if method == "$/cancelRequest":
        cancelled.append(params["id"])
    elif method == "ask":
        write({"id": "q", "method": params["method"], "params": params})
        write({"id": number, "result": read()})
    elif method == "die":
        print("out of luck", file=sys.stderr)
        sys.exit(3)
    elif method == "babble":
        sys.stdout.buffer.write(b"what?\\r\\n\\r\\n")
        sys.stdout.buffer.flush()
    elif method == "refuse":
        write({"id": number, "error": {"code": 1, "message": "no"}})
    elif method == "cancelled":
        write({"id": number, "result": cancelled})
    elif method in ("echo", "shutdown"):
        write({"id": number, "result": params})
    elif method == "exit":
        sys.exit()
"""


@pytest.fixture
async def server(tmp_path: Path):
    script = tmp_path / "server.py"
    script.write_text(SERVER)
    answers = {"double": lambda params: params["number"] * 2}
    server = await LanguageServer.start((sys.executable, str(script)), answers)
    yield server
    await server.aclose()
    assert not server.alive
    assert not psutil.pid_exists(server.pid)


async def test_requests_overlap_and_find_their_answers(server: LanguageServer) -> None:
    big = "😀" * 200_000
    answers = await asyncio.gather(*(server.request("echo", [number, big], 20) for number in range(5)))
    assert answers == [[number, big] for number in range(5)]


async def test_the_servers_own_questions_are_answered(server: LanguageServer) -> None:
    answer = await server.request("ask", {"method": "double", "number": 21}, 20)
    assert (answer["id"], answer["result"]) == ("q", 42)
    answer = await server.request("ask", {"method": "dance"}, 20)
    assert answer["error"]["code"] == -32601


async def test_an_error_answer_is_a_refusal(server: LanguageServer) -> None:
    with pytest.raises(ServerRefusedError, match="no"):
        await server.request("refuse", None, 20)
    assert await server.request("echo", 1, 20) == 1


async def test_late_and_cancelled_requests_are_cancelled_at_the_server(server: LanguageServer) -> None:
    with pytest.raises(TimeoutError):
        await server.request("ignored", None, 0.01)
    waiting = asyncio.create_task(server.request("ignored", None, 20))
    await server.request("echo", 1, 20)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert len(await server.request("cancelled", None, 20)) == 2


@pytest.mark.parametrize(("method", "words"), [("die", "out of luck"), ("babble", "ended")])
async def test_a_server_that_ends_or_babbles_is_lost_at_once(server: LanguageServer, method: str, words: str) -> None:
    waiting = [asyncio.create_task(server.request(each, None, 20)) for each in ("ignored", method)]
    for each in waiting:
        with pytest.raises(ServerLostError, match=words):
            await each
    with pytest.raises(ServerLostError):
        await server.request("echo", 1, 20)
    with pytest.raises(ServerLostError):
        await server.notify("echo", 1)


async def test_a_program_that_is_not_there_cannot_be_started() -> None:
    with pytest.raises(ServerLostError, match="cannot be started"):
        await LanguageServer.start(("/no/such/program",), {})
