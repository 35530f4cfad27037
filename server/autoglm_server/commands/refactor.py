"""``autoglm refactor FILE:FUNCTION``."""

from __future__ import annotations

import argparse

from autoglm_core.assistant import Assistant
from autoglm_core.errors import SettingsError
from autoglm_core.protocols import Progress
from autoglm_core.types import Outcome, Workspace
from autoglm_server.commands.action.function import add_function_arguments, read_place
from autoglm_server.commands.action.options import workspace_folder
from autoglm_server.commands.action.run import Action, run_action


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where, and how."""
    add_function_arguments(parser, instruction="what to do; it must be given")


def run(options: argparse.Namespace) -> int:
    """Rewrite the function, so that it behaves as before."""
    words = options.instruction.strip()
    if not words:
        raise SettingsError('Say what to do: --instruction "replace the loop by a comprehension".')
    place = read_place(options)

    async def ask(assistant: Assistant, workspace: Workspace, progress: Progress) -> Outcome:
        return await assistant.refactor(place.document, place.where, words, workspace, progress=progress)

    folder = workspace_folder(options, place.path)
    return run_action(options, Action("refactor", place.words, folder, place.source, ask))
