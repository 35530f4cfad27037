"""Time from the start of the sandbox to the result of one small test: a doctest, a pytest test, a call.

Usage: python benchmarks/sandbox_latency.py [--runs N] [--pause S]. ``cold`` starts a new process for each,
``warm`` has one waiting. The kinds take turns, so that a busy machine is fair, with a pause after each, as long
as a model at least writes between two drafts: the next process gets ready in it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median, quantiles

from autoglm_core.config import SandboxSettings
from autoglm_core.targets import find_target
from autoglm_core.types import Document, Draft, Replacement, Task, TaskKind, Workspace
from autoglm_core.validators.calls import Calls
from autoglm_core.validators.sandbox import Sandbox
from autoglm_core.validators.sandbox_warm import WarmSandbox
from autoglm_core.validators.tests import TestsValidator

DOCTEST = 'def f(a):\n    """Twice.\n\n    >>> f(2)\n    4\n    """\n    pass\n'
PLAIN = "def f(a):\n    pass\n"
TEST = "from m import f\n\n\ndef test_f():\n    assert f(2) == 4\n"


def work(folder: Path, text: str) -> tuple[Task, Draft]:
    """A task and the draft that solves it."""
    document = Document(folder / "m.py", text)
    target = find_target(document, "f")
    change = (Replacement(target.body, "\n    return a * 2"),)
    task = Task(TaskKind.IMPLEMENT, document, target.span, Workspace((folder,)), target)
    return task, Draft(document.replaced(change), change)


def kinds_of(sandbox: Sandbox, one: Path, two: Path) -> dict[str, Callable[[], Awaitable[object]]]:
    """What is measured in a sandbox, by its name; ``two`` holds a test, ``one`` nothing."""
    validator, calls = TestsValidator(sandbox), Calls(sandbox)
    doctest, pytest = work(one, DOCTEST), work(two, PLAIN)

    async def check(task: Task, draft: Draft) -> None:
        report = await validator.check(task, draft)
        assert report.summary in ("1 doctest passed", "1 test passed"), report

    async def call() -> None:
        task, draft = doctest
        [[result]] = await calls.run(task.document, [draft.document.text], ["f(2)"], task.workspace, seconds=5)
        assert result.text == "4", result

    return {"one doctest": lambda: check(*doctest), "one pytest test": lambda: check(*pytest), "one call": call}


async def measure(runs: int, pause: float) -> dict[str, list[float]]:
    """The seconds of each kind, by its name."""
    sandboxes = {"cold": Sandbox(SandboxSettings()), "warm": WarmSandbox(SandboxSettings())}
    times: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        (Path(two) / "m.py").write_text(PLAIN)
        (Path(two) / "test_m.py").write_text(TEST)
        kinds = {way: kinds_of(sandbox, Path(one), Path(two)) for way, sandbox in sandboxes.items()}
        for number in range(runs + 1):
            for name in kinds["cold"]:
                for way in sandboxes:
                    started = time.perf_counter()
                    await kinds[way][name]()
                    if number:  # the first one finds out whether there is a sandbox, and has no process waiting
                        times.setdefault(f"{name}, {way}", []).append(time.perf_counter() - started)
                    await asyncio.sleep(pause)
    for sandbox in sandboxes.values():
        await sandbox.aclose()
    return times


def main() -> None:
    """Print p50 and p95 of each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--pause", type=float, default=0.5, metavar="S", help="seconds after each (default 0.5)")
    arguments = parser.parse_args()
    times = asyncio.run(measure(max(2, arguments.runs), arguments.pause))
    print(f"load {os.getloadavg()[0]:.1f}")
    for name, seconds in times.items():
        print(f"{name:<21} p50 {1000 * median(seconds):.0f} ms, p95 {1000 * quantiles(seconds, n=20)[-1]:.0f} ms")


if __name__ == "__main__":
    main()
