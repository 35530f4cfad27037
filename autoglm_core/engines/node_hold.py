"""The client's side of a node's control port: an open connection that keeps the node alive."""

from __future__ import annotations

import asyncio

from autoglm_core.engines.node_state import NodeState

WELCOME = b"ok\n"
"""What a node says to a client that knows its key."""

_GREETING_S = 10.0


class NodeSilentError(Exception):
    """Something listens on the control port, but it does not answer."""


class Hold(asyncio.Protocol):
    """Keeps a node alive until it is released, or until this process ends in whatever way."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._welcome: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._gone = asyncio.Event()

    @property
    def alive(self) -> bool:
        """Whether the node has not ended and the hold was not released, as far as is known."""
        return not self._gone.is_set()

    async def welcomed(self) -> bool:
        """Whether the node takes this client. Raises TimeoutError when it says nothing for some seconds."""
        return await asyncio.wait_for(self._welcome, _GREETING_S)

    async def ended(self, within_s: float) -> bool:
        """Whether the node ends within so many seconds. The system tells of its end, however it came."""
        try:
            await asyncio.wait_for(self._gone.wait(), within_s)
        except TimeoutError:
            return False
        return True

    def release(self) -> None:
        """Let go of the node."""
        if self._transport:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Show the key."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a stream's, says create_connection
        self._transport = transport
        transport.write(f"{self._key}\n".encode())

    def data_received(self, data: bytes) -> None:
        """Read the welcome; nothing else is ever said."""
        self._received = (self._received + data)[: len(WELCOME)]
        if len(self._received) == len(WELCOME) and not self._welcome.done():
            self._welcome.set_result(self._received == WELCOME)

    def connection_lost(self, exc: Exception | None) -> None:
        """The node has ended, refused the key, or was released."""
        self._gone.set()
        if not self._welcome.done():
            self._welcome.set_result(False)


async def take_hold(state: NodeState) -> Hold | None:
    """Hold the node; None when nobody is there, or it is not this node.

    Raises NodeSilentError when it takes the connection and says nothing.
    """
    loop = asyncio.get_running_loop()
    try:
        _, hold = await loop.create_connection(lambda: Hold(state.key), "127.0.0.1", state.control_port)
    except OSError:
        return None
    taken = False
    try:
        taken = await hold.welcomed()
    except TimeoutError as error:
        raise NodeSilentError from error
    finally:
        if not taken:
            hold.release()
    return hold if taken else None
