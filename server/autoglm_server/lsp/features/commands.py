"""workspace/executeCommand: the actions for clients without resolve, the trace, and what became of a suggestion."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Any

from lsprotocol import types as lsp

from autoglm_core.types import Verdict
from autoglm_server.lsp import failures
from autoglm_server.lsp.action_loop import carry_out
from autoglm_server.lsp.completing import KEPT
from autoglm_server.lsp.server import Server
from autoglm_server.lsp.traces import write_trace
from autoglm_server.lsp.wish import COMMANDS, Wish

REJECTED = "autoglm.rejected"
SHOW_TRACE = "autoglm.showTrace"

_CLIENT_ANSWERS_S = 10.0

logger = logging.getLogger(__name__)


def register(server: Server) -> None:
    """Offer the commands."""
    for command in COMMANDS:
        server.answer_command(command, partial(_carry_out, command=command))
    server.answer_command(KEPT, partial(_record, verdict=Verdict.KEPT))
    server.answer_command(REJECTED, partial(_record, verdict=Verdict.REJECTED))
    server.answer_command(SHOW_TRACE, _show_trace)


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
        async with server.session.assistant() as assistant:
            assistant.record(answer.outcome.id, Verdict.KEPT)
    return {"outcome": answer.outcome.id, "applied": applied, "summary": answer.summary}


async def _applied(server: Server, edit: lsp.WorkspaceEdit) -> bool | None:
    """Whether the client applied the edit; None when it does not say, as Vim's ALE never does."""
    params = lsp.ApplyWorkspaceEditParams(edit=edit, label="AutoGLM")
    try:
        async with asyncio.timeout(_CLIENT_ANSWERS_S):
            result = await server.workspace_apply_edit_async(params)
    except TimeoutError:
        return None
    if not result.applied:
        reason = result.failure_reason or "it gave no reason"
        server.show(f"The editor did not apply the edit: {reason}.", lsp.MessageType.Warning)
    return bool(result.applied)


async def _record(server: Server, outcome_id: Any = None, *rest: Any, verdict: Verdict) -> None:
    if not isinstance(outcome_id, str):
        raise failures.invalid("The command takes the id of an outcome.")
    async with server.session.assistant() as assistant:
        assistant.record(outcome_id, verdict)


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
    if server.client.shows_documents:
        try:
            async with asyncio.timeout(_CLIENT_ANSWERS_S):
                await server.window_show_document_async(lsp.ShowDocumentParams(uri=trace.uri, take_focus=True))
        except TimeoutError:
            logger.info("the client did not say whether it shows the trace")
    return {"uri": trace.uri, "markdown": trace.markdown}
