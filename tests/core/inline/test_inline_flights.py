"""Answers under way: joining them, leaving them, stopping them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from autoglm_core.errors import EngineLostError
from autoglm_core.inline.cache import Place
from autoglm_core.inline.flights import Flight, Flights
from autoglm_core.types import Document, Ending, Outcome, Span, Task, TaskKind

PATH = Path("/w/a.py")
OUTCOME = Outcome("1", Task(TaskKind.INLINE, Document(PATH, ""), Span(0, 0)), (), None, Ending.ACCEPTED, 0.1)


class Writer:
    """Writes a text into a flight, word by word, when told to."""

    def __init__(self, flights: Flights, before: str = "x = ", after: str = "\n") -> None:
        self.flight = Flight(Place.of(PATH, before, after))
        self.go: asyncio.Queue[str | Exception | None] = asyncio.Queue()
        flights.begin(self.flight, asyncio.create_task(self._write()))

    async def _write(self) -> Outcome:
        while (piece := await self.go.get()) is not None:
            if isinstance(piece, Exception):
                raise piece
            self.flight.wrote(self.flight.text + piece)
        return OUTCOME


async def test_the_next_key_joins_an_answer_that_may_still_fit() -> None:
    flights = Flights()
    writer = Writer(flights)
    found = flights.joinable(PATH, "x = c", "\n")
    assert found == (writer.flight, "c")

    waiting = asyncio.create_task(flights.follow(*found))
    await writer.go.put("compute()")
    await writer.go.put(None)

    assert await waiting is OUTCOME


async def test_an_answer_that_turns_out_not_to_fit_is_left_at_once() -> None:
    flights = Flights()
    writer = Writer(flights)
    found = flights.joinable(PATH, "x = c", "\n")
    assert found is not None

    waiting = asyncio.create_task(flights.follow(*found))
    await writer.go.put("other")

    assert await asyncio.wait_for(waiting, 5) is None
    assert flights.joinable(PATH, "x = c", "\n") is None
    assert flights.joinable(PATH, "x = oth", "\n") is not None
    await flights.aclose()


@pytest.mark.parametrize(("before", "after"), [("y = c", "\n"), ("x = c", "\nz"), ("x =", "\n")])
async def test_other_places_do_not_join(before: str, after: str) -> None:
    flights = Flights()
    Writer(flights)

    assert flights.joinable(PATH, before, after) is None
    await flights.aclose()


async def test_an_answer_that_nobody_waits_for_ends_after_the_grace() -> None:
    flights = Flights(grace_s=0.01)
    writer = Writer(flights)
    waiting = asyncio.create_task(flights.follow(writer.flight, ""))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert writer.flight.task is not None
    await asyncio.wait({writer.flight.task}, timeout=5)
    assert writer.flight.task.cancelled()


async def test_who_joins_within_the_grace_keeps_it_alive() -> None:
    flights = Flights(grace_s=0.05)
    writer = Writer(flights)
    first = asyncio.create_task(flights.follow(writer.flight, ""))
    await asyncio.sleep(0)
    first.cancel()
    second = asyncio.create_task(flights.follow(writer.flight, "c"))
    await asyncio.sleep(0.15)
    await writer.go.put("compute()")
    await writer.go.put(None)

    assert await second is OUTCOME


async def test_stopping_is_at_once_and_spares_what_is_named() -> None:
    flights = Flights()
    writer, other = Writer(flights), Writer(flights, "other = ")
    flights.stop(PATH, besides=other.flight)
    assert writer.flight.task is not None
    await asyncio.wait({writer.flight.task}, timeout=5)
    assert writer.flight.task.cancelled()
    assert other.flight.task is not None
    assert not other.flight.task.done()
    await flights.aclose()
    assert other.flight.task.cancelled()


async def test_only_what_nobody_waits_for_gives_way() -> None:
    flights = Flights()
    waited, ahead = Writer(flights), Writer(flights, "x = compute()")
    waiting = asyncio.create_task(flights.follow(waited.flight, ""))
    await asyncio.sleep(0)

    flights.stop_unwaited()

    assert ahead.flight.task is not None
    await asyncio.wait({ahead.flight.task}, timeout=5)
    assert ahead.flight.task.cancelled()
    assert not waiting.done()
    await flights.aclose()
    assert await waiting is None


async def test_an_error_reaches_all_who_wait() -> None:
    flights = Flights()
    writer = Writer(flights)
    both = [asyncio.create_task(flights.follow(writer.flight, typed)) for typed in ("", "c")]
    await writer.go.put(EngineLostError("gone"))

    for waiting in both:
        with pytest.raises(EngineLostError):
            await waiting


async def test_what_is_read_ahead_waits_until_nobody_waits_for_an_answer() -> None:
    flights = Flights()
    writer = Writer(flights)
    following = asyncio.create_task(flights.follow(writer.flight, ""))
    await asyncio.sleep(0)
    resting = asyncio.create_task(flights.rest())
    await asyncio.sleep(0.02)
    assert not resting.done()
    await writer.go.put(None)
    await following
    await asyncio.wait_for(resting, 5)
    await asyncio.wait_for(flights.rest(), 5)
