"""workspace/executeCommand: the remembered outcomes as a list, and each as data, for a client that draws traces."""

from __future__ import annotations

from typing import Any

from autoglm_core.types import TaskKind
from autoglm_server.lsp import failures
from autoglm_server.lsp.server import Server

TRACES = "autoglm.traces"
TRACE = "autoglm.trace"

_LISTED_COMPLETIONS = 50  # each key makes one, and a client that shows the list asks for it once a second


def register(server: Server) -> None:
    """Offer the commands. Neither asks a model or runs anything."""
    server.answer_command(TRACES, _traces)
    server.answer_command(TRACE, _trace)


async def _traces(server: Server, *rest: Any) -> list[dict[str, Any]]:
    """The remembered outcomes of actions and the latest ones of grey text, newest first: see ``to_summary``."""
    from autoglm_core.trace import to_summary

    async with server.session.assistant() as assistant:
        outcomes = reversed(assistant.outcomes())
    listed, completions = [], 0
    for outcome in outcomes:
        is_completion = outcome.task.kind in (TaskKind.INLINE, TaskKind.COMPLETE)
        completions += is_completion
        if not is_completion or completions <= _LISTED_COMPLETIONS:
            listed.append(to_summary(outcome))
    return listed


async def _trace(server: Server, outcome_id: Any = None, *rest: Any) -> dict[str, Any]:
    """How an outcome, else the last one, came about: see ``trace.to_page``."""
    from autoglm_core.trace import to_page

    if outcome_id is not None and not isinstance(outcome_id, str):
        raise failures.invalid("The command takes the id of an outcome, or nothing for the last one.")
    async with server.session.assistant() as assistant:
        outcomes = assistant.outcomes()
        outcome = assistant.outcome(outcome_id) if outcome_id else outcomes[-1] if outcomes else None
    if outcome is None:
        raise failures.failed("There is no such trace. Ask for something first; old traces are forgotten.")
    return to_page(outcome)
