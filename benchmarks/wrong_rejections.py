"""Count how often the static validators reject code that works.

Takes functions of the standard library, one by one: the file with the function's body replaced by ``...`` is
the document, and the function as it stands is the draft. Every rejection is wrong, and is listed. What a function of
an installed package shares with its own package is no copy: the document belongs to it. A function of the standard
library that some package has too is one, and is rejected if that package's licence asks for it. Run it with
``python benchmarks/wrong_rejections.py``; ``--functions 600`` takes more, ``--packages httpx jedi`` others.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import importlib.util
import random
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from autoglm_core.config import Settings
from autoglm_core.types import Cost, Document, Draft, Replacement, Report, Span, Task, TaskKind, Workspace
from autoglm_core.validators.licence import LicenceValidator
from autoglm_core.validators.lint import LintValidator
from autoglm_core.validators.names_types import NamesTypesValidator
from autoglm_core.validators.ruff_check import RuffCheck
from autoglm_core.validators.runner import Runner
from autoglm_core.validators.security import SecurityValidator
from autoglm_core.validators.syntax import SyntaxValidator

# fmt: off
_MODULES = (
    "argparse", "ast", "bisect", "calendar", "cmd", "collections.__init__", "configparser", "csv", "dataclasses",
    "difflib", "fnmatch", "fractions", "functools", "glob", "gzip", "heapq", "html.parser", "http.cookies",
    "imaplib", "inspect", "ipaddress", "json.decoder", "json.encoder", "logging.handlers", "mailbox", "mimetypes",
    "netrc", "optparse", "pathlib", "pprint", "queue", "random", "sched", "shlex", "shutil", "socketserver",
    "statistics", "string", "tarfile", "textwrap", "threading", "tokenize", "traceback", "unittest.mock",
    "urllib.parse", "uuid", "zipfile",
)
# fmt: on


def main() -> None:
    """Print one line for each rejection, then the share of them and the time that a check took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--functions", type=int, default=60, help="how many functions are drawn (default 60)")
    parser.add_argument("--seed", type=int, default=1, help="which ones are drawn (default 1)")
    parser.add_argument("--packages", nargs="*", default=[], help="installed packages to draw from instead")
    options = parser.parse_args()
    files = list(_package_files(options.packages) if options.packages else _library_files())
    cases = [(path, place) for path in files for place in _functions(path.read_text("utf-8"))]
    drawn = random.Random(options.seed).sample(cases, min(options.functions, len(cases)))
    sys.exit(asyncio.run(_measure(drawn)))


async def _measure(cases: Sequence[tuple[Path, tuple[str, Span]]]) -> int:
    ruff = RuffCheck()
    licence = LicenceValidator()
    validators = (SyntaxValidator(), NamesTypesValidator(), LintValidator(ruff), SecurityValidator(ruff), licence)
    await licence.build(Path(sys.prefix))
    runner = Runner(validators, Settings())
    rejected, copies, seconds = 0, 0, []
    with tempfile.TemporaryDirectory() as empty:
        for path, (name, body) in cases:
            text = path.read_text("utf-8")
            stub = Document(_place(path, Path(empty)), text[: body.start] + "..." + text[body.end :])
            hole = Span(body.start, body.start + 3)
            replacement = Replacement(hole, text[body.start : body.end])
            task = Task(TaskKind.IMPLEMENT, stub, hole, Workspace((_root(path) or Path(empty),)))
            reports = await runner.run(task, Draft(stub.replaced((replacement,)), (replacement,)), Cost.FAST)
            seconds.append(sum(max(_seconds(reports, cost), default=0.0) for cost in (("syntax",), None)))
            against = runner.rejecting(reports)
            rejected += bool(against)
            copies += any(finding.rule == "copied-code" for report in reports for finding in report.findings)
            for finding in against:
                line = task.document.position(body.start)[0] + 1
                print(f"{path.name}:{line} {name}: {finding.validator} {finding.rule}: {finding.message}")
            for report in reports:
                if report.skipped.startswith(("broke", "ty gave", "ruff gave", "the index")):
                    print(f"{path.name} {name}: {report.validator} {report.skipped}")
    for validator in validators:
        await validator.aclose()
    share = 100 * rejected / len(cases)
    cuts = statistics.quantiles(seconds, n=20)
    print(f"{copies} of {len(cases)} stand in another package too")
    print(f"{rejected} of {len(cases)} rejected ({share:.1f} %); a check: p50 {cuts[9]:.3f} s, p95 {cuts[18]:.3f} s")
    return 0


def _seconds(reports: Sequence[Report], names: tuple[str, ...] | None) -> list[float]:
    return [r.seconds for r in reports if (r.validator in names if names else r.validator != "syntax")]


def _place(path: Path, empty: Path) -> Path:
    # A library module stays out of its folder: ty knows that folder by its own stubs, not by the sources.
    return path if _root(path) else empty / f"sample_{path.name}"


def _root(path: Path) -> Path | None:
    return next((parent for parent in path.parents if parent.name == "site-packages"), None)


def _library_files() -> Iterator[Path]:
    library = Path(ast.__file__).parent
    for module in _MODULES:
        yield library / (module.replace(".", "/") + ".py")


def _package_files(packages: Sequence[str]) -> Iterator[Path]:
    for package in packages:
        spec = importlib.util.find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            raise SystemExit(f"{package} is no installed package: install it, or name another")
        yield from sorted(Path(spec.submodule_search_locations[0]).rglob("*.py"))


def _functions(text: str) -> Iterator[tuple[str, Span]]:
    """The functions with at least two statements, and where their bodies are, docstrings left out."""
    document = Document(Path("m.py"), text)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
            if len(body) >= 2:
                first, last = body[0], body[-1]
                start = document.offset(first.lineno - 1, _column(document, first.lineno, first.col_offset))
                end = document.offset(
                    (last.end_lineno or 1) - 1, _column(document, last.end_lineno or 1, last.end_col_offset or 0)
                )
                yield node.name, Span(start, end)


def _column(document: Document, line: int, bytes_before: int) -> int:
    return len(document.line(line - 1).encode()[:bytes_before].decode())


if __name__ == "__main__":
    main()
