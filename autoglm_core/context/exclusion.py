"""Files that no model may see: secrets by name, what git ignores, what the user excludes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from pathspec import GitIgnoreSpec

from autoglm_core.errors import ExcludedFileError, SettingsError
from autoglm_core.secret_files import SECRET_FILES
from autoglm_core.types import Workspace

IGNORE_FILES = (".gitignore", ".aiignore", ".autoglmignore")
_REPOSITORY_LASTS_S = 60.0


class Exclusions:
    """Decides whether a file may be read into a prompt, as git decides what it ignores."""

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        """Take the user's own gitignore patterns. Raises SettingsError when one is no pattern."""
        try:
            self._own = GitIgnoreSpec.from_lines([*SECRET_FILES, *patterns])
        except ValueError as error:
            raise SettingsError(f"The setting exclude holds a pattern that git would not know: {error}") from error

    def reason(self, path: Path, workspace: Workspace) -> str:
        """Why the file is excluded, in words; empty when it may be read."""
        root = workspace.folder_of(path)
        if self._own.match_file(_relative(path, root)):
            return "its name says that it holds secrets, or the setting exclude names it"
        if reason := _ignored(path, root):
            return reason
        # The file that a link leads to counts too: a link must not open what its target may not show.
        target = Path(os.path.realpath(path))
        if target == path:
            return ""
        homes = [home for folder in workspace.folders if target.is_relative_to(home := os.path.realpath(folder))]
        # What lies outside is known by its whole path, so that the names of its folders count.
        if self._own.match_file(_relative(target, Path(max(homes, key=len, default=target.anchor)))):
            return "it links to a file whose name says that it holds secrets, or that the setting exclude names"
        return _ignored(target, Path(max(homes, key=len, default=target.parent)))

    def guard(self, path: Path, workspace: Workspace) -> None:
        """Raise ExcludedFileError when the file is excluded."""
        if reason := self.reason(path, workspace):
            raise ExcludedFileError(f"{path.name} is not shown to any model: {reason}.")


def _ignored(path: Path, root: Path) -> str:
    for file, inside in _ignore_files(path, root):
        if (spec := _spec(file, _mtime(file))) and spec.match_file(inside):
            return f"{file.name} in {file.parent.name or file.parent} ignores it"
    return ""


def _ignore_files(path: Path, root: Path) -> Iterator[tuple[Path, str]]:
    """Ignore files down to the file's folder, with the file's path seen from each.

    They begin with those of the repository that holds the root: what is opened may be a part of it.
    """
    if not path.is_relative_to(root):
        return
    folder = _repository(root, int(time.monotonic() / _REPOSITORY_LASTS_S))
    for part in ("", *path.relative_to(folder).parts[:-1]):
        folder = folder / part
        for name in IGNORE_FILES:
            yield folder / name, _relative(path, folder)


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


@lru_cache(maxsize=64)
def _repository(root: Path, moment: int) -> Path:
    """The nearest folder around the root, or itself, that holds ``.git``; the root where none does."""
    return next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)


def _mtime(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return -1


@lru_cache(maxsize=256)
def _spec(file: Path, mtime: int) -> GitIgnoreSpec | None:
    if mtime < 0:
        return None
    try:
        return GitIgnoreSpec.from_lines(file.read_text("utf-8", "replace").splitlines())
    except (OSError, ValueError):  # unreadable or not a pattern file: git would ignore nothing by it either
        return None
