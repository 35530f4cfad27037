"""Measure how long all static checks of one draft take together, warm, in a file of 500 lines.

Each check is of another draft in another state of the document, as in an editor, so that no answer is remembered from
the check before. The document has old findings of ruff and of ty, so that it is checked without the draft as well: the
dearer case. ``--prepared``: that has been done while the model wrote, as in inline completion.
Run it with ``python benchmarks/static_checks_latency.py``; ``--checks 200`` measures more of them.
The goal on a machine that does nothing else is p50 under 100 ms and p95 under 250 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import textwrap
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from autoglm_core.config import Settings
from autoglm_core.protocols import Validator
from autoglm_core.types import Cost, Document, Draft, Replacement, Span, Task, TaskKind, Workspace
from autoglm_core.validators.licence import LicenceValidator
from autoglm_core.validators.lint import LintValidator
from autoglm_core.validators.names_types import NamesTypesValidator
from autoglm_core.validators.ruff_check import RuffCheck
from autoglm_core.validators.runner import Runner
from autoglm_core.validators.security import SecurityValidator
from autoglm_core.validators.syntax import SyntaxValidator

_LINES = 500
_BODY = '''
    """Number {number} of the drafts: words by how often they occur."""
    counts: dict[str, int] = {{}}
    for line in text.splitlines():
        for word in re.findall(r"[a-z]+", line.lower()):
            counts[word] = counts.get(word, 0) + {number}
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    width = max((len(word) for word, _ in ranked), default=0)
    shown = [f"{{word:<{{width}}}} {{count}}" for word, count in ranked[:limit]]
    return textwrap.indent("\\n".join(shown), prefix)
'''


def main() -> None:
    """Print p50 and p95 of the whole and of each validator, and how busy the machine was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checks", type=int, default=50, help="how many checks are measured (default 50)")
    parser.add_argument("--prepared", action="store_true", help="the document without the draft was checked before")
    options = parser.parse_args()
    asyncio.run(_measure(options.checks, options.prepared))


async def _measure(checks: int, prepared: bool) -> None:
    ruff = RuffCheck()
    licence = LicenceValidator()
    validators: list[Validator] = [SyntaxValidator(), NamesTypesValidator(), LintValidator(ruff)]
    validators += [SecurityValidator(ruff), licence]
    runner = Runner(validators, Settings())
    whole: list[float] = []
    each: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        print("building the index of installed packages", flush=True)
        await licence.build(Path(folder))
        for number in range(3):  # warm
            await runner.run(*_case(Path(folder), -number - 1), Cost.FAST)
        for number in range(checks):
            case = _case(Path(folder), number + 1)
            if prepared:
                await runner.prepare(case[0], Cost.FAST)
            started = time.perf_counter()
            reports = await runner.run(*case, Cost.FAST)
            whole.append(time.perf_counter() - started)
            for report in reports:
                each[report.validator].append(report.seconds)
                if report.skipped:
                    print(f"{report.validator}: {report.skipped}")
            assert not runner.rejecting(reports), runner.rejecting(reports)
    for validator in validators:
        await validator.aclose()
    for name, seconds in each.items():
        print(f"{name:<12} {_figures(seconds)}")
    print(f"{'together':<12} {_figures(whole)}")
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{checks} checks, a file of {_LINES} lines; load average {load} on {os.cpu_count()} cores")


def _figures(seconds: Sequence[float]) -> str:
    cuts = statistics.quantiles(seconds, n=20)
    return f"p50 {1000 * cuts[9]:6.1f} ms, p95 {1000 * cuts[18]:6.1f} ms"


def _case(folder: Path, number: int) -> tuple[Task, Draft]:
    """A draft of a function in a file of ``_LINES`` lines, the text of the standard library's own textwrap."""
    # So many lines of code that works, with classes, regular expressions and documentation; names are its own.
    source = Path(textwrap.__file__).read_text("utf-8").splitlines()
    head = f"def rank_words(text: str, limit: int = 10, prefix: str = '') -> str:  # {number}\n    ..."
    lines = [*source[: _LINES - 6], "", "legacy = undefined_name", "assert legacy", "", ""]
    text = "\n".join(lines).replace("import re", "import re\nimport textwrap", 1) + "\n" + head + "\n"
    document = Document(folder / "sample.py", text)
    hole = Span(len(text) - 4, len(text) - 1)
    change = (Replacement(hole, _BODY.format(number=number).strip()),)
    task = Task(TaskKind.IMPLEMENT, document, hole, Workspace((folder,)))
    return task, Draft(document.replaced(change), change)


if __name__ == "__main__":
    main()
