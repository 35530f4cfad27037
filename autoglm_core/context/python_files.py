"""Finds and reads the Python files of a workspace that may be shown, whatever lies in it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autoglm_core.context.exclusion import Exclusions
from autoglm_core.types import Workspace

MOST_BYTES = 200_000
MOST_FILES = 5_000
_MOST_ENTRIES = 200_000
"""Names looked at in all folders together: what a walk may cost in a folder of data."""
_MOST_DEPTH = 32
_LEFT_OUT = frozenset(["node_modules", "site-packages", "__pycache__", "venv", "build", "dist"])
_PROBE = "_autoglm_probe_"
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


@dataclass(frozen=True, slots=True)
class FileState:
    """What tells that a file has changed: its time of modification in nanoseconds and its size in bytes."""

    mtime: int
    size: int


@dataclass(slots=True)
class Survey:
    """What a walk came by and left out, counted while it goes on."""

    excluded: int = 0
    too_large: int = 0
    too_many: int = 0


def python_files(workspace: Workspace, exclusions: Exclusions, survey: Survey) -> Iterator[tuple[Path, FileState]]:
    """The Python files in the open folders, in the order of their names, nearer ones first in each folder.

    Symbolic links are not followed, be they files or folders: what they lead to is found where it is, if it is in the
    workspace. Excluded, large and odd files, hidden folders and those of tools are left out.
    """
    found, entries = 0, 0
    seen: set[Path] = set()
    for root in workspace.folders:
        left = [root]
        while left:
            folder = left.pop()
            if folder in seen or len(folder.parts) - len(root.parts) > _MOST_DEPTH:
                continue
            seen.add(folder)
            inner = []
            for entry in _entries(folder):
                entries += 1
                if entries > _MOST_ENTRIES:
                    survey.too_many += 1
                    return
                path = folder / entry.name
                if _is_folder(entry):
                    if not _is_left_out(path, workspace, exclusions):
                        inner.append(path)
                    continue
                state = _state(entry)
                if state is None:
                    continue
                if state.size > MOST_BYTES:
                    survey.too_large += 1
                elif exclusions.reason(path, workspace):
                    survey.excluded += 1
                elif found >= MOST_FILES:
                    survey.too_many += 1
                else:
                    found += 1
                    yield path, state
            left += reversed(inner)


def file_state(path: Path) -> FileState | None:
    """The state of a regular file; None for what is gone, or no such file."""
    try:
        return _regular(path.lstat())
    except OSError:
        return None


def in_folders(path: Path, workspace: Workspace) -> bool:
    """Whether a file stands in an open folder, and where links lead too; any file where no folder is open."""
    if not workspace.folders:
        return True
    real = Path(os.path.realpath(path))
    return any(path.is_relative_to(folder) for folder in workspace.folders) and any(
        real.is_relative_to(os.path.realpath(folder)) for folder in workspace.folders
    )


def read_regular(path: Path) -> str:
    """The text of a regular file of at most ``MOST_BYTES`` bytes. Raises OSError, or ValueError if it is no such file.

    A link is not followed and a pipe does not block, also when it was put there after the walk.
    """
    descriptor = os.open(path, _OPEN_FLAGS)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError(f"{path.name} is no regular file.")
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"{path.name} has grown over {MOST_BYTES} bytes.")
    return content.decode("utf-8-sig")


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError:  # gone meanwhile, or not ours to read: there is nothing to show from it
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _is_left_out(folder: Path, workspace: Workspace, exclusions: Exclusions) -> bool:
    """Whether nothing in a folder is wanted.

    A file that does not exist is asked for: patterns like ``data/`` are about all that a folder holds. A file that a
    pattern takes in again below an ignored one (``data/*`` with ``!data/a.py``) is left out as well.
    """
    if folder.name.startswith(".") or folder.name in _LEFT_OUT or (folder / "pyvenv.cfg").is_file():
        return True
    return bool(exclusions.reason(folder / _PROBE, workspace))


def _state(entry: os.DirEntry[str]) -> FileState | None:
    if not entry.name.endswith(".py"):
        return None
    try:
        return _regular(entry.stat(follow_symlinks=False))
    except OSError:
        return None


def _regular(found: os.stat_result) -> FileState | None:
    return FileState(found.st_mtime_ns, found.st_size) if stat.S_ISREG(found.st_mode) else None
