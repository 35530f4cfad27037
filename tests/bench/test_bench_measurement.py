"""Whole runs, with a scripted model: what they write, go on with and refuse."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from autoglm_bench.measurement import Choice, Measurement
from autoglm_core.errors import SettingsError

HEAD = 'def {0}(a):\n    """Twice.\n\n    >>> {0}(2)\n    4\n    """\n'
WANTED = {"first_draft", "after_loop", "mean_attempts", "broken", "p50_s", "p95_s", "tokens", "n"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two problems, ``f`` and ``g``."""
    test = "def check(candidate):\n    assert candidate(7) == 14\n"
    records = [{"task_id": name, "prompt": HEAD.format(name), "entry_point": name, "test": test} for name in "fg"]
    file = tmp_path / "data.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    return file


def script(folder: Path, name: str = "script.json", **of_g: float) -> Path:
    answers = [
        {"answer": f"```python\n{HEAD.format(name)}    return a * 2\n```", "when": f"def {name}("} for name in "fg"
    ]
    file = folder / name
    file.write_text(json.dumps([answers[0], answers[1] | of_g]))
    return file


def measure(data: Path, **more: Any) -> dict[str, Any]:
    folder = data.parent
    settled: dict[str, Any] = {"script": folder / "script.json", "report": folder / "run.json", "work": folder / "work"}
    choice = {"data": data, "policy": "retry"} | settled | more
    assert Measurement(Choice("humaneval", **choice)).run() == 0
    found: dict[str, Any] = json.loads((folder / "run.json").read_text())
    return found


def test_a_report_has_the_figures_and_what_they_were_measured_with(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script(data.parent)
    found = measure(data)
    assert found.keys() >= WANTED
    assert (found["n"], found["first_draft"], found["after_loop"], found["mean_attempts"]) == (2, 1.0, 1.0, 1.0)
    assert (found["policy"], found["seed"], found["engine"], found["model_sha256"]) == ("retry", 0, "scripted", None)
    assert found["data"] == {"file": "data.jsonl", "sha256": hashlib.sha256(data.read_bytes()).hexdigest()}
    assert [problem["id"] for problem in found["problems"]] == ["f", "g"]
    assert found["problems"][0]["trace"]["attempts"][0]["answer"].startswith("```python")
    printed = capsys.readouterr().out
    assert "2 of 2 = 100.0 % (34.2 to 100.0)" in printed
    assert max(map(len, printed.splitlines())) <= 80


def test_a_later_run_goes_on_with_an_earlier_one_and_says_so(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script(data.parent)
    assert measure(data, limit=1)["n"] == 1
    assert "earlier run" not in capsys.readouterr().err
    both = measure(data)
    assert [problem["id"] for problem in both["problems"]] == ["f", "g"]
    assert "1 of 2 problems are there from an earlier run" in capsys.readouterr().err
    (data.parent / "script.json").write_text("[]")
    assert measure(data)["problems"] == both["problems"]


def test_another_seed_or_policy_is_another_run_with_the_same_greedy_answers(data: Path) -> None:
    script(data.parent)
    first = measure(data)
    (data.parent / "script.json").write_text("[]")  # there are only the answers that were kept
    for more in ({"seed": 1}, {"attempts": 3}, {"without": ("tests",)}):
        found = measure(data, **more)
        assert (found["n"], found["after_loop"], found["tokens"]) == (2, 1.0, first["tokens"])
        assert found["problems"] != first["problems"], "it was worked on anew"


def test_a_fresh_run_asks_anew(data: Path) -> None:
    script(data.parent)
    measure(data)
    answers = json.loads((data.parent / "script.json").read_text())
    answers[0]["answer"] = answers[0]["answer"].replace("* 2", "+ 2")
    (data.parent / "script.json").write_text(json.dumps(answers))
    assert measure(data)["after_loop"] == 1.0
    assert measure(data, fresh=True)["after_loop"] == 0.5


def test_an_interrupted_run_shows_what_it_has_and_keeps_it(data: Path) -> None:
    folder = data.parent
    script(folder, token_delay_s=600.0)
    command = [sys.executable, "-m", "autoglm_server", "bench", "humaneval", "--data", str(data)]
    command += ["--script", "script.json", "--work", "work", "--json", "run.json"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        deadline = time.monotonic() + 60
        while not [file for file in folder.glob("work/*.jsonl") if file.stat().st_size]:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "1 of 1 = 100.0 %" in printed
    found = json.loads((folder / "run.json").read_text())
    assert [problem["id"] for problem in found["problems"]] == ["f"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"data": Path("nowhere.jsonl")}, "cannot be read"),
        ({"only": ("h",)}, "is called h"),
        ({"report": Path("nowhere/run.json")}, "there is no folder"),
        ({"work": Path("/proc/none")}, "Name another folder by --work"),
    ],
)
def test_what_does_not_fit_is_said_before_anything_is_asked(data: Path, more: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Measurement(Choice("humaneval", **{"data": data, "script": script(data.parent)} | more))
