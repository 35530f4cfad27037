"""How a node tells its starter, through a pipe, whether it is ready: no polling, and no waiting for the dead."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass

READY, TAKEN, FAILED = "ready", "taken", "failed"
DIED = "died"


@dataclass(frozen=True, slots=True)
class StartReport:
    """``word``: READY it serves, TAKEN another one has the lock, FAILED with a reason, DIED without a word."""

    word: str
    reason: str = ""


def send_report(report_fd: int | None, word: str, reason: str = "") -> None:
    """Tell the starter, if there is one, and close the pipe."""
    if report_fd is None:
        return
    try:
        os.write(report_fd, json.dumps([word, reason]).encode())
    except BrokenPipeError:
        pass  # the starter has ended meanwhile; whoever needs the node finds its state file
    finally:
        os.close(report_fd)


async def read_report(reading_fd: int) -> StartReport:
    """Wait for the report or for the end of the process. Closes the descriptor."""
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(reading_fd, "rb", buffering=0)
    )
    try:
        data = await reader.read()
    finally:
        transport.close()
    return StartReport(*json.loads(data)) if data else StartReport(DIED)
