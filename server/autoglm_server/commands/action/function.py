"""The actions on one function: ``FILE:FUNCTION`` or ``FILE FUNCTION``."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from autoglm_core.errors import SettingsError, TargetNotFoundError
from autoglm_core.targets import list_targets
from autoglm_core.types import Document
from autoglm_server.commands.action.options import add_action_arguments, require_line, split_place
from autoglm_server.commands.action.source import SourceText, read_source


@dataclass(frozen=True, slots=True)
class FunctionPlace:
    """A function of a file; ``words`` are what the user typed."""

    path: Path
    source: SourceText
    document: Document
    where: str | int
    words: str


def add_function_arguments(parser: argparse.ArgumentParser, *, instruction: str) -> None:
    """Where, and how; ``instruction`` is the help of the option of that name."""
    parser.add_argument("place", metavar="FILE:FUNCTION", help="also FILE:Class.method and FILE:LINE")
    parser.add_argument("name", metavar="FUNCTION", nargs="?", default="", help="the function, where FILE names none")
    parser.add_argument("--instruction", default="", metavar="TEXT", help=instruction)
    add_action_arguments(parser)


def read_place(options: argparse.Namespace) -> FunctionPlace:
    """The function that the command line names. Raises TargetNotFoundError and SettingsError."""
    path, place = split_place(options.place)
    if options.name:
        if place is not None:
            raise SettingsError(f"The function is named twice: in {options.place}, and by {options.name}.")
        place = int(options.name) if options.name.isdecimal() else options.name
    source = read_source(path)
    document = Document(path, source.text)
    if place is None:
        known = ", ".join(target.name for target in list_targets(document)) or "none"
        raise TargetNotFoundError(f"Name a function, as in {options.place}:NAME. {path.name} has: {known}.")
    words = f"{options.place} {options.name}".strip()
    if isinstance(place, str):
        return FunctionPlace(path, source, document, place, words)
    require_line(document, place)
    return FunctionPlace(path, source, document, document.offset(place - 1, 0), words)
