"""Ends child processes of asyncio without disturbing how it waits for them."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress


def kill_child(process: asyncio.subprocess.Process) -> None:
    """Send SIGKILL to a child that has not been waited for; ``await process.wait()`` afterwards returns.

    ``process.kill()`` polls first, and so may take the exit status that asyncio's own watcher waits for: it
    then logs "Unknown child process" and makes up a return code.
    """
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


async def close_input(process: asyncio.subprocess.Process) -> None:
    """Close the stdin of a child that has ended, whatever it has read of it.

    The error of a pipe that broke is asked for and dropped: Python before 3.11.5 logs the one that nobody asks for.
    """
    if process.stdin is not None:
        if not process.stdin.is_closing():
            process.stdin.transport.abort()
        with suppress(OSError):
            await process.stdin.wait_closed()
