"""A sandbox that keeps processes waiting: a test then starts where an interpreter has started already.

Each waiting process (a *spare*) is a sandbox of its own, complete with namespaces, limits and filter, whose
interpreter has made the imports that its script names. It gets one job over its stdin, lays out the files
itself, and ends with it: a draft never meets what another one has left behind. Spares are started after a job
that could have used one, at most four, and end when idle for long, with ``aclose`` and with this process.

What a spare cannot do as a new process would, a new process does: other mounts, limits or variables than it was
started with, an environment that was changed since, files beyond its limits, a workspace with modules named
like those that it has imported. It says so by not saying ``begun``, and then nothing of the job has run.
"""

from __future__ import annotations

import asyncio
import marshal
import os
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autoglm_core.config import SandboxSettings
from autoglm_core.errors import SandboxUnavailableError
from autoglm_core.validators.sandbox import SCRIPT_FOLDER, Sandbox, SandboxResult, Scratch, Script
from autoglm_core.validators.sandbox_command import Program, counts_apart, files_of, size_of
from autoglm_core.validators.sandbox_probe import NOBODY, spare_user
from autoglm_core.validators.sandbox_process import Run
from autoglm_core.validators.sandbox_script import isolated, program_text

_READY, _BEGUN = b"ready\n", b"begun\n"
_IDLE_S = 300.0
_IDLE_LOOK_S = 2.0
_PATIENCE_S = 2.0
_MOST_SPARES = 4  # two environments, each with and without pytest
_MOST_FAILURES = 2
_ROOM = 16 << 20
_SHARE_OF_MEMORY = 8  # the files of a job pass through the memory of its process
_OLDEST_FORMAT = 4  # of marshal, for Python 3.9


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a spare is started with: it serves the jobs that would be started with the same.

    ``stamps`` tell whether the packages of the environment are still those that were imported, and the mounts still
    those of the spare: a folder that is made anew is another one.
    """

    script: Script
    mounts: tuple[Path, ...]
    folder: Path
    room: int
    env: tuple[tuple[str, str], ...]
    limits: SandboxSettings
    stamps: tuple[tuple[int, int], ...]

    @property
    def program(self) -> Program:
        """The preloader, that waits in an empty scratch folder."""
        script = self.script
        libraries = os.pathsep.join(map(str, script.libraries))
        preloader = isolated(script.python, program_text("sandbox_layout", "sandbox_preloader"))
        argv = (*preloader, script.text, script.before, libraries)
        return Program(argv, Scratch(self.folder), self.mounts, SCRIPT_FOLDER, dict(self.env), True, self.room)


class WarmSandbox(Sandbox):
    """The sandbox with spares. ``aclose`` ends them; afterwards it starts new processes only."""

    def __init__(self, settings: SandboxSettings, *, idle_s: float = _IDLE_S) -> None:
        super().__init__(settings)
        self._idle_s = idle_s
        self._spares: OrderedDict[_Shape, _Spare] = OrderedDict()
        self._failures: Counter[_Shape] = Counter()
        self._closed = False
        self.served = 0
        """How many jobs a spare has done."""

    @property
    def waiting(self) -> int:
        """How many spares are ready for a job."""
        return sum(spare.ready for spare in self._spares.values())

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
        """Run a script in a spare if one fits, else in a new process; then see that there is a spare again."""
        limits = limits or self.settings
        shape = await self._shape(script, scratch, tuple(mounts), env or {}, limits)
        spare = self._spares.pop(shape, None) if shape else None
        try:
            if shape and spare:
                job = marshal.dumps((str(scratch.folder), files_of(scratch), script.import_from), _OLDEST_FORMAT)
                result = await spare.work(len(job).to_bytes(8, "big") + job + stdin, limits)
                if result:
                    self.served += 1
                    return result
                self._failures[shape] += 1
            return await super().run_script(script, scratch=scratch, mounts=mounts, stdin=stdin, env=env, limits=limits)
        finally:
            if shape:
                await self._keep(shape)

    async def aclose(self) -> None:
        """End all spares, and start none any more."""
        self._closed = True
        while self._spares:
            await self._spares.popitem()[1].end()

    async def _keep(self, shape: _Shape) -> None:
        """See that a spare of this shape waits, in place of the one that has waited longest."""
        if self._closed or shape in self._spares or self._failures[shape] >= _MOST_FAILURES:
            return
        while len(self._spares) >= _MOST_SPARES:
            await self._spares.popitem(last=False)[1].end()
        run = await self._prepare(shape.program, shape.limits)
        if not self._closed and shape not in self._spares:
            self._spares[shape] = spare = _Spare(run, self._idle_s)
            spare.done.add_done_callback(lambda _: self._forget(shape, spare))

    def _forget(self, shape: _Shape, spare: _Spare) -> None:
        if self._spares.get(shape) is spare:
            del self._spares[shape]

    async def _shape(
        self,
        script: Script,
        scratch: Scratch,
        mounts: tuple[Path, ...],
        env: Mapping[str, str],
        limits: SandboxSettings,
    ) -> _Shape | None:
        """The shape of a job; None for one that only a new process can do."""
        if self._closed or not script.before:
            return None
        confinement = await self._confinement()
        if not counts_apart(confinement) or (confinement.drops and spare_user() == NOBODY):
            return None  # a spare would count among the processes of other runs
        size = size_of(scratch)
        largest = max((len(content) for content in scratch.files.values() if isinstance(content, bytes)), default=0)
        if largest > limits.file_mb << 20 or size > (limits.memory_mb << 20) // _SHARE_OF_MEMORY:
            return None
        stamps = await asyncio.to_thread(_stamps, (script.python, *script.libraries), mounts)
        return _Shape(
            replace(script, import_from=()),
            mounts,
            scratch.folder,
            -(-size // _ROOM) * _ROOM,
            tuple(sorted(env.items())),
            replace(limits, wall_s=0, output_kb=0),  # nothing inside knows these
            stamps,
        )


class _Spare:
    """One process that waits for one job. ``done`` is set when it has ended or has got its job."""

    def __init__(self, run: Run, idle_s: float) -> None:
        self._run = run
        self._idle_s = idle_s
        self._ready = asyncio.Event()
        self.done = asyncio.create_task(self._wait())

    @property
    def ready(self) -> bool:
        """Whether its imports are made and it has not ended."""
        return self._ready.is_set() and self._run.alive

    async def work(self, stdin: bytes, limits: SandboxSettings) -> SandboxResult | None:
        """The end of the job; None if it has not begun, so that a new process may do it."""
        try:
            await self._until_ready()
            await self._stop_waiting()
        except asyncio.CancelledError:
            await self.end()
            raise
        if not self.ready:
            await self._run.end()
            return None
        try:
            result = await self._run.result(stdin, limits)
        except SandboxUnavailableError:
            return None  # it was killed; if that is the machine's fault, the new process says so
        if not result.channel.startswith(_BEGUN):
            return None
        return replace(result, channel=result.channel[len(_BEGUN) :])

    async def end(self) -> None:
        """End it with all its processes."""
        await self._stop_waiting()
        await self._run.end()

    async def _wait(self) -> None:
        """Start it, then watch it until it has waited for too long."""
        try:
            async with asyncio.timeout(self._idle_s):
                await self._run.start()
                if await self._run.line() == _READY:
                    self._ready.set()
                    await self._run.watch(_IDLE_LOOK_S)
        except (TimeoutError, SandboxUnavailableError, ValueError):
            pass  # idle for long, not started, or no line of the preloader's: the next job is done by a new process
        await self._run.end()

    async def _until_ready(self) -> None:
        ready = asyncio.create_task(self._ready.wait())
        try:
            await asyncio.wait([ready, self.done], timeout=_PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()

    async def _stop_waiting(self) -> None:
        self.done.cancel()
        await asyncio.wait([self.done])


def _stamps(paths: tuple[Path, ...], mounts: tuple[Path, ...]) -> tuple[tuple[int, int], ...]:
    """What changes when one of these is replaced, or packages are added to ``paths`` or removed.

    What is added to a folder among ``mounts`` a spare sees by itself. A folder that is made anew may get the number
    of the old one; an environment made anew has another ``pyvenv.cfg``.
    """
    made = tuple(mount / "pyvenv.cfg" for mount in mounts)
    return tuple(_stamp(path) for path in (*paths, *made)) + tuple(_stamp(path, inside=False) for path in mounts)


def _stamp(path: Path, *, inside: bool = True) -> tuple[int, int]:
    try:
        state = path.stat()
    except OSError:
        return 0, 0  # gone: a process would say so itself
    return state.st_ino, state.st_mtime_ns if inside or not path.is_dir() else state.st_dev
