"""The process that fills the index of fingerprints: ``python -m autoglm_core.validators.licence_build``.

It reads files and runs nothing of them. A process of its own, with the lowest priority: an editor that waits for
an answer must not wait for it.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path

from filelock import FileLock, Timeout

from autoglm_core.validators.licence_index import IndexWriter, Key
from autoglm_core.validators.licence_packages import installed_packages, package_files
from autoglm_core.validators.licence_prints import gram_hashes, token_texts, winnow

_MOST_BYTES = 1 << 20  # a longer file is data, or was written by a program
_MOST_FILES = 20_000
_NO_CODE = frozenset({"node_modules", "site-packages", "__pycache__"})
_LOCK_ENDING = ".lock"


def main() -> None:
    """Index the installed packages of the given folders, and the folders of the option ``--folder``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("sites", nargs="*", type=Path)
    parser.add_argument("--folder", action="append", default=[], type=Path)
    options = parser.parse_args()
    os.nice(19)
    try:
        with FileLock(f"{options.index}{_LOCK_ENDING}", timeout=0):
            build(options.index, options.sites, options.folder)
    except Timeout:
        return  # another editor's process is at it already


def build(index: Path, sites: Iterable[Path], folders: Iterable[Path] = ()) -> None:
    """Add to the index what is missing of the packages in ``sites`` and of the code below ``folders``."""
    writer = IndexWriter(index)
    try:
        packages = {(package.name, package.version): package for package in installed_packages(tuple(sites))}
        others = {folder_key(folder): folder for folder in folders}
        known = writer.keep([*packages, *others])
        for key, package in packages.items():
            if key not in known:
                paths = (str(path) for path in package_files(package))
                writer.add(key, {path: prints for path in paths if (prints := file_prints(package.root / path))})
        for key, folder in others.items():
            if key not in known:
                named = ((str(path.relative_to(folder)), file_prints(path)) for path in code_files(folder))
                writer.add(key, {path: prints for path, prints in named if prints})
    finally:
        writer.close()


def folder_key(folder: Path) -> Key:
    """The name and version under which a user's folder stands in the index: the version tells any change."""
    state = blake2b(digest_size=12)
    for path in code_files(folder):
        stat = path.stat()
        state.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return str(folder), state.hexdigest()


def code_files(folder: Path) -> Iterator[Path]:
    """The Python files below a folder, in order: hidden folders and environments are left out."""
    left = _MOST_FILES
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".")
            and name not in _NO_CODE
            and not os.path.exists(os.path.join(root, name, "pyvenv.cfg"))
        )
        for name in sorted(names):
            path = Path(root, name)
            if name.endswith(".py") and path.is_file():
                left -= 1
                if left < 0:
                    return
                yield path


def read_code(path: Path) -> str:
    """The text of a file; empty if it cannot be read, or is too long to be anybody's writing."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            return ""
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def file_prints(path: Path) -> set[int]:
    """The fingerprints of a file."""
    return {value for value, _ in winnow(gram_hashes(token_texts(read_code(path))))}


if __name__ == "__main__":
    main()
