"""The node's side of its control port: who holds it, and since when nobody does."""

from __future__ import annotations

import asyncio
import hmac

from autoglm_core.engines.node_hold import WELCOME

_LONGEST_LINE = 1 << 10
_KEY_S = 10.0


class ControlPort:
    """Listens on loopback and counts the clients that showed the key and are still there."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()
        self._server: asyncio.Server | None = None
        self._holders = 0
        self._held, self._free = asyncio.Event(), asyncio.Event()
        self._free.set()

    async def open(self) -> int:
        """Begin to listen; returns the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_LONGEST_LINE)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def unheld_for(self, seconds: float) -> None:
        """Return once nobody has held the node for so many seconds without a break."""
        while True:
            await self._free.wait()
            try:
                await asyncio.wait_for(self._held.wait(), seconds)
            except TimeoutError:
                return

    def close(self) -> None:
        """Stop listening."""
        if self._server:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await self._knows_key(reader):
                await self._hold(reader, writer)
        except ConnectionError:
            pass  # the client has ended: that is how it lets go
        finally:
            writer.close()

    async def _knows_key(self, reader: asyncio.StreamReader) -> bool:
        try:
            line = await asyncio.wait_for(reader.readline(), _KEY_S)
        except (TimeoutError, ValueError):  # silent, or a line without an end
            return False
        return hmac.compare_digest(line.strip(), self._key)

    async def _hold(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._count(1)
        try:
            writer.write(WELCOME)
            await writer.drain()
            while await reader.read(_LONGEST_LINE):
                pass  # a client says nothing more; its end is what we wait for
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        self._holders += change
        (self._held.set if self._holders else self._held.clear)()
        (self._free.clear if self._holders else self._free.set)()
