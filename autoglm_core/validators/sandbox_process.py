"""One run in the sandbox: starts bubblewrap, reads what comes, watches the limits, and ends all of it."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import time
from contextlib import suppress

import psutil

from autoglm_core.config import SandboxSettings
from autoglm_core.errors import SandboxUnavailableError
from autoglm_core.validators.child_process import close_input
from autoglm_core.validators.sandbox_command import Program, bubblewrap_command
from autoglm_core.validators.sandbox_descriptors import Descriptors
from autoglm_core.validators.sandbox_mounts import Confinement
from autoglm_core.validators.sandbox_result import Limit, SandboxResult

_LOOK_S = 0.1
_END_S = 5.0
_CHANNEL_OUTPUTS = 16  # results may be so many times as long as the output
_FIXED_PIPES = 4  # stdout, stderr, bubblewrap's status, the launcher's failure


class Run:
    """One program in the sandbox, from its start to its end: ``start``, then ``result`` or ``end``."""

    def __init__(self, confinement: Confinement, limits: SandboxSettings, program: Program) -> None:
        self._confinement = confinement
        self._limits = limits
        self._program = program
        self._limit: Limit | None = None
        self._descriptors = Descriptors()
        self._process: asyncio.subprocess.Process | None = None
        self._streams: list[asyncio.StreamReader] = []

    @property
    def alive(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start it; it can wait for its input then. Raises SandboxUnavailableError if that does not work."""
        descriptors, program = self._descriptors, self._program
        try:
            pipes = [descriptors.pipe() for _ in range(_FIXED_PIPES + program.channel)]
            self._streams = [await descriptors.reader(pipe) for pipe in pipes]
            starting = asyncio.ensure_future(
                asyncio.create_subprocess_exec(
                    *bubblewrap_command(self._confinement, self._limits, program, descriptors, pipes),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=pipes[0],
                    stderr=pipes[1],
                    # The first process inside shows the environment that bubblewrap had in /proc, so it gets none.
                    env={},
                    cwd="/",
                    pass_fds=descriptors.inherited,
                    start_new_session=True,
                )
            )
            try:
                self._process = await asyncio.shield(starting)
            except asyncio.CancelledError:
                self._process = await starting  # a moment later, and then it can be ended as it must be
                raise
            descriptors.close_inherited()
        except OSError as error:
            await self.end()
            raise SandboxUnavailableError(f"{self._confinement.bwrap} does not start: {error}.") from error
        except BaseException:
            await self.end()
            raise

    async def line(self) -> bytes:
        """The next line of its channel, before ``result``; what there is of it if it ends before."""
        return await self._streams[-1].readline()

    async def result(self, stdin: bytes, limits: SandboxSettings | None = None) -> SandboxResult:
        """Give it its input and follow it to its end; the wall time and ``seconds`` count from here.

        ``limits`` replaces those of wall time and output, which nothing inside knows. Raises
        SandboxUnavailableError if it could not be started.
        """
        started = time.monotonic()
        self._limits = limits or self._limits
        outputs = [bytearray() for _ in range(_FIXED_PIPES + self._program.channel)]
        try:
            if self._process is None:
                await self.start()
            await self._follow(stdin, outputs)
        finally:
            await self.end(bytes(outputs[2]))
        return self._judge(*map(bytes, outputs), seconds=time.monotonic() - started)

    async def watch(self, every: float) -> None:
        """Kill it when all its processes together are too large or too many; the kernel bounds each one."""
        while self._process and self.alive:
            await asyncio.sleep(every)
            count, size = await asyncio.to_thread(_usage, self._process.pid)
            if size > self._limits.memory_mb << 20:
                self._limit = self._limit or Limit.MEMORY
                self._kill()
            elif count > self._limits.processes + 3:  # bubblewrap's own
                self._limit = self._limit or Limit.PROCESSES
                self._kill()

    async def end(self, said: bytes = b"") -> None:
        """End it with all its processes; ``said`` is what has been read of bubblewrap's status."""
        process = self._process
        self._descriptors.close_inherited()
        try:
            if process and b"\n" not in said:
                async with asyncio.timeout(_END_S):
                    said += await self._streams[2].readline()
        except TimeoutError:
            pass  # bubblewrap is stuck before it has made any process
        finally:
            first = _status(said, "child-pid")
            if process:
                # Until bubblewrap lets its child go on, that one does not die with it, but waits for ever.
                _kill_child(first, process.pid)
                self._kill()
        try:
            if process:
                await process.wait()
                await close_input(process)
        finally:
            self._descriptors.close()
        # bubblewrap ends when the program does; its first process inside, and all that are left, a moment later.
        await asyncio.to_thread(_wait_for_end, first)

    async def _follow(self, stdin: bytes, outputs: list[bytearray]) -> None:
        process = self._process
        assert process is not None  # noqa: S101 - ``result`` has started it
        most = self._limits.output_kb << 10
        bounds = ([most] * _FIXED_PIPES + [most * _CHANNEL_OUTPUTS])[: len(outputs)]
        try:
            async with asyncio.timeout(self._limits.wall_s), asyncio.TaskGroup() as group:
                watch = group.create_task(self.watch(_LOOK_S))
                feeding = group.create_task(_feed(process, stdin))
                reading = [
                    group.create_task(self._read(stream, into, bound))
                    for stream, into, bound in zip(self._streams, outputs, bounds, strict=True)
                ]
                await asyncio.wait(reading)
                await process.wait()
                watch.cancel()
                feeding.cancel()
        except TimeoutError:
            self._limit = self._limit or Limit.WALL

    async def _read(self, stream: asyncio.StreamReader, into: bytearray, bound: int) -> None:
        while piece := await stream.read(1 << 16):
            into += piece[: bound - len(into)]
            if len(into) >= bound:
                self._limit = self._limit or Limit.OUTPUT
                self._kill()

    def _kill(self) -> None:
        # bubblewrap's child dies with it, and with that child, the first of its namespace, every process inside.
        with suppress(ProcessLookupError):
            if self._process:
                self._process.kill()

    def _judge(
        self, stdout: bytes, stderr: bytes, said: bytes, refused: bytes, results: bytes = b"", *, seconds: float
    ) -> SandboxResult:
        code = _status(said, "exit-code")
        if refused:
            words = refused.decode("utf-8", "replace")
            raise SandboxUnavailableError(f"The sandbox could not start {self._program.argv[0]}: {words}.")
        if code is None and self._limit is None:
            last = stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["it was killed"]
            raise SandboxUnavailableError(f"The sandbox could not be set up: {last[0]}.")
        by = code - 128 if code is not None and code > 128 and self._limit is None else None
        limit = self._limit
        if by == signal.SIGXCPU or (by == signal.SIGKILL and seconds >= self._limits.cpu_s):
            limit = Limit.CPU
        exit_code = None if by or limit else code
        return SandboxResult(exit_code, by, stdout, stderr, results, limit, seconds)


