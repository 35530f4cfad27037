"""Answers under way: the next key joins the one that is being written, as long as it fits what is typed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from autoglm_core.inline.cache import Place
from autoglm_core.types import Outcome

GRACE_S = 0.2
"""How long an answer goes on that nobody waits for: editors cancel a request before they send the next one."""


@dataclass(eq=False)
class Flight:
    """One answer under way for a place. ``text`` grows while the model writes; ``outcome`` is there at the end."""

    place: Place
    task: asyncio.Task[Outcome] | None = None
    text: str = ""
    ended: bool = False
    waiters: int = 0
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    def fits(self, typed: str) -> bool:
        """Whether what was typed since may still become what is written here."""
        written = self.text
        return typed.startswith(written) if len(typed) > len(written) and not self.ended else written.startswith(typed)

    def wrote(self, text: str) -> None:
        """Take note of what the model has written so far."""
        self.text = text
        self.moved.set()

    def end(self) -> None:
        """No more text comes."""
        self.ended = True
        self.moved.set()


class Flights:
    """The answers under way, at most one a document that a user waits for, and one that is prepared ahead."""

    def __init__(self, grace_s: float = GRACE_S) -> None:
        self._grace_s = grace_s
        self._flights: set[Flight] = set()

    async def rest(self) -> None:
        """Wait until no user waits for any of them."""
        while tasks := [flight.task for flight in self._flights if flight.waiters and flight.task is not None]:
            await asyncio.wait(tasks)

    def joinable(self, path: Path, before: str, after: str) -> tuple[Flight, str] | None:
        """An answer under way that may still fit, and what was typed since it began."""
        for flight in self._flights:
            typed = flight.place.typed_since(path, before, after)
            if typed is not None and flight.task is not None and not flight.task.done() and flight.fits(typed):
                return flight, typed
        return None

    def begin(self, flight: Flight, task: asyncio.Task[Outcome]) -> None:
        """Take charge of an answer that was begun."""
        flight.task = task
        self._flights.add(flight)
        task.add_done_callback(lambda done: self._ended(flight, done))

    async def follow(self, flight: Flight, typed: str) -> Outcome | None:
        """Wait for the end; None as soon as the text is no more what was typed. Cancelling leaves the flight.

        Raises what the answer raised.
        """
        task = flight.task
        assert task is not None  # noqa: S101 - a flight that can be joined has begun
        flight.waiters += 1
        try:
            while not task.done():
                if not flight.fits(typed):
                    return None
                flight.moved.clear()
                moved = asyncio.ensure_future(flight.moved.wait())
                try:
                    await asyncio.wait({task, moved}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    moved.cancel()
            return None if task.cancelled() else task.result()
        finally:
            flight.waiters -= 1
            if not flight.waiters and not task.done():
                asyncio.get_running_loop().call_later(self._grace_s, self._drop, flight)

    def stop(self, path: Path | None = None, *, besides: Flight | None = None) -> None:
        """Stop the answers for a document, or all, at once."""
        for flight in list(self._flights):
            if flight is not besides and (path is None or flight.place.path == path) and flight.task is not None:
                flight.task.cancel()

    def stop_unwaited(self, besides: Flight | None = None) -> None:
        """Stop what nobody waits for, at once: a user's request needs the engine."""
        for flight in list(self._flights):
            if flight is not besides and not flight.waiters and flight.task is not None:
                flight.task.cancel()

    async def aclose(self) -> None:
        """Stop everything, and wait until it has stopped."""
        tasks = [flight.task for flight in self._flights if flight.task is not None]
        self.stop()
        if tasks:
            await asyncio.wait(tasks)

    def _drop(self, flight: Flight) -> None:
        if not flight.waiters and flight.task is not None:
            flight.task.cancel()

    def _ended(self, flight: Flight, task: asyncio.Task[Outcome]) -> None:
        self._flights.discard(flight)
        flight.end()
        if not task.cancelled():
            task.exception()  # whoever waits gets it; when nobody does, it is no news
