"""Where the tests of a module belong, and how they import it: the layouts that pytest's documentation names.

https://docs.pytest.org/en/stable/explanation/goodpractices.html: tests beside the code, or in a folder of
their own, for a flat layout or one with ``src``.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

from autoglm_core.analysis.trees import parse_tree
from autoglm_core.types import Document, Workspace

_FOLDERS = ("tests", "test")
_MOST_FOLDERS = 400


def is_test_file(path: Path) -> bool:
    """Whether pytest's default patterns, or its convention for fixtures, make this a file of tests."""
    name = path.name
    return name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py"


def find_test_file(document: Document, workspace: Workspace) -> Document:
    """The file that the tests of a module stand in, unsaved or on the disk; an empty document where none is.

    A file of the module's name is looked for beside the module and in the folders of tests around it, then
    anywhere below the workspace's own. A new one goes into the nearest folder of tests, else into a new folder
    ``tests``. Blocks while it looks.
    """
    root = workspace.folder_of(document.path)
    stem = document.path.parent.name if document.path.stem == "__init__" else document.path.stem
    names = (f"test_{stem}.py", f"{stem}_test.py")
    for folder in _folders(document.path.parent, root):
        for name in names:
            if (text := _text(folder / name, workspace)) is not None:
                return Document(folder / name, text)
    holders = [folder for folder in _folders(document.path.parent, root) if folder.name in _FOLDERS]
    home = next((folder for folder in holders if folder.is_dir()), root / _FOLDERS[0])
    return Document(home / names[0], "")


def import_name(document: Document, root: Path, tests: Document | None = None) -> str:
    """The name that tests import a module by; empty where its file's name is no identifier.

    As the file of tests does it already, else from above the topmost package, or from ``src``.
    """
    parts = _parts(document.path)
    known = next((name for name in _imported(tests.text if tests else "") if _ends_with(parts, name)), "")
    if known:
        return known
    folder = document.path.parent
    while folder != root and (folder / "__init__.py").is_file() and folder.parent != folder:
        folder = folder.parent
    names = _parts(document.path.relative_to(folder)) if document.path.is_relative_to(folder) else parts[-1:]
    return ".".join(names) if names and all(name.isidentifier() for name in names) else ""


def _folders(start: Path, root: Path) -> Iterator[Path]:
    """Where tests may be, the nearest first: the module's folder, those above, and the folders of tests in them."""
    folder = start
    while True:
        yield folder
        for name in _FOLDERS:
            yield folder / name
        if folder == root or not folder.is_relative_to(root) or folder.parent == folder:
            break
        folder = folder.parent
    seen = 0
    for name in _FOLDERS:
        for path, inner, _ in os.walk(root / name):
            inner[:] = sorted(each for each in inner if not each.startswith((".", "__")))
            seen += 1
            if seen > _MOST_FOLDERS:
                return
            yield Path(path)


def _text(path: Path, workspace: Workspace) -> str | None:
    if path in workspace.unsaved:
        return workspace.unsaved[path]
    try:
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None  # none there, or none that tests could be added to


def _parts(path: Path) -> list[str]:
    parts = list(path.with_suffix("").parts)
    return parts[:-1] if parts[-1] == "__init__" else parts


def _ends_with(parts: list[str], name: str) -> bool:
    wanted = name.split(".")
    return parts[-len(wanted) :] == wanted


def _imported(text: str) -> Iterator[str]:
    """The modules that a file of tests imports, the longest names first."""
    try:
        tree = parse_tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    names = [
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom) and not node.level
            else []
        )
    ]
    yield from sorted(filter(None, names), key=len, reverse=True)
