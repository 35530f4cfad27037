"""What handles a message is forgotten when it has ended: a session of a day stays as small as one of a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from typing import Any

import pytest

from autoglm_server.lsp.server import Server


def _plain() -> str:
    return "done"


async def _coroutine() -> str:
    await asyncio.sleep(0)
    return "done"


def _generator() -> Generator[Any, Any, str]:
    return (yield _plain, (), {})


def _generator_that_awaits() -> Generator[Any, Any, str]:
    return (yield _coroutine, (), {})


@pytest.mark.parametrize("handler", [_plain, _coroutine, _generator, _generator_that_awaits])
async def test_a_handler_that_ended_is_forgotten(handler: Callable[[], Any]) -> None:
    protocol = Server().protocol
    results: list[str] = []
    for number in range(3):
        protocol._execute_handler(f"notice {number}", handler, lambda future: results.append(future.result()))
    async with asyncio.timeout(5):
        while len(results) < 3:
            await asyncio.sleep(0)
    assert results == ["done"] * 3
    assert not protocol._request_futures
