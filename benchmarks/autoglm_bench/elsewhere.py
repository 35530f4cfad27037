"""``autoglm bench context``: what each kind of context from other files is worth, on lines of a real project.

The ends of lines that use what stands in another file are taken away and asked for, once with each set of kinds, in
turn. All that is compared is the same but for what the prompt holds of other files. Exact means the true text to the
end of the line; similarity is that of difflib, between 0 and 1.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from autoglm_bench.elsewhere_holes import LineHole, find_holes
from autoglm_bench.figures import percentile, wilson
from autoglm_bench.run_file import RunFile, usual_folder
from autoglm_core.bootstrap import build_assistant, load_settings
from autoglm_core.context.exclusion import Exclusions
from autoglm_core.errors import SettingsError
from autoglm_core.inline.elsewhere import KINDS, Elsewhere
from autoglm_core.inline.sources import InlineSources
from autoglm_core.types import Document, Workspace

_DEADLINE_S = 60.0
_PATIENCE_S = 20.0
NONE = "none"


@dataclass(frozen=True, slots=True)
class ContextOptions:
    """``folder`` is the project; ``sets`` of kinds, joined by ``+``."""

    folder: Path
    limit: int = 60
    seed: int = 0
    sets: tuple[str, ...] = (NONE, *KINDS, "+".join(KINDS))
    model: str = ""
    script: Path | None = None
    work: Path | None = None
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """What was shown at a hole with one set of kinds; ``shown`` None: nothing."""

    id: str
    kinds: str
    truth: str
    shown: str | None
    exact: bool
    similarity: float
    read: int
    seconds: float


async def measure_context(options: ContextOptions, told: Callable[[str], None]) -> dict[str, Any]:
    """Fill every hole with every set of kinds. Raises SettingsError and EngineError."""
    strangers = {kind for each in options.sets for kind in each.split("+")} - {NONE, *KINDS}
    if strangers:
        raise SettingsError(f"There is no kind {', '.join(sorted(strangers))}. Choose of {', '.join(KINDS)}.")
    holes = find_holes(options.folder, options.limit, options.seed)
    file = _file(holes, options)
    have = file.rows()
    rows: list[Ended] = []
    with tempfile.TemporaryDirectory(prefix="autoglm-bench-") as name:
        copy = Path(name) / "project"
        shutil.copytree(options.folder, copy, ignore=shutil.ignore_patterns(".*", "node_modules", "__pycache__"))
        for number, hole in enumerate(holes):
            made = []
            for kinds in options.sets:
                row = have.get((hole.id, kinds))
                if row is None:
                    row = await _fill(hole, kinds, copy, options)
                    file.add(row)
                made.append(row)
            rows += made
            told(f"{number + 1}/{len(holes)} {hole.id}: " + ", ".join(f"{r.kinds} {r.similarity:.2f}" for r in made))
    return {
        "benchmark": "context",
        "project": options.folder.name,
        "seed": options.seed,
        **{kinds: figures([row for row in rows if row.kinds == kinds]) for kinds in options.sets},
        "sets": list(options.sets),
        "cases": [asdict(row) for row in rows],
    }


def _file(holes: Sequence[LineHole], options: ContextOptions) -> RunFile[Ended, tuple[str, str]]:
    """The finished holes of a run: those of another text, or for another model, are in another file."""
    digest = hashlib.sha256(repr((holes, options.model, str(options.script))).encode()).hexdigest()[:12]
    path = (options.work or usual_folder()) / f"context-{digest}.jsonl"
    file = RunFile(path, Ended, lambda row: (row.id, row.kinds))
    if options.fresh:
        file.clear()
    return file


async def _fill(hole: LineHole, kinds: str, project: Path, options: ContextOptions) -> Ended:
    overrides: dict[str, Any] = {
        "history": {"enabled": False},
        "inline": {"deadline_ms": int(1000 * _DEADLINE_S), "read_ahead": False},
    }
    if options.model:
        overrides["models"] = {"inline": options.model}
    settings = load_settings((), None, overrides)[0]
    elsewhere = Elsewhere(Exclusions(settings.exclude), kinds.split("+"), patience_s=_PATIENCE_S)
    assistant = build_assistant(settings, script=options.script, sources=InlineSources(elsewhere))
    workspace = Workspace((project,))
    try:
        await elsewhere.indexed(workspace)
        document = Document(project / hole.file, hole.before + hole.after)
        outcome = await assistant.complete(document, len(hole.before), workspace)
    finally:
        await assistant.aclose()
    shown = outcome.draft.replacements[0].text if outcome.draft else None
    first = (shown or "").split("\n", 1)[0].rstrip()
    truth = hole.truth.rstrip()
    usages = [attempt.usage for attempt in outcome.attempts if attempt.by_model][:1]
    read = sum(usage.prompt_tokens for usage in usages)
    similarity = SequenceMatcher(None, first, truth, autojunk=False).ratio()
    return Ended(hole.id, kinds, truth, shown, first == truth, similarity, read, outcome.seconds)


def figures(rows: Sequence[Ended]) -> dict[str, Any]:
    """The figures of one set of kinds."""
    n, exact = len(rows), sum(row.exact for row in rows)
    return {
        "n": n,
        "exact": exact,
        "exact_rate": exact / n if n else 0.0,
        "exact_ci": wilson(exact, n),
        "similarity": sum(row.similarity for row in rows) / n if n else 0.0,
        "shown": sum(row.shown is not None for row in rows),
        "prompt_tokens_p50": percentile([row.read for row in rows], 0.5),
    }


def table(result: Mapping[str, Any]) -> str:
    """The sets side by side, as a Markdown table."""
    sets = result["sets"]
    lines = ["| | " + " | ".join(sets) + " |", "| --- |" + " --- |" * len(sets)]
    cells = []
    for kinds in sets:
        found = result[kinds]
        low, high = found["exact_ci"]
        rate = 100 * found["exact_rate"]
        cells.append(f"{found['exact']} of {found['n']} = {rate:.1f} % ({100 * low:.1f} to {100 * high:.1f})")
    lines.append("| the true text | " + " | ".join(cells) + " |")
    lines.append("| similarity, mean | " + " | ".join(f"{result[each]['similarity']:.3f}" for each in sets) + " |")
    for name, words in (("shown", "shown"), ("prompt_tokens_p50", "tokens in the prompt, median")):
        lines.append(f"| {words} | " + " | ".join(f"{result[each][name]:.0f}" for each in sets) + " |")
    return "\n".join(lines)
