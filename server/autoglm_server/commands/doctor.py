"""``autoglm doctor``."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autoglm_core.bootstrap import load_settings
from autoglm_server.commands.diagnosis.check import Check, State
from autoglm_server.commands.diagnosis.editors import EDITORS, snippet
from autoglm_server.commands.diagnosis.engines import engine_checks
from autoglm_server.commands.diagnosis.installed import installed_checks
from autoglm_server.commands.diagnosis.machine import machine_checks

_MARKS = {State.GOOD: ("✓", "green"), State.NOTE: ("○", "dim"), State.WARNING: ("!", "yellow"), State.BAD: ("✗", "red")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to look at."""
    parser.add_argument("--speed", action="store_true", help="measure the embedded model, which loads it")
    parser.add_argument("--editor", choices=EDITORS, help="print what to paste into this editor's configuration")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(options: argparse.Namespace) -> int:
    """Print what there is; 3 when no suggestion could be made with it."""
    if options.editor:
        where, text = snippet(options.editor)
        sys.stderr.write(f"Paste into {where}:\n")
        sys.stdout.write(text)
        return 0
    settings, notices = load_settings((Path.cwd(),))
    sections = {
        "Installed": installed_checks(),
        "Machine": asyncio.run(machine_checks(settings)),
        "Engines": asyncio.run(engine_checks(settings, measure=options.speed)),
    }
    if notices:
        sections["Settings"] = tuple(Check("ignored", State.WARNING, notice) for notice in notices)
    bad = any(check.state is State.BAD for checks in sections.values() for check in checks)
    if options.json:
        plain = {section.lower(): [asdict(check) for check in checks] for section, checks in sections.items()}
        sys.stdout.write(json.dumps({"version": version("autoglm-ls"), **plain}) + "\n")
    else:
        _show(sections, bad)
    return 3 if bad else 0


def _show(sections: Mapping[str, Sequence[Check]], bad: bool) -> None:
    console = Console(highlight=False)
    console.print(Padding(Text.assemble(("AutoGLM", "bold cyan"), f" {version('autoglm-ls')}"), (1, 2, 0, 2)))
    for title, checks in sections.items():
        table = Table.grid(padding=(0, 1))
        table.add_column(width=1)
        table.add_column(no_wrap=True, min_width=14)
        table.add_column(overflow="fold")
        for check in checks:
            quiet = check.state in (State.GOOD, State.NOTE)
            table.add_row(Text(*_MARKS[check.state]), check.name, Text(check.detail, "dim" if quiet else ""))
        console.print(Padding(Text(title, "bold"), (1, 2, 0, 2)))
        console.print(Padding(table, (0, 2, 0, 2)))
    end = ("Something is missing; see ✗ above.", "red") if bad else ("Ready.", "green")
    console.print(Padding(Text(*end), (1, 2, 0, 2)))
    editors = ", ".join(EDITORS)
    console.print(Padding(Text(f"To set up an editor: autoglm doctor --editor NAME ({editors})", "dim"), (0, 2, 1, 2)))
