"""Ending child processes leaves no error behind that nobody asks for."""

from __future__ import annotations

import asyncio
import gc
import sys
from typing import Any

from autoglm_core.validators.child_process import close_input, kill_child


async def test_a_pipe_that_broke_is_no_error_of_nobody() -> None:
    errors: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "pass", stdin=asyncio.subprocess.PIPE)
    assert process.stdin
    process.stdin.write(b"x" * (1 << 20))  # more than a pipe holds, and nobody reads
    await process.wait()
    await close_input(process)
    del process
    gc.collect()
    await asyncio.sleep(0)
    assert not errors


async def test_what_is_in_the_way_of_a_killed_child_is_dropped() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "import time; time.sleep(60)", stdin=asyncio.subprocess.PIPE
    )
    assert process.stdin
    process.stdin.write(b"x" * (1 << 20))
    kill_child(process)
    await process.wait()
    async with asyncio.timeout(5):
        await close_input(process)
    assert process.returncode == -9
