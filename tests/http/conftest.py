"""The service on a real socket, with scripted answers instead of a model."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from autoglm_core.bootstrap import build_assistant
from autoglm_core.config import parse_settings
from autoglm_server.http.app import create_app
from autoglm_server.http.guard import Access
from autoglm_server.http.server import listen, url_of

KEY = "a-key-for-tests-only-0123456789"


@dataclass(frozen=True)
class Service:
    """A running service; ``client`` sends the key."""

    url: str
    client: httpx.Client

    def generate(self, **body: Any) -> httpx.Response:
        return self.client.post("/v1/generate", json=body)

    def runs(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get("/v1/runs").json()["runs"]
        return found

    def wait_for(self, wanted: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """Ask for the list of runs until it is as wanted."""
        give_up = time.monotonic() + 60
        while not wanted(found := self.runs()):
            assert time.monotonic() < give_up, found
        return found


Start = Callable[..., Service]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start services whose model plays the given answers; all are stopped at the end."""
    with contextlib.ExitStack() as stack:

        def run(*answers: str | dict[str, Any], **limits: Any) -> Service:
            script = tmp_path / "script.json"
            script.write_text(json.dumps(answers))
            plain = {"history": {"enabled": False}, "exclude": list(limits.pop("exclude", ()))}
            settings = parse_settings([plain])
            access = Access(limits.pop("key", KEY), limits.pop("hosts", None))
            app = create_app(build_assistant(settings, script=script), access, **limits)
            url = stack.enter_context(_served(app))
            client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {KEY}"}, timeout=60)
            return Service(url, stack.enter_context(client))

        yield run


@contextlib.contextmanager
def _served(app: Any) -> Iterator[str]:
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=5))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])))
    thread.start()
    try:
        yield url_of(listener)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
