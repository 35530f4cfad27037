"""``autoglm fix FILE``."""

from __future__ import annotations

import argparse

from autoglm_core.assistant import Assistant
from autoglm_core.errors import TargetNotFoundError
from autoglm_core.protocols import Progress
from autoglm_core.types import Document, Outcome, Problem, Workspace
from autoglm_server.commands.action.options import add_action_arguments, split_place, workspace_folder
from autoglm_server.commands.action.run import Action, run_action
from autoglm_server.commands.action.source import read_source


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where, and how."""
    parser.add_argument("place", metavar="FILE[:LINE]", help="the file's first problem, or what is wrong in a line")
    parser.add_argument("--instruction", default="", metavar="TEXT", help="what the checks do not say")
    add_action_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Mend the function around the first problem, or around the line's problems."""
    path, line = split_place(options.place)
    if isinstance(line, str):
        raise TargetNotFoundError(f"After the file comes a line number, not {line!r}: autoglm fix {path.name}:12")
    source = read_source(path)
    document = Document(path, source.text)
    if line is not None and not 1 <= line <= document.line_count:
        raise TargetNotFoundError(f"{path.name} has lines 1 to {document.line_count}, and no line {line}.")

    async def ask(assistant: Assistant, workspace: Workspace, progress: Progress) -> Outcome:
        problems: tuple[Problem, ...] = ()
        if line is not None:
            found = await assistant.problems(document, workspace)
            problems = tuple(problem for problem in found if _in_line(problem, document, line))
            if not problems:
                raise TargetNotFoundError(_elsewhere(found, document, line))
        return await assistant.fix(document, problems, workspace, instruction=options.instruction, progress=progress)

    folder = workspace_folder(options, path)
    return run_action(options, Action("fix", options.place, folder, source, ask))


def _in_line(problem: Problem, document: Document, line: int) -> bool:
    first, last = document.position(problem.span.start)[0] + 1, document.position(problem.span.end)[0] + 1
    return first <= line <= last


def _elsewhere(found: tuple[Problem, ...], document: Document, line: int) -> str:
    lines = sorted({document.position(problem.span.start)[0] + 1 for problem in found})
    others = f" There are some in lines {', '.join(map(str, lines))}." if lines else ""
    return f"The checks find nothing wrong in line {line} of {document.path.name}.{others}"
