"""A user who types a known text, sees what is suggested, and accepts what is right."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Protocol

from autoglm_bench.typing_scripts import Script

_UNIT = 4
_SHORTEST_ACCEPTED, _SHORTEST_TO_LINE_END = 3, 2
_OPERATORS = frozenset(("==", "!=", "<=", ">=", "//", "**", "->", ":=", "+=", "-=", "*=", "/=", "%=", "|=", "<<", ">>"))
_NOTICES_S, _READS_S, _AT_MOST_S = 0.25, 0.02, 0.6
"""A user sees grey text after a quarter of a second, and reads about fifty characters a second of it."""


class Suggester(Protocol):
    """What is measured: an editor's client and all behind it."""

    async def open(self, script: Script) -> None:
        """Show the document of a script, the cursor where its body is missing."""
        ...

    def changed(self, inserted: str, before: str, after: str) -> asyncio.Future[str | None]:
        """The text before the cursor is another one; what was asked before is cancelled. The future has the suggestion.

        ``inserted`` is what came in at the cursor, empty where the editor took something away.
        """
        ...

    async def close(self) -> None:
        """The document is closed."""
        ...


@dataclass(frozen=True, slots=True)
class Shown:
    """One suggestion that came on screen: where, after how long, and whether the user wanted it.

    ``key`` is the request that it answers: the session's changes of the document, from 0. ``from_cache``: it came
    without asking the model; None where that is not known.
    """

    before: str
    after: str
    text: str
    seconds: float
    correct: bool
    key: int = 0
    from_cache: bool | None = None


@dataclass
class Session:
    """What came of typing one script."""

    script: Script
    keys: int = 0
    keys_alone: int = 0
    """How many keys the text takes without any suggestion."""
    keys_with_correct: int = 0
    requests: int = 0
    cancelled: int = 0
    accepted: int = 0
    accepted_characters: int = 0
    shown: list[Shown] = field(default_factory=list)


def wanted(suggestion: str, rest: str) -> bool:
    """Whether the user would take a suggestion: it is what comes next, and worth a key.

    It must reach the end of a line, or be three characters or more that end where a token ends.
    """
    if not rest.startswith(suggestion):
        return False
    following = rest[len(suggestion) : len(suggestion) + 1]
    if following in ("", "\n"):
        return len(suggestion.strip()) >= _SHORTEST_TO_LINE_END
    if len(suggestion.strip()) < _SHORTEST_ACCEPTED:
        return False
    return not (_is_word(following) and _is_word(suggestion[-1])) and suggestion[-1] + following not in _OPERATORS


