"""Step 1, the cache: what was suggested before, while the user types it, accepts part of it, or comes back to it."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autoglm_core.types import Outcome

_MOST = 200
_MOST_CHARACTERS = 5_000_000
"""How long the documents of all outcomes may be together."""
_KEPT_S = 600.0
_GLANCE = 64
_CLOSERS = {"(": ")", "[": "]", "{": "}", '"': '"', "'": "'"}


@dataclass(frozen=True, slots=True)
class Place:
    """A cursor, known by the text around it; the texts themselves are not kept, as documents may be large.

    ``tail`` and ``head`` are the characters next to the cursor: they tell most places apart without hashing.
    """

    path: Path
    before: int
    before_hash: int
    tail: str
    after: int
    after_hash: int

    @classmethod
    def of(cls, path: Path, before: str, after: str) -> Place:
        """The place between two texts."""
        return cls(path, len(before), hash(before), before[-_GLANCE:], len(after), hash(after))

    def typed_since(self, path: Path, before: str, after: str) -> str | None:
        """What was typed at this place to get to another one; None if something else changed.

        A closing bracket or quote that the editor put behind the cursor for a typed one is no change.
        """
        if path != self.path or len(before) < self.before or not before[: self.before].endswith(self.tail):
            return None
        typed = before[self.before :]
        extra = len(after) - self.after
        if extra == 1 and (not typed or _CLOSERS.get(typed[0]) != after[0]):
            return None
        if extra not in (0, 1) or hash(after[extra:]) != self.after_hash:
            return None
        return typed if hash(before[: self.before]) == self.before_hash else None


@dataclass(frozen=True, slots=True)
class Entry:
    """A suggestion that passed its checks at a place; an empty text: nothing was to be shown there."""

    place: Place
    text: str
    outcome: Outcome
    at: float


@dataclass(frozen=True, slots=True)
class Hit:
    """What of an earlier suggestion is still to be typed. Empty: it is known that nothing is to be shown."""

    text: str
    typed: str
    outcome: Outcome


class SuggestionCache:
    """Remembers suggestions by document and place, the latest first.

    The document that results from accepting what is left is the very text that was checked, so nothing is
    checked again while the rest of the document is the same. A lookup reads no file and asks nobody.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._entries: OrderedDict[Place, Entry] = OrderedDict()

    def put(self, place: Place, text: str, outcome: Outcome) -> None:
        """Remember what came of a place; the oldest entries make room."""
        self._entries.pop(place, None)
        self._entries[place] = Entry(place, text, outcome, self._clock())
        size = sum(entry.place.before + entry.place.after for entry in self._entries.values())
        while len(self._entries) > 1 and (len(self._entries) > _MOST or size > _MOST_CHARACTERS):
            oldest, _ = self._entries.popitem(last=False)
            size -= oldest.before + oldest.after

    def find(self, path: Path, before: str, after: str) -> Hit | None:
        """The rest of a suggestion that what was typed since leads into; None when there is none.

        Of several the one with the least typed since: it knows most of what the user wants. That nothing is to
        be shown counts at the very place alone.
        """
        best: Hit | None = None
        now = self._clock()
        for entry in reversed(self._entries.values()):
            if now - entry.at > _KEPT_S:
                break
            typed = entry.place.typed_since(path, before, after)
            if typed is None or (best is not None and len(typed) >= len(best.typed)):
                continue
            rest = _rest(entry.text, typed, closed=len(after) > entry.place.after)
            if rest or (not typed and not entry.text):
                best = Hit(rest, typed, entry.outcome)
        return best

    def reject(self, place: Place, outcome: Outcome) -> None:
        """Remember that nothing is to be shown at a place, and drop the suggestions that lead there."""
        for known, entry in list(self._entries.items()):
            if entry.outcome.id == outcome.id:
                del self._entries[known]
        self.put(place, "", outcome)

    def forget(self, path: Path | None = None) -> None:
        """Drop the entries of a document, or all: what they were checked against has changed."""
        if path is None:
            self._entries.clear()
        for place in [place for place in self._entries if place.path == path]:
            del self._entries[place]

    def __len__(self) -> int:
        return len(self._entries)


def _rest(text: str, typed: str, *, closed: bool) -> str:
    """What of the text follows what was typed; ``closed``: the editor has put a closer behind the cursor."""
    if not text.startswith(typed):
        return ""
    rest = text[len(typed) :]
    if not closed:
        return rest
    # The document would be the checked one only if the closer were the rest's own last character.
    return rest[:-1] if rest.endswith(_CLOSERS[typed[0]]) and "\n" not in rest else ""
