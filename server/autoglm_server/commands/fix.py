"""``autoglm fix FILE``, ``FILE:LINE`` or ``FILE:FUNCTION``."""

from __future__ import annotations

import argparse

from autoglm_core.assistant import Assistant
from autoglm_core.errors import TargetNotFoundError
from autoglm_core.protocols import Progress
from autoglm_core.types import Document, Outcome, Problem, Workspace
from autoglm_server.commands.action.options import add_action_arguments, require_line, split_place, workspace_folder
from autoglm_server.commands.action.run import Action, run_action
from autoglm_server.commands.action.source import read_source


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where, and how."""
    place = "the file's first problem, what is wrong in a line, or a function that --instruction says is wrong"
    parser.add_argument("place", metavar="FILE[:LINE|:FUNCTION]", help=place)
    parser.add_argument("--instruction", default="", metavar="TEXT", help="what is wrong, where the checks do not say")
    add_action_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Mend the function around the first problem, around the line's problems, or the one that is named."""
    path, place = split_place(options.place)
    source, words = read_source(path), options.instruction.strip()
    document = Document(path, source.text)
    if isinstance(place, int):
        require_line(document, place)

    async def ask(assistant: Assistant, workspace: Workspace, progress: Progress) -> Outcome:
        problems: tuple[Problem, ...] = ()
        where: str | int | None = place if isinstance(place, str) else None
        if isinstance(place, int):
            found = await assistant.problems(document, workspace)
            problems = tuple(problem for problem in found if _in_line(problem, document, place))
            if not problems and not words:
                raise TargetNotFoundError(_elsewhere(found, document, place))
            if not problems:
                where = document.offset(place - 1, len(document.line(place - 1)))
        return await assistant.fix(document, problems, workspace, instruction=words, where=where, progress=progress)

    folder = workspace_folder(options, path)
    return run_action(options, Action("fix", options.place, folder, source, ask))


def _in_line(problem: Problem, document: Document, line: int) -> bool:
    first, last = document.position(problem.span.start)[0] + 1, document.position(problem.span.end)[0] + 1
    return first <= line <= last


def _elsewhere(found: tuple[Problem, ...], document: Document, line: int) -> str:
    lines = sorted({document.position(problem.span.start)[0] + 1 for problem in found})
    others = f" There are some in lines {', '.join(map(str, lines))}." if lines else ""
    return f"The checks find nothing wrong in line {line} of {document.path.name}.{others}"
