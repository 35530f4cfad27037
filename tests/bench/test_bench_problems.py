"""The formats of benchmarks, and what of them the loop may see."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from autoglm_bench.loading import load_problems
from autoglm_bench.problems import Problem
from autoglm_core.errors import SettingsError

PROMPT = 'def double(a: int) -> int:\n    """Twice.\n\n    >>> double(2)\n    4\n    """\n'
HUMANEVAL = {
    "task_id": "T/1",
    "prompt": PROMPT,
    "entry_point": "double",
    "canonical_solution": "    return 2 * a\n",
    "test": "def check(candidate):\n    assert candidate(77) == 154\n",
}
PLUS = HUMANEVAL | {"base_input": [[3]], "plus_input": [[77], [-1]], "atol": 0}
MBPP = {
    "task_id": "M/1",
    "prompt": '"""\nWrite a function to double a number.\nassert double(3) == 6\n"""\n',
    "entry_point": "double",
    "canonical_solution": "\ndef double(a, times=2):\n    return times * a\n",
    "base_input": [[3]],
    "plus_input": [[77]],
    "atol": 0,
    "assertion": "assert double(77) == 154",
}
FIX = {
    "task_id": "F/1",
    "prompt": PROMPT,
    "buggy_solution": "    return a\n",
    "entry_point": "double",
    "test": "def check(double):\n    assert double(77) == 154\n\ncheck(double)",
    "bug_type": "missing logic",
}
DEBUG = {
    "id": "d/1",
    "description": "Double a number.",
    "examples": ["Input: 77, Output: 154"],
    "entry": "double",
    "buggy_code": "\nclass Solution:\n    def double(self, a):\n        return b\n",
    "tests": "assert Solution().double(77) == 154",
    "buggy_outcome": "fail",
    "buggy_message": "NameError: name 'b' is not defined",
}


def load(folder: Path, benchmark: str, *records: dict[str, Any], packed: bool = False) -> tuple[Problem, ...]:
    text = "".join(json.dumps(record) + "\n" for record in records)
    file = folder / "data.jsonl"
    file.write_bytes(gzip.compress(text.encode(), mtime=0) if packed else text.encode())
    return load_problems(benchmark, file).problems


@pytest.mark.parametrize(
    ("benchmark", "record"),
    [("humaneval", HUMANEVAL), ("humaneval-plus", PLUS), ("mbpp-plus", MBPP), ("fix", FIX), ("fix", DEBUG)],
)
def test_the_loop_never_sees_what_scores_it(tmp_path: Path, benchmark: str, record: dict[str, Any]) -> None:
    (tmp_path / "debugbench_prelude.py").write_text("import math\n")
    [problem] = load(tmp_path, benchmark, record)
    seen = f"{problem.visible.text}{problem.visible.instruction}"
    assert "77" not in seen
    assert "154" not in seen
    assert "77" in "".join([*problem.hidden.checks, problem.hidden.reference])


def test_a_packed_file_is_read_too(tmp_path: Path) -> None:
    assert load(tmp_path, "humaneval", HUMANEVAL, packed=True)[0].visible.text == PROMPT


def test_the_statement_of_a_bug_and_its_constraints_are_seen_and_its_examples_are_not(tmp_path: Path) -> None:
    (tmp_path / "debugbench_prelude.py").write_text("import math\n")
    [problem] = load(tmp_path, "fix", DEBUG | {"constraints": "a <= 9"})
    assert problem.visible.text.startswith("import math\n\n\nclass Solution:")
    words = "It is wrong. This is what it must do:\nDouble a number.\nConstraints:\na <= 9"
    assert problem.visible.instruction == words


@pytest.mark.parametrize(
    ("message", "outcome", "group"),
    [
        ("SyntaxError: x", "fail", "syntax"),
        ("IndentationError: x", "fail", "syntax"),
        ("NameError: x", "fail", "name"),
        ("AssertionError: ", "fail", "wrong answer"),
        ("IndexError: x", "fail", "runtime"),
        ("", "timeout", "runtime"),
    ],
)
def test_bugs_are_told_apart_by_how_they_end(tmp_path: Path, message: str, outcome: str, group: str) -> None:
    (tmp_path / "debugbench_prelude.py").write_text("")
    [problem] = load(tmp_path, "fix", DEBUG | {"buggy_message": message, "buggy_outcome": outcome})
    assert problem.group == group
    assert problem.visible.target == "Solution.double"


def test_the_packaged_problems_need_no_file() -> None:
    found = load_problems("humaneval", None)
    assert len(found.problems) == 164
    assert found.problems[0].id == "HumanEval/0"


@pytest.mark.parametrize(
    ("benchmark", "content", "words"),
    [
        ("humaneval", b"{", "must be JSON lines"),
        ("humaneval", b'{"prompt": 1}\n', "is not in the format of humaneval"),
        ("humaneval", b"\x1f\x8bxx", "cannot be read"),
        ("humaneval", gzip.compress(b"{}" * 99, mtime=0)[:-9], "cannot be read"),
        ("humaneval", gzip.compress(b"{}", mtime=0)[:10] + b"\xff" * 20, "cannot be read"),
        ("humaneval", b"[1]\n", "is not in the format of humaneval"),
        ("mbpp-plus", json.dumps(MBPP | {"entry_point": "other"}).encode(), "defines no other"),
        ("fix", b'{"id": 1}\n', "neither buggy_solution"),
        ("fix", b"[1]\n", "neither buggy_solution"),
        ("fix", json.dumps(DEBUG).encode(), "debugbench_prelude.py"),
    ],
)
def test_a_file_that_does_not_fit_is_named(tmp_path: Path, benchmark: str, content: bytes, words: str) -> None:
    (tmp_path / "data.jsonl").write_bytes(content)
    with pytest.raises(SettingsError, match=words):
        load_problems(benchmark, tmp_path / "data.jsonl")


def test_data_that_is_not_ours_must_be_named() -> None:
    with pytest.raises(SettingsError, match="--data"):
        load_problems("mbpp-plus", None)


def test_a_line_break_inside_a_text_is_none_of_the_file(tmp_path: Path) -> None:
    record = HUMANEVAL | {"prompt": PROMPT.replace("Twice", "Twice\x85\u2028")}
    (tmp_path / "data.jsonl").write_text(json.dumps(record, ensure_ascii=False) + "\n", encoding="utf-8")
    [problem] = load_problems("humaneval", tmp_path / "data.jsonl").problems
    assert problem.visible.text == record["prompt"]


def test_a_part_can_be_chosen(tmp_path: Path) -> None:
    load(tmp_path, "humaneval", *(HUMANEVAL | {"task_id": name} for name in "abc"))
    found = load_problems("humaneval", tmp_path / "data.jsonl")
    assert [p.id for p in found.chosen(limit=2)] == ["a", "b"]
    assert [p.id for p in found.chosen(["c", "b"])] == ["b", "c"]
    with pytest.raises(SettingsError, match=r"No problem of data.jsonl is called x, y\."):
        found.chosen(["y", "a", "x"])


def test_a_file_without_problems_is_named(tmp_path: Path) -> None:
    load(tmp_path, "humaneval")
    with pytest.raises(SettingsError, match="holds no problem"):
        load_problems("humaneval", tmp_path / "data.jsonl").chosen()
