"""Programs are scored in the sandbox, and cannot say themselves that they are right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autoglm_bench.problems import Hidden, load_problems
from autoglm_bench.scoring import Scorer

CHECK = Hidden("assert f(2) == 4\nassert f(-1) == -2\n")


@pytest.mark.parametrize(
    ("program", "right"),
    [
        ("def f(a):\n    return 2 * a\n", True),
        ("def f(a):\n    return a + 2\n", False),
        ("def f(a):\n    import os\n    os._exit(0)\n", False),
        ("def f(a):\n    raise SystemExit(0)\n", False),
        ("def f(a:\n", False),
        (
            "import os\nfor n in range(3, 30):\n    try: os.write(n, b'passed')\n    except OSError: pass\n"
            "def f(a):\n    return 0\n",
            False,
        ),
        ("def f(a):\n    return open('/etc/hostname').read()\n", False),
    ],
)
async def test_programs(program: str, right: bool) -> None:
    assert await Scorer().right(program, CHECK) is right


async def test_plus_problems_compare_with_the_canonical_solution(tmp_path: Path) -> None:
    record = {
        "task_id": "T/1",
        "prompt": "def half(a):\n",
        "entry_point": "half",
        "canonical_solution": "    return a / 3 * 1.5\n",
        "base_input": "[[3]]",
        "plus_input": "[[0.1], [7]]",
        "atol": "1e-6",
    }
    (tmp_path / "d.jsonl").write_text(json.dumps(record))
    [problem] = load_problems("humaneval-plus", tmp_path / "d.jsonl").problems
    scorer = Scorer()
    assert await scorer.right("def half(a):\n    return a / 2\n", problem.hidden)
    assert not await scorer.right("def half(a):\n    return a / 2 + 0.1\n", problem.hidden)
