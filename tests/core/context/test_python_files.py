"""Files of a workspace that may be shown, in workspaces that nobody would make on purpose."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autoglm_core.context import python_files as module
from autoglm_core.context.exclusion import Exclusions
from autoglm_core.context.python_files import MOST_BYTES, Survey, in_folders, python_files, read_regular
from autoglm_core.types import Workspace


def found(folder: Path, survey: Survey | None = None) -> list[str]:
    walk = python_files(Workspace((folder,)), Exclusions(["mine_*"]), survey or Survey())
    return [path.relative_to(folder).as_posix() for path, _ in walk]


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x = 1\n")


def test_files_of_the_user_are_found_in_order(tmp_path: Path) -> None:
    write(tmp_path, "b.py", "a.py", "pkg/c.py", "pkg/data.txt", "node_modules/n.py", ".hidden/h.py", "v/lib.py")
    (tmp_path / "v" / "pyvenv.cfg").write_text("")
    assert found(tmp_path) == ["a.py", "b.py", "pkg/c.py"]


def test_ignored_files_and_folders_are_left_out_and_counted(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "mine_a.py", "local.py", "data/x.py", "pkg/private.py", "pkg/b.py")
    (tmp_path / ".gitignore").write_text("data/\nlocal.py\n")
    (tmp_path / "pkg" / ".aiignore").write_text("private.py\n")
    survey = Survey()
    assert found(tmp_path, survey) == ["a.py", "pkg/b.py"]
    assert survey.excluded == 3


def test_links_are_not_followed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    write(outside, "secret.py", "more/deep.py")
    write(inside, "a.py")
    (inside / "file.py").symlink_to(outside / "secret.py")
    (inside / "folder").symlink_to(outside / "more")
    (inside / "around").symlink_to(inside)
    assert found(inside) == ["a.py"]
    with pytest.raises(OSError, match="symbolic link"):
        read_regular(inside / "file.py")


def test_pipes_and_folders_called_like_files_are_not_read(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "folder.py/b.py")
    os.mkfifo(tmp_path / "pipe.py")
    assert found(tmp_path) == ["a.py", "folder.py/b.py"]
    with pytest.raises(ValueError, match="no regular file"):
        read_regular(tmp_path / "pipe.py")


def test_large_files_are_left_out_even_if_they_grow_later(tmp_path: Path) -> None:
    (tmp_path / "large.py").write_bytes(b"#" * (MOST_BYTES + 1))
    (tmp_path / "fits.py").write_bytes(b"#" * MOST_BYTES)
    survey = Survey()
    assert found(tmp_path, survey) == ["fits.py"]
    assert survey.too_large == 1
    with pytest.raises(ValueError, match="grown"):
        read_regular(tmp_path / "large.py")


def test_no_more_files_and_names_than_the_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, *(f"m{n}.py" for n in range(9)))
    monkeypatch.setattr(module, "MOST_FILES", 4)
    survey = Survey()
    assert len(found(tmp_path, survey)) == 4
    assert survey.too_many == 5
    monkeypatch.setattr(module, "_MOST_ENTRIES", 3)
    assert len(found(tmp_path)) == 3


def test_a_folder_that_is_gone_or_closed_to_us_has_no_files(tmp_path: Path) -> None:
    assert found(tmp_path / "gone") == []


def test_what_stands_in_the_open_folders(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    write(inside, "a.py")
    write(tmp_path, "b.py")
    (inside / "link.py").symlink_to(tmp_path / "b.py")
    workspace = Workspace((inside,))
    assert in_folders(inside / "a.py", workspace)
    assert in_folders(inside / "not_saved_yet.py", workspace)
    assert not in_folders(tmp_path / "b.py", workspace)
    assert not in_folders(inside / "link.py", workspace)
    assert not in_folders(inside / ".." / "b.py", workspace)
    assert in_folders(tmp_path / "b.py", Workspace())
