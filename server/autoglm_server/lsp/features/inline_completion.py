"""textDocument/inlineCompletion: one checked continuation at the cursor, or nothing."""

from __future__ import annotations

from lsprotocol import types as lsp

from autoglm_core.types import Replacement
from autoglm_server.lsp.completing import KEPT, Place, complete
from autoglm_server.lsp.server import Server
from autoglm_server.lsp.snapshot import Snapshot


def register(server: Server) -> None:
    """Offer it; without options pygls would not advertise it."""
    server.answer(lsp.TEXT_DOCUMENT_INLINE_COMPLETION, _inline_completion, lsp.InlineCompletionOptions())


async def _inline_completion(server: Server, params: lsp.InlineCompletionParams) -> lsp.InlineCompletionList | None:
    snapshot = server.documents.snapshot(params.text_document.uri, any_language=True)
    place = _place(snapshot, params) if snapshot else None
    if place is None:
        return None
    invoked = params.context.trigger_kind is lsp.InlineCompletionTriggerKind.Invoked
    found = await complete(server, place, at_once=invoked)
    if found is None:
        return None
    command = lsp.Command("AutoGLM: kept", KEPT, arguments=[found.outcome.id])
    item = lsp.InlineCompletionItem(place.typed + found.text, range=place.region, command=command)
    return lsp.InlineCompletionList([item])


def _place(snapshot: Snapshot, params: lsp.InlineCompletionParams) -> Place | None:
    """Where to complete; with the suggest list open, behind its selected item as if that were accepted."""
    offset = snapshot.offset(params.position)
    here = snapshot.range(snapshot.span(lsp.Range(params.position, params.position)))
    selected = params.context.selected_completion_info
    if selected is None:
        return Place(snapshot, snapshot.document, offset, here)
    span = snapshot.span(selected.range)
    if span.end != offset or selected.range.start.line != selected.range.end.line:
        return None
    document = snapshot.document.replaced((Replacement(span, selected.text),))
    return Place(snapshot, document, span.start + len(selected.text), selected.range, selected.text)
