"""The page of ``autoglm serve`` in Chromium: a real service with scripted answers, driven as a user does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from filelock import FileLock

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
PLAYWRIGHT = "playwright-core@1.65.1"


@dataclass(frozen=True)
class Service:
    """A running ``autoglm serve``; ``client`` sends the key."""

    url: str
    key: str
    client: httpx.Client
    modules: Path

    def generate(self, **body: Any) -> dict[str, Any]:
        answer = self.client.post("/v1/generate", json=body)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def play(self, scenario: str, **more: Any) -> None:
        """Do what a scenario says; ``more`` is what it needs beside the service."""
        shots = ROOT / "artifacts" / "page"
        shots.mkdir(parents=True, exist_ok=True)
        where = {
            "url": self.url,
            "key": self.key,
            "shots": str(shots),
            "chromium": shutil.which("chromium"),
            "modules": str(self.modules),
            **more,
        }
        command = ["node", str(HERE / f"{scenario}.mjs"), json.dumps(where)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
        assert done.returncode == 0, f"{done.stderr}\nSee the pictures in {shots}."


@pytest.fixture(scope="session")
def playwright() -> Path:
    """The folder with the library that drives Chromium, installed once."""
    missing = [name for name in ("chromium", "npm", "node") if shutil.which(name) is None]
    if missing:
        reason = f"the page needs a browser: missing {', '.join(missing)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    cache = Path(os.environ.get("AUTOGLM_TEST_CACHE", ROOT / ".cache")).absolute()
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / PLAYWRIGHT.replace("@", "-")
    with FileLock(cache / f"{folder.name}.lock"):
        if not (folder / "node_modules" / "playwright-core" / "package.json").exists():
            folder.mkdir(exist_ok=True)
            (folder / "package.json").write_text('{"private": true}', "utf-8")
            quiet = ("--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts", "--no-package-lock")
            subprocess.run(["npm", "install", *quiet, PLAYWRIGHT], cwd=folder, check=True, timeout=300)
    return folder / "node_modules"


@pytest.fixture
def serve(playwright: Path, tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Start the service with these answers of the model; it is stopped at the end."""
    started: list[tuple[subprocess.Popen[str], httpx.Client]] = []

    def start(*answers: str | dict[str, Any]) -> Service:
        script = tmp_path / "script.json"
        script.write_text(json.dumps(answers), "utf-8")
        places = {f"XDG_{kind}_HOME": str(tmp_path / kind.lower()) for kind in ("CONFIG", "STATE", "DATA", "CACHE")}
        process = subprocess.Popen(
            [sys.executable, "-m", "autoglm_server", "serve", "--port", "0", "--script", str(script)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **places},
            cwd=tmp_path,
        )
        assert process.stdout
        address, _, page = (process.stdout.readline().strip() for _ in range(3))
        url = address.removeprefix("AutoGLM serves ")
        key = page.removeprefix(f"Page: {url}/#key=")
        client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=120)
        started.append((process, client))
        return Service(url, key, client, playwright)

    yield start
    for process, client in started:
        client.close()
        process.terminate()
        process.wait(timeout=30)
        assert process.stdout
        process.stdout.close()
