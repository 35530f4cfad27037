"""The copy of a workspace holds its sources and data, and neither secrets nor what lies outside of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autoglm_core.validators import sandbox_scratch
from autoglm_core.validators.sandbox import Link, copy_workspace


def lay(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def test_sources_data_and_hidden_settings_are_copied(tmp_path: Path) -> None:
    lay(tmp_path, "a.py", "pkg/b.py", "data/table.csv", ".coveragerc")
    scratch = copy_workspace(tmp_path)
    assert scratch.files == {
        "a.py": b"a.py",
        "pkg/b.py": b"pkg/b.py",
        "data/table.csv": b"data/table.csv",
        ".coveragerc": b".coveragerc",
    }
    assert scratch.complete


SECRETS = (".env", ".env.local", "deploy/id_rsa", "server.pem", "tls.key", ".ssh/config", ".aws/credentials", ".netrc")


@pytest.mark.parametrize("name", SECRETS)
def test_secrets_are_not_copied(tmp_path: Path, name: str) -> None:
    lay(tmp_path, "a.py", name)
    assert list(copy_workspace(tmp_path).files) == ["a.py"]


def test_what_git_ignores_is_left_out_except_what_imports_need(tmp_path: Path) -> None:
    lay(tmp_path, "a.py", "out/big.bin", "local_settings.py", "pkg/_version.py", "pkg/fast.so", "pkg/keep.txt")
    (tmp_path / ".gitignore").write_text("out/\nlocal_settings.py\n_version.py\n*.so\n*.txt\n")
    (tmp_path / "pkg" / ".gitignore").write_text("a.py\n")
    lay(tmp_path, "pkg/a.py")
    assert set(copy_workspace(tmp_path).files) == {
        "a.py",
        ".gitignore",
        "pkg/.gitignore",
        "pkg/_version.py",
        "pkg/fast.so",
    }


def test_environments_and_caches_are_left_out(tmp_path: Path) -> None:
    lay(tmp_path, "a.py", ".venv/lib/x.py", "env/pyvenv.cfg", "env/lib/y.py", "node_modules/z.js", "__pycache__/a.pyc")
    lay(tmp_path, ".git/config")
    assert list(copy_workspace(tmp_path).files) == ["a.py"]


def test_links_are_copied_as_links_and_devices_not_at_all(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    lay(outside, "secret", "folder/file")
    root = tmp_path / "project"
    lay(root, "a.py")
    (root / "file").symlink_to(outside / "secret")
    (root / "folder").symlink_to(outside / "folder")
    os.mkfifo(root / "pipe")
    assert copy_workspace(root).files == {
        "a.py": b"a.py",
        "file": Link(str(outside / "secret")),
        "folder": Link(str(outside / "folder")),
    }


def test_a_large_workspace_keeps_its_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_scratch, "_MOST_FILES", 3)
    lay(tmp_path, "a.txt", "b.txt", "c.txt", "y.py", "z.py")
    scratch = copy_workspace(tmp_path)
    assert {"y.py", "z.py"} < set(scratch.files)
    assert len(scratch.files) == 3
    assert not scratch.complete


def test_a_file_in_no_open_folder_brings_only_the_sources_beside_it(tmp_path: Path) -> None:
    lay(tmp_path, "a.py", "b.py", "letter.txt", "deep/c.py")
    assert set(copy_workspace(tmp_path, deep=False).files) == {"a.py", "b.py"}


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert copy_workspace(tmp_path / "none").files == {}
