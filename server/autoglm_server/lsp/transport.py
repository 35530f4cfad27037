"""Bytes in and out: stdio for editors, a keyed loopback socket for debugging."""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
import secrets
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING, BinaryIO

from pygls.io_ import StdinAsyncReader, StdoutWriter, run_async

if TYPE_CHECKING:
    from autoglm_server.lsp.server import Server

logger = logging.getLogger(__name__)

_KEY_TIMEOUT_S = 10.0


async def serve_stdio(server: Server) -> None:
    """Serve one client over this process's stdin and stdout until it says exit or goes away."""
    stdin, stdout = _claim_stdio()
    # A pool of one thread of its own: nothing else can keep messages from being read.
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="stdin")
    server.protocol.set_writer(StdoutWriter(stdout))
    try:
        await _serve(server, StdinAsyncReader(stdin, pool))
    finally:
        pool.shutdown(wait=False)


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


async def _serve(server: Server, reader: StdinAsyncReader | _YieldingReader) -> None:
    try:
        await run_async(Event(), reader, server.protocol, logger, server.report_server_error)
    finally:
        await server.aclose()


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
