"""Pulling from Hugging Face: a real server, whole, cut, wrong, refused and silent."""

from __future__ import annotations

import dataclasses
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from autoglm_core.errors import ModelStoreError
from autoglm_core.store.catalogue import CatalogueModel
from autoglm_core.store.huggingface import HuggingFace
from autoglm_core.store.partial import PartialFile
from autoglm_core.store.store import ModelState, ModelStore
from autoglm_core.store.transfer import Phase, PullCancelledError, SourceError, Watch, never, unwatched

MIB = 1 << 20


def test_a_pull_brings_the_exact_bytes(store, hub, blob, log) -> None:
    path = store.pull("tiny", progress=log)
    assert path.read_bytes() == blob
    assert path == store.path("tiny") == store.folder / "tiny.gguf"
    stored = store.list()[0]
    assert (stored.state, stored.path, stored.present) == (ModelState.WHOLE, path, len(blob))
    assert log.phases == [Phase.CONNECTING, Phase.DOWNLOADING, Phase.VERIFYING]
    assert log.sources == ["Hugging Face"]
    assert all(0 <= transfer.done <= transfer.total == len(blob) for transfer in log)
    assert not (store.folder / "tiny.gguf.partial").exists()


def test_a_whole_model_is_not_asked_for_again(store, hub) -> None:
    store.pull("tiny")
    store.pull("tiny")
    assert hub.requests == [None]


def test_a_right_file_without_a_record_is_not_asked_for(store, hub, blob) -> None:
    store.folder.mkdir()
    (store.folder / "tiny.gguf").write_bytes(blob)
    store.pull("tiny")
    assert hub.requests == []
    assert store.list()[0].state is ModelState.WHOLE


def test_a_damaged_model_is_replaced(store, hub, blob) -> None:
    store.folder.mkdir()
    (store.folder / "tiny.gguf").write_bytes(blob[:-1] + b"?")
    assert store.pull("tiny").read_bytes() == blob


def test_a_cut_connection_goes_on_where_it_was(store, hub, blob) -> None:
    hub.cuts = [2 * MIB, MIB]
    assert store.pull("tiny", "hf").read_bytes() == blob
    assert hub.requests == [None, f"bytes={2 * MIB}-", f"bytes={3 * MIB}-"]


def test_a_hopeless_line_is_given_up_and_what_came_is_kept(store, hub, blob) -> None:
    hub.cuts = [2 * MIB, 1000]
    with pytest.raises(ModelStoreError, match=r"Hugging Face: .*2,098,152 bytes are kept") as caught:
        store.pull("tiny", "hf")
    assert "autoglm models pull tiny --from FILE" in str(caught.value)
    assert store.list()[0].state is ModelState.PARTIAL
    assert (store.folder / "tiny.gguf.partial").read_bytes() == blob[: 2 * MIB + 1000]
    assert store.pull("tiny", "hf").read_bytes() == blob
    assert hub.requests[-1] == f"bytes={2 * MIB + 1000}-"


def test_a_server_without_ranges_sends_what_is_there_again(store, hub, blob) -> None:
    hub.cuts, hub.ranges = [2 * MIB], False
    assert store.pull("tiny", "hf").read_bytes() == blob
    assert hub.requests == [None, f"bytes={2 * MIB}-"]


def test_a_wrong_hash_leaves_nothing(store, hub, blob) -> None:
    hub.content = blob[:-1] + b"?"
    with pytest.raises(ModelStoreError, match="is not the model: its SHA-256 is"):
        store.pull("tiny", "hf")
    assert store.list()[0].state is ModelState.ABSENT
    assert [file.name for file in store.folder.iterdir()] == [".tiny.gguf.lock"]


def test_a_wrong_start_is_thrown_away_and_fetched_afresh(store, hub, blob, log) -> None:
    store.folder.mkdir()
    (store.folder / "tiny.gguf.partial").write_bytes(b"?" * MIB)
    assert store.pull("tiny", "hf", log).read_bytes() == blob
    assert hub.requests == [f"bytes={MIB}-", None]
    assert log.notes == ["The downloaded file is damaged; starting again from nothing."]


def test_a_start_that_is_too_long_is_thrown_away(store, hub, blob) -> None:
    store.folder.mkdir()
    (store.folder / "tiny.gguf.partial").write_bytes(blob + b"?")
    assert store.pull("tiny", "hf").read_bytes() == blob
    assert hub.requests == [None]


def test_a_download_that_only_lacks_its_check_needs_no_network(store, no_hub, blob) -> None:
    store.folder.mkdir()
    (store.folder / "tiny.gguf.partial").write_bytes(blob)
    assert store.pull("tiny", "hf").read_bytes() == blob


