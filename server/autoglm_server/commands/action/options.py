"""The options that all actions take, and the settings that they make."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from autoglm_core.bootstrap import load_settings
from autoglm_core.config import Settings
from autoglm_core.errors import SettingsError, TargetNotFoundError
from autoglm_core.types import Document

_ROOTS = (".git", "pyproject.toml", "setup.py", "setup.cfg", ".hg")


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """Which model answers."""
    parser.add_argument("--model", metavar="NAME|PATH", help="a model of 'autoglm models list', or a GGUF file")
    parser.add_argument("--script", type=Path, metavar="FILE", help="play answers from a JSON file: for tests")


def add_action_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything that implement, fix and generate have in common."""
    add_model_arguments(parser)
    parser.add_argument("--attempts", type=_whole, metavar="N", help="drafts at most")
    parser.add_argument("--deadline", type=_seconds, metavar="SECONDS", help="time at most")
    parser.add_argument("--workspace", type=Path, metavar="FOLDER", help="the project that the file belongs to")
    parser.add_argument("--yes", action="store_true", help="apply without asking")
    parser.add_argument("--json", action="store_true", help="print the trace as JSON, and nothing else")


def settings_from(options: argparse.Namespace, folders: tuple[Path, ...]) -> tuple[Settings, tuple[str, ...]]:
    """The settings with the command line laid over them, and notices for the user. Raises SettingsError."""
    overrides: dict[str, Any] = {}
    if options.model:
        path = Path(options.model).expanduser()
        is_path = path.exists() or path.suffix == ".gguf" or len(path.parts) > 1
        overrides["models"] = {"actions": str(path.absolute()) if is_path else options.model}
        overrides["actions"] = {"engine": "embedded"}
    if getattr(options, "attempts", None):
        overrides.setdefault("actions", {})["attempts"] = options.attempts
    if getattr(options, "deadline", None):
        overrides.setdefault("actions", {})["deadline_s"] = options.deadline
    return load_settings(folders, None, overrides)


def workspace_folder(options: argparse.Namespace, file: Path) -> Path:
    """The project of a file: as given, else the nearest folder that looks like one, else where we are.

    Raises SettingsError when the given folder does not hold the file.
    """
    if options.workspace:
        folder: Path = options.workspace.absolute()
        if not folder.is_dir() or not file.is_relative_to(folder):
            raise SettingsError(f"--workspace {options.workspace} is no folder that holds {file}.")
        return folder
    roots = [parent for parent in file.parents if any((parent / name).exists() for name in _ROOTS)]
    if roots:
        return roots[0]
    here = Path.cwd()
    return here if file.is_relative_to(here) else file.parent


def split_place(text: str) -> tuple[Path, str | int | None]:
    """``FILE``, ``FILE:NAME`` or ``FILE:LINE`` (from 1) as an absolute path and a name, a line or None.

    Raises TargetNotFoundError when there is no such file.
    """
    file, _, place = text.rpartition(":")
    path = Path(text if not file or Path(text).is_file() else file).absolute()
    if not path.is_file():
        raise TargetNotFoundError(f"There is no file {path}.")
    if not file or Path(text).is_file() or not place:
        return path, None
    return path, int(place) if place.isdecimal() else place


def require_line(document: Document, line: int) -> None:
    """Raise TargetNotFoundError where a document has no such line, counted from 1."""
    if not 1 <= line <= document.line_count:
        raise TargetNotFoundError(f"{document.path.name} has lines 1 to {document.line_count}, and no line {line}.")


def _whole(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number from 1 on")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} must be a number of seconds")
    return seconds
