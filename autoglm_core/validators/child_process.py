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