@pytest.mark.parametrize("status", [401, 404, 429, 503])
def test_a_refusal_is_told_with_its_status(store, hub, status: int) -> None:
    hub.status = status
    with pytest.raises(ModelStoreError, match=f"answers {status}"):
        store.pull("tiny", "hf")
    assert store.list()[0].state is ModelState.ABSENT


def test_a_login_page_in_place_of_the_model_is_not_written(store, hub) -> None:
    hub.content = b"<html>please sign in</html>"
    with pytest.raises(ModelStoreError, match="it has 27 bytes, not 5242880"):
        store.pull("tiny", "hf")
    assert store.list()[0].state is ModelState.ABSENT


def test_a_file_that_changed_at_its_source_is_not_downloaded(store, hub, tiny) -> None:
    hub.headers = {"X-Linked-Etag": f'"{"0" * 64}"'}
    with pytest.raises(ModelStoreError, match="is another file by now"):
        store.pull("tiny", "hf")
    hub.headers = {"X-Linked-Etag": f'"{tiny.sha256}"'}
    assert store.pull("tiny", "hf").is_file()


@pytest.mark.parametrize("offline", ["1", "true"])
def test_offline_mode_is_respected(store, hub, monkeypatch, offline: str) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", offline)
    with pytest.raises(ModelStoreError, match="HF_HUB_OFFLINE is set"):
        store.pull("tiny", "hf")
    assert hub.requests == []


@pytest.mark.parametrize("endpoint", ["huggingface.example", "ftp://127.0.0.1", "http://[", "http://name.invalid"])
def test_a_useless_endpoint_is_a_clear_error(store, monkeypatch, endpoint: str) -> None:
    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    with pytest.raises(ModelStoreError, match="tiny could not be downloaded. Hugging Face: "):
        store.pull("tiny", "hf")


def test_a_refused_connection_is_a_clear_error(store, no_hub) -> None:
    with pytest.raises(ModelStoreError, match="Connection refused"):
        store.pull("tiny", "hf")


def test_a_dead_proxy_is_a_clear_error(store, closed_port, monkeypatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "https://models.example")
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{closed_port}")
    with pytest.raises(ModelStoreError, match="Connection refused"):
        store.pull("tiny", "hf")


def test_a_proxy_setting_that_cannot_be_used_is_named(store, hub, monkeypatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "gopher://127.0.0.1:1")
    with pytest.raises(ModelStoreError, match="the proxy or certificate settings"):
        store.pull("tiny", "hf")


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections, and never says a word."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        yield int(sock.getsockname()[1])


def test_a_silent_host_is_given_up(tmp_path: Path, tiny: CatalogueModel, silent_port: int, monkeypatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent_port}")
    with (
        PartialFile(tmp_path / "tiny.partial") as partial,
        pytest.raises(SourceError, match=r"gave no answer within 0\.3 s"),
    ):
        HuggingFace(patience=0.3).fetch(tiny, partial, Watch("tiny", tiny.bytes, unwatched, never))


def test_waiting_for_a_silent_host_can_be_cancelled(store: ModelStore, silent_port: int, monkeypatch, log) -> None:
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent_port}")
    stop = threading.Event()

    def watch(transfer) -> None:
        log(transfer)
        stop.set()

    with pytest.raises(PullCancelledError, match="`autoglm models pull tiny` goes on"):
        store.pull("tiny", "hf", watch, stop.is_set)
    assert log.phases == [Phase.CONNECTING]


def test_a_cancelled_download_keeps_what_came(store, hub, blob) -> None:
    hub.gate_at = 3 * MIB
    come = 0

    def watch(transfer) -> None:
        nonlocal come
        come = transfer.done

    with pytest.raises(PullCancelledError):
        store.pull("tiny", "hf", watch, lambda: come == 3 * MIB)
    assert (store.folder / "tiny.gguf.partial").read_bytes() == blob[: 3 * MIB]
    hub.gate.set()
    assert store.pull("tiny", "hf").read_bytes() == blob
    assert hub.requests == [None, f"bytes={3 * MIB}-"]


def test_too_little_disk_is_told_before_anything_is_fetched(tmp_path, tiny, hub) -> None:
    huge = dataclasses.replace(tiny, bytes=10**18)
    store = ModelStore(tmp_path / "models", (huge,))
    with pytest.raises(ModelStoreError, match=r"1,000,000,000,000,000,000 bytes of free disk are needed in .*only"):
        store.pull("tiny")
    assert hub.requests == []


def test_an_error_of_the_callers_progress_is_his_own(store, hub) -> None:
    def broken(transfer) -> None:
        raise BrokenPipeError("the terminal is gone")

    with pytest.raises(BrokenPipeError):
        store.pull("tiny", "hf", broken)
