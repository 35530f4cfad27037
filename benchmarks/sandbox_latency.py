"""Time from the start of the sandbox to the result of one small test: a doctest, a pytest test, a call.

Usage: python benchmarks/sandbox_latency.py [--runs N]. The kinds take turns, so that a busy machine is fair.
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


async def measure(runs: int) -> dict[str, list[float]]:
    """The seconds of each kind, by its name."""
    sandbox = Sandbox(SandboxSettings())
    validator, calls = TestsValidator(sandbox), Calls(sandbox)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        (Path(two) / "m.py").write_text(PLAIN)
        (Path(two) / "test_m.py").write_text(TEST)
        doctest, pytest = work(Path(one), DOCTEST), work(Path(two), PLAIN)

        async def call() -> None:
            task, draft = doctest
            await calls.run(task.document, [draft.document.text], ["f(2)"], task.workspace, seconds=5)

        kinds: dict[str, Callable[[], Awaitable[object]]] = {
            "one doctest": lambda: validator.check(*doctest),
            "one pytest test": lambda: validator.check(*pytest),
            "one call": call,
        }
        times: dict[str, list[float]] = {name: [] for name in kinds}
        for number in range(runs + 1):
            for name, run in kinds.items():
                started = time.perf_counter()
                await run()
                if number:  # the first one finds out whether there is a sandbox
                    times[name].append(time.perf_counter() - started)
    await validator.aclose()
    return times


def main() -> None:
    """Print p50 and p95 of each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30)
    times = asyncio.run(measure(max(2, parser.parse_args().runs)))
    print(f"load {os.getloadavg()[0]:.1f}")
    for name, seconds in times.items():
        print(f"{name:<16} p50 {1000 * median(seconds):.0f} ms, p95 {1000 * quantiles(seconds, n=20)[-1]:.0f} ms")


if __name__ == "__main__":
    main()
