"""The copy of a workspace that code in the sandbox sees: sources and data, no secrets, bounded in size.

The copy exists in the sandbox's own memory only, at the path of the real folder, so that tracebacks and
editable installs name the right files. Links are copied as links: they lead to what the sandbox has, never
to what the machine has.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from pathspec import GitIgnoreSpec

from autoglm_core.secret_files import SECRET_FILES

_PRUNED = (
    *("__pycache__", "node_modules", "site-packages", ".git", ".hg", ".svn", ".venv", "venv", ".tox", ".nox"),
    *(".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".idea", ".eggs"),
)
_SECRETS = GitIgnoreSpec.from_lines(SECRET_FILES)
# What git ignores and a package yet needs to be imported: extension modules and generated sources.
_BUILT = GitIgnoreSpec.from_lines(("*.so", "*version*.py", "*_pb2.py", "*_pb2_grpc.py", "*_pb2.pyi"))
_SOURCES = frozenset({".py", ".pyi", ".toml", ".cfg", ".ini"})
_MOST_SEEN, _MOST_FILES, _MOST_BYTES, _LARGEST_FILE = 50_000, 5_000, 64 << 20, 8 << 20


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link, with the words it holds."""

    target: str


@dataclass(frozen=True, slots=True)
class Scratch:
    """Files for the sandbox: ``folder`` is where they are inside; names are relative, with ``/``.

    ``complete`` False: the workspace is larger than what is copied, so something may be missing.
    """

    folder: Path
    files: Mapping[str, bytes | Link] = field(default_factory=dict)
    complete: bool = True

    def with_files(self, files: Mapping[Path, str]) -> Scratch:
        """This scratch with texts laid over it, by absolute path; what lies outside its folder is left out."""
        laid = {
            path.relative_to(self.folder).as_posix(): text.encode("utf-8", "surrogatepass")
            for path, text in files.items()
            if path.is_relative_to(self.folder) and ".." not in path.parts
        }
        # A file that stood where a folder is needed, or a link on the way, would send the text elsewhere.
        ways = {parent.as_posix() for name in laid for parent in PurePosixPath(name).parents} | laid.keys()
        kept = {name: content for name, content in self.files.items() if name not in ways}
        return Scratch(self.folder, {**kept, **laid}, self.complete)


def copy_workspace(folder: Path, *, deep: bool = True) -> Scratch:
    """Read a folder as git would commit it, less secrets; blocks while it reads.

    Python sources and settings come first, then the smallest files, up to 5,000 files and 64 MiB.
    ``deep`` False reads only the Python files of the folder itself: for a file that is in no open folder.
    """
    found, complete = [], True
    for number, entry in enumerate(_walk(folder, deep)):
        if number >= _MOST_SEEN:
            complete = False
            break
        found.append(entry)
    found.sort(key=lambda entry: (os.path.splitext(entry[0])[1] not in _SOURCES, entry[1]))
    files: dict[str, bytes | Link] = {}
    total = 0
    for name, size in found:
        if len(files) >= _MOST_FILES or total + size > _MOST_BYTES or size > _LARGEST_FILE:
            complete = False
            continue
        content = _read(folder / name)
        if content is not None:
            files[name] = content
            total += size
    return Scratch(folder, files, complete)


def _walk(root: Path, deep: bool) -> Iterator[tuple[str, int]]:
    """Relative names and sizes of the files to copy."""
    left: list[tuple[str, tuple[tuple[str, GitIgnoreSpec], ...]]] = [("", ())]
    while left:
        folder, ignores = left.pop()
        if spec := _ignore_spec(root / folder):
            ignores = (*ignores, (folder, spec))
        try:
            entries = sorted(os.scandir(root / folder), key=lambda entry: entry.name)
        except OSError:
            continue  # a folder that may not be read holds nothing that a test could read
        for entry in entries:
            name = folder + entry.name
            if entry.is_dir(follow_symlinks=False):
                if deep and entry.name not in _PRUNED and not _left_out(name + "/", ignores) and not _is_venv(entry):
                    left.append((name + "/", ignores))
            elif (deep or name.endswith(".py")) and not _left_out(name, ignores):
                yield name, entry.stat(follow_symlinks=False).st_size


def _left_out(name: str, ignores: tuple[tuple[str, GitIgnoreSpec], ...]) -> bool:
    if _SECRETS.match_file(name):
        return True
    if not name.endswith("/") and _BUILT.match_file(name):
        return False
    return any(spec.match_file(name[len(folder) :]) for folder, spec in ignores)


def _ignore_spec(folder: Path) -> GitIgnoreSpec | None:
    try:
        return GitIgnoreSpec.from_lines((folder / ".gitignore").read_text("utf-8", "replace").splitlines())
    except (OSError, ValueError):  # none there, or no pattern file: git would ignore nothing by it either
        return None


def _is_venv(entry: os.DirEntry[str]) -> bool:
    return os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))


def _read(path: Path) -> bytes | Link | None:
    """The content of a regular file or a link; None for devices, pipes and what went away."""
    try:
        if path.is_symlink():
            return Link(os.readlink(path))
        # Not following links and not blocking: the file may have become something else since it was listed.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            return file.read(_LARGEST_FILE) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
    except OSError:
        return None
