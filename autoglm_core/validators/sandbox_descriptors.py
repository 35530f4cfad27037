"""The open files that a sandboxed program is given: pipes to read from it, and files in memory to give it."""

from __future__ import annotations

import asyncio
import os


class Descriptors:
    """Descriptors that a child inherits, and our ends of its pipes."""

    def __init__(self) -> None:
        self.inherited: list[int] = []
        self._ours: dict[int, int] = {}
        self._transports: list[asyncio.ReadTransport] = []

    def pipe(self) -> int:
        """A pipe that the child writes to; returns the child's end."""
        ours, theirs = os.pipe()
        self.inherited.append(theirs)
        self._ours[theirs] = ours
        return theirs

    def file(self, content: bytes) -> int:
        """A file in memory that the child reads from its start."""
        descriptor = os.memfd_create("autoglm")
        self.inherited.append(descriptor)
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        return descriptor

    def close_inherited(self) -> None:
        """Close the child's ends once it has them: a pipe ends when its last writer is gone."""
        while self.inherited:
            os.close(self.inherited.pop())

    async def reader(self, theirs: int) -> asyncio.StreamReader:
        """A stream of what the child writes to a pipe."""
        stream = asyncio.StreamReader()
        file = open(self._ours.pop(theirs), "rb", buffering=0)  # noqa: SIM115, ASYNC230 - the transport closes it
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), file
        )
        self._transports.append(transport)
        return stream

    def close(self) -> None:
        """Close everything; a second time, nothing."""
        self.close_inherited()
        while self._transports:
            self._transports.pop().close()
        while self._ours:
            os.close(self._ours.popitem()[1])
