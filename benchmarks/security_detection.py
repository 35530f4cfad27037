"""Count which labelled holes the security validator finds, by class, and what it reports on code labelled good.

Reads Python files with the annotations that Semgrep's rules are tested with: ``# ruleid: NAME`` above a line that is
bad, ``# ok: NAME`` above one that is good. Public sets in that form: https://github.com/semgrep/semgrep-rules
(python/), and the wheel ``codeshield`` from PyPI (insecure_code_detector/rules/semgrep/python). Run it with
``python benchmarks/security_detection.py --data FOLDER``. ``--packages mypy rich`` counts instead what the flow of
values and the search for secrets report on installed packages, per 100,000 lines, and shows ``--show`` of them.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import contextlib
import importlib.util
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autoglm_core.types import Document, Finding, Severity, Workspace
from autoglm_core.validators.injection import UnreadableError, find_injections
from autoglm_core.validators.secrets import find_secrets
from autoglm_core.validators.security import SecurityValidator

_LABEL = re.compile(r"#\s*(?P<kind>ruleid|ok)\s*:\s*(?P<rules>[\w.,\s-]+)")
# The class of a label, by words in the name of its rule; the first that fits.
_CLASSES = (
    ("template", r"template|ssti|jinja|mako|render"),
    ("sql", r"sql|query|rawsql|execute-raw"),
    ("deserialisation", r"pickle|yaml|marshal|deseriali|dill|shelve|jsonpickle|ruamel"),
    ("shell", r"shell|subprocess|os-system|command|spawn|popen|paramiko"),
    ("code", r"eval|exec|code-run|globals"),
    ("path", r"path|open|file|traversal"),
    ("address", r"ssrf|request|url"),
    ("xml", r"xml|xxe|xpath|expat"),
)


@dataclass(frozen=True, slots=True)
class Label:
    """One labelled statement: its lines, from 0, and whether it is bad."""

    path: Path
    rule: str
    bad: bool
    first: int
    last: int


def main() -> None:
    """Print the table, and each labelled line that was judged wrongly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of annotated files")
    parser.add_argument("--packages", nargs="*", default=[], help="count on these installed packages instead")
    parser.add_argument("--show", type=int, default=20, help="how many findings on packages are shown (default 20)")
    parser.add_argument("--seed", type=int, default=1, help="which ones (default 1)")
    options = parser.parse_args()
    if options.packages:
        _count_on_packages(options.packages, options.show, options.seed)
    elif options.data:
        asyncio.run(_measure(sorted(options.data.rglob("*.py"))))
    else:
        parser.error("--data or --packages is needed")


async def _measure(paths: list[Path]) -> None:
    validator = SecurityValidator()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    wrong = []
    for path in paths:
        text = path.read_text("utf-8", "replace")
        labels = list(_labels(path, text))
        if not labels:
            continue
        document = Document(path, text)
        inspection = await validator.inspect(document, Workspace((path.parent,)))
        if inspection.skipped:
            print(f"{path.name}: {inspection.skipped}")
            continue
        for label in labels:
            worst = max((f.severity for f in inspection.findings if _on(f, label, document)), default=None)
            name = _class(label.rule)
            counts[name]["bad" if label.bad else "good"] += 1
            rejected = worst is Severity.ERROR
            reported = worst is not None and worst >= Severity.WARNING
            counts[name]["found" if label.bad else "wrongly rejected"] += rejected
            counts[name]["reported" if label.bad else "wrongly reported"] += reported
            if rejected is not label.bad:
                line = document.line(label.first).strip()[:90]
                wrong.append(f"{'missed' if label.bad else 'wrongly rejected'}: {path.name}:{label.first + 1} {line}")
    await validator.aclose()
    _print_table(counts)
    print(*wrong, sep="\n")


def _print_table(counts: dict[str, Counter[str]]) -> None:
    total: Counter[str] = sum(counts.values(), Counter())
    print(f"{'class':<16}{'bad':>5}{'rejected':>10}{'reported':>10}   {'good':>5}{'rejected':>10}{'reported':>10}")
    for name, row in (*sorted(counts.items()), ("all", total)):
        bad, good = row["bad"], row["good"]
        print(
            f"{name:<16}{bad:>5}{_share(row['found'], bad):>10}{_share(row['reported'], bad):>10}   "
            f"{good:>5}{_share(row['wrongly rejected'], good):>10}{_share(row['wrongly reported'], good):>10}"
        )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"


def _labels(path: Path, text: str) -> Iterator[Label]:
    """The labels of a file, each with the statement below it."""
    try:
        statements = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]
    except (SyntaxError, ValueError):
        return
    for number, line in enumerate(text.splitlines()):
        match = _LABEL.search(line)
        if match is None or not line.strip().startswith("#"):
            continue
        below = number + 1
        lines = text.splitlines()
        while below < len(lines) and (not lines[below].strip() or lines[below].strip().startswith("#")):
            below += 1
        holding = [s for s in statements if s.lineno <= below + 1 <= (s.end_lineno or s.lineno)]
        if not holding:
            continue
        inner = min(holding, key=lambda s: (s.end_lineno or s.lineno) - s.lineno)
        # Of a function or another block, its first line; of a statement over several lines, all of them.
        last = below if hasattr(inner, "body") else (inner.end_lineno or inner.lineno) - 1
        yield Label(path, match["rules"].split(",")[0].strip(), match["kind"] == "ruleid", below, last)


def _on(finding: Finding, label: Label, document: Document) -> bool:
    first, last = (document.position(at)[0] for at in (finding.span.start, finding.span.end))
    return first <= label.last and label.first <= last


def _class(rule: str) -> str:
    return next((name for name, words in _CLASSES if re.search(words, rule.lower())), "other")


def _count_on_packages(names: list[str], show: int, seed: int) -> None:
    lines, shown = 0, []
    counts: Counter[str] = Counter()
    for name in names:
        spec = importlib.util.find_spec(name)
        if spec is None or not spec.submodule_search_locations:
            raise SystemExit(f"{name} is no installed package: install it, or name another")
        for path in sorted(Path(spec.submodule_search_locations[0]).rglob("*.py")):
            text = path.read_text("utf-8", "replace")
            document = Document(path, text)
            lines += document.line_count
            found = [(each.rule, each.span) for each in find_secrets(text)]
            with contextlib.suppress(UnreadableError):
                found += [(str(each.rule), each.span) for each in find_injections(document)]
            for rule, span in found:
                counts[rule] += 1
                line = document.position(span.start)[0]
                shown.append(f"{rule}: {'/'.join(path.parts[-3:])}:{line + 1} {document.line(line).strip()[:100]}")
    print(f"{lines} lines; per 100,000: ", end="")
    print(", ".join(f"{rule} {100_000 * count / lines:.1f}" for rule, count in counts.most_common()) or "nothing")
    print(*random.Random(seed).sample(shown, min(show, len(shown))), sep="\n")


if __name__ == "__main__":
    main()
