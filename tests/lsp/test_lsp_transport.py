"""Reading stdin ahead: every byte in its order, whatever the pipe makes of it, and no more than there is room for."""

from __future__ import annotations

import asyncio
import os
import random
import threading
import time
from collections.abc import Iterator
from typing import BinaryIO

import pytest

from autoglm_server.lsp.transport import StdinAhead


@pytest.fixture
def pipe() -> Iterator[tuple[BinaryIO, int]]:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stdin:
        yield stdin, writing


def _send(writing: int, *pieces: bytes, pause_s: float = 0.0) -> threading.Thread:
    def send() -> None:
        with os.fdopen(writing, "wb", buffering=0) as file:
            for piece in pieces:
                while piece:
                    piece = piece[file.write(piece) :]
                time.sleep(pause_s)

    thread = threading.Thread(target=send)
    thread.start()
    return thread


async def test_messages_in_any_pieces_come_whole(pipe: tuple[BinaryIO, int]) -> None:
    bodies = [bytes([65 + number % 26]) * (number * 37 % 900 + 1) for number in range(60)]
    stream = b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(body), body) for body in bodies)
    chance, pieces = random.Random(0), []
    while stream:
        size = chance.randrange(1, 400)
        pieces.append(stream[:size])
        stream = stream[size:]
    thread = _send(pipe[1], *pieces)
    reader = StdinAhead(pipe[0])
    for body in bodies:
        assert await reader.readline() == b"Content-Length: %d\r\n" % len(body)
        assert await reader.readline() == b"\r\n"
        assert await reader.readexactly(len(body)) == body
    assert await reader.readline() == b""
    thread.join()


async def test_the_end_in_mid_message_gives_what_there_is(pipe: tuple[BinaryIO, int]) -> None:
    thread = _send(pipe[1], b"half a line")
    reader = StdinAhead(pipe[0])
    assert await reader.readline() == b"half a line"
    assert await reader.readexactly(5) == b""
    thread.join()


async def test_a_message_larger_than_the_room_comes_whole(pipe: tuple[BinaryIO, int]) -> None:
    body = os.urandom(1 << 20)
    thread = _send(pipe[1], b"%d\n" % len(body), body)
    reader = StdinAhead(pipe[0], room=1 << 12)
    async with asyncio.timeout(20):
        assert await reader.readline() == b"%d\n" % len(body)
        assert await reader.readexactly(len(body)) == body
    thread.join()


async def test_what_nobody_takes_stays_in_the_pipe(pipe: tuple[BinaryIO, int]) -> None:
    thread = _send(pipe[1], b"x" * (4 << 20))
    reader = StdinAhead(pipe[0], room=1 << 16)
    await asyncio.sleep(0.3)
    assert len(reader._held) <= 3 << 16
    assert thread.is_alive()
    assert len(await reader.readexactly(4 << 20)) == 4 << 20
    thread.join()


async def test_other_tasks_have_their_turn_between_messages(pipe: tuple[BinaryIO, int]) -> None:
    thread = _send(pipe[1], b"1\nA1\nB")
    thread.join()
    reader = StdinAhead(pipe[0])
    assert (await reader.readline(), await reader.readexactly(1)) == (b"1\n", b"A")
    seen = []
    asyncio.get_running_loop().call_soon(seen.append, "other")
    await reader.readline()
    assert seen == ["other"]


async def test_a_stdin_that_was_closed_is_at_its_end(pipe: tuple[BinaryIO, int]) -> None:
    os.close(pipe[1])
    pipe[0].close()
    assert await StdinAhead(pipe[0]).readline() == b""
