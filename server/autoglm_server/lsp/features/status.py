"""autoglm/status: the model, where it runs and how it stands, what was kept today; and a pause of grey text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autoglm_core.errors import SettingsError
from autoglm_core.types import Verdict
from autoglm_server.lsp import failures
from autoglm_server.lsp.plain import plain
from autoglm_server.lsp.server import Server

if TYPE_CHECKING:
    from autoglm_core.assistant import Assistant

STATUS = "autoglm/status"
CHANGED = "autoglm/didChangeStatus"
PAUSE = "autoglm/pause"


def register(server: Server) -> None:
    """Answer the request, and take the notification."""
    server.answer(STATUS, _status)
    server.notice(PAUSE, _pause)


async def record(server: Server, outcome_id: str, verdict: Verdict) -> None:
    """Note what the user did with an outcome, and tell a client that shows the count."""
    async with server.session.assistant() as assistant:
        assistant.record(outcome_id, verdict)
        if verdict is Verdict.KEPT:
            _announce(server, assistant)


def follow(server: Server, assistant: Assistant) -> None:
    """A new assistant answers from now on: tell how it stands, and whenever that changes."""
    assistant.watch_engines(lambda: _announce(server, assistant))
    _announce(server, assistant)


async def _status(server: Server, params: Any) -> dict[str, Any]:
    """How things stand; with ``{"look": true}`` after asking the endpoints whether they can be reached.

    Whoever asks once is sent ``autoglm/didChangeStatus``, with the same content, at each change from then on.
    """
    look = plain(params)
    async with server.session.assistant() as assistant:
        if isinstance(look, dict) and look.get("look") is True:
            await assistant.look_at_engines()
        server.follows_status = True
        return _content(server, assistant)


def _content(server: Server, assistant: Assistant) -> dict[str, Any]:
    engines = []
    for role, (engine, condition) in assistant.engines().items():
        kind, _, model = engine.name.partition(" ")
        engines.append(
            {
                "role": role,
                "kind": kind,
                "model": model or kind,
                "node": engine.node,
                "address": condition.address,
                "state": condition.state.value,
                "problem": condition.problem,
            }
        )
    return {"paused": server.paused, "keptToday": assistant.kept_today(), "engines": engines}


def _announce(server: Server, assistant: Assistant) -> None:
    if server.follows_status and server.session.lends(assistant):
        server.protocol.notify(CHANGED, _content(server, assistant))


def _pause(server: Server, params: Any) -> None:
    """``{"paused": true}`` stops grey text at once, and what is being made of it; false lets it come again."""
    data = plain(params)
    if not isinstance(data, dict) or not isinstance(data.get("paused"), bool):
        raise failures.invalid(f"{PAUSE} takes paused, true or false.")
    server.paused = data["paused"]
    if server.paused:
        server.settling.cancel()
        server.work.end_completions()
    server.spawn(_paused(server))


async def _paused(server: Server) -> None:
    try:
        async with server.session.assistant() as assistant:
            if server.paused:
                for uri in tuple(server.documents.text_documents):
                    snapshot = server.documents.snapshot(uri, any_language=True)
                    if snapshot is not None:
                        assistant.stop_completions(snapshot.document.path)
            _announce(server, assistant)
    except SettingsError:
        return  # without an assistant nothing runs
