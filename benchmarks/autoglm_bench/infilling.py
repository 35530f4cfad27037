"""``autoglm bench infill``: holes of HumanEval-Infilling, filled by the bare model and by the whole pipeline.

Format and scoring: Bavarian et al., "Efficient Training of Language Models to Fill in the Middle", 2022,
https://arxiv.org/abs/2207.14255. A single-line case is a line that is missing: the document has an empty line there,
as an editor shows it; of the bare model the first line counts, of the pipeline what it shows.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import tempfile
import time
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from autoglm_bench.faults import find_faults
from autoglm_bench.figures import percentile, wilson
from autoglm_bench.problems import Hidden
from autoglm_bench.run_file import RunFile, usual_folder
from autoglm_bench.scoring import Scorer
from autoglm_core.assistant import Assistant
from autoglm_core.bootstrap import build_assistant, load_settings
from autoglm_core.errors import SettingsError
from autoglm_core.protocols import Engine
from autoglm_core.types import Document, FimPrompt, Sampling, Usage, Workspace

_MOST_TOKENS = 96
WAYS = ("plain", "loop")


@dataclass(frozen=True, slots=True)
class Hole:
    """What the model and the pipeline see: the text before and behind the hole."""

    prompt: str
    suffix: str
    single_line: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A hole, and apart from it what scores the text that fills it: the true text and the tests."""

    id: str
    hole: Hole
    truth: str
    hidden: Hidden


@dataclass(frozen=True, slots=True)
class Filled:
    """What one way made of a case; ``text`` None: nothing was shown, for the reason ``why``."""

    id: str
    way: str
    text: str | None
    right: bool
    exact: bool
    seconds: float
    read: int
    written: int
    drafts: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Inserted:
    """A text that was shown, with what stands before and behind it."""

    before: str
    text: str
    after: str


@dataclass(frozen=True, slots=True)
class InfillingOptions:
    """What to measure: ``ways`` of ``WAYS``; ``deadline_s`` is long, so that the machine's speed does not decide."""

    data: Path
    limit: int | None = None
    only: tuple[str, ...] = ()
    ways: tuple[str, ...] = WAYS
    deadline_s: float = 30.0
    model: str = ""
    engine: str = ""
    script: Path | None = None
    work: Path | None = None
    fresh: bool = False


def load_cases(file: Path) -> tuple[Case, ...]:
    """The cases of a file of JSON lines, gzipped or not. Raises SettingsError."""
    try:
        content = file.read_bytes()
        text = gzip.decompress(content).decode() if content[:2] == b"\x1f\x8b" else content.decode()
        records = [json.loads(line) for line in text.split("\n") if line.strip()]
    except (OSError, ValueError, EOFError, zlib.error) as error:
        raise SettingsError(f"The cases {file} cannot be read: {error}. They must be JSON lines.") from error
    try:
        return tuple(map(_case, records))
    except (KeyError, TypeError, AttributeError) as error:
        raise SettingsError(f"{file} is not in the format of HumanEval-Infilling: {error!r} is missing.") from error


def _case(record: Mapping[str, Any]) -> Case:
    truth = record["canonical_solution"]
    single = truth.endswith("\n") and "\n" not in truth[:-1]
    check = f"{record['test']}\ncheck({record['entry_point']})\n"
    hole = Hole(record["prompt"], record["suffix"], single)
    return Case(record["task_id"], hole, truth, Hidden((check,)))


