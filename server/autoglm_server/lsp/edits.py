"""From a draft to the edits that an editor applies: only the lines that differ, tied to a version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from lsprotocol import types as lsp

from autoglm_core.types import Document, Replacement, Span
from autoglm_server.lsp.capabilities import ClientCapabilities
from autoglm_server.lsp.snapshot import Snapshot

_LINES = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_ANNOTATION = "autoglm"
_SCREEN = 40
"""Lines: places further apart are not seen together."""


def workspace_edit(
    snapshot: Snapshot, after: Document, label: str, client: ClientCapabilities, *, confirm: bool = False
) -> lsp.WorkspaceEdit:
    """What leads from the snapshot to ``after``, in the most careful form that the client understands.

    ``label`` says what was checked; clients with change annotations show it, and with ``confirm`` they show the
    edit before they make it. Raises ValueError when the change reaches outside the client's own text (into another
    cell of a notebook).
    """
    changed = changed_lines(snapshot.document, after)
    if any(replacement.span.start < snapshot.start for replacement in changed):
        raise ValueError("the change reaches into another cell of the notebook")
    edits = [lsp.TextEdit(snapshot.range(replacement.span), replacement.text) for replacement in changed]
    if not client.document_changes:
        return lsp.WorkspaceEdit(changes={snapshot.uri: edits})
    identifier = lsp.OptionalVersionedTextDocumentIdentifier(uri=snapshot.uri, version=snapshot.version)
    if not client.change_annotations:
        return lsp.WorkspaceEdit(document_changes=[lsp.TextDocumentEdit(identifier, edits)])
    annotated = [lsp.AnnotatedTextEdit(_ANNOTATION, edit.range, edit.new_text) for edit in edits]
    return lsp.WorkspaceEdit(
        document_changes=[lsp.TextDocumentEdit(identifier, annotated)],
        change_annotations={_ANNOTATION: _annotation(label, confirm)},
    )


def new_file_edit(
    uri: str, text: str, label: str, client: ClientCapabilities, *, confirm: bool = False
) -> lsp.WorkspaceEdit:
    """A file that does not exist yet, with its text; it fails in the client if the file exists by then."""
    start = lsp.Position(0, 0)
    whole = lsp.TextEdit(lsp.Range(start, start), text)
    identifier = lsp.OptionalVersionedTextDocumentIdentifier(uri=uri, version=None)
    options = lsp.CreateFileOptions(overwrite=False, ignore_if_exists=False)
    if not client.change_annotations:
        changes: list[lsp.CreateFile | lsp.TextDocumentEdit] = [
            lsp.CreateFile(uri, options=options),
            lsp.TextDocumentEdit(identifier, [whole]),
        ]
        return lsp.WorkspaceEdit(document_changes=changes)
    annotated = lsp.AnnotatedTextEdit(_ANNOTATION, whole.range, whole.new_text)
    return lsp.WorkspaceEdit(
        document_changes=[
            lsp.CreateFile(uri, options=options, annotation_id=_ANNOTATION),
            lsp.TextDocumentEdit(identifier, [annotated]),
        ],
        change_annotations={_ANNOTATION: _annotation(label, confirm)},
    )


def _annotation(label: str, confirm: bool) -> lsp.ChangeAnnotation:
    return lsp.ChangeAnnotation(label or "Checked by AutoGLM", needs_confirmation=confirm)


def needs_confirmation(edit: lsp.WorkspaceEdit) -> bool:
    """Whether the client asks the user before it makes this edit."""
    return any(annotation.needs_confirmation for annotation in (edit.change_annotations or {}).values())


def is_scattered(before: Document, after: Document) -> bool:
    """Whether the places that differ are further apart than one sees at once."""
    changed = changed_lines(before, after)
    if not changed:
        return False
    first, last = changed[0].span.start, max(changed[-1].span.start, changed[-1].span.end - 1)
    return before.position(last)[0] - before.position(first)[0] > _SCREEN


def changed_lines(before: Document, after: Document) -> tuple[Replacement, ...]:
    """The replacements of whole lines that lead from one text to the other, in text order."""
    old, new = _LINES.findall(before.text), _LINES.findall(after.text)
    # Trimming what is equal first keeps the matcher, which is quadratic, to the part that was rewritten.
    head = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    rest = min(len(old), len(new)) - head
    tail = next((n for n in range(rest) if old[-1 - n] != new[-1 - n]), rest)
    return tuple(_differences(old, new, head, tail))


def _differences(old: list[str], new: list[str], head: int, tail: int) -> Iterator[Replacement]:
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    a, b = old[head : len(old) - tail], new[head : len(new) - tail]
    for tag, first, last, new_first, new_last in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag != "equal":
            span = Span(starts[head + first], starts[head + last])
            yield Replacement(span, "".join(b[new_first:new_last]))
