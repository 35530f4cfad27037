"""Work is ended for good, whatever it does with the cancellation."""

from __future__ import annotations

import asyncio

import pytest

from autoglm_core.errors import StaleDocumentError
from autoglm_server.lsp.work import Work

URI = "file:///w/a.py"


async def _forever() -> str:
    await asyncio.Event().wait()
    return "never"


async def test_a_newer_completion_ends_the_older_one():
    work = Work()
    older = asyncio.create_task(work.complete(URI, _forever()))
    await asyncio.sleep(0)
    newer = asyncio.create_task(work.complete(URI, asyncio.sleep(0, "newer")))
    assert await older is None
    assert await newer == "newer"


async def test_completions_of_two_documents_leave_each_other_alone():
    work = Work()
    one = asyncio.create_task(work.complete(URI, _forever()))
    assert await work.complete("file:///w/b.py", asyncio.sleep(0, "other")) == "other"
    assert not one.done()
    await work.aclose()
    with pytest.raises(asyncio.CancelledError):
        await one


async def test_work_that_swallows_a_cancellation_is_cancelled_again_and_its_result_is_not_used():
    ended = asyncio.Event()

    async def stubborn() -> str:
        try:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                await asyncio.Event().wait()
        finally:
            ended.set()
        return "too late"

    work = Work()
    asked = asyncio.create_task(work.act(URI, stubborn()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    work.document_changed(URI)
    with pytest.raises(StaleDocumentError, match=r"a\.py changed"):
        await asked
    async with asyncio.timeout(30):
        await ended.wait()


async def test_a_result_that_comes_with_the_change_is_not_used():
    work = Work()
    asked = asyncio.create_task(work.act(URI, asyncio.sleep(0, "too late")))
    await asyncio.sleep(0)
    work.document_changed(URI)
    with pytest.raises(StaleDocumentError):
        await asked


async def test_cancelling_the_request_ends_its_work():
    ended = asyncio.Event()

    async def working() -> str:
        try:
            return await _forever()
        finally:
            ended.set()

    work = Work()
    asked = asyncio.create_task(work.act(URI, working()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    async with asyncio.timeout(30):
        await ended.wait()


async def test_an_error_of_the_work_is_the_errors_of_the_request():
    async def failing() -> str:
        raise ValueError("as it is")

    with pytest.raises(ValueError, match="as it is"):
        await Work().act(URI, failing())
