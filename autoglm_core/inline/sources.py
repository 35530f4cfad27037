"""What the prompt of a completion is made of: the document around the cursor, and what helps from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from autoglm_core.context.nearby import surroundings
from autoglm_core.context.packing import estimate_tokens
from autoglm_core.inline.layout import Layout, comment_snippets, widths
from autoglm_core.languages import line_comment
from autoglm_core.types import Snippet, Task

_SNIPPETS_FROM_TOKENS = 256
"""A narrower prompt has room for the text around the cursor alone."""
_SNIPPETS_SHARE = 0.25
_GROWTHS = (1, 2, 4)


class SnippetSource(Protocol):
    """Finds snippets elsewhere that help at a cursor, the most useful first, the same from key to key.

    It is told of documents that are saved and closed, and ended at the end.
    """

    async def snippets(self, task: Task, tokens: int) -> tuple[Snippet, ...]:
        """Snippets in at most about ``tokens`` tokens; none where nothing is known in time."""
        ...

    def saved(self, path: Path, text: str) -> None:
        """A document was saved."""

    def closed(self, path: Path) -> None:
        """A document was closed."""

    async def aclose(self) -> None:
        """End what runs."""


class InlineSources:
    """Lays out prompts of several widths for a place, the widest first."""

    def __init__(self, elsewhere: SnippetSource | None = None) -> None:
        self._elsewhere = elsewhere

    def saved(self, path: Path, text: str) -> None:
        """A document was saved: what other documents learn from it is looked up with its new text."""
        if self._elsewhere is not None:
            self._elsewhere.saved(path, text)

    def closed(self, path: Path) -> None:
        """A document was closed."""
        if self._elsewhere is not None:
            self._elsewhere.closed(path)

    async def aclose(self) -> None:
        """End what looks things up."""
        if self._elsewhere is not None:
            await self._elsewhere.aclose()

    async def layouts(self, task: Task, tokens: int) -> Sequence[Layout]:
        """Layouts in at most about ``tokens`` tokens, each narrower than the one before."""
        document, offset = task.document, task.span.start
        comment = line_comment(document.language) or "#"
        snippets: tuple[Snippet, ...] = ()
        if self._elsewhere is not None and tokens >= _SNIPPETS_FROM_TOKENS:
            snippets = await self._elsewhere.snippets(task, int(tokens * _SNIPPETS_SHARE))
        found: dict[str, Layout] = {}
        for width in widths(tokens):
            head = comment_snippets(_fitting(snippets, width), comment)
            # What was begun narrow may grow while it is typed on: to cut it anew would have to be read anew.
            for growth in _GROWTHS:
                parts = surroundings(document, offset, max(1, width - len(head) // 3), growth=growth)
                near = parts.near.rstrip(" \t")
                layout = Layout(head + parts.far, near, parts.after, parts.near[len(near) :])
                found.setdefault(layout.reading_order, layout)
        return sorted(found.values(), key=lambda layout: -len(layout.reading_order))


def _fitting(snippets: Sequence[Snippet], width: int) -> tuple[Snippet, ...]:
    """The first snippets that fit into their share of a prompt of so many tokens."""
    if width < _SNIPPETS_FROM_TOKENS:
        return ()
    room, kept = int(width * _SNIPPETS_SHARE), []
    for snippet in snippets:
        room -= estimate_tokens(f"{snippet.title}\n{snippet.text}")
        if room < 0:
            break
        kept.append(snippet)
    return tuple(kept)
