"""What code in the sandbox sees of the machine, as arguments for bubblewrap.

The system's programs and libraries, a few public files of ``/etc``, the Python installations that are
asked for, and nothing else: no home folder, no configuration, no sockets. All of it is read-only; only
``/tmp``, ``/dev/shm`` and the scratch folder can be written, in memory of bounded size.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_SYSTEM_LINKS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_PUBLIC = (
    *("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime"),
    *("/etc/mime.types", "/etc/nsswitch.conf", "/etc/protocols", "/etc/services", "/etc/ssl/certs", "/nix/store"),
)
_INSTALLATION = ("bin", "lib", "lib64", "share/zoneinfo", "pyvenv.cfg")
_RESERVED = ("/proc", "/dev", "/sys", "/etc", "/bin", "/sbin", "/lib", "/lib64", "/usr")
_SHARED_MEMORY = 64 << 20


@dataclass(frozen=True, slots=True)
class Confinement:
    """How bubblewrap is run: which binary, and with which rights.

    ``user`` is the user id of the code inside. ``drops`` True: bubblewrap is run by root and needs no user
    namespace; the launcher gives up root for ``user`` before it starts the code. A root that is only
    mapped to an ordinary user by a namespace would still own the files of ``/proc/sys`` outside it.
    """

    bwrap: Path
    user: int
    drops: bool
    nested_off: bool = True

    @property
    def arguments(self) -> tuple[str, ...]:
        """The arguments that make namespaces and take rights away."""
        apart: tuple[str, ...] = (
            "--unshare-ipc",
            "--unshare-pid",
            "--unshare-net",
            "--unshare-uts",
            "--unshare-cgroup-try",
        )
        apart += ("--new-session", "--die-with-parent", "--clearenv", "--hostname", "sandbox", "--cap-drop", "ALL")
        if self.drops:
            return (*apart, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
        names = ("--unshare-user", "--uid", str(self.user), "--gid", str(self.user))
        return (*apart, *names, *(("--disable-userns",) if self.nested_off else ()))


def interpreter() -> Path:
    """Our own interpreter's binary, with all links followed: it starts before any environment is looked at."""
    return Path(os.path.realpath(sys.executable))


def own_python() -> Path:
    """Our own interpreter within our environment; the path that started it may lead through folders not mounted."""
    beside = Path(sys.prefix) / "bin" / Path(sys.executable).name
    return beside if beside.exists() else Path(sys.executable)


def installation_mounts(prefix: Path) -> tuple[Path, ...]:
    """The parts of a Python installation or environment that running it needs; never the folder as a whole.

    An installation in a home folder (``~/.local``) thus does not open the home folder. Parts that are links
    out of the prefix are left out: an environment in a workspace is the workspace's word, and mounts follow links.
    """
    real = Path(os.path.realpath(prefix))
    parts = [prefix / name for name in _INSTALLATION]
    return tuple(part for part in parts if part.exists() and Path(os.path.realpath(part)).is_relative_to(real))


def mountable(folder: Path) -> bool:
    """Whether a scratch folder can lie at this path without hiding what the system needs."""
    text = folder.as_posix()
    return (
        folder.is_absolute()
        and len(folder.parts) > 1
        and text not in _RESERVED
        and ".." not in folder.parts
        and not (text.startswith(("/proc/", "/dev/", "/sys/", "/etc/")))
    )


def mount_arguments(mounts: Iterable[Path], scratch: Path | None, scratch_bytes: int, temp_bytes: int) -> list[str]:
    """Arguments that lay out the file system; ``mounts`` keep their paths inside."""
    laid: dict[Path, list[str]] = {Path("/usr"): ["--ro-bind", "/usr", "/usr"]}
    for name in _SYSTEM_LINKS:
        if os.path.islink(name):
            laid[Path(name)] = ["--symlink", os.readlink(name), name]
        elif os.path.isdir(name):
            laid[Path(name)] = ["--ro-bind", name, name]
    for name in filter(os.path.exists, _PUBLIC):
        laid[Path(name)] = ["--ro-bind", name, name]
    for path in (*installation_mounts(interpreter().parent.parent), *mounts):
        if not path.is_relative_to("/usr"):
            laid[path] = ["--ro-bind", str(path), str(path)]
    laid[Path("/tmp")] = _memory(Path("/tmp"), "1777", temp_bytes)  # noqa: S108 - the sandbox's own
    if scratch is not None:
        laid[scratch] = _memory(scratch, "0777", scratch_bytes)
    # Ways to a mount are made here: bubblewrap would close them to others, and the code inside is another user.
    for path in [path for path in laid if not path.is_relative_to("/usr")]:
        for parent in path.parents[:-1]:
            mode = "0777" if scratch is not None and parent.is_relative_to(scratch) else "0755"
            laid.setdefault(parent, ["--perms", mode, "--dir", str(parent)])
    inner = [argument for path in sorted(laid, key=lambda path: len(path.parts)) for argument in laid[path]]
    devices = ["--dev", "/dev", *_memory(Path("/dev/shm"), "1777", _SHARED_MEMORY)]  # noqa: S108 - as above
    # The first process inside is bubblewrap, of the same user, without limits or filter: its memory stays closed.
    first = [*_memory(Path("/proc/1"), "0555", 4096), "--remount-ro", "/proc/1"]
    return ["--proc", "/proc", *first, *devices, "--remount-ro", "/dev", *inner]


def _memory(path: Path, mode: str, size: int) -> list[str]:
    return ["--perms", mode, "--size", str(size), "--tmpfs", str(path)]
