"""Cut a document to a token budget: what is near the place stays, bodies far from it are folded."""

from __future__ import annotations

from autoglm_core.targets import list_targets
from autoglm_core.types import Document, Replacement, Span, Target

_CHARACTERS_PER_TOKEN = 3.0
"""Source code in Qwen2.5's tokenizer has 3.2 to 3.6 characters a token; fewer errs on the safe side."""

_PREFIX_SHARE = 0.75
_STEP_LINES = 16
"""A window that starts at a multiple of this many lines starts at the same text for many keystrokes, so
that the engine's prefix cache still fits."""


def estimate_tokens(text: str) -> int:
    """About how many tokens a text has, without asking a tokenizer."""
    return int(len(text) / _CHARACTERS_PER_TOKEN) + 1


def around_cursor(document: Document, offset: int, tokens: int) -> tuple[str, str]:
    """The text before and after a cursor, whole lines, in about ``tokens`` tokens together."""
    room = int(tokens * _CHARACTERS_PER_TOKEN)
    after_room = min(len(document.text) - offset, int(room * (1 - _PREFIX_SHARE)))
    start = offset - min(offset, room - after_room)
    if start > 0:
        line = document.position(start)[0]
        line = min(-(-line // _STEP_LINES) * _STEP_LINES, document.position(offset)[0])
        start = max(start, document.offset(line, 0))
    end = offset + after_room
    if end < len(document.text):
        end = max(document.offset(document.position(end)[0], 0), min(offset, end))
    return document.text[start:offset], document.text[offset : max(end, offset)]


def around_span(document: Document, span: Span, tokens: int) -> tuple[str, str]:
    """The text before and after a region, with function bodies folded to ``...`` until it fits.

    The bodies farthest from the region are folded first; what still does not fit is cut at its far end.
    """
    folds: list[Replacement] = []
    room = int(tokens * _CHARACTERS_PER_TOKEN)
    size = len(document.text) - (span.end - span.start)
    outside = [t for t in list_targets(document) if t.body.end <= span.start or t.body.start >= span.end]
    for target in sorted(outside, key=lambda target: -_distance(target, span)):
        if size <= room:
            break
        if any(fold.span.start <= target.body.start and target.body.end <= fold.span.end for fold in folds):
            continue
        inner = [fold for fold in folds if target.body.start <= fold.span.start and fold.span.end <= target.body.end]
        folds = [fold for fold in folds if fold not in inner]
        size += sum(fold.span.end - fold.span.start - 4 for fold in inner)
        folds.append(Replacement(target.body, " ..."))
        size -= target.body.end - target.body.start - 4
    before = Document(document.path, document.text[: span.start]).replaced(
        tuple(fold for fold in folds if fold.span.end <= span.start)
    )
    after = Document(document.path, document.text[span.end :]).replaced(
        tuple(_shifted(fold, span.end) for fold in folds if fold.span.start >= span.end)
    )
    return _cut(before.text, after.text, room)


def _cut(before: str, after: str, room: int) -> tuple[str, str]:
    if len(before) + len(after) <= room:
        return before, after
    after = after[: int(room * (1 - _PREFIX_SHARE))]
    keep = room - len(after)
    if len(before) > keep:
        before = before[len(before) - keep :]
        before = before[before.find("\n") + 1 :]
    return before, after


def _distance(target: Target, span: Span) -> int:
    return max(span.start - target.span.end, target.span.start - span.end)


def _shifted(fold: Replacement, offset: int) -> Replacement:
    return Replacement(Span(fold.span.start - offset, fold.span.end - offset), fold.text)
