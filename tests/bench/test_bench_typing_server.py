"""The client of the real server, over stdio, with a scripted engine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from autoglm_bench.typing_scripts import Script
from autoglm_bench.typing_server import ServerClient
from autoglm_core.errors import EngineLostError

BODY = "\n    total = first\n    return total"
SCRIPT = Script("add", "adding.py", "def add(first, second):", BODY, "\n", (0.01,) * len(BODY))


@asynccontextmanager
async def serving(folder: Path, *answers: object) -> AsyncIterator[ServerClient]:
    script = folder / "script.json"
    script.write_text(json.dumps(answers))
    root = folder / "root"
    root.mkdir()
    client = ServerClient(root, ("--script", str(script)), {"history": {"enabled": False}})
    await client.start()
    try:
        yield client
    finally:
        await client.stop()


async def test_the_next_keys_of_a_suggestion_come_from_the_cache(tmp_path: Path) -> None:
    async with serving(tmp_path, "total = first") as client:
        await client.open(SCRIPT)
        before = SCRIPT.before + "\n    "
        assert await client.changed("\n    ", before, SCRIPT.after) == "total = first"
        assert await client.changed("t", before + "t", SCRIPT.after) == "otal = first"
        assert await client.changed("x", before + "tx", SCRIPT.after) == "total = first"
        await client.close()

        assert client.from_cache == {0: False, 1: True, 2: False}
        assert (await client.metrics())["from_cache"] == 1


async def test_a_backspace_reaches_the_servers_document(tmp_path: Path) -> None:
    right = {"answer": "return first", "when": "        return second\n\n    \n"}
    async with serving(tmp_path, right, {"answer": "return 0", "when": "second\n\n        "}, "pass") as client:
        await client.open(SCRIPT)
        above = SCRIPT.before + "\n    if first:\n        return second"
        for screen in ("", "\n        ", "\n\n        "):
            client.changed("", above + screen, SCRIPT.after)
        found = await client.changed("", above + "\n\n    ", SCRIPT.after)
        await client.close()

    assert found == "return first"


async def test_what_is_to_be_typed_is_not_on_the_disk_while_it_is_typed(tmp_path: Path) -> None:
    async with serving(tmp_path, "pass") as client:
        await client.open(SCRIPT)
        assert (tmp_path / "root" / "adding.py").read_text() == SCRIPT.before + SCRIPT.after
        await client.close()
        assert (tmp_path / "root" / "adding.py").read_text() == SCRIPT.before + SCRIPT.body + SCRIPT.after


async def test_a_server_that_dies_is_a_clear_error(tmp_path: Path) -> None:
    async with serving(tmp_path, {"answer": "total = first", "token_delay_s": 5}) as client:
        await client.open(SCRIPT)
        asked = client.changed("\n    ", SCRIPT.before + "\n    ", SCRIPT.after)
        await asyncio.sleep(0.2)
        assert client._process is not None
        client._process.kill()
        with pytest.raises(EngineLostError, match="ended"):
            await asked
        with pytest.raises(EngineLostError, match="ended"):
            client.changed("t", SCRIPT.before + "\n    t", SCRIPT.after)
        client._script = None


async def test_what_the_server_tells_its_user_is_kept(tmp_path: Path) -> None:
    async with serving(tmp_path, {"answer": "total = first", "lost_after": 0}) as client:
        await client.open(SCRIPT)
        assert await client.changed("\n    ", SCRIPT.before + "\n    ", SCRIPT.after) is None
        await client.close()

    assert any("went away" in message for message in client.messages)
