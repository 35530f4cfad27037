"""The first minutes with the extension: an environment for the server, a model, and failures that can be mended."""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from autoglm_core.store.store import ModelStore

pytestmark = pytest.mark.editor

SHAPES = "def area(width: float, height: float) -> float:\n"

# The part of the Python extension's API that is used, with one interpreter; the real one is in no registry of npm's.
PYTHON_EXTENSION = dedent(
    """\
    const { Uri } = require("vscode");
    const resolve = async ({ path }) => (path === "one" ? { executable: { uri: Uri.file(PYTHON) } } : undefined);
    const environments = { getActiveEnvironmentPath: () => ({ path: "one" }), resolveEnvironment: resolve };
    exports.activate = () => ({ environments });
    """
)
MANIFEST = dedent(
    """\
    <PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
      <Metadata><Identity Language="en-US" Id="python" Version="1.0.0" Publisher="ms-python"/></Metadata>
      <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>
      <Assets><Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json"/></Assets>
    </PackageManifest>
    """
)


@pytest.fixture
def storage(vscode: Any) -> Iterator[Path]:
    """The extension's storage, without the environments that a test makes: pytest keeps its folders."""
    folder = vscode.home / "data" / "User" / "globalStorage" / "autoglm.autoglm"
    yield folder
    for environment in folder.glob("server-*"):
        shutil.rmtree(environment)


@pytest.fixture
def python_extension(vscode: Any, tmp_path: Path) -> Iterator[None]:
    """An extension under the Python extension's name, whose interpreter is that of the tests."""
    vsix = tmp_path / "python.vsix"
    package = {
        "name": "python",
        "publisher": "ms-python",
        "version": "1.0.0",
        "engines": {"vscode": "^1.91.0"},
        "main": "./main.js",
    }
    with zipfile.ZipFile(vsix, "w") as archive:
        archive.writestr("extension.vsixmanifest", MANIFEST)
        archive.writestr("extension/package.json", json.dumps(package))
        archive.writestr("extension/main.js", PYTHON_EXTENSION.replace("PYTHON", json.dumps(sys.executable)))
    vscode.manage("--install-extension", str(vsix))
    vsix.unlink()
    yield
    vscode.manage("--uninstall-extension", "ms-python.python")


def test_without_any_settings_an_environment_is_made_and_a_model_is_offered(
    vscode: Any, tmp_path: Path, storage: Path
) -> None:
    (tmp_path / "shapes.py").write_text(SHAPES, "utf-8")
    vscode.play("first_run", tmp_path, settings={}, more={"storage": str(storage)})


def test_the_interpreter_of_the_python_extension_is_used_where_it_has_the_server(
    vscode: Any, tmp_path: Path, storage: Path, python_extension: None
) -> None:
    (tmp_path / "shapes.py").write_text(SHAPES, "utf-8")
    vscode.play("python_extension", tmp_path, settings={}, more={"python": sys.executable})
    assert not list(storage.glob("server-*")), "no environment was needed"


def test_a_server_that_cannot_be_installed_leaves_nothing_and_can_be_tried_again_and_stopped(
    vscode: Any, tmp_path: Path, storage: Path
) -> None:
    (tmp_path / "shapes.py").write_text(SHAPES, "utf-8")
    pip = vscode.home / "config" / "pip" / "pip.conf"
    pip.parent.mkdir(parents=True, exist_ok=True)
    pip.write_text("[global]\nno-index = true\n")
    try:
        vscode.play("setup_fails", tmp_path, settings={}, more={"storage": str(storage), "pip": str(pip)})
    finally:
        pip.unlink(missing_ok=True)


@pytest.mark.model
def test_a_model_is_offered_once_fetched_with_a_pause_and_writes_without_a_restart(vscode: Any, tmp_path: Path) -> None:
    (tmp_path / "shapes.py").write_text(SHAPES, "utf-8")
    model = ModelStore().pull("qwen2.5-coder-0.5b")
    folder = tmp_path / "models"
    more = {"model": str(model), "folder": str(folder), "runtime": str(tmp_path / "run"), "python": sys.executable}
    try:
        vscode.play("model_missing", tmp_path, more=more)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_a_python_that_is_too_old_is_named_and_choosing_another_is_enough(vscode: Any, tmp_path: Path) -> None:
    (tmp_path / "shapes.py").write_text(SHAPES, "utf-8")
    old = tmp_path / "python3.8"
    old.write_text('#!/bin/sh\necho \'{"version": [3, 8], "server": false}\'\n', "utf-8")
    old.chmod(0o755)
    settings = {"autoglm.server.python": str(old)}
    vscode.play("no_python", tmp_path, settings=settings, more={"python": sys.executable})


def test_a_server_that_fails_is_seen_to_by_the_doctor(vscode: Any, tmp_path: Path) -> None:
    (tmp_path / "shapes.py").write_text(SHAPES, "utf-8")
    failing = tmp_path / "python"
    failing.write_text(f'#!/bin/sh\ncase "$*" in *" lsp") exit 1 ;; esac\nexec {sys.executable} "$@"\n', "utf-8")
    failing.chmod(0o755)
    vscode.play("doctor", tmp_path, settings={"autoglm.server.python": str(failing)})


def test_an_endpoint_can_be_used_instead_and_its_key_is_written_nowhere(vscode: Any, tmp_path: Path) -> None:
    (tmp_path / "shapes.py").write_text(SHAPES, "utf-8")
    log = tmp_path / "server.log"
    server = [sys.executable, "-m", "autoglm_server", "lsp", "--log-level", "debug"]
    command = ["sh", "-c", f'exec "$@" 2>>{log}', "sh", *server]
    settings = {
        "autoglm.server.command": command,
        "autoglm.models.folder": str(tmp_path / "models"),
    }
    vscode.play("remote_endpoint", tmp_path, settings=settings, more={"log": str(log)})
