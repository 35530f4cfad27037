"""``autoglm generate DESCRIPTION``."""

from __future__ import annotations

import argparse
from pathlib import Path

from autoglm_core.assistant import Assistant
from autoglm_core.errors import SettingsError
from autoglm_core.protocols import Progress
from autoglm_core.types import Document, Limits, Outcome, Workspace
from autoglm_server.commands.action.options import add_action_arguments, workspace_folder
from autoglm_server.commands.action.run import Action, run_action
from autoglm_server.commands.action.source import SourceText, read_source


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What, where, and how."""
    parser.add_argument("description", metavar="DESCRIPTION", help="what the code must do")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--file", type=Path, metavar="FILE", help="add the code to the end of this file")
    where.add_argument("--output", type=Path, metavar="FILE", help="write the code to this new file; else print it")
    parser.add_argument("--tests", type=Path, metavar="FILE", help="pytest file that the code must pass")
    add_action_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Write new code."""
    if not options.description.strip():
        raise SettingsError("The description is empty. Say what the code must do.")
    tests = read_source(options.tests.absolute()).text if options.tests else ""
    source = _source(options)
    path = source.path if source else Path.cwd() / "generated.py"
    document = Document(path, source.text if source else "")

    async def ask(assistant: Assistant, workspace: Workspace, progress: Progress) -> Outcome:
        return await assistant.generate(
            options.description, workspace, document=document, limits=Limits(tests=tests), progress=progress
        )

    folder = workspace_folder(options, path)
    return run_action(options, Action("generate", options.description, folder, source, ask))


def _source(options: argparse.Namespace) -> SourceText | None:
    if options.file:
        return read_source(options.file.absolute())
    if not options.output:
        return None
    path: Path = options.output.absolute()
    if path.exists():
        raise SettingsError(f"{path} exists already. Use --file to add to it, or choose another name.")
    if not path.parent.is_dir():
        raise SettingsError(f"There is no folder {path.parent}.")
    return SourceText(path)
