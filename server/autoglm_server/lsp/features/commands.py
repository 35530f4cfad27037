"""workspace/executeCommand: the actions for clients without resolve, the trace, and what became of a suggestion."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Any

from lsprotocol import types as lsp

from autoglm_core.types import TaskKind, Verdict
from autoglm_server.lsp import failures
from autoglm_server.lsp.action_loop import carry_out
from autoglm_server.lsp.completing import KEPT
from autoglm_server.lsp.edits import needs_confirmation
from autoglm_server.lsp.features.status import record
from autoglm_server.lsp.server import Server
from autoglm_server.lsp.traces import write_trace
from autoglm_server.lsp.wish import COMMANDS, Wish

REJECTED = "autoglm.rejected"
SHOW_TRACE = "autoglm.showTrace"
METRICS = "autoglm.metrics"

_CLIENT_ANSWERS_S = 10.0

logger = logging.getLogger(__name__)


def register(server: Server) -> None:
    """Offer the commands."""
    for command in COMMANDS:
        server.answer_command(command, partial(_carry_out, command=command))
    server.answer_command(KEPT, partial(_record, verdict=Verdict.KEPT))
    server.answer_command(REJECTED, partial(_record, verdict=Verdict.REJECTED))
    server.answer_command(SHOW_TRACE, _show_trace)
    server.answer_command(METRICS, _metrics)


async def _carry_out(server: Server, argument: Any = None, *rest: Any, command: str) -> dict[str, Any] | None:
    """Do the work and have the client apply its edit.

    Returns ``outcome`` (its id), ``applied`` (true, false, or null when the client does not say) and
    ``summary``; null at once when the argument says ``"wait": false``.
    """
    wish = Wish.parse(command, argument)
    server.snapshot(wish.uri)
    if not server.client.applies_edits:
        raise failures.failed("The editor does not take edits from a command (workspace/applyEdit).")
    if wish.wait:
        return await _apply(server, wish)
    server.spawn(_apply_and_tell(server, wish))
    return None


async def _apply_and_tell(server: Server, wish: Wish) -> None:
    try:
        await _apply(server, wish)
    except Exception as error:  # noqa: BLE001  # a boundary: nobody waits for this, so the user is told
        server.show(failures.as_json_rpc(error).message, lsp.MessageType.Warning)


async def _apply(server: Server, wish: Wish) -> dict[str, Any]:
    answer = await carry_out(server, wish)
    applied = await _applied(server, answer.edit) if answer.edit is not None else False
    if applied:
        await _kept(server, answer.outcome.id)
    return {"outcome": answer.outcome.id, "applied": applied, "summary": answer.summary}


async def _applied(server: Server, edit: lsp.WorkspaceEdit) -> bool | None:
    """Whether the client applied the edit; None when it does not say, as Vim's ALE never does."""
    params = lsp.ApplyWorkspaceEditParams(edit=edit, label="AutoGLM")
    asks = needs_confirmation(edit)
    try:
        # A user who is asked takes the time that it takes.
        async with asyncio.timeout(None if asks else _CLIENT_ANSWERS_S):
            result = await server.workspace_apply_edit_async(params)
    except TimeoutError:
        return None
    if not result.applied and asks:
        # Editors show what is to be confirmed as not chosen, and "apply" then does nothing without a word.
        server.show(
            "Nothing was changed: of what the preview shows, only what you tick is applied.", lsp.MessageType.Info
        )
    elif not result.applied:
        reason = result.failure_reason or "it gave no reason"
        server.show(f"The editor did not apply the edit: {reason}.", lsp.MessageType.Warning)
    return bool(result.applied)


async def _record(server: Server, outcome_id: Any = None, *rest: Any, verdict: Verdict) -> None:
    if not isinstance(outcome_id, str):
        raise failures.invalid("The command takes the id of an outcome.")
    if verdict is Verdict.KEPT:
        await _kept(server, outcome_id)
    else:
        await record(server, outcome_id, verdict)


async def _kept(server: Server, outcome_id: str) -> None:
    """Note it, and show new tests: they are in another file than the one that the user is in."""
    await record(server, outcome_id, Verdict.KEPT)
    async with server.session.assistant() as assistant:
        outcome = assistant.outcome(outcome_id)
    if outcome is not None and outcome.task.kind is TaskKind.TEST:
        await _show(server, outcome.task.document.path.as_uri())


async def _show(server: Server, uri: str) -> None:
    """Have the client show a document, where it can."""
    if server.client.shows_documents:
        try:
            async with asyncio.timeout(_CLIENT_ANSWERS_S):
                await server.window_show_document_async(lsp.ShowDocumentParams(uri=uri, take_focus=True))
        except TimeoutError:
            logger.info("the client did not say whether it shows %s", uri)


async def _metrics(server: Server, *rest: Any) -> dict[str, Any]:
    """Counters and durations since the settings last changed: see ``Metrics.as_json``."""
    async with server.session.assistant() as assistant:
        return assistant.metrics.as_json()


async def _show_trace(server: Server, outcome_id: Any = None, *rest: Any) -> dict[str, str]:
    """Show how an outcome, else the last one, came about; returns the document's ``uri`` and ``markdown``."""
    if outcome_id is not None and not isinstance(outcome_id, str):
        raise failures.invalid("The command takes the id of an outcome, or nothing for the last one.")
    async with server.session.assistant() as assistant:
        outcomes = assistant.outcomes()
        outcome = assistant.outcome(outcome_id) if outcome_id else outcomes[-1] if outcomes else None
    if outcome is None:
        raise failures.failed("There is no trace yet: ask for something first. Old traces are forgotten.")
    trace = write_trace(outcome)
    await _show(server, trace.uri)
    return {"uri": trace.uri, "markdown": trace.markdown}
