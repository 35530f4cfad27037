"""docs/emacs.md: its blocks are the configuration of a real Emacs with eglot."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from autoglm_server.commands.diagnosis.editors import snippet

CASE = Path(__file__).parent / "emacs" / "document.el"
ELPA = "/usr/share/emacs/site-lisp/elpa/eglot-1.9"

pytestmark = pytest.mark.editor


def test_the_first_block_is_what_doctor_prints(blocks: Any) -> None:
    assert blocks("emacs.md", "elisp")[0] == snippet("emacs", "autoglm")[1]


def test_the_configuration_of_the_document_works_in_emacs(tmp_path: Path, blocks: Any, editor: Any, home: Any) -> None:
    emacs = editor("emacs", ELPA, package="Debian's emacs-nox and elpa-eglot")
    bare = "def {}(a, b):\n    return a + b\n"
    files = {name: bare.format(name) for name in ("typed", "told", "edited", "turned")}
    files |= {name: f"def {name}(a, b):\n    ...\n" for name in ("made", "rejected", "slow")}
    files["completed"] = "def completed(a, b):\n"
    answers = [
        {"when": "def made", "answer": "```python\ndef made(a, b):\n    return a * b\n```"},
        {"when": "def typed", "answer": "```python\ndef typed(a: int, b: int) -> int:\n    return a + b\n```"},
        {"when": "def told", "answer": '```python\ndef told(a, b):\n    """Add a to b."""\n```'},
        {"when": "def edited", "answer": "```python\ndef edited(a, b):\n    return a + b + 23\n```"},
        {"when": "def turned", "answer": "```python\ndef turned(a, b):\n    total = a + b\n    return total\n```"},
        {"when": "def rejected", "answer": "```python\ndef rejected(a, b):\n    return missing_one\n```"},
        {"when": "def rejected", "answer": "```python\ndef rejected(a, b):\n    return missing_two\n```"},
        {"when": "def slow", "answer": "```python\ndef slow(a, b):\n    return a\n```", "token_delay_s": 30.0},
        {"when": "def completed", "answer": "urn [\n        a,\n        b,\n    ]\n"},
    ]
    environment = home(answers)
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    for name, text in files.items():
        (workspace / f"{name}.py").write_text(text)
    init = tmp_path / "init.el"
    # The answers' functions are alike, and eglot is found where Debian puts it.
    init.write_text("(require 'package)\n(package-initialize)\n" + "\n".join(blocks("emacs.md", "elisp")), "utf-8")
    ended = subprocess.run(
        [emacs, "-q", "-nw", "--batch", "-l", init, "-l", CASE, workspace],
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
        cwd=workspace,
        stdin=subprocess.DEVNULL,
    )
    output = ended.stdout + ended.stderr
    assert ended.returncode == 0, output
    assert "the server leaves when asked" in ended.stdout, output
