"""What must never happen in a real VS Code: text that nobody wants, lost edits, code of strangers that runs."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

pytestmark = pytest.mark.editor

STUB = "def area(width: float, height: float) -> float:\n\n\nx = area(1, 2)\n"
CLAMP = dedent(
    '''\
    def clamp(value: int, low: int, high: int) -> int:
        """Keep a value between two bounds.

        >>> clamp(7, 0, 5)
        5
        """
        ...
    '''
)
SWAPPED = "```python\n" + CLAMP.replace("...", "return min(low, max(value, high))") + "```\n"
RIGHT = "```python\n" + CLAMP.replace("...", "return max(low, min(value, high))") + "```\n"


def test_grey_text_that_is_sent_away_leaves_the_text_alone(vscode: Any, tmp_path: Path) -> None:
    (tmp_path / "shapes.py").write_text(STUB, "utf-8")
    vscode.play("rejected", tmp_path, ["width * height"])


def test_an_action_that_is_stopped_in_mid_way_leaves_the_text_alone(vscode: Any, tmp_path: Path) -> None:
    (tmp_path / "clamp.py").write_text(CLAMP, "utf-8")
    vscode.play("cancelled", tmp_path, [{"answer": SWAPPED, "token_delay_s": 2}, RIGHT])


def test_typing_on_while_an_action_is_at_work_refuses_its_late_edit(vscode: Any, tmp_path: Path) -> None:
    (tmp_path / "clamp.py").write_text(CLAMP, "utf-8")
    vscode.play("stale", tmp_path, [{"answer": RIGHT, "token_delay_s": 0.4}])


def test_a_repository_cannot_show_a_model_what_the_user_excluded(vscode: Any, tmp_path: Path) -> None:
    for name in ("secret.py", "shapes.py", "theirs.py"):
        (tmp_path / name).write_text("def area(width: float, height: float) -> float:\n    ...\n", "utf-8")
    (tmp_path / ".vscode").mkdir()
    theirs = {"autoglm.exclude": ["!secret.py", "theirs.py"]}
    (tmp_path / ".vscode" / "settings.json").write_text(json.dumps(theirs), "utf-8")
    vscode.play("excluded", tmp_path, user={"autoglm.exclude": ["secret.py"]})


def test_a_workspace_that_is_not_trusted_executes_nothing(vscode: Any, tmp_path: Path) -> None:
    (tmp_path / "clamp.py").write_text(CLAMP, "utf-8")
    ran = tmp_path.with_name("ran")
    (tmp_path / ".vscode").mkdir()
    theirs = {"autoglm.server.command": ["sh", "-c", f"touch {ran}"], "autoglm.server.python": str(tmp_path / "evil")}
    (tmp_path / ".vscode" / "settings.json").write_text(json.dumps(theirs), "utf-8")
    evil = tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\ntouch {ran}\n", "utf-8")
    evil.chmod(0o755)
    (tmp_path / "sitecustomize.py").write_text(f"open({str(ran)!r}, 'w').close()\n", "utf-8")
    (tmp_path / "conftest.py").write_text(f"open({str(ran)!r}, 'w').close()\n", "utf-8")
    (tmp_path / "test_clamp.py").write_text("from clamp import clamp\n\ndef test():\n    assert clamp(7, 0, 5) == 5\n")
    trust = {"security.workspace.trust.enabled": True, "security.workspace.trust.startupPrompt": "never"}
    vscode.play("untrusted", tmp_path, [SWAPPED], user=trust)
    assert not ran.exists()
