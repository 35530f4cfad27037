"""The command line as a user starts it: a process of its own, with folders of its own."""

from __future__ import annotations

import errno
import json
import os
import pty
import select
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

_PATIENCE_S = 8  # how long a process may be silent before a test gives up on it


@dataclass
class Terminal:
    """A pseudo-terminal with a process in it."""

    process: subprocess.Popen[bytes]
    fd: int
    seen: bytes = b""

    def read_until(self, wanted: bytes) -> None:
        """Read until the screen has shown this. Raises AssertionError when the process ends before."""
        while wanted not in self.seen:
            if not self._read():
                raise AssertionError(f"ended without {wanted!r}:\n{self.text}")

    def send(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.fd, keys)

    def interrupt(self) -> None:
        """Press Ctrl+C once the process waits for keys: just before, C's ``fgets`` would not notice the signal."""
        process = psutil.Process(self.process.pid)
        while process.status() != psutil.STATUS_SLEEPING:
            os.sched_yield()
        self.process.send_signal(signal.SIGINT)

    def end(self) -> int:
        """Read to the end; the exit code."""
        while self._read():
            pass
        os.close(self.fd)
        return self.process.wait()

    @property
    def text(self) -> str:
        """Everything seen so far, control sequences included."""
        return self.seen.decode()

    def _read(self) -> bool:
        if not select.select([self.fd], [], [], _PATIENCE_S)[0]:
            raise AssertionError(f"nothing happened for {_PATIENCE_S} seconds after:\n{self.text}")
        try:
            piece = os.read(self.fd, 65536)
        except OSError as error:
            if error.errno != errno.EIO:  # Linux: the other side is closed
                raise
            piece = b""
        self.seen += piece
        return bool(piece)


@dataclass
class CommandLine:
    """``autoglm`` in a folder, with an environment that holds nothing of this user's."""

    folder: Path
    environment: dict[str, str]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def script(self, *answers: str | dict[str, Any]) -> Path:
        """A script of answers for ``--script``."""
        file = self.folder.parent / "script.json"
        file.write_text(json.dumps(answers))
        return file

    def file(self, name: str, text: str | bytes) -> Path:
        """A file in the folder, its line ends as given."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def run(self, *arguments: str | Path, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        """Run to the end, without a terminal."""
        return subprocess.run(
            self._command(arguments),
            cwd=self.folder,
            env=self.environment | environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self, *arguments: str | Path) -> subprocess.Popen[bytes]:
        """Start without a terminal; the fixture ends what is left."""
        process = subprocess.Popen(
            self._command(arguments),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.processes.append(process)
        return process

    def terminal(self, *arguments: str | Path, columns: int = 80, **environment: str) -> Terminal:
        """Start in a pseudo-terminal."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            self._command(arguments),
            cwd=self.folder,
            env=self.environment | {"TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": "40"} | environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.processes.append(process)
        return Terminal(process, ours)

    def _command(self, arguments: tuple[str | Path, ...]) -> list[str]:
        return [sys.executable, "-m", "autoglm_server", *map(str, arguments)]


@pytest.fixture
def autoglm(tmp_path):
    """The command line in an empty project."""
    project = tmp_path / "project"
    project.mkdir()
    homes = {name: str(tmp_path / name) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")}
    for home in (*homes.values(), str(tmp_path / "run")):
        Path(home).mkdir(mode=0o700)
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "PYTHONPATH", "LANG", "TMPDIR")}
    line = CommandLine(project, {"PYTHONUTF8": "1", **kept, **homes, "XDG_RUNTIME_DIR": str(tmp_path / "run")})
    yield line
    for process in line.processes:
        if process.poll() is None:
            process.kill()
        with process:  # closes its pipes, and waits for it
            pass
