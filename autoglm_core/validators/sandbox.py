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
from autoglm_core.validators.sandbox_command import CHANNEL, Program
from autoglm_core.validators.sandbox_mounts import Confinement, mountable
from autoglm_core.validators.sandbox_probe import find_confinement, spare_user
from autoglm_core.validators.sandbox_process import Run
from autoglm_core.validators.sandbox_result import Limit, SandboxResult
from autoglm_core.validators.sandbox_scratch import Link, Scratch, copy_workspace
from autoglm_core.validators.sandbox_script import Script

__all__ = [
    "CHANNEL",
    "SCRIPT_FOLDER",
    "Limit",
    "Link",
    "Sandbox",
    "SandboxResult",
    "Scratch",
    "Script",
    "copy_workspace",
]

SCRIPT_FOLDER = Path("/tmp")  # noqa: S108 - the sandbox's own
"""Where a script starts; it goes to the workspace itself when it is ready."""


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
        program = Program(tuple(argv), scratch, tuple(mounts), cwd, env or {}, channel)
        return await (await self._prepare(program, limits)).result(stdin)

    async def run_script(
        self,
        script: Script,
        *,
        scratch: Scratch,
        mounts: Sequence[Path] = (),
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        limits: SandboxSettings | None = None,
    ) -> SandboxResult:
        """Run a script of ours, with a channel, as ``run`` does, in a new process."""
        return await self.run(
            script.argv,
            scratch=scratch,
            mounts=mounts,
            cwd=SCRIPT_FOLDER,
            stdin=stdin,
            env=env,
            limits=limits,
            channel=True,
        )

    async def aclose(self) -> None:
        """End what waits for work: nothing does in this sandbox."""

    async def _prepare(self, program: Program, limits: SandboxSettings | None = None) -> Run:
        """A run that has not been started."""
        confinement = await self._confinement()
        if program.scratch is not None and not mountable(program.scratch.folder):
            raise SandboxUnavailableError(
                f"The sandbox cannot hold a copy of {program.scratch.folder}: open a folder below it."
            )
        if confinement.drops:  # a user of its own for each run, as the kernel counts processes by user
            confinement = replace(confinement, user=spare_user())
        return Run(confinement, limits or self.settings, program)

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
