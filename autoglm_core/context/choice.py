"""Which of the pieces that were found are shown: few, small, no copies, and the same ones for as long as they fit."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from pathlib import Path

from autoglm_core.context.packing import estimate_tokens
from autoglm_core.context.pieces import Piece
from autoglm_core.types import Snippet, Workspace

MORE = 3
"""Rank this many times as many pieces as wanted: an earlier choice stays while it is among them."""
_MOST_KEPT = 64

Found = tuple[Path, Piece]


class SteadyChoice:
    """Chooses among ranked pieces, and chooses the same ones again, in their order, while they still rank high.

    A choice that changed with each word of the query would have to be read anew by the model each time.
    """

    def __init__(self) -> None:
        self._last: OrderedDict[Hashable, tuple[Found, ...]] = OrderedDict()

    def choose(self, place: Hashable, ranked: Sequence[Found], count: int, tokens: int) -> tuple[Found, ...]:
        """At most ``count`` of the pieces in at most about ``tokens`` tokens; ``place`` is what the choice is for."""
        key = (place, count, tokens)
        kept = self._last.get(key, ())
        if not kept or not set(kept) <= set(ranked):
            kept = _first_fitting(ranked, count, tokens)
        self._last[key] = kept
        self._last.move_to_end(key)
        if len(self._last) > _MOST_KEPT:
            self._last.popitem(last=False)
        return kept


def snippet_of(path: Path, piece: Piece, workspace: Workspace) -> Snippet:
    """The piece with its path in the workspace and its name as the title."""
    root = workspace.folder_of(path)
    return Snippet(f"{path.relative_to(root).as_posix()}: {piece.name}", piece.text)


def _first_fitting(ranked: Sequence[Found], count: int, tokens: int) -> tuple[Found, ...]:
    chosen: list[Found] = []
    texts: set[str] = set()
    for path, piece in ranked:
        cost = estimate_tokens(f"{path.name}: {piece.name}\n{piece.text}")
        if len(chosen) == count:
            break
        if piece.text in texts or cost > tokens:  # a copy says nothing new
            continue
        texts.add(piece.text)
        chosen.append((path, piece))
        tokens -= cost
    return tuple(chosen)
