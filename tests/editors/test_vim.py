"""docs/vim.md: its block is the configuration of a real Vim with ALE, in a terminal."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ALE = "/usr/share/vim-ale"
PATIENCE_S = 60.0
STUB = "def made(a, b):\n    ...\n"
RIGHT = "```python\ndef made(a, b):\n    return a * b\n```"
SLOW = {"answer": RIGHT, "token_delay_s": 0.3}

pytestmark = pytest.mark.editor


class Vim:
    """A Vim in a terminal: keys go in, what it draws comes out."""

    def __init__(self, process: subprocess.Popen[bytes], terminal: int, file: Path) -> None:
        self.process, self.terminal, self.file = process, terminal, file
        self.drawn = ""

    def type(self, keys: str) -> None:
        os.write(self.terminal, keys.encode())

    def draws(self, words: str) -> None:
        """Wait until the words are drawn, from now on."""
        self.drawn = ""
        end = time.monotonic() + PATIENCE_S
        while words not in self.drawn:
            assert time.monotonic() < end, f"{words!r} was not drawn, but {self.drawn[-2000:]!r}"
            self._read(0.2)

    def writes(self, words: str) -> str:
        """Save until the words are in the file; the file."""
        end = time.monotonic() + PATIENCE_S
        while words not in (text := self.file.read_text()):
            assert time.monotonic() < end, f"{text}\n{self.drawn[-2000:]!r}"
            self.type(":silent write\r")
            self._read(0.5)
        return text

    def _read(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.terminal], [], [], left)[0]:
                self.drawn += os.read(self.terminal, 65536).decode("utf-8", "replace")


@pytest.fixture
def vim(tmp_path: Path, blocks: Any, editor: Any, home: Any, request: pytest.FixtureRequest) -> Iterator[Vim]:
    program = editor("vim", ALE, package="Debian's vim and vim-ale")
    environment = home([request.param]) | {"TERM": "xterm"}
    file = tmp_path / "workspace" / "made.py"
    file.parent.mkdir()
    file.write_text(STUB)
    configuration = tmp_path / "vimrc"
    (block,) = blocks("vim.md", "vim")
    configuration.write_text(f"set nocompatible hidden rtp^={ALE}\nfiletype plugin on\n{block}", "utf-8")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [program, "-u", configuration, "-i", "NONE", "-n", file],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        cwd=file.parent,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Vim(process, ours, file)
        os.write(ours, b"\x1b\x1b:qall!\r")
        process.wait(30)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


@pytest.mark.parametrize("vim", [RIGHT], indirect=True)
def test_an_action_fills_the_buffer_and_is_undone_at_once(vim: Vim) -> None:
    vim.type(":ALECodeAction\r")
    vim.draws("1) Implement made")
    vim.type("1\r")
    assert vim.writes("return a * b") == STUB.replace("...", "return a * b")
    vim.type("u")
    assert vim.writes("...") == STUB


@pytest.mark.parametrize("vim", [SLOW], indirect=True)
def test_typing_on_refuses_the_answer(vim: Vim) -> None:
    vim.type(":ALECodeAction\r")
    vim.draws("1) Implement made")
    vim.type("1\rO# typed\x1b")
    vim.draws("changed while the answer")
    vim.writes("# typed")
    assert vim.file.read_text() == f"# typed\n{STUB}"
