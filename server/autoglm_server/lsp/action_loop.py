"""Carries out what a user chose: the loop with its progress, then the edit or the reason why there is none."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from autoglm_core.errors import StaleDocumentError
from autoglm_core.types import Ending, Outcome, Verdict
from autoglm_server.lsp import failures
from autoglm_server.lsp.edits import workspace_edit
from autoglm_server.lsp.progress import WorkDoneProgress
from autoglm_server.lsp.snapshot import Snapshot
from autoglm_server.lsp.wish import EDIT, IMPLEMENT, Wish

if TYPE_CHECKING:
    from autoglm_core.assistant import Assistant
    from autoglm_server.lsp.server import Server


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a wish: no edit when nothing passed the checks; ``summary`` says in a line what was looked at."""

    outcome: Outcome
    edit: lsp.WorkspaceEdit | None
    summary: str


async def carry_out(server: Server, wish: Wish) -> Answer:
    """Ask the assistant, and tell the user why when it has nothing to show.

    Raises StaleDocumentError when the document is not the one that the user was asked about, or changes
    meanwhile; AutoGLMError and JsonRpcException as the assistant and the wish do.
    """
    snapshot = server.snapshot(wish.uri)
    try:
        if wish.version is not None and wish.version != snapshot.version:
            raise StaleDocumentError("The document changed since the action was offered. Ask for it again.")
        return await server.work.act(wish.uri, _carry_out(server, wish, snapshot))
    except StaleDocumentError as error:
        if server.client.hides_stale_answers and wish.wait:
            server.show(str(error), lsp.MessageType.Info)
        raise


async def _carry_out(server: Server, wish: Wish, snapshot: Snapshot) -> Answer:
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
        outcome = await _ask(assistant, wish, snapshot, progress)
        answer = _answer(server, snapshot, outcome)
        progress.summary = answer.summary
        if answer.edit is not None:
            assistant.record(outcome.id, Verdict.SHOWN)
    return answer


async def _ask(assistant: Assistant, wish: Wish, snapshot: Snapshot, progress: WorkDoneProgress) -> Outcome:
    document, workspace = snapshot.document, snapshot.workspace
    if wish.command == IMPLEMENT:
        where = snapshot.offset(wish.position) if wish.position is not None else wish.name
        return await assistant.implement(
            document, where, workspace, instruction=wish.instruction, progress=progress.report
        )
    if wish.command == EDIT:
        wish.check()
        span = snapshot.span(wish.region or lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0)))
        return await assistant.edit(document, span, wish.instruction, workspace, progress=progress.report)
    problems = wish.problems(snapshot)
    return await assistant.fix(document, problems, workspace, instruction=wish.instruction, progress=progress.report)


def _answer(server: Server, snapshot: Snapshot, outcome: Outcome) -> Answer:
    from autoglm_core.trace import evidence, why_rejected

    if outcome.accepted is not None and outcome.draft is not None:
        summary = evidence(outcome.accepted)
        try:
            edit = workspace_edit(snapshot, outcome.draft.document, summary, server.client)
        except ValueError as error:
            raise failures.failed(f"The answer passed its checks, but {error}. Nothing was changed.") from error
        return Answer(outcome, edit, summary)
    if outcome.ending is Ending.NOTHING_TO_DO:
        server.show(f"Nothing was changed: {outcome.ending.value}.", lsp.MessageType.Info)
        return Answer(outcome, None, outcome.ending.value)
    reason = why_rejected(outcome)
    server.show(f"Nothing was changed. {reason}", lsp.MessageType.Warning)
    return Answer(outcome, None, reason)


def _title(wish: Wish) -> str:
    if wish.command == IMPLEMENT:
        return f"Implementing {wish.name}" if wish.name else "Implementing"
    return "Editing" if wish.command == EDIT else "Fixing"
