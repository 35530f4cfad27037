"""codeAction/resolve: carry out the chosen action, and fill in its edit."""

from __future__ import annotations

from lsprotocol import types as lsp

from autoglm_server.lsp import failures
from autoglm_server.lsp.action_loop import carry_out
from autoglm_server.lsp.completing import KEPT
from autoglm_server.lsp.server import Server
from autoglm_server.lsp.wish import COMMANDS, INSTRUCTED, Wish


def register(server: Server) -> None:
    """Answer it."""
    server.answer(lsp.CODE_ACTION_RESOLVE, _resolve)


async def _resolve(server: Server, action: lsp.CodeAction) -> lsp.CodeAction:
    """The action with its edit; as it came when nothing passed the checks, which the user is told.

    Neovim resolves actions that have a command too: they come back as they are.
    """
    if action.command is not None or action.edit is not None:
        return action
    data = action.data
    if not isinstance(data, dict) or data.get("command") not in COMMANDS or data["command"] in INSTRUCTED:
        raise failures.invalid("This code action is not one of AutoGLM's: its data names no command.")
    answer = await carry_out(server, Wish.parse(data["command"], data.get("argument")))
    action.edit = answer.edit
    if answer.edit is not None and server.client.lazy_commands:
        action.command = lsp.Command("AutoGLM: kept", KEPT, arguments=[answer.outcome.id])
    return action
