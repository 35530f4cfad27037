"""``autoglm implement FILE:FUNCTION``."""

from __future__ import annotations

import argparse

from autoglm_core.assistant import Assistant
from autoglm_core.errors import TargetNotFoundError
from autoglm_core.protocols import Progress
from autoglm_core.targets import list_targets
from autoglm_core.types import Document, Outcome, Workspace
from autoglm_server.commands.action.options import add_action_arguments, split_place, workspace_folder
from autoglm_server.commands.action.run import Action, run_action
from autoglm_server.commands.action.source import read_source


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where, and how."""
    parser.add_argument("place", metavar="FILE:FUNCTION", help="also FILE:Class.method and FILE:LINE")
    parser.add_argument("--instruction", default="", metavar="TEXT", help="what the docstring does not say")
    add_action_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Write the function's body."""
    path, place = split_place(options.place)
    source = read_source(path)
    document = Document(path, source.text)
    if place is None:
        raise TargetNotFoundError(_which(options.place, document))
    where = place if isinstance(place, str) else _offset(document, place)

    async def ask(assistant: Assistant, workspace: Workspace, progress: Progress) -> Outcome:
        return await assistant.implement(document, where, workspace, instruction=options.instruction, progress=progress)

    folder = workspace_folder(options, path)
    return run_action(options, Action("implement", options.place, folder, source, ask))


def _offset(document: Document, line: int) -> int:
    if not 1 <= line <= document.line_count:
        raise TargetNotFoundError(f"{document.path.name} has lines 1 to {document.line_count}, and no line {line}.")
    return document.offset(line - 1, 0)


def _which(place: str, document: Document) -> str:
    stubs = [target.name for target in list_targets(document) if target.is_stub]
    if not stubs:
        return f"Name a function, as in {place}:NAME. {document.path.name} has no function without a body."
    return f"Name a function, as in {place}:{stubs[0]}. Without a body: {', '.join(stubs)}."
