"""Taking in a file that the user has already."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoglm_core.errors import ModelStoreError
from autoglm_core.store.store import ModelState
from autoglm_core.store.transfer import Phase


def test_the_right_file_is_copied_in(store, blob, tmp_path: Path, log) -> None:
    (tmp_path / "mine.bin").write_bytes(blob)
    path = store.pull("tiny", tmp_path / "mine.bin", log)
    assert path.read_bytes() == blob
    assert (tmp_path / "mine.bin").exists()
    assert log.phases == [Phase.VERIFYING, Phase.COPYING]


def test_a_wrong_file_is_refused_and_a_download_is_kept(store, blob, tmp_path: Path) -> None:
    store.folder.mkdir()
    (store.folder / "tiny.gguf.partial").write_bytes(blob[:1000])
    (tmp_path / "wrong.bin").write_bytes(blob[:-1] + b"?")
    (tmp_path / "short.bin").write_bytes(blob[:-1])
    with pytest.raises(ModelStoreError, match=r"wrong\.bin: its SHA-256 is [0-9a-f]{64}, but that of tiny is"):
        store.pull("tiny", tmp_path / "wrong.bin")
    with pytest.raises(ModelStoreError, match=r"short\.bin: it has 5,242,879 bytes, but tiny has 5,242,880"):
        store.pull("tiny", tmp_path / "short.bin")
    assert store.list()[0].state is ModelState.PARTIAL
    assert (store.folder / "tiny.gguf.partial").read_bytes() == blob[:1000]


def test_a_file_takes_the_place_of_a_partial_download(store, blob, tmp_path: Path) -> None:
    store.folder.mkdir()
    (store.folder / "tiny.gguf.partial").write_bytes(b"?" * 1000)
    (tmp_path / "mine.bin").write_bytes(blob)
    assert store.pull("tiny", tmp_path / "mine.bin").read_bytes() == blob


def test_a_missing_file_is_named(store, tmp_path: Path) -> None:
    with pytest.raises(ModelStoreError, match=r"gone\.bin: it cannot be read: No such file"):
        store.pull("tiny", tmp_path / "gone.bin")
