"""The folder of sockets, keys and locks: it belongs to this user alone, or nothing is put into it."""

from __future__ import annotations

import os
import stat
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import platformdirs

from autoglm_core.errors import EngineUnavailableError

VARIABLE = "AUTOGLM_RUNTIME"
"""The environment variable that names another folder."""

_OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def runtime_folder() -> Path:
    """The folder, made with mode 0700 if it is not there.

    Raises EngineUnavailableError when it cannot be made, belongs to somebody else, is a symbolic link, or
    others may enter it.
    """
    path = _choose()
    try:
        path.mkdir(mode=0o700, parents=VARIABLE in os.environ, exist_ok=True)
        status = path.lstat()
    except OSError as error:
        raise EngineUnavailableError(
            f"The folder {path}, where nodes are found, cannot be made: {error.strerror}. "
            f"Set {VARIABLE} to a folder of your own."
        ) from error
    problem = _problem(status, stat.S_ISDIR, "folder")
    if problem:
        raise EngineUnavailableError(
            f"{path} {problem}, so nodes must not be looked for there. Remove it, or make it yours alone "
            f"(chmod 700), or set {VARIABLE} to a folder of your own."
        )
    return path


def read_private(path: Path) -> bytes | None:
    """The bytes of a file that only this user can read and write; None if there is no such file.

    Raises EngineUnavailableError for a file of somebody else, a symbolic link, or one open to others.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise EngineUnavailableError(f"{path} cannot be read: {error.strerror}. Remove it.") from error
    with os.fdopen(handle, "rb") as file:
        problem = _problem(os.fstat(handle), stat.S_ISREG, "file")
        if problem:
            raise EngineUnavailableError(f"{path} {problem}, so it is not trusted. Remove it.")
        return file.read()


def write_private(path: Path, data: bytes) -> None:
    """Write a file with mode 0600; readers see the old bytes or all of the new ones. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # 0600, and never an old file
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _choose() -> Path:
    if own := os.environ.get(VARIABLE):
        return Path(own).expanduser().absolute()
    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR it warns on the user's terminal; whether its folder will do is looked at below.
        warnings.simplefilter("ignore")
        usual = platformdirs.user_runtime_path("autoglm", appauthor=False)
    try:
        status = usual.parent.stat()
    except OSError:
        status = None
    # In a parent that somebody else may write to, our folder could be swapped for another one.
    if status and status.st_uid == os.getuid() and not status.st_mode & _WRITABLE_BY_OTHERS:
        return usual
    return Path(tempfile.gettempdir()) / f"autoglm-{os.getuid()}"


def _problem(status: os.stat_result, is_kind: Callable[[int], bool], kind: str) -> str:
    if not is_kind(status.st_mode):
        return f"is not a {kind}"
    if status.st_uid != os.getuid():
        return "belongs to somebody else"
    if status.st_mode & _OPEN_TO_OTHERS:
        return "is open to other users"
    return ""
