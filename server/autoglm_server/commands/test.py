"""``autoglm test FILE:FUNCTION``."""

from __future__ import annotations

import argparse

from autoglm_core.analysis.test_files import find_test_file
from autoglm_core.assistant import Assistant
from autoglm_core.protocols import Progress
from autoglm_core.types import Document, Outcome, Workspace
from autoglm_server.commands.action.function import add_function_arguments, read_place
from autoglm_server.commands.action.options import workspace_folder
from autoglm_server.commands.action.run import Action, run_action
from autoglm_server.commands.action.source import SourceText, read_source


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where, and how."""
    add_function_arguments(parser, instruction="what the tests should look at")


def run(options: argparse.Namespace) -> int:
    """Write tests into the module's file of tests."""
    place = read_place(options)
    folder = workspace_folder(options, place.path)
    path = find_test_file(place.document, Workspace((folder,))).path
    source = read_source(path) if path.exists() else SourceText(path)
    tests = Document(path, source.text)

    async def ask(assistant: Assistant, workspace: Workspace, progress: Progress) -> Outcome:
        return await assistant.write_tests(
            place.document, place.where, workspace, tests=tests, instruction=options.instruction, progress=progress
        )

    return run_action(options, Action("test", place.words, folder, source, ask))
