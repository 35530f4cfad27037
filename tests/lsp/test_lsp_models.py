"""autoglm/models and autoglm/pullModel, with a server on loopback that plays Hugging Face with the real file."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from autoglm_core.store.catalogue import CATALOGUE
from autoglm_core.store.store import ModelStore

SMALL, LARGE = CATALOGUE
MIB = 1 << 20
CANCELLED = -32800
FAILED = -32803


@dataclass
class Hub:
    """What it serves, the ``Range`` of each request, and how much of a body it sends before it waits."""

    file: Path
    url: str = ""
    ranges: list[str | None] = field(default_factory=list)
    holds_after: int | None = None
    go_on: threading.Event = field(default_factory=threading.Event)
    status: int = 200


class _Handler(BaseHTTPRequestHandler):
    hub: Hub

    def do_GET(self) -> None:
        hub = self.hub
        hub.ranges.append(self.headers.get("Range"))
        if hub.status != 200:
            self.send_error(hub.status)
            return
        start = int((re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", "")) or [0, 0])[1])
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{SMALL.bytes - 1}/{SMALL.bytes}")
        self.send_header("Content-Length", str(SMALL.bytes - start))
        self.end_headers()
        try:
            with hub.file.open("rb") as file:
                file.seek(start)
                if hub.holds_after is not None:
                    self.wfile.write(file.read(hub.holds_after))
                    hub.go_on.wait()
                shutil.copyfileobj(file, self.wfile, MIB)
        except (BrokenPipeError, ConnectionResetError):
            pass  # who was cancelled hangs up
        self.close_connection = True

    def log_message(self, *args: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def hub(tmp_path: Path, environment: dict[str, str]) -> Iterator[Hub]:
    """Plays Hugging Face for the server; there is no mirror, and no model on this machine."""
    for name in [
        name for name in environment if name.startswith(("HF_", "AUTOGLM_")) or name.lower().endswith("_proxy")
    ]:
        del environment[name]
    nothing = tmp_path / "nothing.gguf"
    nothing.write_bytes(b"GGUF" + bytes(4 * MIB))
    hub = Hub(nothing)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    runtime = tmp_path / "runtime"
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "PIP_CONFIG_FILE": "/dev/null"}
    environment.update(offline, HF_ENDPOINT=hub.url, NO_PROXY="127.0.0.1", AUTOGLM_RUNTIME=str(runtime))
    yield hub
    hub.go_on.set()
    server.shutdown()
    server.server_close()
    thread.join()
    shutil.rmtree(tmp_path / "models", ignore_errors=True)  # pytest keeps its folders, and this one is large


def _settings(tmp_path: Path, **more: object) -> dict[str, object]:
    # No node outlives its test for long; little memory would change which models are needed.
    models = {"folder": str(tmp_path / "models"), "min_free_memory_gb": 0}
    return {"models": models, "node": {"idle_minutes": 0.02}, **more}


async def test_the_models_that_the_settings_need_are_named_with_what_a_user_wants_to_know(start, hub, tmp_path):
    editor = await start(scripted=False, settings=_settings(tmp_path))
    said = await editor.protocol.send_request_async("autoglm/models", {})
    assert said.folder == str(tmp_path / "models")
    small, large = said.models
    assert (small.name, small.roles, small.here, small.present) == (SMALL.name, ["inline"], False, 0)
    assert (small.bytes, small.licence) == (491_400_064, "Apache-2.0")
    assert small.source == "https://huggingface.co/Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF"
    assert (large.name, large.roles) == (LARGE.name, ["actions"])


@pytest.mark.parametrize(
    ("settings", "roles"),
    [
        ({"actions": {"engine": "remote"}, "remote": {"url": "http://127.0.0.1:9/v1", "model": "m"}}, [["inline"]]),
        ({"inline": {"enabled": False}}, [["actions"]]),
        ({"models": {"actions": SMALL.name, "min_free_memory_gb": 0}}, [["inline", "actions"]]),
        ({"models": {"inline": "/a/file.gguf", "actions": SMALL.name, "min_free_memory_gb": 0}}, [["actions"]]),
    ],
    ids=["actions are remote", "no grey text", "one for both", "a file of the user's own"],
)
async def test_what_needs_no_model_names_none(start, hub, settings, roles):
    editor = await start(scripted=False, settings=settings)
    said = await editor.protocol.send_request_async("autoglm/models", {})
    assert [model.roles for model in said.models] == roles


async def test_a_scripted_engine_needs_no_model(start):
    editor = await start("pass")
    assert (await editor.protocol.send_request_async("autoglm/models", {})).models == []


async def test_a_cancelled_download_keeps_what_came_and_the_next_goes_on_there(start, hub, tmp_path):
    hub.holds_after = 3 * MIB
    editor = await start(scripted=False, settings=_settings(tmp_path))
    editor.progress_reports |= {"one": [], "two": []}
    first = editor.send("autoglm/pullModel", {"name": SMALL.name, "workDoneToken": "one"}, "first")
    partial = tmp_path / "models" / f"{SMALL.file}.partial"
    await editor.until(lambda: partial.exists() and partial.stat().st_size == 3 * MIB)
    editor.cancel_request(lsp.CancelParams("first"))
    with pytest.raises(JsonRpcException) as caught:
        await first
    assert caught.value.code == CANCELLED
    await editor.until(lambda: editor.kinds()[-1:] == ["end"])
    said = await editor.protocol.send_request_async("autoglm/models", {})
    assert (said.models[0].here, said.models[0].present) == (False, 3 * MIB)

    second = editor.send("autoglm/pullModel", {"name": SMALL.name, "workDoneToken": "two"}, "second")
    await editor.until(lambda: partial.stat().st_size == len(hub.file.read_bytes()))
    assert hub.ranges == [None, f"bytes={3 * MIB}-"]
    editor.cancel_request(lsp.CancelParams("second"))
    with pytest.raises(JsonRpcException):
        await second


async def test_a_download_that_runs_ends_with_the_server(start, hub, tmp_path):
    hub.holds_after = MIB
    editor = await start(scripted=False, settings=_settings(tmp_path))
    editor.progress_reports["pull"] = []
    pull = editor.send("autoglm/pullModel", {"name": SMALL.name, "workDoneToken": "pull"}, "pull")
    pull.add_done_callback(lambda future: future.cancelled() or future.exception())
    await editor.until(lambda: hub.ranges)
    assert await editor.leave() == 0


async def test_a_model_that_cannot_be_had_is_an_error_that_says_why(start, hub, tmp_path, refused):
    hub.status = 503
    editor = await start(scripted=False, settings=_settings(tmp_path))
    error = await refused(editor.protocol.send_request_async("autoglm/pullModel", {"name": SMALL.name}))
    assert error.code == FAILED
    assert "503" in str(error)
    assert "Hugging Face" in str(error)


async def test_only_models_of_the_catalogue_can_be_asked_for(start, hub, refused):
    editor = await start(scripted=False)
    error = await refused(editor.protocol.send_request_async("autoglm/pullModel", {"name": "../secret"}))
    assert "no model '../secret' in the catalogue" in str(error)
    error = await refused(editor.protocol.send_request_async("autoglm/pullModel", {}))
    assert "takes the name of a model" in str(error)


async def test_who_types_without_a_model_is_told_only_where_the_client_does_not_offer_it(start, hub, tmp_path):
    text = "def double(number: int) -> int:\n    return "
    telling = await start(scripted=False, settings=_settings(tmp_path))
    uri = telling.open("a.py", text)
    assert await telling.inline(uri, 1, 11, automatic=True) is None
    await telling.said(f"autoglm models pull {SMALL.name}")
    offering = await start(scripted=False, settings=_settings(tmp_path), options={"offersModels": True})
    uri = offering.open("a.py", text)
    assert await offering.inline(uri, 1, 11, automatic=True) is None
    assert offering.messages == []


async def test_an_action_without_its_model_fails_for_a_reason_that_a_client_can_read(start, hub, tmp_path, refused):
    editor = await start(scripted=False, settings=_settings(tmp_path))
    uri = editor.open("a.py", "def double(number: int) -> int:\n    ...\n")
    error = await refused(editor.command("autoglm.implement", {"uri": uri, "version": 1, "name": "double"}))
    assert LARGE.name in str(error)
    assert error.data == {"reason": "modelAbsent"}


@pytest.mark.model
async def test_after_the_download_the_same_server_writes(start, hub, tmp_path):
    hub.file = ModelStore().pull(SMALL.name)
    editor = await start(scripted=False, settings=_settings(tmp_path), options={"offersModels": True})
    uri = editor.open("a.py", "def double(number: int) -> int:\n    return ")
    assert await editor.inline(uri, 1, 11, automatic=True) is None
    editor.progress_reports["pull"] = []
    asked = {"name": SMALL.name, "workDoneToken": "pull"}
    path = (await editor.protocol.send_request_async("autoglm/pullModel", asked)).path
    assert Path(path) == tmp_path / "models" / SMALL.file
    assert editor.kinds()[0] == "begin"
    assert editor.kinds()[-1] == "end"
    steps = [r for r in editor.progress_reports["pull"] if isinstance(r, lsp.WorkDoneProgressReport)]
    percentages = [step.percentage for step in steps if step.message == "downloading"]
    assert percentages == sorted(percentages)
    assert percentages[-1] == 100
    assert "verifying" in {step.message for step in steps}
    said = await editor.protocol.send_request_async("autoglm/models", {})
    assert said.models[0].here is True
    item = await editor.inline(uri, 1, 11)
    assert item is not None
    assert "number" in item.insert_text
