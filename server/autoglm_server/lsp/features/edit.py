"""autoglm/edit: what a command would change, for a client that shows it to the user before it is applied."""

from __future__ import annotations

from typing import Any

from autoglm_server.lsp import failures
from autoglm_server.lsp.action_loop import carry_out
from autoglm_server.lsp.plain import plain
from autoglm_server.lsp.server import Server
from autoglm_server.lsp.wish import COMMANDS, Wish

EDIT = "autoglm/edit"


def register(server: Server) -> None:
    """Answer it."""
    server.answer(EDIT, _edit)


async def _edit(server: Server, params: Any) -> dict[str, Any]:
    """The edit of ``{"command": ..., "argument": ...}``, which is what an offered code action carries as its data.

    Returns ``outcome`` (its id), ``edit`` (a WorkspaceEdit, or null when nothing passed the checks, which the user
    is told) and ``summary`` (what was checked, or why there is no edit). Nothing needs to be confirmed again. The
    client reports what became of it by ``autoglm.kept`` or ``autoglm.rejected``; ``$/cancelRequest`` stops the
    model.
    """
    data = plain(params)
    if not isinstance(data, dict) or data.get("command") not in COMMANDS:
        raise failures.invalid(f"{EDIT} takes command, one of {', '.join(COMMANDS)}, and its argument.")
    answer = await carry_out(server, Wish.parse(data["command"], data.get("argument")), shown=True)
    return {"outcome": answer.outcome.id, "edit": answer.edit, "summary": answer.summary}
