"""What the tests of real editors share: the blocks of their documents, and an ``autoglm`` on the path."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from autoglm_core.engines.node_state import running_nodes

DOCUMENTS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def blocks() -> Callable[[str, str], list[str]]:
    """The code blocks of a document in one language, as a reader copies them."""

    def read(document: str, language: str) -> list[str]:
        text = (DOCUMENTS / document).read_text("utf-8")
        return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)

    return read


@pytest.fixture
def editor() -> Callable[..., str]:
    """The path of an editor; without it the test is skipped, and fails where all must run."""

    def find(program: str, *files: str, package: str) -> str:
        found = shutil.which(program, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
        missing = [] if found else [program]
        missing += [file for file in files if not Path(file).exists()]
        if not missing and found:
            return found
        reason = f"{', '.join(missing)} is not there; it comes with {package}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)

    return find


@pytest.fixture
def home(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """The environment of a user without history, with ``autoglm`` on the path and a patient configuration."""

    def make(answers: Sequence[str | dict[str, Any]] | None) -> dict[str, str]:
        settings = tmp_path / "config" / "autoglm" / "config.toml"
        settings.parent.mkdir(parents=True)
        # A loaded machine must not fail a test. The small model, and a node that does not stay.
        settings.write_text(
            "[inline]\ndeadline_ms = 60000\n"
            '[models]\nactions = "qwen2.5-coder-0.5b"\n'
            "[node]\nidle_minutes = 0.02\nslots = 1\n"
        )
        script = tmp_path / "script.json"
        command = [sys.executable, "-m", "autoglm_server", '"$@"']
        if answers is not None:
            script.write_text(json.dumps(answers), "utf-8")
            command += ["--script", str(script)]
        program = tmp_path / "bin" / "autoglm"
        program.parent.mkdir()
        words = " ".join(word if word == '"$@"' else shlex.quote(word) for word in command)
        program.write_text(f"#!/bin/sh\nexec {words}\n")
        program.chmod(0o755)
        places = {f"XDG_{kind}_HOME": str(tmp_path / kind.lower()) for kind in ("CONFIG", "STATE", "CACHE")}
        # The models are where this user has them.
        places["XDG_DATA_HOME"] = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
        path = [str(program.parent), str(Path(sys.executable).parent), os.environ["PATH"]]
        return {**os.environ, **places, "HOME": str(tmp_path), "PATH": os.pathsep.join(path)}

    return make


@pytest.fixture
def own_nodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A runtime folder of the test's own; its nodes end by themselves when nobody holds them any more."""
    monkeypatch.setenv("AUTOGLM_RUNTIME", str(tmp_path / "runtime"))
    yield
    for node in running_nodes():
        if process := node.process():
            process.wait(60)
