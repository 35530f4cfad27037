"""The sandbox: runs a program that may be hostile, with bubblewrap, and says how it ended.

What holds: the program sees the system's libraries, the Python installations that it needs and a copy of the
workspace's files, in namespaces of its own: no home folder, no secrets, no network, no process of the
machine, no environment variables, no rights, no further namespace, few system calls (a seccomp filter).
Run by root, it gets a spare user id. It can write into memory of bounded size alone. CPU time, address
space, file size, processes, output and wall time have limits, and whatever it leaves behind dies with its
namespace. How it ended is told by bubblewrap and the kernel, from outside.

What does not hold yet: the kernel bounds the memory of each process, but that of all together is bounded
only by a look every 100 ms (control groups would be exact); the number of empty files is not bounded; CPU
time is counted for each process, so many processes are bounded by the wall time; a hole in the kernel is a
hole in the sandbox.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from autoglm_core.config import SandboxSettings
from autoglm_core.errors import SandboxUnavailableError
from autoglm_core.validators.sandbox_mounts import Confinement, mountable
from autoglm_core.validators.sandbox_probe import find_confinement, spare_user
from autoglm_core.validators.sandbox_process import CHANNEL, Program, Run
from autoglm_core.validators.sandbox_result import Limit, SandboxResult
from autoglm_core.validators.sandbox_scratch import Link, Scratch, copy_workspace

__all__ = ["CHANNEL", "Limit", "Link", "Sandbox", "SandboxResult", "Scratch", "copy_workspace"]


class Sandbox:
    """Runs programs with bubblewrap; finds out at the first run whether that works here."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        """The limits of a run that is given no others."""

    async def available(self) -> None:
        """Start nothing, but raise SandboxUnavailableError, with what to do, if nothing could be started."""
        await self._confinement()

    async def run(
        self,
        argv: Sequence[str],
        *,
        scratch: Scratch | None = None,
        mounts: Sequence[Path] = (),
        cwd: Path | None = None,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        limits: SandboxSettings | None = None,
        channel: bool = False,
    ) -> SandboxResult:
        """Run ``argv``, its first word an absolute path, until it ends or hits a limit.

        ``scratch`` is laid out, writable, at its own path; ``mounts`` are files and folders of the machine,
        readable at their own paths. ``channel`` opens a descriptor for results beside stdout, named by the
        environment variable ``CHANNEL``. Raises SandboxUnavailableError when the program could not be
        started. Cancelling kills it with all its processes.
        """
        confinement = await self._confinement()
        if scratch is not None and not mountable(scratch.folder):
            raise SandboxUnavailableError(
                f"The sandbox cannot hold a copy of {scratch.folder}: open a folder below it."
            )
        program = Program(tuple(argv), scratch, tuple(mounts), cwd, stdin, env or {}, channel)
        if confinement.drops:  # a user of its own for each run, as the kernel counts processes by user
            confinement = replace(confinement, user=spare_user())
        return await Run(confinement, limits or self.settings, program).result()

    async def _confinement(self) -> Confinement:
        found = await asyncio.to_thread(_confinement)
        if isinstance(found, str):
            raise SandboxUnavailableError(found)
        return found


@cache
def _confinement() -> Confinement | str:
    """The verdict on this machine, for the life of the process; the reason where there is no sandbox."""
    try:
        return find_confinement()
    except SandboxUnavailableError as error:
        return str(error)
