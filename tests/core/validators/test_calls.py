"""Calls of several texts in the sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoglm_core.analysis.calls import CallResult, Came
from autoglm_core.config import SandboxSettings
from autoglm_core.types import Document, Workspace
from autoglm_core.validators.calls import Calls
from autoglm_core.validators.sandbox import Sandbox


@pytest.fixture
def calls() -> Calls:
    return Calls(Sandbox(SandboxSettings()))


async def came(
    calls: Calls, folder: Path, texts: list[str], *expressions: str, **more: float
) -> list[list[CallResult]]:
    document = Document(folder / "m.py", texts[0])
    seconds = more.pop("seconds", 20.0)
    results = await calls.run(document, texts, expressions, Workspace((folder,)), seconds=seconds, **more)
    return [list(result) for result in results]


async def test_values_errors_changed_arguments_and_prints(calls: Calls, tmp_path: Path) -> None:
    text = "def f(a, b=0):\n    a.append(1)\n    print('seen')\n    return a[b] / len(a)\n"
    [[one, two]] = await came(calls, tmp_path, [text], "f([4])", "f([], b=5)")
    assert one == CallResult(Came.VALUE, "2.0", "[[4, 1]]", "seen\n")
    assert two.came is Came.ERROR
    assert two.text == "IndexError: list index out of range"


async def test_equal_values_are_written_alike(calls: Calls, tmp_path: Path) -> None:
    texts = [
        "def f(a):\n    return {3, 1, 'x'}, {'b': 1, 'a': 0.1 + 0.2}\n",
        "def f(a):\n    return {'x', 1, 3}, {'a': 0.3, 'b': 1}\n",
    ]
    [[one], [two]] = await came(calls, tmp_path, texts, "f(1)")
    assert one == two


async def test_a_text_that_ends_its_process_or_never_ends_costs_its_own_results_alone(
    calls: Calls, tmp_path: Path
) -> None:
    texts = [
        "import os\ndef f(a):\n    os._exit(0)\n",
        "def f(a):\n    while True: pass\n",
        "def f(a):\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass\n",
        "def f(a):\n    return a + 1\n",
    ]
    results = await came(calls, tmp_path, texts, "f(1)", "f(2)", call_seconds=0.3)
    assert [r.came for r in results[0]] == [Came.LOST, Came.LOST]
    assert [r.came for r in results[1]] == [Came.TIMEOUT, Came.TIMEOUT]
    assert results[2][0].came is Came.TIMEOUT
    assert results[2][1].came in (Came.TIMEOUT, Came.LOST)
    assert [r.text for r in results[3]] == ["2", "3"]


async def test_texts_do_not_see_each_other(calls: Calls, tmp_path: Path) -> None:
    texts = [
        "import builtins, os, sys\nbuiltins.len = lambda x: 99\nos.environ['A'] = '1'\nsys.path.clear()\n"
        "def f(a):\n    return len(a)\n",
        "import os\ndef f(a):\n    return len(a), os.environ.get('A')\n",
    ]
    _, [second] = await came(calls, tmp_path, texts, "f([1])")
    assert second.text == "(1, None,)"


async def test_a_text_cannot_answer_for_another(calls: Calls, tmp_path: Path) -> None:
    forging = (
        "import os\n"
        "def f(a):\n"
        "    for n in range(3, 40):\n"
        '        try: os.write(n, b\'[1, 0, "value", "forged", "", ""]\\n\')\n'
        "        except OSError: pass\n"
        "    return 1\n"
    )
    _, [second] = await came(calls, tmp_path, [forging, "def f(a):\n    return 2\n"], "f(1)")
    assert second.text == "2"


async def test_a_module_that_cannot_be_imported_says_why(calls: Calls, tmp_path: Path) -> None:
    [[one, two]] = await came(calls, tmp_path, ["import nowhere_to_be_found\n"], "f(1)", "f(2)")
    assert one.came is two.came is Came.ERROR
    assert one.text == "ModuleNotFoundError: No module named 'nowhere_to_be_found'"


async def test_the_workspace_can_be_imported_and_its_tests_not_be_read(calls: Calls, tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("ONE = 1\n")
    (tmp_path / "test_m.py").write_text("SECRET = 5\n")
    text = "import os\nfrom other import ONE\ndef f(a):\n    return ONE, sorted(os.listdir('.'))\n"
    [[one]] = await came(calls, tmp_path, [text], "f(1)")
    assert one.text == "(1, ['other.py'],)" or one.text == "(1, ['m.py', 'other.py'],)"


async def test_nothing_runs_of_a_workspace_that_is_not_trusted(calls: Calls, tmp_path: Path) -> None:
    document = Document(tmp_path / "m.py", "def f(a):\n    return 1\n")
    untrusted = Workspace((tmp_path,), trusted=False)
    assert await calls.run(document, [document.text], ["f(1)"], untrusted, seconds=5) == ((CallResult(Came.LOST),),)


async def test_what_did_not_get_its_turn_is_lost(calls: Calls, tmp_path: Path) -> None:
    slow = "import time\ndef f(a):\n    time.sleep(0.8)\n    return 1\n"
    results = await came(calls, tmp_path, [slow, slow, slow], "f(1)", seconds=1.0)
    assert results[0][0].came is Came.VALUE
    assert results[2][0].came is Came.LOST
