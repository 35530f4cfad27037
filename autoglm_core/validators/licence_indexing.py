"""Keeps the index of fingerprints up to date in the background: one process at a time, started on first need."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from autoglm_core.validators.child_process import kill_child

_PAUSE_S = 60.0  # between two starts, so that an index that cannot be built is not tried without end
_MODULE = "autoglm_core.validators.licence_build"


class Indexing:
    """Starts and ends the process that builds the index. ``problem`` says why the last one failed, if it did."""

    def __init__(self, index: Path) -> None:
        self._index = index
        self._process: asyncio.subprocess.Process | None = None
        self._waiting: asyncio.Task[None] | None = None
        self._started = -_PAUSE_S
        self._asked: tuple[tuple[Path, ...], tuple[Path, ...]] = ((), ())
        self._closed = False
        self.problem = ""

    async def ensure(self, sites: Sequence[Path], folders: Sequence[Path]) -> None:
        """Start building what is missing, unless that is under way, or was tried a short time ago."""
        asked = (tuple(sites), tuple(folders))
        again = asked != self._asked or time.monotonic() - self._started >= _PAUSE_S
        if self._closed or self._waiting is not None or not again:
            return
        self._asked, self._started = asked, time.monotonic()
        self._waiting = asyncio.create_task(self._build(*asked))

    async def wait(self) -> None:
        """Until the process that runs has ended, if one does."""
        if self._waiting is not None:
            await asyncio.shield(self._waiting)

    async def aclose(self) -> None:
        """End the process; what it has stored stays."""
        self._closed = True
        if self._waiting is not None:
            self._waiting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._waiting

    async def _build(self, sites: Sequence[Path], folders: Sequence[Path]) -> None:
        # Isolated (-I): neither the working directory nor a variable of the environment can bring in other modules.
        options = [part for folder in folders for part in ("--folder", str(folder))]
        command = (sys.executable, "-I", "-m", _MODULE, *options, str(self._index), *map(str, sites))
        nothing, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
        process = None
        try:
            process = await asyncio.create_subprocess_exec(*command, stdin=nothing, stdout=nothing, stderr=pipe)
            _, errors = await process.communicate()
            words = errors.decode("utf-8", "replace").strip().splitlines()
            self.problem = words[-1] if process.returncode and words else ""
        except OSError as error:
            self.problem = str(error)
        finally:
            if process is not None and process.returncode is None:
                kill_child(process)
                await process.wait()
            self._waiting = None
