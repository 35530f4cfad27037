"""autoglm/status and its notification; the pause of grey text; the models to choose from."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lsprotocol import types as lsp

ADD = "def add(a, b):\n    return "
SLOW = {"answer": "a + b" + " + b" * 50, "token_delay_s": 30.0, "when": "def slow"}
LOST = {"answer": "a + b", "lost_after": 0}


async def status(editor, **params):
    return await editor.send("autoglm/status", params, "status")


def pause(editor, paused: bool) -> None:
    editor.protocol.notify("autoglm/pause", {"paused": paused})


def states(content) -> dict[str, str]:
    return {engine.role: engine.state for engine in content.engines}


@contextmanager
def endpoint() -> Iterator[str]:
    """An OpenAI-compatible endpoint that knows its list of models alone."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"data": []}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def remote(url: str) -> dict:
    settings = {"url": url, "model": "glm", "retries": 0, "connect_timeout_s": 5}
    return {"inline": {"engine": "remote"}, "actions": {"engine": "remote"}, "remote": settings}


async def test_it_names_the_engines_and_the_kept_suggestions(start):
    editor = await start("a + b")
    content = await status(editor)
    assert states(content) == {"inline": "ready", "actions": "ready"}
    assert (content.paused, content.keptToday) == (False, 0)
    item = await editor.inline(editor.open("a.py", ADD), 1, 11)
    await editor.command(item.command.command, *item.command.arguments)
    await editor.until(lambda: editor.statuses and editor.statuses[-1].keptToday == 1)
    assert (await status(editor)).keptToday == 1


async def test_whoever_never_asked_is_told_nothing(start):
    editor = await start("a + b")
    item = await editor.inline(editor.open("a.py", ADD), 1, 11)
    await editor.command(item.command.command, *item.command.arguments)
    pause(editor, True)
    await status(editor)
    assert editor.statuses == []


async def test_an_engine_that_goes_away_and_comes_back_is_told(start, refused):
    editor = await start(LOST, {"answer": "a + b"})
    uri = editor.open("a.py", ADD)
    await status(editor)
    await refused(editor.inline(uri, 1, 11))
    gone = await editor.until(lambda: next((s for s in editor.statuses if states(s)["inline"] == "offline"), None))
    assert gone.engines[0].problem == "The scripted engine went away, as its script says."
    assert await editor.inline(uri, 1, 11)
    await editor.until(lambda: states(editor.statuses[-1])["inline"] == "ready")


async def test_a_pause_ends_the_grey_text_that_is_being_made_and_lets_none_come(start):
    editor = await start(SLOW, {"answer": "a + b"})
    slow, uri = editor.open("slow.py", ADD.replace("add", "slow")), editor.open("a.py", ADD)
    await status(editor)
    asked = editor.send("textDocument/inlineCompletion", editor.inline_params(slow, 1, 11), "slow")
    await editor.command("autoglm.metrics")
    pause(editor, True)
    async with asyncio.timeout(10):
        assert await asked is None, "answered long before the first word comes"
    await editor.until(lambda: editor.statuses and editor.statuses[-1].paused)
    assert await editor.inline(uri, 1, 11) is None
    pause(editor, False)
    item = await editor.inline(uri, 1, 11)
    assert item is not None
    assert item.insert_text == "a + b"


async def test_what_is_asked_for_by_name_is_done_during_a_pause(start):
    editor = await start("```python\ndef add(a, b):\n    return a + b\n```")
    uri = editor.open("a.py", "def add(a, b):\n    ...\n")
    pause(editor, True)
    assert (await editor.command("autoglm.implement", {"uri": uri, "name": "add"}))["applied"] is True


async def test_looking_tells_whether_an_endpoint_can_be_reached_and_names_it_without_its_key(start):
    with endpoint() as url:
        at = url.replace("http://", "http://user:hunter2@")
        editor = await start(scripted=False, settings=remote(at))
        assert states(await status(editor)) == {"inline": "idle", "actions": "idle"}, "nobody was asked"
        content = await status(editor, look=True)
        assert states(content) == {"inline": "ready", "actions": "ready"}
        assert (content.engines[0].address, content.engines[0].model) == (url, "glm")
        assert "hunter2" not in repr(content)


async def test_an_endpoint_that_cannot_be_reached_is_offline_and_the_reason_is_given(start):
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    editor = await start(scripted=False, settings=remote(f"http://127.0.0.1:{port}"))
    await status(editor)
    content = await status(editor, look=True)
    assert states(content) == {"inline": "offline", "actions": "offline"}
    assert "cannot be reached" in content.engines[0].problem
    assert states(editor.statuses[-1])["inline"] == "offline"


async def test_a_model_that_is_not_here_is_offline_once_it_is_asked(start, refused, tmp_path):
    settings = {"models": {"folder": str(tmp_path / "models"), "inline": "qwen2.5-coder-0.5b"}}
    editor = await start(scripted=False, settings=settings)
    assert states(await status(editor))["inline"] == "idle"
    await refused(editor.inline(editor.open("a.py", ADD), 1, 11))
    content = await status(editor)
    assert states(content)["inline"] == "offline"
    assert "is not on this machine" in content.engines[0].problem


async def test_new_settings_are_told_with_their_engines(start):
    with endpoint() as url:
        editor = await start(scripted=False, settings=remote(url))
        assert (await status(editor)).engines[0].model == "glm"
        changed = remote(url)
        changed["remote"]["model"] = "glm-next"
        editor.set_configuration(changed, section="autoglm")
        editor.workspace_did_change_configuration(lsp.DidChangeConfigurationParams({}))
        await editor.until(lambda: editor.statuses and editor.statuses[-1].engines[0].model == "glm-next")


async def test_the_models_to_choose_from_say_which_are_here(start, tmp_path):
    editor = await start(settings={"models": {"folder": str(tmp_path / "models")}})
    found = await editor.send("autoglm/modelChoice", {}, "models")
    assert [model.state for model in found.models] == ["absent", "absent"]
    assert [model.licence for model in found.models] == ["Apache-2.0", "Apache-2.0"]
    assert found.chosen.inline.model == found.models[0].name
    assert found.remote == ""


async def test_a_pause_that_does_not_fit_changes_nothing(start):
    editor = await start("a + b")
    editor.protocol.notify("autoglm/pause", {"paused": "yes"})
    assert (await status(editor)).paused is False
