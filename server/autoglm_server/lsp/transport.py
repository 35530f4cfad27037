"""Bytes in and out: stdio for editors, a keyed loopback socket for debugging."""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
import secrets
import sys
from contextlib import suppress
from threading import Condition, Event, Thread
from typing import TYPE_CHECKING, BinaryIO

from pygls.io_ import StdoutWriter, run_async

if TYPE_CHECKING:
    from autoglm_server.lsp.server import Server

logger = logging.getLogger(__name__)

_KEY_TIMEOUT_S = 10.0
_MOST_AT_ONCE = 1 << 16


async def serve_stdio(server: Server) -> None:
    """Serve one client over this process's stdin and stdout until it says exit or goes away."""
    stdin, stdout = _claim_stdio()
    server.protocol.set_writer(StdoutWriter(stdout))
    await _serve(server, StdinAhead(stdin))


async def serve_tcp(server: Server, port: int) -> None:
    """Serve the first client that knows the key, which is printed; ``port`` 0 takes a free one.

    The key must be the first line of the connection. Raises OSError when the port is taken.
    """
    key = secrets.token_urlsafe(24)
    admitted: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

    async def admit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_KEY_TIMEOUT_S):
                line = await reader.readline()
        except (TimeoutError, ValueError, OSError):
            line = b""
        if hmac.compare_digest(line.strip(), key.encode()):
            admitted.put_nowait((reader, writer))
        else:
            logger.warning("closed a connection that did not begin with the key")
            writer.close()

    listener = await asyncio.start_server(admit, "127.0.0.1", port)
    address = listener.sockets[0].getsockname()
    sys.stdout.write(f"Listening on {address[0]}:{address[1]}. First line of the connection: {key}\n")
    sys.stdout.flush()
    reader, writer = await admitted.get()
    listener.close()
    server.protocol.set_writer(writer)
    try:
        await _serve(server, _YieldingReader(reader))
    finally:
        writer.close()


async def _serve(server: Server, reader: StdinAhead | _YieldingReader) -> None:
    try:
        await run_async(Event(), reader, server.protocol, logger, server.report_server_error)
    finally:
        await server.aclose()


class StdinAhead:
    """Stdin, read ahead by a thread of its own: a message then costs one turn of the loop.

    pygls's own reader takes three, with a thread's turn in each: under 200 keys a second messages pile up in the pipe,
    and what ends the work waits behind them. At most ``room`` bytes are held; more stay in the pipe.
    """

    def __init__(self, stdin: BinaryIO, room: int = 1 << 20) -> None:
        self._held = bytearray()
        self._ended = False
        self._within_message = False
        self._arrived = asyncio.Event()
        self._room = room
        self._taken = Condition()
        self._unread = 0
        self._hungry = False
        thread = Thread(target=self._read, args=(stdin, asyncio.get_running_loop()), name="stdin", daemon=True)
        thread.start()

    async def readline(self) -> bytes:
        """The next line with its end; what there is of it at the end of the input."""
        if not self._within_message:
            # The handler of the message before starts, and copies its document, before the next one changes it.
            await asyncio.sleep(0)
            self._within_message = True
        while (end := self._held.find(b"\n")) < 0 and not self._ended:
            await self._more()
        return self._take(end + 1 if end >= 0 else len(self._held))

    async def readexactly(self, n: int) -> bytes:
        """So many bytes, fewer at the end of the input; a message ends with them."""
        while len(self._held) < n and not self._ended:
            await self._more()
        self._within_message = False
        return self._take(n)

    async def _more(self) -> None:
        self._arrived.clear()
        with self._taken:
            self._hungry = True
            self._taken.notify()
        await self._arrived.wait()

    def _take(self, n: int) -> bytes:
        taken = bytes(self._held[:n])
        del self._held[:n]
        with self._taken:
            self._unread -= len(taken)
            self._taken.notify()
        return taken

    def _arrive(self, data: bytes) -> None:
        self._held += data
        self._ended = not data
        self._hungry = False
        self._arrived.set()

    def _read(self, stdin: BinaryIO, loop: asyncio.AbstractEventLoop) -> None:
        data = b"-"
        with suppress(RuntimeError):  # the loop has ended: nobody reads any more
            while data:
                try:
                    data = os.read(stdin.fileno(), _MOST_AT_ONCE)
                except (OSError, ValueError):  # also closed: nothing comes any more
                    data = b""
                with self._taken:
                    self._unread += len(data)
                loop.call_soon_threadsafe(self._arrive, data)
                with self._taken:
                    # Also beyond the room when more is waited for: a single message may be larger.
                    self._taken.wait_for(lambda: self._unread <= self._room or self._hungry)


class _YieldingReader:
    """A stream that lets other tasks run between messages.

    A handler copies its document when its task starts; without this, a change that lies in the same packet
    would be applied before.
    """

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader

    async def readline(self) -> bytes:
        await asyncio.sleep(0)
        return await self._reader.readline()

    async def readexactly(self, n: int) -> bytes:
        try:
            return await self._reader.readexactly(n)
        except asyncio.IncompleteReadError:
            return b""


def _claim_stdio() -> tuple[BinaryIO, BinaryIO]:
    """The protocol's two streams, kept from everything else in this process and its children.

    A stray print goes to stderr, and a child cannot eat or break messages.
    """
    stdin, stdout = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return stdin, stdout