async def measure_infilling(options: InfillingOptions, told: Callable[[str], None]) -> dict[str, Any]:
    """Fill every hole in every way, in turn, and score what was written. Raises SettingsError and EngineError."""
    cases = load_cases(options.data)
    strangers = set(options.only) - {case.id for case in cases}
    if strangers:
        raise SettingsError(f"No case of {options.data.name} is called {', '.join(sorted(strangers))}.")
    cases = tuple(case for case in cases if not options.only or case.id in options.only)[: options.limit]
    file = _file(options)
    rows = file.rows()
    engines: list[Engine] = []
    assistant = _assistant(options, engines)
    scorer = Scorer()
    try:
        for number, case in enumerate(cases):
            for way in options.ways:
                if (case.id, way) in rows:
                    continue
                row = await (_plain(case, engines[0]) if way == "plain" else _loop(case, assistant))
                right = row.text is not None and (await scorer.score(_program(case, row.text), case.hidden)).right
                row = replace(row, right=right, exact=_same(row.text, case))
                rows[case.id, way] = row
                file.add(row)
            made = [rows[case.id, way] for way in options.ways]
            words = ", ".join(
                f"{row.way} {'right' if row.right else 'wrong' if row.text else 'nothing'}" for row in made
            )
            told(f"{number + 1}/{len(cases)} {case.id}: {words}")
    finally:
        await assistant.aclose()
    chosen = {way: [rows[case.id, way] for case in cases] for way in options.ways}
    invalid = {way: await asyncio.to_thread(_invalid, cases, chosen[way]) for way in options.ways}
    return {
        "benchmark": "infill",
        "file": options.data.name,
        "engine": engines[0].name,
        "deadline_s": options.deadline_s,
        **{way: figures(found) | {"invalid_shown": invalid[way]} for way, found in chosen.items()},
        "cases": [asdict(row) for way in options.ways for row in chosen[way]],
    }


def figures(rows: Sequence[Filled]) -> dict[str, Any]:
    """The figures of one way; each rate with its Wilson 95 % interval as ``..._ci``."""
    n, shown = len(rows), [row for row in rows if row.text is not None]
    passed, exact = sum(row.right for row in rows), sum(row.exact for row in rows)
    times = [row.seconds for row in shown]
    return {
        "n": n,
        "passed": passed,
        "pass_rate": passed / n if n else 0.0,
        "pass_rate_ci": wilson(passed, n),
        "exact": exact,
        "exact_rate": exact / n if n else 0.0,
        "shown": len(shown),
        "right_of_shown": passed / len(shown) if shown else 0.0,
        "right_of_shown_ci": wilson(passed, len(shown)),
        "p50_s": percentile(times, 0.5),
        "p95_s": percentile(times, 0.95),
        "tokens_read": sum(row.read for row in rows),
        "tokens_written": sum(row.written for row in rows),
        "drafts": sum(row.drafts for row in rows),
        "why_nothing": dict(Counter(row.why for row in rows if row.text is None).most_common()),
    }


def _invalid(cases: Sequence[Case], rows: Sequence[Filled]) -> int:
    """How many of the texts that were shown do not compile where they stand, or bring a name that does not resolve."""
    shown = [
        _Inserted(case.hole.prompt, row.text, ("\n" if case.hole.single_line else "") + case.hole.suffix)
        for case, row in zip(cases, rows, strict=True)
        if row.text is not None
    ]
    with tempfile.TemporaryDirectory(prefix="autoglm-bench-") as name:
        faults = find_faults(shown, Path(name).resolve())
    return sum(bool(fault) or not _compiles(each) for each, fault in zip(shown, faults, strict=True))


