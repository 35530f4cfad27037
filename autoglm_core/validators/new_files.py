"""Imports from and of files that are open in the editor and not yet on the disk, where ty finds no modules."""

from __future__ import annotations

import re
from pathlib import Path

from autoglm_core.types import Document, Workspace

_MODULE = re.compile(r"Cannot resolve imported module `(?P<dots>\.*)(?P<name>[\w.]*)`")


def is_unsaved_module(message: str, document: Document, workspace: Workspace) -> bool:
    """Whether the module that ty cannot resolve is there after all.

    ty knows no package for a document that is not on the disk, so that relative imports fail in it; and it
    searches the disk alone for modules, so that an unsaved new file cannot be imported.
    """
    match = _MODULE.match(message)
    if match is None:
        return False
    parts = tuple(match["name"].split(".")) if match["name"] else ()
    unsaved = [path for path in workspace.unsaved if not path.exists()]
    if match["dots"]:
        levels = len(match["dots"]) - 1
        folder = (document.path.parent, *document.path.parents[1:])[min(levels, len(document.path.parents) - 1)]
        wanted = folder.joinpath(*parts)
        on_disk = not document.path.exists() and (wanted.is_dir() or _module_file(wanted))
        return on_disk or any(_names(path) == wanted for path in unsaved)
    return bool(parts) and any(_names(path).parts[-len(parts) :] == parts for path in unsaved)


def _names(path: Path) -> Path:
    """The path that a module of this file has without its suffix: a package is its folder."""
    return path.parent if path.stem == "__init__" else path.with_suffix("")


def _module_file(path: Path) -> bool:
    return any(path.with_name(path.name + suffix).is_file() for suffix in (".py", ".pyi"))
