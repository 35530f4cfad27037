"""Carries out what a user chose: the loop with its progress, then the edit or the reason why there is none."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from autoglm_core.config import PreviewChoice
from autoglm_core.errors import StaleDocumentError
from autoglm_core.types import Ending, Outcome, Verdict
from autoglm_server.lsp import failures
from autoglm_server.lsp.edits import is_scattered, workspace_edit
from autoglm_server.lsp.progress import WorkDoneProgress
from autoglm_server.lsp.snapshot import Snapshot
from autoglm_server.lsp.test_file import TestFile, find_tests
from autoglm_server.lsp.wish import DOCUMENT, EDIT, IMPLEMENT, ON_FUNCTIONS, REFACTOR, TEST, TYPES, Wish

if TYPE_CHECKING:
    from autoglm_core.assistant import Assistant
    from autoglm_server.lsp.server import Server


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a wish: no edit when nothing passed the checks; ``summary`` says in a line what was looked at."""

    outcome: Outcome
    edit: lsp.WorkspaceEdit | None
    summary: str


async def carry_out(server: Server, wish: Wish, *, shown: bool = False) -> Answer:
    """Ask the assistant, and tell the user why when it has nothing to show.

    ``shown``: the client shows the edit itself before it makes it, so nothing needs to be confirmed again.
    Raises StaleDocumentError when the document is not the one that the user was asked about, or changes
    meanwhile; AutoGLMError and JsonRpcException as the assistant and the wish do.
    """
    snapshot = server.snapshot(wish.uri)
    try:
        if wish.version is not None and wish.version != snapshot.version:
            raise StaleDocumentError("The document changed since the action was offered. Ask for it again.")
        return await server.work.act(wish.uri, _carry_out(server, wish, snapshot, shown))
    except StaleDocumentError as error:
        if server.client.hides_stale_answers and wish.wait:
            server.show(str(error), lsp.MessageType.Info)
        raise


async def _carry_out(server: Server, wish: Wish, snapshot: Snapshot, shown: bool) -> Answer:
    task = asyncio.current_task()

    def stop() -> None:
        if task is not None:
            stopped = JsonRpcException("You stopped it. Nothing was changed.", failures.REQUEST_CANCELLED)
            server.work.end(task, stopped)

    async with (
        server.session.assistant() as assistant,
        WorkDoneProgress(server, _title(wish), stop) as progress,
    ):
        server.session.guard(assistant, server.documents.notebook_path(wish.uri), snapshot.workspace)
        tests = await find_tests(server, snapshot) if wish.command == TEST else None
        outcome = await _ask(assistant, wish, snapshot, tests, progress)
        preview: PreviewChoice = "never" if shown else assistant.settings.actions.preview
        answer = await _answer(server, snapshot, tests, outcome, preview)
        progress.summary = answer.summary
        if answer.edit is not None:
            assistant.record(outcome.id, Verdict.SHOWN)
    return answer


async def _ask(
    assistant: Assistant, wish: Wish, snapshot: Snapshot, tests: TestFile | None, progress: WorkDoneProgress
) -> Outcome:
    wish.check()
    document, workspace, words, report = snapshot.document, snapshot.workspace, wish.instruction, progress.report
    where = snapshot.offset(wish.position) if wish.position is not None else wish.name
    if wish.command == IMPLEMENT:
        return await assistant.implement(document, where, workspace, instruction=words, progress=report)
    if tests is not None:
        place = tests.snapshot.document
        return await assistant.write_tests(document, where, workspace, tests=place, instruction=words, progress=report)
    if wish.command == TYPES:
        return await assistant.add_types(document, where, workspace, instruction=words, progress=report)
    if wish.command == DOCUMENT:
        return await assistant.add_docstring(document, where, workspace, instruction=words, progress=report)
    if wish.command == REFACTOR:
        return await assistant.refactor(document, where, words, workspace, progress=report)
    if wish.command == EDIT:
        span = snapshot.span(wish.region or lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0)))
        return await assistant.edit(document, span, words, workspace, progress=report)
    problems, function = wish.problems(snapshot), where if where != "" else None
    return await assistant.fix(document, problems, workspace, instruction=words, where=function, progress=report)


async def _answer(
    server: Server, snapshot: Snapshot, tests: TestFile | None, outcome: Outcome, preview: PreviewChoice
) -> Answer:
    from autoglm_core.trace import evidence, why_rejected

    if outcome.accepted is not None and outcome.draft is not None:
        summary = evidence(outcome.accepted)
        try:
            if tests is not None:
                edit = await tests.edit(server, outcome.draft.document, summary, confirm=preview == "other_files")
            else:
                after = outcome.draft.document
                confirm = preview != "never" and is_scattered(snapshot.document, after)
                edit = workspace_edit(snapshot, after, summary, server.client, confirm=confirm)
        except ValueError as error:
            raise failures.failed(f"The answer passed its checks, but {error}. Nothing was changed.") from error
        return Answer(outcome, edit, summary)
    if outcome.ending is Ending.NOTHING_TO_DO:
        server.show(f"Nothing was changed: {outcome.ending.value}.", lsp.MessageType.Info)
        return Answer(outcome, None, outcome.ending.value)
    reason = why_rejected(outcome)
    server.show(f"Nothing was changed. {reason}", lsp.MessageType.Warning)
    return Answer(outcome, None, reason)


_TITLES = {
    IMPLEMENT: "Implementing",
    TEST: "Writing tests for",
    TYPES: "Adding types to",
    DOCUMENT: "Documenting",
    REFACTOR: "Refactoring",
}


def _title(wish: Wish) -> str:
    if wish.command in ON_FUNCTIONS:
        return f"{_TITLES[wish.command]} {wish.name or 'the function'}"
    return "Editing" if wish.command == EDIT else "Fixing"
