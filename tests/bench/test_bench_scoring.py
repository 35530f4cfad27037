"""Programs are scored in the sandbox, and cannot say themselves that they are right."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from autoglm_bench.loading import load_problems
from autoglm_bench.problems import Hidden
from autoglm_bench.scoring import Score, Scorer

CHECK = Hidden(("assert f(2) == 4\nassert f(-1) == -2\n",))


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
    assert await Scorer().score(program, CHECK) == Score(right, right)


@pytest.mark.parametrize("body", ["while True: pass", "__import__('time').sleep(99)", "return f(a)"])
async def test_a_program_that_does_not_end_is_wrong(body: str) -> None:
    started = time.monotonic()
    assert await Scorer(seconds=0.5).score(f"def f(a):\n    {body}\n", CHECK) == Score(False, False)
    assert time.monotonic() - started < 30


async def test_memory_and_network_are_out_of_reach() -> None:
    scorer = Scorer()
    greedy = "def f(a):\n    return len(bytearray(4 << 30)) and 2 * a\n"
    calling = "import socket\ndef f(a):\n    socket.create_connection(('1.1.1.1', 53), 2)\n    return 2 * a\n"
    assert not (await scorer.score(greedy, CHECK)).right
    assert not (await scorer.score(calling, CHECK)).right
    assert (await scorer.score(greedy.replace("4 << 30", "1 << 28"), CHECK)).right


async def test_a_check_is_behind_the_program_and_not_inside_of_it() -> None:
    program = "def check():\n    pass\ndef f(a):\n    return 0\n"
    assert not (await Scorer().score(program, Hidden(("def check():\n    assert f(2) == 4\ncheck()\n",)))).right


async def test_a_slow_reference_gives_the_program_time_too() -> None:
    slow = "import time\nend = time.process_time() + 0.6\nwhile time.process_time() < end: pass\nwanted = 4\n"
    program = slow + "def f(a):\n    return wanted\n"
    check = ("assert f(2) == 4",)
    assert not (await Scorer(seconds=0.2).score(program, Hidden(check))).right
    assert (await Scorer(seconds=0.2).score(program, Hidden(check, slow))).right


async def test_base_and_plus_are_scored_with_the_canonical_answers(tmp_path: Path) -> None:
    record = {
        "task_id": "T/1",
        "prompt": "def half(a):\n",
        "entry_point": "half",
        "canonical_solution": "    return a / 3 * 1.5\n",
        "base_input": [[3]],
        "plus_input": [[0.1], [-7]],
        "atol": 1e-6,
    }
    (tmp_path / "d.jsonl").write_text(json.dumps(record))
    [problem] = load_problems("humaneval-plus", tmp_path / "d.jsonl").problems
    scorer = Scorer()
    assert await scorer.score("def half(a):\n    return a / 2\n", problem.hidden) == Score(True, True)
    assert await scorer.score("def half(a):\n    return abs(a) / 2\n", problem.hidden) == Score(True, False)
    assert await scorer.score("def half(a):\n    return a / 2 + 0.1\n", problem.hidden) == Score(False, False)
    assert await scorer.score("def other(a):\n    return a / 2\n", problem.hidden) == Score(False, False)
