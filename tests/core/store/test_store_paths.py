"""Names and paths of models: what an engine gets, and what the user is told otherwise."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autoglm_core.errors import ModelStoreError
from autoglm_core.store.catalogue import CATALOGUE, CatalogueModel
from autoglm_core.store.store import ModelState, ModelStore


def test_a_missing_model_says_how_to_get_it(store: ModelStore) -> None:
    with pytest.raises(ModelStoreError, match="`autoglm models pull tiny`"):
        store.path("tiny")


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    for ask in (store.path, store.pull, store.verify, store.remove):
        with pytest.raises(ModelStoreError, match="'qwen-coder'") as caught:
            ask("qwen-coder")
        for model in CATALOGUE:
            assert model.name in str(caught.value)


def test_an_empty_name_is_no_path(store: ModelStore) -> None:
    with pytest.raises(ModelStoreError, match="There is no model ''"):
        store.path("")


def test_an_own_gguf_file_is_itself(store: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.gguf").write_bytes(b"GGUF and more")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for way in (str(tmp_path / "mine.gguf"), "mine.gguf", "./mine.gguf", "~/mine.gguf"):
        assert store.path(way) == tmp_path / "mine.gguf"


@pytest.mark.parametrize("content", [b"", b"GG", b"<html>not a model</html>"])
def test_a_file_without_the_magic_is_refused(store: ModelStore, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "page.gguf").write_bytes(content)
    with pytest.raises(ModelStoreError, match="is no GGUF file"):
        store.path(str(tmp_path / "page.gguf"))


def test_a_path_that_does_not_exist_is_named(store: ModelStore, tmp_path: Path) -> None:
    with pytest.raises(ModelStoreError, match="nowhere"):
        store.path(str(tmp_path / "nowhere" / "model"))
    with pytest.raises(ModelStoreError, match=r"There is no model .*/gone\.gguf"):
        store.path("gone.gguf")


def test_a_hugging_face_folder_is_itself(store: ModelStore, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model-00001-of-00002.safetensors").touch()
    (tmp_path / "extra.gguf").write_bytes(b"GGUF")
    assert store.path(str(tmp_path)) == tmp_path


def test_a_folder_with_one_gguf_is_that_file(store: ModelStore, tmp_path: Path) -> None:
    (tmp_path / "one.gguf").write_bytes(b"GGUF")
    assert store.path(str(tmp_path)) == tmp_path / "one.gguf"


def test_a_folder_with_several_models_asks_for_a_choice(store: ModelStore, tmp_path: Path) -> None:
    for name in ("one.gguf", "two.gguf"):
        (tmp_path / name).write_bytes(b"GGUF")
    with pytest.raises(ModelStoreError, match=r"one\.gguf, two\.gguf"):
        store.path(str(tmp_path))


def test_a_folder_without_a_model_says_what_was_looked_for(store: ModelStore, tmp_path: Path) -> None:
    with pytest.raises(ModelStoreError, match=r"config\.json with \*\.safetensors"):
        store.path(str(tmp_path))


def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGLM_MODELS", str(tmp_path / "shared"))
    assert ModelStore().folder == tmp_path / "shared"
    assert ModelStore(tmp_path / "own").folder == tmp_path / "own"


def test_without_the_environment_it_is_the_users_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert ModelStore().folder == tmp_path / "autoglm" / "models"


def test_a_folder_that_is_a_file_is_a_clear_error(tmp_path: Path, tiny: CatalogueModel) -> None:
    (tmp_path / "file").touch()
    store = ModelStore(tmp_path / "file", (tiny,))
    for ask in (store.list, lambda: store.path("tiny"), lambda: store.pull("tiny", "hf")):
        with pytest.raises(ModelStoreError, match="folder of models .* cannot be used"):
            ask()


def test_looking_makes_no_folder(store: ModelStore) -> None:
    assert [stored.state for stored in store.list()] == [ModelState.ABSENT]
    assert store.remove("tiny") == 0
    assert not store.folder.exists()


def test_a_file_put_there_by_hand_is_hashed_once(store: ModelStore, tiny: CatalogueModel, blob: bytes) -> None:
    store.folder.mkdir()
    (store.folder / tiny.file).write_bytes(blob)
    assert store.list()[0].state is ModelState.UNVERIFIED
    assert store.path("tiny") == store.folder / tiny.file
    assert store.list()[0].state is ModelState.WHOLE


def test_a_verified_file_is_not_read_again(store: ModelStore, tiny: CatalogueModel, blob: bytes) -> None:
    store.folder.mkdir()
    file = store.folder / tiny.file
    file.write_bytes(blob)
    store.path("tiny")
    stat = file.stat()
    file.write_bytes(blob[:-1] + b"?")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # what only hashing can find out
    assert store.path("tiny") == file
    with pytest.raises(ModelStoreError, match="is damaged"):
        store.verify("tiny")
    with pytest.raises(ModelStoreError, match="is damaged"):
        store.path("tiny")


def test_a_changed_file_is_noticed(store: ModelStore, tiny: CatalogueModel, blob: bytes) -> None:
    store.folder.mkdir()
    file = store.folder / tiny.file
    file.write_bytes(blob)
    store.path("tiny")
    file.write_bytes(blob[:-1])
    with pytest.raises(ModelStoreError, match=r"5,242,879 bytes and not 5,242,880.*`autoglm models pull tiny`"):
        store.path("tiny")
    assert store.list()[0].state is ModelState.UNVERIFIED


def test_a_file_changed_in_place_is_noticed_by_its_time(store: ModelStore, tiny: CatalogueModel, blob: bytes) -> None:
    store.folder.mkdir()
    file = store.folder / tiny.file
    file.write_bytes(blob)
    store.path("tiny")
    stat = file.stat()
    file.write_bytes(blob[:-1] + b"?")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000_000))
    with pytest.raises(ModelStoreError, match="is damaged"):
        store.path("tiny")


def test_a_damaged_record_only_costs_a_hash(store: ModelStore, tiny: CatalogueModel, blob: bytes) -> None:
    store.folder.mkdir()
    (store.folder / tiny.file).write_bytes(blob)
    (store.folder / f"{tiny.file}.verified.json").write_bytes(b"\xff{")
    assert store.path("tiny") == store.folder / tiny.file


def test_remove_deletes_whole_and_partial(store: ModelStore, tiny: CatalogueModel, blob: bytes) -> None:
    store.folder.mkdir()
    (store.folder / tiny.file).write_bytes(blob)
    (store.folder / f"{tiny.file}.partial").write_bytes(blob[:100])
    store.verify("tiny")
    assert store.remove("tiny") == len(blob) + 100
    assert store.list()[0].state is ModelState.ABSENT
    assert [file.name for file in store.folder.iterdir() if file.suffix != ".lock"] == []
