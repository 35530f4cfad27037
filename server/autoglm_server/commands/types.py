"""``autoglm types FILE:FUNCTION``."""

from __future__ import annotations

import argparse

from autoglm_core.assistant import Assistant
from autoglm_core.protocols import Progress
from autoglm_core.types import Outcome, Workspace
from autoglm_server.commands.action.function import add_function_arguments, read_place
from autoglm_server.commands.action.options import workspace_folder
from autoglm_server.commands.action.run import Action, run_action


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where, and how."""
    add_function_arguments(parser, instruction="what the code does not say about its types")


def run(options: argparse.Namespace) -> int:
    """Annotate the function's parameters and its result."""
    place = read_place(options)
    words = options.instruction

    async def ask(assistant: Assistant, workspace: Workspace, progress: Progress) -> Outcome:
        return await assistant.add_types(place.document, place.where, workspace, instruction=words, progress=progress)

    folder = workspace_folder(options, place.path)
    return run_action(options, Action("types", place.words, folder, place.source, ask))
