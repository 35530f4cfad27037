"""The command that runs one program in the sandbox: bubblewrap's arguments, and what the launcher is told."""

from __future__ import annotations

import marshal
import math
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from autoglm_core.config import SandboxSettings
from autoglm_core.validators.sandbox_descriptors import Descriptors
from autoglm_core.validators.sandbox_mounts import Confinement, interpreter, mount_arguments
from autoglm_core.validators.sandbox_scratch import Link, Scratch
from autoglm_core.validators.sandbox_script import program_text
from autoglm_core.validators.sandbox_seccomp import seccomp_program

CHANNEL = "AUTOGLM_CHANNEL"
"""The environment variable that names the descriptor for results, in a run with a channel."""

_HOME = "/tmp/home"  # noqa: S108 - the sandbox's own
_TEMP_FILES = 4  # /tmp, and what is added to the scratch folder, are bounded by so many of the largest files
_OPEN_FILES = 1024
_USERS_COUNT_APART = (5, 14)  # since this kernel, RLIMIT_NPROC counts a user in each user namespace apart
_PAGE = 4096
_FILTER = seccomp_program()


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: ``argv`` with an absolute first word, and what it finds around it.

    ``room`` is how many bytes the scratch files will take, for one that lays them out itself.
    """

    argv: tuple[str, ...]
    scratch: Scratch | None = None
    mounts: tuple[Path, ...] = ()
    cwd: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    channel: bool = False
    room: int = 0


def bubblewrap_command(
    confinement: Confinement, limits: SandboxSettings, program: Program, descriptors: Descriptors, pipes: list[int]
) -> list[str]:
    """The whole command; ``pipes`` are stdout, stderr, bubblewrap's status, the launcher's failure, the channel."""
    status, failure, *channel = pipes[2:]
    folder = program.scratch.folder if program.scratch else None
    temp = (limits.file_mb * _TEMP_FILES) << 20
    command = [str(confinement.bwrap), *confinement.arguments, "--json-status-fd", str(status)]
    if _FILTER:
        command += ["--seccomp", str(descriptors.file(_FILTER))]
    room = max(program.room, size_of(program.scratch))
    command += mount_arguments(program.mounts, folder, temp + 2 * room, temp)
    for path, content in _accounts(confinement.user).items():
        command += ["--perms", "0444", "--ro-bind-data", str(descriptors.file(content.encode())), path]
    plan = marshal.dumps(_plan(confinement, limits, program, channel))
    text = program_text("sandbox_layout", "sandbox_launcher")
    launcher = ["-I", "-S", "-B", "-c", text, str(descriptors.file(plan)), str(failure)]
    return [*command, "--remount-ro", "/", "--chdir", "/", "--", str(interpreter()), *launcher]


def size_of(scratch: Scratch | None) -> int:
    """The bytes of memory that the files of a scratch take: whole pages."""
    files = scratch.files.values() if scratch else ()
    return sum((len(content) | (_PAGE - 1)) + 1 for content in files if isinstance(content, bytes))


def files_of(scratch: Scratch | None) -> list[tuple[str, str | bytes]]:
    """The files of a scratch as ``sandbox_layout`` takes them."""
    files = scratch.files if scratch else {}
    return [(name, each.target if isinstance(each, Link) else each) for name, each in files.items()]


def counts_apart(confinement: Confinement) -> bool:
    """Whether the kernel bounds the processes of each run by themselves, not with all others of the user."""
    kernel = tuple(int(part) for part in platform.release().split(".")[:2] if part.isdigit())
    return confinement.drops or kernel >= _USERS_COUNT_APART


def _plan(confinement: Confinement, limits: SandboxSettings, program: Program, channel: list[int]) -> dict[str, object]:
    """What the launcher is to do; plain data, as marshal writes it."""
    folder = program.scratch.folder if program.scratch else None
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": _HOME, "USER": "sandbox"}
    env |= {"LOGNAME": "sandbox", "TMPDIR": "/tmp", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}  # noqa: S108
    env |= program.env
    if channel:
        env[CHANNEL] = str(channel[0])
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
        "files": files_of(program.scratch),
        "limits": bounds,
    }


def _accounts(user: int) -> dict[str, str]:
    return {
        "/etc/passwd": f"root:x:0:0::/:/bin/false\nsandbox:x:{user}:{user}::{_HOME}:/bin/sh\n",
        "/etc/group": f"root:x:0:\nsandbox:x:{user}:\n",
        "/etc/hosts": "127.0.0.1 localhost sandbox\n::1 localhost\n",
    }


def _process_limit(processes: int, confinement: Confinement) -> int:
    if counts_apart(confinement):
        return processes
    mine = os.getuid()
    return processes + sum(each.info["num_threads"] or 0 for each in _processes() if each.info["uids"].real == mine)


def _processes() -> list[psutil.Process]:
    return [each for each in psutil.process_iter(["uids", "num_threads"]) if each.info["uids"]]
