"""bench infill: reading cases, both ways of filling, scoring in the sandbox, resuming."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from autoglm_bench.infilling import InfillingOptions, figures, load_cases, measure_infilling, table
from autoglm_core.errors import SettingsError


def record(number: int, truth: str = "    return a + b\n") -> dict[str, str]:
    return {
        "task_id": f"SingleLineInfilling/{number}",
        "prompt": f"def add_{number}(a, b):\n",
        "canonical_solution": truth,
        "suffix": "",
        "test": "def check(candidate):\n    assert candidate(1, 2) == 3\n    assert candidate(5, 5) == 10\n",
        "entry_point": f"add_{number}",
    }


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "cases.jsonl.gz"
    with gzip.open(file, "wt") as lines:
        lines.writelines(json.dumps(record(number)) + "\n" for number in range(3))
    return file


def options(data: Path, *answers: object, **more: object) -> InfillingOptions:
    script = data.with_name("script.json")
    script.write_text(json.dumps(answers))
    return InfillingOptions(data, script=script, work=data.parent / "work", **more)  # type: ignore[arg-type]


async def test_both_ways_are_scored_and_counted(data: Path) -> None:
    right = {"answer": "    return a + b\n", "when": "add_0"}
    wrong = {"answer": "    return a - b\n", "when": "add_1"}
    unknown = {"answer": "    return c\n", "when": "add_2"}
    lines: list[str] = []
    result = await measure_infilling(options(data, right, wrong, unknown), lines.append)

    assert (result["plain"]["passed"], result["plain"]["shown"], result["plain"]["n"]) == (1, 3, 3)
    assert (result["loop"]["passed"], result["loop"]["shown"], result["loop"]["n"]) == (1, 2, 3)
    assert result["plain"]["exact"] == 1
    assert sum(result["loop"]["why_nothing"].values()) == 1
    assert "| right | 1 of 3 = 33.3 %" in table(result)
    assert "nothing" in lines[-1]
    json.dumps(result)


async def test_an_interrupted_run_goes_on_and_fresh_begins_anew(data: Path) -> None:
    await measure_infilling(options(data, "    return a + b\n", limit=2), lambda line: None)
    result = await measure_infilling(options(data, "    return a - b\n"), lambda line: None)
    assert result["plain"]["passed"] == 2, "the first two are kept"
    result = await measure_infilling(options(data, "    return a - b\n", fresh=True), lambda line: None)
    assert result["plain"]["passed"] == 0


async def test_what_is_asked_holds_neither_the_truth_nor_the_tests(data: Path) -> None:
    for case in load_cases(data):
        seen = case.hole.prompt + case.hole.suffix
        assert "assert" not in seen
        assert case.truth.strip() not in seen


@pytest.mark.parametrize("content", ["{", '{"prompt": "x"}'])
def test_a_file_of_another_format_is_a_clear_error(tmp_path: Path, content: str) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text(content + "\n")
    with pytest.raises(SettingsError, match="cases"):
        load_cases(file)


async def test_an_unknown_case_is_a_clear_error(data: Path) -> None:
    with pytest.raises(SettingsError, match="No case"):
        await measure_infilling(options(data, "x", only=("nothing",)), lambda line: None)


def test_figures_of_nothing() -> None:
    assert figures([])["pass_rate"] == 0.0
