"""``autoglm bench``: measure the loop on a public set of problems, and compare such runs."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from autoglm_bench import elsewhere, infilling, typing_figures
from autoglm_bench.comparison import draw, markdown, read_runs
from autoglm_bench.elsewhere import ContextOptions, measure_context
from autoglm_bench.infilling import InfillingOptions, measure_infilling
from autoglm_bench.loading import BENCHMARKS
from autoglm_bench.measurement import Choice, Measurement
from autoglm_bench.typing_run import TypingOptions, measure_typing
from autoglm_core.bootstrap import ADAPTIVE
from autoglm_core.errors import SettingsError
from autoglm_core.prompts.choose import POLICIES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to measure, and how."""
    parser.add_argument(
        "what",
        choices=(*BENCHMARKS, "infill", "typing", "context", "compare"),
        help="the benchmark, or the comparison of runs",
    )
    parser.add_argument("runs", nargs="*", type=Path, metavar="RUN.json", help="for compare: files written by --json")
    parser.add_argument("--data", type=Path, metavar="FILE", help="the problems, as JSON lines, gzipped or not")
    parser.add_argument("--policy", choices=(ADAPTIVE, *POLICIES), default=ADAPTIVE, help="default: adaptive")
    parser.add_argument("--attempts", type=_positive, default=4, metavar="N", help="answers of a model; default 4")
    parser.add_argument("--limit", type=_positive, metavar="N", help="only the first N problems")
    parser.add_argument("--only", default="", metavar="ID,ID", help="only these problems")
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        metavar="N",
        help="another one gives other fresh drafts, and for planted other bugs",
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="CHECK",
        help="switch a validator off, to see what it is worth",
    )
    parser.add_argument("--model", default="", metavar="NAME", help="the embedded model, not the settings' for actions")
    parser.add_argument("--engine", choices=("embedded", "remote"), default="", help="not the settings' for actions")
    parser.add_argument("--script", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures, and the trace of each problem")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="where an interrupted run is kept to go on")
    parser.add_argument("--fresh", action="store_true", help="begin anew, and ask the model again")
    parser.add_argument("--file", action="append", metavar="FILE", help="for typing: a Python file, or a module's name")
    parser.add_argument(
        "--kinds", action="append", metavar="KIND+KIND", help="for context: a set of kinds to compare, or none"
    )
    parser.add_argument("--baseline", choices=("plain",), help="for typing: a plain client beside it, in the same run")
    parser.add_argument("--png", type=Path, metavar="FILE", help="for compare: draw the runs")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="for compare: write the table")


def run(options: argparse.Namespace) -> int:
    """Print the figures; 130 when interrupted, with the figures so far."""
    if options.what == "compare":
        return _compare(options)
    if options.what == "typing":
        return _typing(options)
    if options.what == "infill":
        return _infill(options)
    if options.what == "context":
        return _context(options)
    if options.runs:
        raise SettingsError("RUN.json files belong to 'autoglm bench compare'.")
    choice = Choice(
        options.what,
        data=options.data,
        policy=options.policy,
        attempts=options.attempts,
        limit=options.limit,
        only=tuple(filter(None, options.only.split(","))),
        seed=options.seed,
        without=tuple(options.without),
        model=options.model,
        engine=options.engine,
        script=options.script,
        report=options.json,
        work=options.work,
        fresh=options.fresh,
    )
    return Measurement(choice).run()


def _typing(options: argparse.Namespace) -> int:
    choice = TypingOptions(
        functions=options.limit or TypingOptions().functions,
        seed=options.seed,
        files=tuple(options.file or TypingOptions().files),
        baseline=options.baseline is not None,
        model=options.model or TypingOptions().model,
        settings={"models": {"inline": options.model}} if options.model else {},
        server=("--script", str(options.script)) if options.script else (),
    )
    return _report(options, lambda: measure_typing(choice, _tell), typing_figures.table)


def _infill(options: argparse.Namespace) -> int:
    if options.data is None:
        raise SettingsError("The holes of infill are not part of this project: name their file with --data.")
    choice = InfillingOptions(
        options.data,
        limit=options.limit,
        only=tuple(filter(None, options.only.split(","))),
        model=options.model,
        engine=options.engine,
        script=options.script,
        work=options.work,
        fresh=options.fresh,
    )
    return _report(options, lambda: measure_infilling(choice, _tell), infilling.table)


def _context(options: argparse.Namespace) -> int:
    if options.data is None or not options.data.is_dir():
        raise SettingsError("Name the folder of a Python project with --data.")
    usual = ContextOptions(options.data.absolute())
    choice = replace(
        usual,
        limit=options.limit or usual.limit,
        seed=options.seed,
        sets=tuple(options.kinds or usual.sets),
        model=options.model,
        script=options.script,
        work=options.work,
        fresh=options.fresh,
    )
    return _report(options, lambda: measure_context(choice, _tell), elsewhere.table)


def _report(
    options: argparse.Namespace,
    measure: Callable[[], Coroutine[Any, Any, dict[str, Any]]],
    table: Callable[[Mapping[str, Any]], str],
) -> int:
    """Measure, write the JSON, print the table; 130 when interrupted."""
    try:
        result = asyncio.run(measure())
    except KeyboardInterrupt:
        return 130
    if options.json:
        try:
            options.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
        except OSError as error:
            raise SettingsError(f"The figures {options.json} cannot be written: {error}.") from error
    sys.stdout.write(table(result) + "\n")
    return 0


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _compare(options: argparse.Namespace) -> int:
    if len(options.runs) < 2:
        raise SettingsError("Name two or more runs to compare, each a file written by --json.")
    runs = read_runs(options.runs)
    text = markdown(runs)
    if options.markdown:
        try:
            options.markdown.write_text(text, "utf-8")
        except OSError as error:
            raise SettingsError(f"The table {options.markdown} cannot be written: {error}.") from error
    if options.png:
        draw(runs, options.png)
    sys.stdout.write(text)
    return 0


def _positive(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no whole number") from None
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is below 1")
    return number
