"""Server-sent events, and noticing that a client hung up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

T = TypeVar("T")

KEEP_ALIVE_S = 15.0
HANGUP_STATUS = 499  # as nginx writes it in its log; nobody is left to read it


class ClientGoneError(Exception):
    """The client closed the connection before it had its answer."""


async def unless_hung_up(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """Do the work, but cancel it when the client goes away: then raises ClientGoneError.

    The request's body must have been read: from then on ``receive`` waits for the end of the connection.
    """
    working = asyncio.ensure_future(work)
    waiting = asyncio.ensure_future(_hang_up(receive))
    try:
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise ClientGoneError
    finally:
        for task in (working, waiting):
            task.cancel()
        await asyncio.gather(working, waiting, return_exceptions=True)


async def _hang_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class Events:
    """What happens while a request is worked on, on its way to the client."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue()

    def send(self, event: str, data: Mapping[str, Any]) -> None:
        """Add an event; its data is one line of JSON."""
        self._queue.put_nowait(f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode())

    def end(self) -> None:
        """Nothing follows."""
        self._queue.put_nowait(None)

    async def next(self) -> bytes | None:
        """The next piece of the stream, a comment where nothing happened for a while, None at its end."""
        try:
            async with asyncio.timeout(KEEP_ALIVE_S):
                return await self._queue.get()
        except TimeoutError:
            return b": still at work\n\n"


class EventStream(Response):
    """An answer that sends events while the work goes on, and cancels the work when the client hangs up."""

    media_type = "text/event-stream"

    def __init__(self, events: Events, work: Coroutine[Any, Any, None]) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._events = events
        self._work = work

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the stream."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        try:
            await unless_hung_up(receive, self._serve(send))
        except ClientGoneError:
            return
        await send({"type": "http.response.body", "body": b""})

    async def _serve(self, send: Send) -> None:
        working = asyncio.ensure_future(self._work)
        working.add_done_callback(lambda _: self._events.end())
        try:
            while (piece := await self._events.next()) is not None:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await working
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


def wants_events(request: Request) -> bool:
    """True if the client asks for ``text/event-stream`` and not for JSON before it."""
    kinds = [kind.partition(";")[0].strip().lower() for kind in request.headers.get("accept", "").split(",")]
    wanted = [kind for kind in kinds if kind in ("text/event-stream", "application/json")]
    return wanted[:1] == ["text/event-stream"]
