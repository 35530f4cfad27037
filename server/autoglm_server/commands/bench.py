"""``autoglm bench``: measure the loop on a public set of problems, and compare such runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autoglm_bench.comparison import draw, markdown, read_runs
from autoglm_bench.loading import BENCHMARKS
from autoglm_bench.measurement import Choice, Measurement
from autoglm_core.bootstrap import ADAPTIVE
from autoglm_core.errors import SettingsError
from autoglm_core.prompts.choose import POLICIES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to measure, and how."""
    parser.add_argument("what", choices=(*BENCHMARKS, "compare"), help="the benchmark, or the comparison of runs")
    parser.add_argument("runs", nargs="*", type=Path, metavar="RUN.json", help="for compare: files written by --json")
    parser.add_argument("--data", type=Path, metavar="FILE", help="the problems, as JSON lines, gzipped or not")
    parser.add_argument("--policy", choices=(ADAPTIVE, *POLICIES), default=ADAPTIVE, help="default: adaptive")
    parser.add_argument("--attempts", type=_positive, default=4, metavar="N", help="answers of a model; default 4")
    parser.add_argument("--limit", type=_positive, metavar="N", help="only the first N problems")
    parser.add_argument("--only", default="", metavar="ID,ID", help="only these problems")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another one gives other fresh drafts")
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
    parser.add_argument("--png", type=Path, metavar="FILE", help="for compare: draw the runs")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="for compare: write the table")


def run(options: argparse.Namespace) -> int:
    """Print the figures; 130 when interrupted, with the figures so far."""
    if options.what == "compare":
        return _compare(options)
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
