"""Fixes by rule that are being made: requests that overlap share one, and who leaves takes it from nobody."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from lsprotocol import types as lsp

from autoglm_core.types import Document, Workspace
from autoglm_server.lsp.mends import Mends
from autoglm_server.lsp.snapshot import Snapshot

SNAPSHOT = Snapshot(
    "file:///w/a.py", 1, Document(Path("/w/a.py"), "x = y\n"), Workspace((Path("/w"),)), lsp.PositionEncodingKind.Utf16
)
PROBLEM = lsp.Diagnostic(lsp.Range(lsp.Position(0, 4), lsp.Position(0, 5)), "y is not defined")


class Slow(Mends):
    """Each fix takes a moment, also to end when it is cancelled."""

    made = 0

    async def _mend(self, snapshot: Snapshot, diagnostic: lsp.Diagnostic) -> Any:
        try:
            await asyncio.sleep(0.05)
        except asyncio.CancelledError:
            await asyncio.sleep(0.02)
            raise
        self.made += 1
        return self.made


@pytest.mark.parametrize("wait", [0.0, 0.01])
async def test_a_cancelled_request_takes_the_fix_from_nobody(wait: float) -> None:
    mends = Slow(SimpleNamespace(spawn=asyncio.create_task))  # type: ignore[arg-type]
    assistant: Any = object()

    def request() -> asyncio.Task[Any]:
        return asyncio.create_task(mends.find(assistant, SNAPSHOT, PROBLEM, 5))

    first = request()
    await asyncio.sleep(0.01)
    if not wait:  # the second request comes while the first still waits
        second = request()
        await asyncio.sleep(0)
    first.cancel()
    if wait:  # it comes while what the first had begun is ending
        await asyncio.sleep(wait)
        second = request()
    assert await second == 1
    assert first.cancelled()