async def _feed(process: asyncio.subprocess.Process, content: bytes) -> None:
    if process.stdin:
        with suppress(ConnectionError):  # it need not read to the end
            process.stdin.write(content)
            await process.stdin.drain()
        process.stdin.close()


def _usage(pid: int) -> tuple[int, int]:
    """How many processes are below this one, and their own memory in bytes."""
    count = size = 0
    with suppress(psutil.NoSuchProcess):
        for child in psutil.Process(pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                memory = child.memory_info()
                count += 1
                size += max(0, memory.rss - getattr(memory, "shared", 0))
    return count, size


def _status(said: bytes, name: str) -> int | None:
    """A number in bubblewrap's own messages, a JSON object a line; None if it never got so far."""
    for line in said.split(b"\n")[:-1]:
        message = json.loads(line)
        if isinstance(message, dict) and isinstance(message.get(name), int):
            return int(message[name])
    return None


def _kill_child(pid: int | None, parent: int) -> None:
    """Kill a process if it still is the child of this parent, and not another one by the same number."""
    with suppress(ProcessLookupError, psutil.NoSuchProcess):
        if pid:
            descriptor = os.pidfd_open(pid)
            try:
                if psutil.Process(pid).ppid() == parent:
                    signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            finally:
                os.close(descriptor)


def _wait_for_end(pid: int | None) -> None:
    """Wait until the first process of a sandbox is gone: the kernel lets it go last of all inside."""
    with suppress(ProcessLookupError):
        if pid:
            descriptor = os.pidfd_open(pid)
            try:
                select.select([descriptor], [], [], _END_S)
            finally:
                os.close(descriptor)
