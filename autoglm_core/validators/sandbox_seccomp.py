"""System calls that code in the sandbox may not make: a seccomp filter, assembled by hand.

Namespaces already hide files, network and processes; the filter takes away what they leave of the kernel
that no test needs: other processes' memory, new namespaces and mounts, the kernel's keyrings, eBPF,
io_uring, and socket families that no network namespace holds back (vsock reaches the host of a virtual
machine). Numbers are those of the kernel's tables ``arch/x86/entry/syscalls/syscall_64.tbl`` and
``include/uapi/asm-generic/unistd.h``; the program's form is that of ``man 2 seccomp``.
"""

from __future__ import annotations

import errno
import platform
import struct
from dataclasses import dataclass

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _FAIL_WITH = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16

_NEW_NAMESPACES = 0x7E020000
"""The flags of clone(2) that make a namespace."""
_SOCKET_FAMILIES = (1, 2, 10, 16)
"""Unix, IPv4, IPv6 and netlink: the network namespace holds these back."""
_X32_CALLS = 0x40000000


@dataclass(frozen=True, slots=True)
class _Machine:
    audit: int
    denied: tuple[int, ...]
    clone: int
    clone3: int
    socket: int
    socketpair: int
    x32: bool = False


# Mounts of the newer kind (428 to 433, 442), io_uring (425 to 427) and pidfd_getfd have one number everywhere.
_DENIED_EVERYWHERE = (425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 442)
_MACHINES = {
    "x86_64": _Machine(
        audit=0xC000003E,
        # ptrace, process_vm_readv/writev, kcmp; mount, umount2, pivot_root, chroot, unshare, setns; add_key,
        # request_key, keyctl; bpf, perf_event_open, userfaultfd, open_by_handle_at; kexec, modules; swap,
        # reboot, acct, quotactl, syslog; the clock; modify_ldt, iopl, ioperm.
        denied=(
            *(101, 310, 311, 312, 165, 166, 155, 161, 272, 308, 248, 249, 250, 321, 298, 323, 304),
            *(246, 320, 175, 313, 176, 167, 168, 169, 163, 179, 103, 164, 227, 159, 154, 172, 173),
        ),
        clone=56,
        clone3=435,
        socket=41,
        socketpair=53,
        x32=True,
    ),
    "aarch64": _Machine(
        audit=0xC00000B7,
        denied=(
            *(117, 270, 271, 272, 40, 39, 41, 51, 97, 268, 217, 218, 219, 280, 241, 282, 265),
            *(104, 294, 105, 273, 106, 224, 225, 142, 89, 60, 116, 170, 112, 171),
        ),
        clone=220,
        clone3=435,
        socket=198,
        socketpair=199,
    ),
}


def seccomp_program(machine: str = "") -> bytes:
    """The filter for a machine (``platform.machine()``), as bwrap's ``--seccomp`` takes it; empty if unknown."""
    known = _MACHINES.get(machine or platform.machine())
    if known is None:
        return b""
    refused, unsupported = _FAIL_WITH | errno.EPERM, _FAIL_WITH | errno.EAFNOSUPPORT
    program = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_EQUAL, known.audit, skip_if=1),
        _step(_RETURN, refused),  # 32-bit calls have other numbers
        _step(_LOAD, _NUMBER),
    ]
    if known.x32:
        program += [_step(_AT_LEAST, _X32_CALLS, skip_else=1), _step(_RETURN, refused)]
    for number in (*known.denied, *_DENIED_EVERYWHERE):
        program += [_step(_EQUAL, number, skip_else=1), _step(_RETURN, refused)]
    # The flags of clone3 are in memory, where no filter sees them: the C library falls back to clone.
    program += [_step(_EQUAL, known.clone3, skip_else=1), _step(_RETURN, _FAIL_WITH | errno.ENOSYS)]
    program += [
        _step(_EQUAL, known.clone, skip_else=4),
        _step(_LOAD, _FIRST_ARGUMENT),
        _step(_ANY_BIT, _NEW_NAMESPACES, skip_else=1),
        _step(_RETURN, refused),
        _step(_RETURN, _ALLOW),
    ]
    for number in (known.socket, known.socketpair):
        families = [
            _step(_EQUAL, family, skip_if=len(_SOCKET_FAMILIES) - place)
            for place, family in enumerate(_SOCKET_FAMILIES)
        ]
        program += [
            _step(_EQUAL, number, skip_else=len(families) + 3),
            _step(_LOAD, _FIRST_ARGUMENT),
            *families,
            _step(_RETURN, unsupported),
            _step(_RETURN, _ALLOW),
        ]
    return b"".join([*program, _step(_RETURN, _ALLOW)])


def _step(code: int, value: int, skip_if: int = 0, skip_else: int = 0) -> bytes:
    return struct.pack("=HBBI", code, skip_if, skip_else, value)