def key_for(before: str, rest: str) -> tuple[str, int]:
    """The next piece of the text, and how many keys it takes: a line break brings its indentation.

    The editor indents as VS Code does for Python: as deep as the last line that is not blank, a step more behind a
    colon; each step less is a backspace, each step more a tab. A blank line keeps no indentation.
    """
    if rest[0] != "\n":
        return rest[0], 1
    deep = _depth(rest[1:])
    if _is_blank_next(rest):
        return "\n", 1
    return "\n" + " " * deep, 1 + -(-abs(deep - _automatic(before)) // _UNIT)


def screens_of(before: str, rest: str) -> list[str]:
    """What stands before the cursor after each of the keys that ``key_for`` counts.

    Behind a line break that is what the editor put in; then each backspace or tab brings it nearer to the text. The
    indentation of a blank line goes when the next line begins.
    """
    piece, keys = key_for(before, rest)
    if piece[0] != "\n":
        return [before + piece]
    automatic, deep = _automatic(before), len(piece) - 1
    if _is_blank_next(rest):
        return [f"{before}\n{' ' * automatic}"]
    step = _UNIT if deep > automatic else -_UNIT
    depths = [automatic + step * key for key in range(keys - 1)]
    return [f"{before}\n{' ' * depth}" for depth in (*depths, deep)]


class User:
    """Types a script with a suggester; ``speed`` 2 types, reacts and reads twice as fast."""

    def __init__(self, suggester: Suggester, seed: int, speed: float = 1.0) -> None:
        self._suggester = suggester
        self._chance = random.Random(seed)
        self._speed = speed

    async def type(self, script: Script) -> Session:
        """Type the whole body."""
        session = Session(script, keys_alone=_keys_alone(script))
        await self._suggester.open(script)
        try:
            await _Typing(self._suggester, script, session, self._chance, self._speed).run()
        finally:
            await self._suggester.close()
        return session


class _Typing:
    """One script as it is typed: how far it is, what is on screen, what was asked.

    As in VS Code, a suggestion whose beginning is typed stays on screen, also when a newer answer differs or is
    empty; anything else that is typed removes it.
    """

    def __init__(
        self, suggester: Suggester, script: Script, session: Session, chance: random.Random, speed: float
    ) -> None:
        self._suggester = suggester
        self._script = script
        self._session = session
        self._chance = chance
        self._speed = speed
        self._typed = 0
        self._screen = script.before
        self._shown = ""
        self._accept_at: float | None = None
        self._asked: asyncio.Future[str | None] | None = None
        self._asked_at = 0.0

    async def run(self) -> None:
        body, gaps = self._script.body, self._script.gaps
        while self._typed < len(body):
            start, before = self._typed, self._script.before + body[: self._typed]
            piece, _ = key_for(before, body[start:])
            for number, screen in enumerate(screens_of(before, body[start:])):
                gap = gaps[start + min(number, len(piece) - 1)]
                accepts = await self._watch(time.monotonic() + gap / self._speed)
                self._session.keys += 1
                self._session.keys_with_correct += self._right()
                if accepts:
                    self._accept()
                    break
                self._press(screen)
            else:
                self._typed += len(piece)

    async def _watch(self, until: float) -> bool:
        """Look at the screen until the next key is due; whether the user is to accept before that."""
        while (now := time.monotonic()) < until:
            if self._accept_at is not None and now >= self._accept_at:
                return True
            limit = until if self._accept_at is None else min(until, self._accept_at)
            if self._asked is None:
                await asyncio.sleep(limit - now)
                continue
            await asyncio.wait({self._asked}, timeout=limit - now)
            if self._asked.done():
                asked, self._asked = self._asked, None
                self._answered(asked.result())
        return False

    def _answered(self, text: str | None) -> None:
        if not text or self._shown:
            return
        now = time.monotonic()
        self._shown = text
        right = self._right()
        self._session.shown.append(
            Shown(self._screen, self._script.after, text, now - self._asked_at, right, self._session.requests - 1)
        )
        self._accept_at = now + self._reaction(text) if right else None

    def _right(self) -> bool:
        """Whether the user would take what is on screen; never amid the keys that mend an indentation."""
        rest = self._script.body[self._typed :]
        exact = self._screen == self._script.before + self._script.body[: self._typed]
        return bool(self._shown) and exact and wanted(self._shown, rest)

    def _accept(self) -> None:
        text = self._shown
        self._session.accepted += 1
        self._session.accepted_characters += len(text)
        self._typed += len(text)
        self._press(self._screen + text)

    def _press(self, screen: str) -> None:
        """Change the document, and ask anew; what is typed along a suggestion leaves its rest on screen."""
        old, self._screen = self._screen, screen
        inserted = screen[len(old) :] if screen.startswith(old) else ""
        self._shown = self._shown[len(inserted) :] if inserted and self._shown.startswith(inserted) else ""
        if not self._shown or not wanted(self._shown, self._script.body[self._typed :][len(inserted) :]):
            self._accept_at = None
        self._session.cancelled += self._asked is not None and not self._asked.done()
        self._asked_at = time.monotonic()
        self._asked = self._suggester.changed(inserted, screen, self._script.after)
        self._session.requests += 1

    def _reaction(self, text: str) -> float:
        seconds = min(_NOTICES_S + _READS_S * len(text), _AT_MOST_S)
        return seconds * self._chance.uniform(0.8, 1.2) / self._speed


def _keys_alone(script: Script) -> int:
    before, rest, keys = script.before, script.body, 0
    while rest:
        inserted, count = key_for(before, rest)
        keys += count
        before, rest = before + inserted, rest[len(inserted) :]
    return keys


def _automatic(before: str) -> int:
    """How deep the editor indents the line after these."""
    line = before.rpartition("\n")[2]
    if not line.strip():
        line = before.rstrip().rpartition("\n")[2]
    return _depth(line) + (_UNIT if line.rstrip().endswith(":") else 0)


def _depth(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _is_blank_next(rest: str) -> bool:
    return rest[1 + _depth(rest[1:]) :][:1] in ("", "\n")


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
