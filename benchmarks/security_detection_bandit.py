"""Count which of the holes that bandit's own tests expect the security validator reports, by class.

Reads the source distribution of bandit (Apache-2.0, ``pip download bandit --no-deps --no-binary :all:``, unpacked):
``examples/`` holds insecure files, ``tests/functional/test_functional.py`` how many issues each has. Run it with
``python benchmarks/security_detection_bandit.py --data FOLDER``. An expected issue counts as found if there is a line
with a finding for it; lines with findings beyond those expected are counted as more.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from autoglm_core.types import Document, Severity, Workspace
from autoglm_core.validators.security import SecurityValidator

# The class of an example, by the beginning of its file name.
_CLASSES = {
    "sql": ("sql_", "django_sql"),
    "shell": ("os-popen", "os_system", "os-spawn", "os-exec", "subprocess_shell", "popen_", "wildcard", "paramiko"),
    "code": ("eval", "exec", "jinja2", "mako", "mark"),
    "deserialisation": ("pickle", "dill", "jsonpickle", "marshal", "shelve", "yaml", "pandas", "pytorch"),
    "path": ("tarfile", "hardcoded-tmp", "mktemp", "os-chmod"),
    "xml": ("xml_",),
    "secrets": ("hardcoded-passwords",),
}


def main() -> None:
    """Print the table and, for each file, the lines that fall short."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the unpacked source distribution of bandit")
    asyncio.run(_measure(parser.parse_args().data))


async def _measure(folder: Path) -> None:
    validator = SecurityValidator()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    short = []
    for name, expected in _expected(folder / "tests" / "functional" / "test_functional.py"):
        path = folder / "examples" / name
        # In a name of its own, as the folder of the examples could be taken for tests.
        document = Document(Path("/work") / name, path.read_text("utf-8", "replace"))
        inspection = await validator.inspect(document, Workspace())
        if inspection.skipped:
            print(f"{name}: {inspection.skipped}")
        lines = {
            s: {document.position(f.span.start)[0] for f in inspection.findings if f.severity >= s} for s in Severity
        }
        row = counts[_class(name)]
        row["expected"] += expected
        for severity in Severity:
            row[severity.name] += min(expected, len(lines[severity]))
        row["more"] += max(0, len(lines[Severity.WARNING]) - expected)
        if len(lines[Severity.WARNING]) < expected:
            short.append(f"{name}: {len(lines[Severity.WARNING])} of {expected} reported")
    await validator.aclose()
    total: Counter[str] = sum(counts.values(), Counter())
    print(f"{'class':<16}{'expected':>9}{'rejected':>10}{'reported':>10}{'hinted':>10}{'more':>6}")
    for name, row in (*sorted(counts.items()), ("all", total)):
        shares = "".join(f"{100 * row[each] / row['expected']:>8.0f} %" for each in ("ERROR", "WARNING", "INFO"))
        print(f"{name:<16}{row['expected']:>9}{shares}{row['more']:>6}")
    print(*short, sep="\n")


def _expected(file: Path) -> Iterator[tuple[str, int]]:
    """The examples that have a test with a number of issues, and that number."""
    for function in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        expect: dict[str, dict[str, int]] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "expect":
                try:
                    expect = ast.literal_eval(node.value)
                except ValueError:
                    continue  # a number that depends on the Python that runs the test
        for node in ast.walk(function):
            called = isinstance(node, ast.Call) and ast.unparse(node.func) == "self.check_example"
            if called and isinstance(node, ast.Call) and isinstance(node.args[0], ast.Constant) and expect:
                total = sum(expect["SEVERITY"].values())
                if total:
                    yield str(node.args[0].value), total


def _class(name: str) -> str:
    return next((each for each, starts in _CLASSES.items() if name.startswith(starts)), "other")


if __name__ == "__main__":
    main()