def _compiles(inserted: _Inserted) -> bool:
    """Whether the whole compiles, as it does with the true text."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(inserted.before + inserted.text + inserted.after, "<filled>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def table(result: Mapping[str, Any]) -> str:
    """The ways side by side, as a Markdown table."""
    ways = [way for way in WAYS if way in result]
    lines = ["| | " + " | ".join(ways) + " |", "| --- |" + " --- |" * len(ways)]
    for name, words in (("pass_rate", "right"), ("right_of_shown", "right, of those shown")):
        cells = []
        for way in ways:
            found, (low, high) = result[way], result[way][f"{name}_ci"]
            of = found["n"] if name == "pass_rate" else found["shown"]
            cells.append(f"{found['passed']} of {of} = {100 * found[name]:.1f} % ({100 * low:.1f} to {100 * high:.1f})")
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    for name, words in (
        ("exact", "the true text"), ("shown", "shown"), ("invalid_shown", "shown, and does not parse or resolve"),
        ("drafts", "drafts"), ("tokens_read", "tokens read"),
        ("tokens_written", "tokens written"),
    ):  # fmt: skip
        lines.append(f"| {words} | " + " | ".join(str(result[way][name]) for way in ways) + " |")
    lines.append(
        "| seconds, median and 95 % | "
        + " | ".join(f"{result[way]['p50_s']:.2f}, {result[way]['p95_s']:.2f}" for way in ways)
        + " |"
    )
    return "\n".join(lines)


def _assistant(options: InfillingOptions, engines: list[Engine]) -> Assistant:
    overrides: dict[str, Any] = {
        "history": {"enabled": False},
        "inline": {"deadline_ms": int(1000 * options.deadline_s), "read_ahead": False},
    }
    if options.model:
        overrides["models"] = {"inline": options.model}
    if options.engine:
        overrides["inline"]["engine"] = options.engine

    def seen(engine: Engine) -> Engine:
        engines.append(engine)
        return engine

    return build_assistant(load_settings((), None, overrides)[0], script=options.script, wrap=seen)


async def _plain(case: Case, engine: Engine) -> Filled:
    """The model's own answer to the usual prompt, greedy."""
    started = time.monotonic()
    hole = case.hole
    prompt = FimPrompt(hole.prompt, hole.suffix, Sampling(_MOST_TOKENS))
    pieces: list[str] = []
    usage = Usage()
    async with aclosing(engine.generate(prompt)) as chunks:
        async for chunk in chunks:
            pieces.append(chunk.text)
            usage = chunk.usage or usage
            if hole.single_line and "\n" in "".join(pieces).lstrip("\n"):
                break
    text = "".join(pieces)
    text = text.lstrip("\n").partition("\n")[0] if hole.single_line else text
    read = usage.prompt_tokens - usage.cached_tokens
    shown = text if text.strip() else None
    seconds = time.monotonic() - started
    return Filled(
        case.id, "plain", shown, False, False, seconds, read, usage.completion_tokens, 1, "" if shown else "empty"
    )


async def _loop(case: Case, assistant: Assistant) -> Filled:
    """What the pipeline would show at the hole, asked for explicitly."""
    hole = case.hole
    with tempfile.TemporaryDirectory(prefix="autoglm-bench-") as name:
        folder = Path(name)
        text = hole.prompt + ("\n" if hole.single_line else "") + hole.suffix
        document = Document(folder / "solution.py", text)
        outcome = await assistant.complete(document, len(hole.prompt), Workspace((folder,)))
    usages = [attempt.usage for attempt in outcome.attempts if attempt.by_model]
    shown = outcome.draft.replacements[0].text if outcome.draft else None
    against = [finding.rule for attempt in outcome.attempts for finding in attempt.rejected_by]
    problems = [attempt.problem for attempt in outcome.attempts if attempt.problem]
    why = "" if shown else (against or problems or [outcome.ending.value])[0]
    return Filled(
        case.id, "loop", shown, False, False, outcome.seconds,
        sum(usage.prompt_tokens - usage.cached_tokens for usage in usages),
        sum(usage.completion_tokens for usage in usages), len(usages), why,
    )  # fmt: skip


def _program(case: Case, text: str) -> str:
    return case.hole.prompt + text + ("\n" if case.hole.single_line else "") + case.hole.suffix


def _same(text: str | None, case: Case) -> bool:
    return text is not None and text.rstrip() == case.truth.rstrip()


def _file(options: InfillingOptions) -> RunFile[Filled, tuple[str, str]]:
    """The finished cases of a run with these options."""
    parts = (options.data.read_bytes(), options.deadline_s, options.model, options.engine, str(options.script))
    digest = hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
    path = (options.work or usual_folder()) / f"infill-{digest}.jsonl"
    file = RunFile(path, Filled, lambda row: (row.id, row.way))
    if options.fresh:
        file.clear()
    return file
