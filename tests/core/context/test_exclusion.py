"""Files that no model may see."""

from pathlib import Path

import pytest

from autoglm_core.context.exclusion import Exclusions
from autoglm_core.errors import ExcludedFileError, SettingsError
from autoglm_core.types import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "sub").mkdir()
    (tmp_path / ".gitignore").write_text("build/\n*.log\n!keep.log\n")
    (tmp_path / "sub" / ".gitignore").write_text("/local.py\n")
    (tmp_path / "sub" / ".aiignore").write_text("private_*\n")
    return Workspace((tmp_path,))


@pytest.mark.parametrize(
    ("name", "excluded"),
    [
        ("a.py", False),
        (".env", True),
        (".env.local", True),
        (".env.example", False),
        ("deploy/server.pem", True),
        (".ssh/config", True),
        ("secrets.yaml", True),
        ("secrets.py", False),
        ("build/x.py", True),
        ("a.log", True),
        ("keep.log", False),
        ("sub/local.py", True),
        ("sub/deeper/local.py", False),
        ("sub/private_a.py", True),
        ("mine.sql", True),
    ],
)
def test_what_is_excluded(workspace: Workspace, name: str, excluded: bool) -> None:
    reason = Exclusions(["*.sql"]).reason(workspace.folders[0] / name, workspace)
    assert bool(reason) is excluded


def test_a_link_to_a_secret_is_a_secret(workspace: Workspace) -> None:
    folder = workspace.folders[0]
    (folder / ".env").write_text("KEY=1")
    (folder / "plain.py").symlink_to(folder / ".env")
    assert Exclusions().reason(folder / "plain.py", workspace)


def test_a_changed_ignore_file_counts_at_once(workspace: Workspace) -> None:
    exclusions, file = Exclusions(), workspace.folders[0] / ".gitignore"
    assert not exclusions.reason(workspace.folders[0] / "new.py", workspace)
    file.write_text("new.py\n# a comment that makes the file longer\n")
    assert exclusions.reason(workspace.folders[0] / "new.py", workspace)


def test_guard_says_why(workspace: Workspace) -> None:
    with pytest.raises(ExcludedFileError, match=r"x.py is not shown to any model: .gitignore in .* ignores it"):
        Exclusions().guard(workspace.folders[0] / "build" / "x.py", workspace)


def test_a_pattern_that_is_none_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match="exclude"):
        Exclusions(["!"])


def test_what_the_repository_around_the_opened_folder_ignores_is_excluded(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("service/private/\n")
    folder = tmp_path / "service"
    folder.mkdir()
    for opened in (folder, folder / "private"):
        reason = Exclusions().reason(folder / "private" / "a.py", Workspace((opened,)))
        assert reason.startswith(".gitignore in")
    assert not Exclusions().reason(folder / "a.py", Workspace((folder,)))


def test_ignore_files_outside_of_any_repository_do_not_count(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*\n")
    folder = tmp_path / "service"
    folder.mkdir()
    assert not Exclusions().reason(folder / "a.py", Workspace((folder,)))


@pytest.mark.parametrize("opened", ["real", "link"])
def test_a_link_shows_nothing_that_a_pattern_about_folders_excludes(tmp_path: Path, opened: str) -> None:
    real = tmp_path / "real"
    for name in ("private/a.py", "ignored/b.py", ".gitignore", "c.py"):
        (real / name).parent.mkdir(parents=True, exist_ok=True)
        (real / name).write_text("ignored/\n" if name == ".gitignore" else "")
    (tmp_path / "link").symlink_to(real)
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "d.py").write_text("")
    folder = tmp_path / opened
    for name, target in (
        ("a.py", "private/a.py"),
        ("b.py", "ignored/b.py"),
        ("d.py", "../.ssh/d.py"),
        ("e.py", "c.py"),
    ):
        (folder / name).symlink_to(real / target)
    exclusions, workspace = Exclusions(["private/"]), Workspace((folder,))
    shown = [
        name for name in ("a.py", "b.py", "c.py", "d.py", "e.py") if not exclusions.reason(folder / name, workspace)
    ]
    assert shown == ["c.py", "e.py"]
