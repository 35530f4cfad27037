"""textDocument/completion: the same continuation as one item of the list, for clients without inline completion."""

from __future__ import annotations

import re

from lsprotocol import types as lsp

from autoglm_core.types import Document, Outcome, TaskKind
from autoglm_server.lsp import failures
from autoglm_server.lsp.capabilities import ClientCapabilities
from autoglm_server.lsp.completing import KEPT, Found, Place, complete
from autoglm_server.lsp.server import Server
from autoglm_server.lsp.snapshot import Snapshot

_WORD = re.compile(r"(?<!\w)[^\W\d]\w*\Z")
_LABEL_LENGTH = 60
_LAST = "~autoglm"
"""Sorts behind every name: the list belongs to what is known for certain."""


def register(server: Server) -> None:
    """Offer the list and its resolve. No trigger characters: the client asks as words are typed, or by a key."""
    server.answer(lsp.TEXT_DOCUMENT_COMPLETION, _completion, lsp.CompletionOptions(resolve_provider=True))
    server.answer(lsp.COMPLETION_ITEM_RESOLVE, _resolve)


async def _completion(server: Server, params: lsp.CompletionParams) -> lsp.CompletionList | None:
    snapshot = server.documents.snapshot(params.text_document.uri, any_language=True)
    if snapshot is None:
        return None
    place = _place(snapshot, params.position)
    found = await complete(server, place, at_once=False, kind=TaskKind.COMPLETE)
    if found is None:
        # Incomplete: the client asks again when the user has typed more, and then there may be something.
        return lsp.CompletionList(is_incomplete=True, items=[])
    # Complete: while what is typed fits the item, it is the very text that was checked.
    return lsp.CompletionList(is_incomplete=False, items=[_item(server.client, place, found)])


async def _resolve(server: Server, item: lsp.CompletionItem) -> lsp.CompletionItem:
    data = item.data
    if not isinstance(data, dict) or not isinstance(data.get("outcome"), str):
        raise failures.invalid("This completion item is not one of AutoGLM's: its data holds no outcome.")
    async with server.session.assistant() as assistant:
        outcome = assistant.outcome(data["outcome"])
    if outcome is not None:
        item.documentation = _documentation(outcome, server.client.markdown)
    return item


def _place(snapshot: Snapshot, position: lsp.Position) -> Place:
    offset = snapshot.offset(position)
    typed = _typed(snapshot.document, offset)
    end = snapshot.span(lsp.Range(position, position))
    start = snapshot.range(type(end)(offset - len(typed), offset))
    return Place(snapshot, snapshot.document, offset, start, typed)


def _typed(document: Document, offset: int) -> str:
    line, column = document.position(offset)
    word = _WORD.search(document.line(line)[:column])
    return word.group() if word else ""


def _item(client: ClientCapabilities, place: Place, found: Found) -> lsp.CompletionItem:
    text = place.typed + found.text
    line = place.snapshot.document.position(place.offset)[0]
    margin = re.match(r"[ \t]*", place.snapshot.document.line(line))
    snippet = _snippet(text, margin.group() if margin else "") if client.snippets else None
    first, *more = text.strip().splitlines()
    label = first if len(first) <= _LABEL_LENGTH else first[: _LABEL_LENGTH - 1] + "…"
    item = lsp.CompletionItem(
        # Neovim and Emacs write the label into the text while it is chosen, so it is code alone.
        label=label,
        label_details=lsp.CompletionItemLabelDetails(description="AutoGLM") if client.label_details else None,
        kind=lsp.CompletionItemKind.Snippet if more else lsp.CompletionItemKind.Text,
        detail="AutoGLM, checked" + (f", {len(more) + 1} lines" if more else ""),
        sort_text=_LAST,
        # Clients filter by the word before the cursor, which the text begins with.
        filter_text=text,
        insert_text_format=lsp.InsertTextFormat.Snippet if snippet is not None else lsp.InsertTextFormat.PlainText,
        text_edit=lsp.TextEdit(place.region, text if snippet is None else snippet),
        command=lsp.Command("AutoGLM: kept", KEPT, arguments=[found.outcome.id]),
        data={"outcome": found.outcome.id},
    )
    if client.keeps_indentation:
        adjusts = lsp.InsertTextMode.AdjustIndentation
        item.insert_text_mode = lsp.InsertTextMode.AsIs if snippet is None else adjusts
    if not client.lazy_documentation:
        item.documentation = _documentation(found.outcome, client.markdown)
    return item


def _snippet(text: str, margin: str) -> str | None:
    """The text as a snippet, to whose later lines clients add the current line's indentation.

    Neovim inserts of a plain text only its first word, so snippets are preferred. None when a line is
    indented less than the current one, which a snippet cannot say.
    """
    first, *rest = text.replace("\r\n", "\n").split("\n")
    if any(line.strip() and not line.startswith(margin) for line in rest):
        return None
    lines = [first, *(line.removeprefix(margin) for line in rest)]
    return re.sub(r"([\\$}])", r"\\\1", "\n".join(lines))


def _documentation(outcome: Outcome, markdown: bool) -> lsp.MarkupContent | str:
    """The code and what was checked."""
    from autoglm_core.trace import evidence

    document = outcome.task.document
    code = ""
    if outcome.draft:
        (insertion,) = outcome.draft.replacements
        code = _typed(document, insertion.span.start) + insertion.text
    checks = evidence(outcome.accepted) if outcome.accepted else ""
    code = code.strip("\r\n")
    if not markdown:
        return f"{code}\n\n{checks}"
    return lsp.MarkupContent(lsp.MarkupKind.Markdown, f"```{document.language}\n{code}\n```\n\n{checks}")
