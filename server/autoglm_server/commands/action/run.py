"""One action from the settings to the applied file."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from autoglm_core.assistant import Assistant
from autoglm_core.bootstrap import build_assistant
from autoglm_core.config import Settings
from autoglm_core.errors import AutoGLMError
from autoglm_core.protocols import Progress
from autoglm_core.trace import to_json, why_rejected
from autoglm_core.types import Ending, Outcome, Severity, TaskKind, Verdict, Workspace
from autoglm_server.commands.action.offer import ensure_engine
from autoglm_server.commands.action.options import settings_from
from autoglm_server.commands.action.source import SourceText, write_source
from autoglm_server.commands.terminal.attempts import attempts, heading, line, progress_on
from autoglm_server.commands.terminal.diff import Diff
from autoglm_server.commands.terminal.text import highlighted, visible

DONE, NONE_PASSED, NOT_APPLIED = 0, 1, 4

Ask = Callable[[Assistant, Workspace, Progress], Coroutine[Any, Any, Outcome]]


@dataclass(frozen=True, slots=True)
class Action:
    """What is done: ``ask`` calls the assistant; ``source`` is the file that its draft replaces.

    ``source`` None: the code is printed and no file is written.
    """

    title: str
    place: str
    folder: Path
    source: SourceText | None
    ask: Ask


def run_action(options: argparse.Namespace, action: Action) -> int:
    """Ask, show, and apply when the user agrees; returns the exit code. Raises AutoGLMError."""
    # What was asked for goes to stdout; where that is code, the talk goes to stderr.
    talk = Console(stderr=action.source is None, quiet=options.json, highlight=False)
    settings, notices = settings_from(options, (action.folder,))
    engine = "scripted" if options.script else ensure_engine(settings, talk)
    with _assistant(settings, options.script) as (assistant, runner):
        for notice in (*notices, *assistant.notices):
            sys.stderr.write(f"autoglm: {notice}\n")
        talk.print(heading(action.title, action.place, engine))
        with progress_on(talk) as progress:
            outcome = runner.run(action.ask(assistant, Workspace((action.folder,)), progress))
        talk.print(attempts(outcome))
        code, applied = _finish(options, action, assistant, outcome, talk)
    if options.json:
        sys.stdout.write(json.dumps({**to_json(outcome), "applied": applied}, ensure_ascii=False) + "\n")
    return code


@contextlib.contextmanager
def _assistant(settings: Settings, script: Path | None) -> Generator[tuple[Assistant, asyncio.Runner], None, None]:
    assistant = build_assistant(settings, script=script)
    # A runner, not asyncio.run: between the answer and the end the user is asked, where Ctrl+C must be plain.
    with asyncio.Runner() as runner:
        try:
            yield assistant, runner
        finally:
            try:
                runner.run(assistant.aclose())
            except* (AutoGLMError, OSError) as group:
                for error in group.exceptions:
                    sys.stderr.write(f"autoglm: at the end: {error}\n")


def _finish(
    options: argparse.Namespace, action: Action, assistant: Assistant, outcome: Outcome, talk: Console
) -> tuple[int, bool]:
    """The exit code, and whether a file was written."""
    if outcome.ending is Ending.NOTHING_TO_DO:
        talk.print(line("✓", "green", "nothing is wrong with the code as it is"), "")
        return DONE, False
    if outcome.draft is None:
        words = Text.assemble(visible(why_rejected(outcome)), (" Nothing was changed.", "dim"))
        talk.print(line("✗", "red", words), "")
        return NONE_PASSED, False
    assistant.record(outcome.id, Verdict.SHOWN)
    text = outcome.draft.document.text
    if action.source is None:
        if not options.json:
            _print_code(text)
        return DONE, False
    talk.print(Diff(action.source.path.name, action.source.text, text))
    name = _shown(action.source.path)
    if not options.yes:
        agreed = _agrees(name, talk)
        if agreed is None:
            sys.stderr.write(f"autoglm: {name} was not changed: there is no terminal to ask on. Add --yes to apply.\n")
            return NOT_APPLIED, False
        if not agreed:
            assistant.record(outcome.id, Verdict.REJECTED)
            talk.print(line("○", "dim", Text(f"{name} was not changed", "dim")), "")
            return NOT_APPLIED, False
    write_source(action.source, text)
    assistant.record(outcome.id, Verdict.KEPT)
    done = "wrote " if action.source.data is None else "applied to "
    talk.print("", line("✓", "green", Text.assemble(done, (name, "bold"))))
    if left := _left(outcome):
        talk.print(line(" ", "", Text(left, "dim")))
    talk.print()
    return DONE, True


def _agrees(name: str, talk: Console) -> bool | None:
    """The user's answer; None where nobody can be asked."""
    if talk.quiet or not talk.is_terminal or not sys.stdin.isatty():
        return None
    try:
        answer = talk.input(Text.assemble("\n  Apply to ", (name, "bold"), "? ", ("[Y/n] ", "dim")))
    except EOFError:
        talk.print()
        return False
    return answer.strip().lower() in ("", "y", "yes")


def _left(outcome: Outcome) -> str:
    """What else is wrong with the file after a fix."""
    draft = outcome.draft
    if outcome.task.kind is not TaskKind.FIX or outcome.accepted is None or draft is None:
        return ""
    left = [f for f in outcome.accepted.findings if f.severity is Severity.ERROR and not f.introduced]
    lines = sorted({draft.document.position(finding.span.start)[0] + 1 for finding in left})
    if not lines:
        return ""
    where = f"line {lines[0]} has" if len(lines) == 1 else f"lines {', '.join(map(str, lines))} have"
    return f"{where} errors too; run the command again for the next place"


def _print_code(text: str) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        return
    for row in highlighted(text.rstrip("\n")):
        console.print(row, soft_wrap=True)


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
