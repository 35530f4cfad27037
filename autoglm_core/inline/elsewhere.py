"""What helps at a cursor and stands in other files: signatures of names in reach, and similar code of the workspace.

Each kind is asked in the order of ``KINDS`` and takes what the one before it leaves of the room. What a kind is worth
is measured by ``autoglm bench context``; the figures stand in benchmarks/README.md.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from pathlib import Path

from autoglm_core.context.code_index import CodeIndex
from autoglm_core.context.enclosing import query_at
from autoglm_core.context.exclusion import Exclusions
from autoglm_core.context.packing import estimate_tokens
from autoglm_core.context.reach import Reach
from autoglm_core.types import Snippet, Task, Workspace

KINDS = ("signatures", "similar")
_PATIENCE_S = 0.03
"""How long a key waits for jedi; what comes later is there for the next one."""
_MOST_SIMILAR = 3
_LOOK_AGAIN_S = 2.0
_REFRESH_S = 60.0
"""After this the folders are gone through again: files come and go without an editor, as with another branch."""
_REST, _LONGEST_REST_S = 50, 600.0
"""How many times as long as going through large folders takes it rests at least, and at most."""


class Elsewhere:
    """Finds snippets for a completion; ``kinds`` of ``KINDS``. What is not known yet is waited for ``patience_s``.

    Belongs to one event loop, which must close it.
    """

    def __init__(
        self, exclusions: Exclusions, kinds: Collection[str] = KINDS, *, patience_s: float = _PATIENCE_S
    ) -> None:
        self._reach = Reach(exclusions) if "signatures" in kinds else None
        self._index = CodeIndex(exclusions) if "similar" in kinds else None
        self._patience_s = patience_s
        self._folders: tuple[Path, ...] | None = None
        self._indexing: asyncio.Task[None] | None = None
        self._unsaved: dict[Path, str] = {}
        self._looked = self._due = 0.0

    async def snippets(self, task: Task, tokens: int) -> tuple[Snippet, ...]:
        """Snippets in at most about ``tokens`` tokens: signatures, then similar functions. Python alone has any."""
        document, offset, workspace = task.document, task.span.start, task.workspace
        if document.language != "python" or not workspace.folders:
            return ()
        found: list[Snippet] = []
        if self._reach is not None:
            for one in await self._reach.signatures(document, offset, workspace, seconds=self._patience_s):
                cost = _cost(one)
                if cost <= tokens:
                    found.append(one)
                    tokens -= cost
        if self._index is not None:
            self._see(workspace)
            query = query_at(document, offset)
            found += self._index.similar(query, besides=document.path, count=_MOST_SIMILAR, tokens=tokens)
        return tuple(found)

    async def indexed(self, workspace: Workspace) -> None:
        """Wait until the workspace has been gone through."""
        if self._index is not None:
            self._see(workspace)
            if self._indexing is not None:
                await asyncio.shield(self._indexing)

    def saved(self, path: Path, text: str) -> None:
        """A document was saved: it is looked up with its new text."""
        if self._index is not None:
            self._index.update(path, text)

    def closed(self, path: Path) -> None:
        """A document was closed: nothing is remembered of its cursor."""
        if self._reach is not None:
            self._reach.forget(path)

    async def aclose(self) -> None:
        """End the threads."""
        if self._indexing is not None:
            self._indexing.cancel()
            await asyncio.wait([self._indexing])
        if self._reach is not None:
            self._reach.close()
        if self._index is not None:
            self._index.close()
            self._index = None

    def _see(self, workspace: Workspace) -> None:
        """Go through a workspace that is new, in the background."""
        if self._index is None:
            return
        under_way = self._indexing is not None and not self._indexing.done()
        if self._folders == workspace.folders and (under_way or time.monotonic() < self._due):
            self._see_unsaved(self._index, workspace)
            return
        # The disk is read: what editors hold is laid over it again afterwards.
        self._folders, self._unsaved = workspace.folders, {}
        if self._indexing is not None:
            self._indexing.cancel()
        self._indexing = asyncio.create_task(self._refresh(self._index, workspace))

    async def _refresh(self, index: CodeIndex, workspace: Workspace) -> None:
        started = time.monotonic()
        await index.refresh(workspace)
        ended = time.monotonic()
        self._due = ended + max(_REFRESH_S, min(_REST * (ended - started), _LONGEST_REST_S))

    def _see_unsaved(self, index: CodeIndex, workspace: Workspace) -> None:
        """Look documents up with the text that their editor holds; not with each key: reading them takes its time."""
        now = time.monotonic()
        if now - self._looked < _LOOK_AGAIN_S:
            return
        self._looked = now
        for path in [path for path in self._unsaved if path not in workspace.unsaved]:
            del self._unsaved[path]
            index.reread(path)
        for path, text in workspace.unsaved.items():
            if self._unsaved.get(path) is not text:
                self._unsaved[path] = text
                index.update(path, text)


def _cost(snippet: Snippet) -> int:
    return estimate_tokens(f"{snippet.title}\n{snippet.text}")
