"""One run in the sandbox: starts bubblewrap, reads what comes, watches the limits, and ends all of it."""

from __future__ import annotations

import asyncio
import json
import marshal
import math
import os
import platform
import select
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import psutil

from autoglm_core.config import SandboxSettings
from autoglm_core.errors import SandboxUnavailableError
from autoglm_core.validators.sandbox_descriptors import Descriptors
from autoglm_core.validators.sandbox_mounts import Confinement, interpreter, mount_arguments
from autoglm_core.validators.sandbox_result import Limit, SandboxResult
from autoglm_core.validators.sandbox_scratch import Link, Scratch
from autoglm_core.validators.sandbox_seccomp import seccomp_program

CHANNEL = "AUTOGLM_CHANNEL"
"""The environment variable that names the descriptor for results, in a run with a channel."""

_HOME = "/tmp/home"  # noqa: S108 - the sandbox's own
_LOOK_S = 0.1
_END_S = 5.0
_TEMP_FILES = 4  # /tmp, and what is added to the scratch folder, are bounded by so many of the largest files
_CHANNEL_OUTPUTS = 16  # results may be so many times as long as the output
_OPEN_FILES = 1024
_FIXED_PIPES = 4  # stdout, stderr, bubblewrap's status, the launcher's failure
_USERS_COUNT_APART = (5, 14)  # since this kernel, RLIMIT_NPROC counts a user in each user namespace apart
_FILTER = seccomp_program()


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: ``argv`` with an absolute first word, and what it finds around it."""

    argv: tuple[str, ...]
    scratch: Scratch | None = None
    mounts: tuple[Path, ...] = ()
    cwd: Path | None = None
    stdin: bytes = b""
    env: Mapping[str, str] = field(default_factory=dict)
    channel: bool = False


class Run:
    """One program in the sandbox, from its start to its end."""

    def __init__(self, confinement: Confinement, limits: SandboxSettings, program: Program) -> None:
        self._confinement = confinement
        self._limits = limits
        self._program = program
        self._limit: Limit | None = None

    async def result(self) -> SandboxResult:
        """Run it to its end. Raises SandboxUnavailableError if it could not be started."""
        started = time.monotonic()
        with Descriptors() as descriptors:
            pipes = [descriptors.pipe() for _ in range(_FIXED_PIPES + self._program.channel)]
            try:
                process = await asyncio.create_subprocess_exec(
                    *self._command(descriptors, pipes),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=pipes[0],
                    stderr=pipes[1],
                    # The first process inside shows the environment that bubblewrap had in /proc, so it gets none.
                    env={},
                    cwd="/",
                    pass_fds=descriptors.inherited,
                    start_new_session=True,
                )
            except OSError as error:
                raise SandboxUnavailableError(f"{self._confinement.bwrap} does not start: {error}.") from error
            try:
                descriptors.close_inherited()
                outputs = await self._follow(process, descriptors, pipes)
            finally:
                _kill(process)
                await process.wait()
            # bubblewrap ends when the program does; its first process inside, and all that are left, a moment later.
            await asyncio.to_thread(_wait_for_end, _status(outputs[2], "child-pid"))
        return self._judge(*outputs, seconds=time.monotonic() - started)

    async def _follow(
        self, process: asyncio.subprocess.Process, descriptors: Descriptors, pipes: list[int]
    ) -> list[bytes]:
        most = self._limits.output_kb << 10
        streams = [await descriptors.reader(pipe) for pipe in pipes]
        bounds = ([most] * _FIXED_PIPES + [most * _CHANNEL_OUTPUTS])[: len(streams)]
        read: list[bytearray] = [bytearray() for _ in streams]
        try:
            async with asyncio.timeout(self._limits.wall_s), asyncio.TaskGroup() as group:
                watch = group.create_task(self._watch(process))
                feeding = group.create_task(_feed(process, self._program.stdin))
                reading = [
                    group.create_task(self._read(process, stream, into, bound))
                    for stream, into, bound in zip(streams, read, bounds, strict=True)
                ]
                await asyncio.wait(reading)
                await process.wait()
                watch.cancel()
                feeding.cancel()
        except TimeoutError:
            self._limit = self._limit or Limit.WALL
        return [bytes(each) for each in read]

    async def _read(
        self, process: asyncio.subprocess.Process, stream: asyncio.StreamReader, into: bytearray, bound: int
    ) -> None:
        while piece := await stream.read(1 << 16):
            into += piece[: bound - len(into)]
            if len(into) >= bound:
                self._limit = self._limit or Limit.OUTPUT
                _kill(process)

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        """Kill it when all its processes together are too large or too many; the kernel bounds each one."""
        while True:
            await asyncio.sleep(_LOOK_S)
            count, size = await asyncio.to_thread(_usage, process.pid)
            if size > self._limits.memory_mb << 20:
                self._limit = self._limit or Limit.MEMORY
                _kill(process)
            elif count > self._limits.processes + 3:  # bubblewrap's own
                self._limit = self._limit or Limit.PROCESSES
                _kill(process)

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

    def _command(self, descriptors: Descriptors, pipes: list[int]) -> list[str]:
        status, failure, *channel = pipes[2:]
        program, confinement = self._program, self._confinement
        folder = program.scratch.folder if program.scratch else None
        temp = (self._limits.file_mb * _TEMP_FILES) << 20
        command = [str(confinement.bwrap), *confinement.arguments, "--json-status-fd", str(status)]
        if _FILTER:
            command += ["--seccomp", str(descriptors.file(_FILTER))]
        command += mount_arguments(program.mounts, folder, temp + 2 * _size(program.scratch), temp)
        for path, content in _accounts(confinement.user).items():
            command += ["--perms", "0444", "--ro-bind-data", str(descriptors.file(content.encode())), path]
        plan = marshal.dumps(self._plan(folder, channel))
        launcher = ["-I", "-S", "-B", "-c", _launcher(), str(descriptors.file(plan)), str(failure)]
        return [*command, "--remount-ro", "/", "--chdir", "/", "--", str(interpreter()), *launcher]

    def _plan(self, folder: Path | None, channel: list[int]) -> dict[str, object]:
        """What the launcher is to do; plain data, as marshal writes it."""
        program, confinement, limits = self._program, self._confinement, self._limits
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": _HOME, "USER": "sandbox"}
        env |= {"LOGNAME": "sandbox", "TMPDIR": "/tmp", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}  # noqa: S108
        env |= program.env
        if channel:
            env[CHANNEL] = str(channel[0])
        files = program.scratch.files if program.scratch else {}
        cpu, file = math.ceil(limits.cpu_s), limits.file_mb << 20
        memory, processes = limits.memory_mb << 20, _process_limit(limits.processes, confinement)
        bounds = (
            ("RLIMIT_CPU", cpu, cpu + 2),
            ("RLIMIT_AS", memory, memory),
            ("RLIMIT_FSIZE", file, file),
            ("RLIMIT_NPROC", processes, processes),
            ("RLIMIT_NOFILE", _OPEN_FILES, _OPEN_FILES),
            ("RLIMIT_CORE", 0, 0),
        )
        return {
            "argv": list(program.argv),
            "env": env,
            "cwd": str(program.cwd or folder or "/tmp"),  # noqa: S108 - the sandbox's own
            "channel": channel[0] if channel else -1,
            "home": _HOME,
            "user": confinement.user if confinement.drops else 0,
            "folder": str(folder) if folder else "",
            "files": [(name, each.target if isinstance(each, Link) else each) for name, each in files.items()],
            "limits": bounds,
        }


async def _feed(process: asyncio.subprocess.Process, content: bytes) -> None:
    if process.stdin:
        with suppress(ConnectionError):  # it need not read to the end
            process.stdin.write(content)
            await process.stdin.drain()
        process.stdin.close()


def _kill(process: asyncio.subprocess.Process) -> None:
    # bubblewrap's child dies with it, and with that child, the first of its namespace, every process inside.
    with suppress(ProcessLookupError):
        process.kill()


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
    for line in said.splitlines():
        message = json.loads(line)
        if isinstance(message, dict) and isinstance(message.get(name), int):
            return int(message[name])
    return None


def _wait_for_end(pid: int | None) -> None:
    """Wait until the first process of a sandbox is gone: the kernel lets it go last of all inside."""
    with suppress(ProcessLookupError):
        if pid:
            descriptor = os.pidfd_open(pid)
            try:
                select.select([descriptor], [], [], _END_S)
            finally:
                os.close(descriptor)


def _size(scratch: Scratch | None) -> int:
    files = scratch.files.values() if scratch else ()
    # A file takes whole pages of memory.
    return sum((len(content) | 4095) + 1 for content in files if isinstance(content, bytes))


def _accounts(user: int) -> dict[str, str]:
    return {
        "/etc/passwd": f"root:x:0:0::/:/bin/false\nsandbox:x:{user}:{user}::{_HOME}:/bin/sh\n",
        "/etc/group": f"root:x:0:\nsandbox:x:{user}:\n",
        "/etc/hosts": "127.0.0.1 localhost sandbox\n::1 localhost\n",
    }


def _process_limit(processes: int, confinement: Confinement) -> int:
    kernel = tuple(int(part) for part in platform.release().split(".")[:2] if part.isdigit())
    if confinement.drops or kernel >= _USERS_COUNT_APART:
        return processes
    mine = os.getuid()
    return processes + sum(each.info["num_threads"] or 0 for each in _processes() if each.info["uids"].real == mine)


def _processes() -> list[psutil.Process]:
    return [each for each in psutil.process_iter(["uids", "num_threads"]) if each.info["uids"]]


@cache
def _launcher() -> str:
    return Path(__file__).with_name("sandbox_launcher.py").read_text("utf-8")
