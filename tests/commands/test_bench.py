"""``autoglm bench``, as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROMPT = 'def double(a):\n    """Twice.\n\n    >>> double(2)\n    4\n    >>> double(3)\n    6\n    """\n'
RECORD = {
    "prompt": PROMPT,
    "entry_point": "double",
    "canonical_solution": "    return 2 * a\n",
    "test": "def check(candidate):\n    assert candidate(7) == 14\n",
}
WRONG, RIGHT = "```python\n" + PROMPT + "    return a + 2\n```", "```python\n" + PROMPT + "    return a * 2\n```"


def bench(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autoglm_server", "bench", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "data.jsonl"
    file.write_text("".join(json.dumps(RECORD | {"task_id": f"T/{n}"}) + "\n" for n in range(2)))
    return file


def run(folder: Path, data: Path, *answers: str, policy: str = "retry", more: tuple[str, ...] = ()) -> dict[str, Any]:
    (folder / "script.json").write_text(json.dumps(answers))
    done = bench(
        folder, "humaneval", "--data", str(data), "--policy", policy, "--script", "script.json",
        "--json", f"{policy}.json", "--work", str(folder / "work"), *more,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "right after the loop" in done.stdout
    found: dict[str, Any] = json.loads((folder / f"{policy}.json").read_text())
    return found


def test_a_run_a_baseline_and_their_comparison(tmp_path: Path, data: Path) -> None:
    retry = run(tmp_path, data, WRONG, RIGHT, WRONG, RIGHT)
    assert (retry["n"], retry["first_draft"], retry["after_loop"], retry["mean_attempts"]) == (2, 0.0, 1.0, 2.0)
    assert (retry["doctest_failed"], retry["doctest_failed_saved"], retry["broken"]) == (2, 2, 0)
    trace = retry["problems"][0]["trace"]
    assert [attempt["kind"] for attempt in trace["attempts"]] == ["first draft", "fresh draft"]
    assert "candidate(7)" not in json.dumps(trace), "the hidden test reached the loop"
    run(tmp_path, data, WRONG, WRONG, policy="plain-repair", more=("--attempts", "2", "--fresh"))
    done = bench(tmp_path, "compare", "retry.json", "plain-repair.json", "--png", "runs.png", "--markdown", "runs.md")
    assert done.returncode == 0, done.stderr
    assert "| gain, points | +100.0 | +0.0 |" in (tmp_path / "runs.md").read_text()
    assert (tmp_path / "runs.png").read_bytes().startswith(b"\x89PNG")


def test_an_interrupted_run_goes_on_where_it_was(tmp_path: Path, data: Path) -> None:
    run(tmp_path, data, RIGHT, more=("--limit", "1"))
    [kept] = (tmp_path / "work").glob("humaneval-retry-*.jsonl")
    kept.write_text(kept.read_text() + '{"torn')
    both = run(tmp_path, data, RIGHT)
    assert both["n"] == 2
    assert len([line for line in kept.read_text().splitlines() if line.startswith('{"id"')]) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("mbpp-plus",), "name their file with --data"),
        (("humaneval", "--data", "nowhere.jsonl"), "cannot be read"),
        (("compare", "one.json"), "two or more runs"),
        (("humaneval", "--limit", "0"), "is below 1"),
        (("humaneval", "--only", "T/9"), "No problem of"),
        (("humaneval", "--policy", "none"), "invalid choice"),
    ],
)
def test_what_does_not_fit_is_said(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    done = bench(tmp_path, *arguments)
    assert done.returncode == 2
    assert words in done.stderr


def test_a_check_can_be_switched_off_to_see_what_it_is_worth(tmp_path: Path, data: Path) -> None:
    blind = run(tmp_path, data, WRONG, more=("--without", "tests"))
    assert blind["policy"] == "retry without tests"
    assert (blind["after_loop"], blind["shown_and_wrong"], blind["mean_attempts"]) == (0.0, 2, 1.0)
