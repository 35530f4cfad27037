"""Bugs that are planted in right programs."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from autoglm_bench.loading import load_problems
from autoglm_bench.planting import NAME, SYNTAX, plant

PROGRAM = """def total(numbers, start_value=0):
    result = start_value
    for number in numbers:
        if number == 3 and len(numbers) > 1:
            result += 1
        else:
            result = max(result, number, abs(number))
    words = "end"
    return [result, words, None]
"""
BEGIN = PROGRAM.index("    result")


def planted() -> dict[str, str]:
    """What each kind made of the program, in many draws."""
    found = {}
    for seed in range(400):
        made = plant(PROGRAM, BEGIN, frozenset({"rest"}), random.Random(seed))
        assert made is not None
        assert made.text[:BEGIN] == PROGRAM[:BEGIN]
        found[made.kind] = made.text
        if made.group == SYNTAX:
            with pytest.raises(SyntaxError):
                compile(made.text, "m.py", "exec")
        else:
            compile(made.text, "m.py", "exec")
            assert made.group == NAME
    return found


def test_each_kind_of_bug_is_planted_behind_the_beginning() -> None:
    found = planted()
    assert set(found) == {
        "bracket lost", "colon lost", "= for ==", "quote lost", "comma lost", "opening line lost", "indentation",
        "keyword misspelt", "another language", "use misspelt", "binding misspelt", "other case", "built-in misspelt",
        "line lost", "name of another language",
    }  # fmt: skip
    assert "= 3 and" in found["= for =="]
    assert "startValue" in found["other case"]
    assert any(name in found["name of another language"] for name in ("null", "Math.max", "Math.abs"))


def test_a_name_that_is_known_is_no_bug() -> None:
    text = "def f(number):\n    return number\n"
    begin = text.index("    return")
    known = frozenset(name for name in ("umber", "nmber", "nuber", "numer", "numbr", "numbe"))
    for seed in range(60):
        made = plant(text, begin, known, random.Random(seed))
        assert made is None or not {made.text.split()[-1]} & known


def test_the_same_seed_plants_the_same(tmp_path: Path) -> None:
    one, again, other = (load_problems("planted", None, seed) for seed in (1, 1, 2))
    assert one == again
    assert len(one.problems) > 150
    assert [problem.id for problem in one.problems] != [problem.id for problem in other.problems]
    assert all(problem.visible.fix and not problem.visible.instruction for problem in one.problems)


def test_the_right_programs_of_debugbench_get_other_bugs(tmp_path: Path) -> None:
    (tmp_path / "debugbench_prelude.py").write_text("from math import *\nfrom typing import List\n")
    record = {
        "id": "d/1", "description": "Double a number.", "entry": "double",
        "tests": "assert Solution().double(77) == 154",
        "buggy_code": "class Solution:\n    def double(self, a):\n        return b\n",
        "oracle_code": "class Solution:\n    def double(self, number):\n        return number + number\n",
    }  # fmt: skip
    file = tmp_path / "data.jsonl"
    file.write_text(json.dumps(record))
    [problem] = load_problems("planted", file, 3).problems
    assert problem.id.startswith("d/1: ")
    assert problem.group in (SYNTAX, NAME)
    assert problem.visible.text.startswith("from math import *")
    assert "return b" not in problem.visible.text
    assert "77" not in problem.visible.text + problem.visible.instruction
