"""``autoglm models``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autoglm_core.bootstrap import load_settings
from autoglm_core.errors import SettingsError
from autoglm_core.store.store import ModelState, ModelStore, SourceChoice, StoredModel
from autoglm_server.commands.action.offer import model_store
from autoglm_server.commands.terminal.download import transfer_on

_MARKS = {
    ModelState.WHOLE: ("✓", "green", "here"),
    ModelState.UNVERIFIED: ("?", "yellow", "not verified"),
    ModelState.PARTIAL: ("◐", "yellow", "partly here"),
    ModelState.ABSENT: ("○", "dim", "not here"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, and with which models."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="the known models, and which are here")
    listing.add_argument("--json", action="store_true", help="as JSON")
    pulling = actions.add_parser("pull", help="download models; goes on where it stopped")
    pulling.add_argument(
        "--from", dest="source", default="auto", metavar="hf|mirror|FILE", help="Hugging Face, the mirror, or a copy"
    )
    pulling.add_argument("names", nargs="*", metavar="NAME", help="without a name: those that the settings use")
    for name, words in {"verify": "check the hash again", "remove": "delete", "path": "print the file"}.items():
        action = actions.add_parser(name, help=words)
        action.add_argument("names", nargs="+", metavar="NAME")


def run(options: argparse.Namespace) -> int:
    """Do it."""
    settings, _ = load_settings(())
    store = model_store(settings)
    talk = Console(stderr=True, highlight=False)
    if options.action == "list":
        _list(store, as_json=options.json)
    elif options.action == "pull":
        source = _source(options.source)
        names = options.names or list(dict.fromkeys((settings.models.inline, settings.models.actions)))
        if isinstance(source, Path) and len(names) != 1:
            raise SettingsError("--from FILE needs exactly one model name: the model that the file is.")
        for name in names:
            _pull(store, name, source, talk)
    elif options.action == "verify":
        for name in options.names:
            with transfer_on(talk) as progress:
                store.verify(name, progress)
            talk.print(Text.assemble(("  ✓ ", "green"), f"{name} is whole"))
    elif options.action == "remove":
        for name in options.names:
            freed = store.remove(name)
            talk.print(f"  {name}: {freed / 1e6:,.0f} MB freed" if freed else f"  {name} was not here")
    else:
        for name in options.names:
            sys.stdout.write(f"{store.path(name)}\n")
    return 0


def _pull(store: ModelStore, name: str, source: SourceChoice, talk: Console) -> None:
    with transfer_on(talk) as progress:
        path = store.pull(name, source, progress)
    talk.print(Text.assemble(("  ✓ ", "green"), (name, "bold"), (f"  {path}", "dim")), soft_wrap=True)


def _source(text: str) -> SourceChoice:
    if text in ("auto", "hf", "mirror"):
        return text  # type: ignore[return-value]  # mypy does not narrow a string to a Literal here
    path = Path(text).expanduser()
    if not path.is_file():
        raise SettingsError(f"--from takes hf, mirror or a file, and there is no file {text}.")
    return path


def _list(store: ModelStore, *, as_json: bool) -> None:
    stored = store.list()
    if as_json:
        sys.stdout.write(json.dumps([_plain(model) for model in stored]) + "\n")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("", width=1)
    table.add_column("model", no_wrap=True)
    table.add_column("size", justify="right", no_wrap=True)
    table.add_column("licence", no_wrap=True)
    table.add_column("")
    for model in stored:
        mark, style, words = _MARKS[model.state]
        if model.state is ModelState.PARTIAL:
            words = f"{100 * model.present // model.model.bytes} % here"
        size = f"{model.model.bytes / 1e6:,.0f} MB"
        table.add_row(Text(mark, style), Text(model.model.name, "bold"), size, model.model.licence, Text(words, "dim"))
    console = Console(highlight=False)
    console.print(Padding(table, (1, 2, 0, 2)))
    console.print(Padding(Text(f"in {store.folder}", "dim"), (1, 2, 1, 2)), soft_wrap=True)


def _plain(stored: StoredModel) -> dict[str, object]:
    model = stored.model
    return {
        "name": model.name,
        "bytes": model.bytes,
        "sha256": model.sha256,
        "licence": model.licence,
        "state": stored.state.value,
        "present": stored.present,
        "path": str(stored.path),
    }
