"""The first program inside the sandbox: lays out the scratch files, gives up rights, sets limits, starts the code.

It is read as text, after ``sandbox_layout``, and run by our own interpreter with ``-I -S -c``, so it uses the
standard library alone, and of that only what starts fast. What it is told comes from ``sandbox_command``.
"""

from __future__ import annotations

import marshal
import os
import resource
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from autoglm_core.validators.sandbox_layout import lay_out  # noqa: TC004 - it comes before this text


def _close_at_exec(descriptor: int) -> None:
    try:  # noqa: SIM105 - importing contextlib takes longer than all else here
        os.set_inheritable(descriptor, False)
    except OSError:
        pass  # the one that listed them is closed already


def _main(descriptor: int) -> None:
    with open(descriptor, "rb") as stream:
        plan = marshal.load(stream)  # noqa: S302 - written by our own process a moment ago
    user = plan["user"]
    if user:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    os.umask(0o022)
    os.makedirs(plan["home"], exist_ok=True)
    if plan["folder"]:
        lay_out(plan["folder"], plan["files"])
    for name, soft, hard in plan["limits"]:
        resource.setrlimit(getattr(resource, name), (soft, hard))
    for extra in os.listdir("/proc/self/fd"):
        if int(extra) > 2 and int(extra) != plan["channel"]:
            _close_at_exec(int(extra))
    os.chdir(plan["cwd"])
    os.execve(plan["argv"][0], plan["argv"], plan["env"])  # noqa: S606 - starting a program is its purpose


# Closed by a start that succeeds, so what comes after cannot speak in the launcher's name.
_failure = int(sys.argv[2])
os.set_inheritable(_failure, False)
try:
    _main(int(sys.argv[1]))
except BaseException as error:  # noqa: BLE001 - the boundary of this program: the outside words it for the user
    os.write(_failure, f"{type(error).__name__}: {error}".encode("utf-8", "replace"))
    os._exit(1)
