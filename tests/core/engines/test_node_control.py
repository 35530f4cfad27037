"""The control port: who knows the key holds the node, and lets go of it by ending."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest

from autoglm_core.engines.node_control import ControlPort
from autoglm_core.engines.node_hold import NodeSilentError, take_hold
from autoglm_core.engines.node_state import NodeState

IDLE_S = 0.2


@pytest.fixture
async def control() -> AsyncIterator[ControlPort]:
    control = ControlPort("right")
    yield control
    control.close()


def state(port: int, key: str = "right") -> NodeState:
    return NodeState(os.getpid(), 0.0, "http://127.0.0.1:1", port, "model", "name", "1", key)


async def test_a_holder_keeps_the_node_and_its_end_frees_it(control: ControlPort) -> None:
    hold = await take_hold(state(await control.open()))
    assert hold
    assert hold.alive
    idle = asyncio.create_task(control.unheld_for(IDLE_S))
    assert not (await asyncio.wait([idle], timeout=IDLE_S * 3))[0]
    hold.release()
    async with asyncio.timeout(30):
        await idle
        assert await hold.ended(30)
    assert not hold.alive


async def test_each_of_two_holders_keeps_the_node(control: ControlPort) -> None:
    port = await control.open()
    first, second = await take_hold(state(port)), await take_hold(state(port))
    assert first
    assert second
    idle = asyncio.create_task(control.unheld_for(IDLE_S))
    first.release()
    assert not (await asyncio.wait([idle], timeout=IDLE_S * 3))[0]
    second.release()
    async with asyncio.timeout(30):
        await idle


async def test_a_wrong_key_is_refused_and_holds_nothing(control: ControlPort) -> None:
    port = await control.open()
    assert await take_hold(state(port, "wrong")) is None
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"x" * 100_000)  # no line at all
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    writer.close()
    async with asyncio.timeout(30):
        await control.unheld_for(0.01)


async def test_nobody_there_is_nobody(control: ControlPort) -> None:
    port = await control.open()
    control.close()
    assert await take_hold(state(port)) is None


async def test_a_listener_that_says_nothing_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autoglm_core.engines.node_hold._GREETING_S", 0.1)
    silent = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    with pytest.raises(NodeSilentError):
        await take_hold(state(silent.sockets[0].getsockname()[1]))
    silent.close()


async def test_another_server_on_the_port_is_not_the_node() -> None:
    async def speak(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    other = await asyncio.start_server(speak, "127.0.0.1", 0)
    assert await take_hold(state(other.sockets[0].getsockname()[1])) is None
    other.close()
