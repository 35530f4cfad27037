"""Nothing is put into, or believed from, a folder or file that others can reach."""

import os
import stat
from pathlib import Path

import pytest

from autoglm_core.engines.runtime_folder import VARIABLE, read_private, runtime_folder, write_private
from autoglm_core.errors import EngineUnavailableError


def test_the_folder_is_made_for_this_user_alone(runtime: Path) -> None:
    assert runtime_folder() == runtime
    assert stat.S_IMODE(runtime.stat().st_mode) == 0o700
    assert runtime_folder() == runtime


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701])
def test_a_folder_open_to_others_is_refused(runtime: Path, mode: int) -> None:
    runtime.mkdir()
    runtime.chmod(mode)
    with pytest.raises(EngineUnavailableError, match="open to other users.*chmod 700"):
        runtime_folder()


def test_a_link_in_place_of_the_folder_is_refused(runtime: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    runtime.symlink_to(elsewhere)
    with pytest.raises(EngineUnavailableError, match="is not a folder"):
        runtime_folder()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_somebody_elses_folder_and_file_are_refused(runtime: Path) -> None:
    file = runtime_folder() / "state.json"
    write_private(file, b"{}")
    os.chown(file, 12345, 12345)
    with pytest.raises(EngineUnavailableError, match="belongs to somebody else.*not trusted"):
        read_private(file)
    os.chown(runtime, 12345, 12345)
    with pytest.raises(EngineUnavailableError, match="belongs to somebody else"):
        runtime_folder()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file" / "folder"))
    with pytest.raises(EngineUnavailableError, match=f"cannot be made.*{VARIABLE}"):
        runtime_folder()


@pytest.mark.filterwarnings("ignore:XDG_RUNTIME_DIR")
def test_without_a_runtime_folder_of_the_system_one_in_the_temporary_folder_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    open_to_all = tmp_path / "xdg"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(open_to_all))
    folder = runtime_folder()
    assert folder == tmp_path / f"autoglm-{os.getuid()}"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    open_to_all.chmod(0o700)
    assert runtime_folder() == open_to_all / "autoglm"


def test_a_file_is_written_whole_and_private(runtime: Path) -> None:
    file = runtime_folder() / "state.json"
    write_private(file, b"old")
    write_private(file, b"new")
    assert read_private(file) == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in runtime.iterdir()] == ["state.json"]


def test_a_file_open_to_others_or_a_link_is_refused(runtime: Path) -> None:
    file = runtime_folder() / "state.json"
    assert read_private(file) is None
    write_private(file, b"x")
    file.chmod(0o640)
    with pytest.raises(EngineUnavailableError, match="open to other users.*not trusted"):
        read_private(file)
    file.chmod(0o600)
    (runtime / "link.json").symlink_to(file)
    with pytest.raises(EngineUnavailableError, match="cannot be read.*Remove it"):
        read_private(runtime / "link.json")
    os.mkfifo(runtime / "pipe.json", 0o600)
    with pytest.raises(EngineUnavailableError, match="is not a file"):
        read_private(runtime / "pipe.json")
