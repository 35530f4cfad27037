"""What inline completion and the completion list share: debounce, ask, and drop what came too late."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from lsprotocol import types as lsp

from autoglm_core.errors import EngineError, ExcludedFileError, ModelAbsentError, SettingsError
from autoglm_core.types import Document, Outcome, TaskKind, Verdict
from autoglm_server.lsp.server import Server
from autoglm_server.lsp.snapshot import Snapshot

KEPT = "autoglm.kept"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where to complete.

    ``document`` is the snapshot's, or what it would be with ``typed`` in place of ``region``; ``offset`` is
    the cursor in it.
    """

    snapshot: Snapshot
    document: Document
    offset: int
    region: lsp.Range
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A continuation that passed its checks; ``text`` goes in at the cursor."""

    outcome: Outcome
    text: str


async def complete(server: Server, place: Place, *, at_once: bool, kind: TaskKind = TaskKind.INLINE) -> Found | None:
    """Complete at a place; None when there is nothing to show, or the text changed meanwhile.

    Unless ``at_once`` (the user asked by a key of its own), it waits for a pause in typing, and what goes
    wrong is told to the user aside, once a minute, instead of failing each request.
    """
    snapshot = place.snapshot
    try:
        return await server.work.complete(snapshot.uri, _complete(server, place, at_once, kind))
    except asyncio.CancelledError:
        # The next key cancels too, and often wants the same answer; without one nobody does.
        if server.documents.is_current(snapshot):
            server.spawn(_stop(server, place))
        raise
    except ExcludedFileError as error:
        logger.info("no completion: %s", error)
        return None
    except (EngineError, SettingsError) as error:
        if at_once:
            raise
        if not (server.options.offers_models and isinstance(error.__cause__, ModelAbsentError)):
            server.tell(str(error), True)
        return None


async def _complete(server: Server, place: Place, at_once: bool, kind: TaskKind) -> Found | None:
    snapshot = place.snapshot
    async with server.session.assistant() as assistant:
        if server.paused or not assistant.settings.inline.enabled:
            return None
        server.session.guard(assistant, server.documents.notebook_path(snapshot.uri), snapshot.workspace)
        outcome = await assistant.complete(place.document, place.offset, snapshot.workspace, kind=kind, at_once=at_once)
        if not server.documents.is_current(snapshot):
            return None
        text = _insertion(outcome, place.offset)
        if text is None:
            logger.info("no completion: %s", outcome.ending.value)
            return None
        if not outcome.cached:
            assistant.record(outcome.id, Verdict.SHOWN)
        assistant.metrics.count("inline", "shown")
        if kind is TaskKind.INLINE and not place.typed:
            assistant.read_ahead(outcome)
        return Found(outcome, text)


async def _stop(server: Server, place: Place) -> None:
    try:
        async with server.session.assistant() as assistant:
            assistant.stop_completions(place.document.path)
    except SettingsError:
        return  # the server is shutting down, and stops everything


def _insertion(outcome: Outcome, offset: int) -> str | None:
    """The accepted text, if the draft is one insertion at the cursor."""
    if outcome.draft is None or len(outcome.draft.replacements) != 1:
        return None
    replacement = outcome.draft.replacements[0]
    return replacement.text if replacement.span.start == replacement.span.end == offset else None
