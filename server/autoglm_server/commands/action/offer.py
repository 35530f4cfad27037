"""Before the first answer: is the model there? Where somebody can be asked, offer to pull it."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
from rich.console import Console
from rich.text import Text

from autoglm_core.config import Settings
from autoglm_core.engines.memory import choose_models
from autoglm_core.errors import ModelStoreError
from autoglm_core.store.catalogue import CatalogueModel
from autoglm_core.store.store import ModelStore
from autoglm_server.commands.terminal.download import transfer_on


def ensure_engine(settings: Settings, talk: Console) -> str:
    """The engine of the actions as a heading names it. Raises ModelStoreError when its model is not there."""
    if settings.actions.engine == "remote":
        return f"{settings.remote.model or 'remote'}, remote"
    _, name, _ = choose_models(settings, psutil.virtual_memory().available)
    store = model_store(settings)
    try:
        store.path(name)
    except ModelStoreError:
        absent = next((stored for stored in store.list() if stored.model.name == name), None)
        if absent is None or not _wanted(absent.model, absent.path, talk):
            raise
        with transfer_on(talk) as progress:
            store.pull(name, progress=progress)
        talk.print(Text.assemble(("  ✓ ", "green"), f"{name} is here"))
    return Path(name).name


def model_store(settings: Settings) -> ModelStore:
    """The models of these settings."""
    return ModelStore.of(settings.models)


def _wanted(model: CatalogueModel, path: Path, talk: Console) -> bool:
    if talk.quiet or not talk.is_terminal or not sys.stdin.isatty():
        return False
    talk.print()
    talk.print(Text.assemble("  The model ", (model.name, "bold"), " is not on this machine yet."))
    talk.print(Text(f"  {model.bytes / 1e6:,.0f} MB · {model.licence} · to {path.parent}", "dim"), soft_wrap=True)
    try:
        answer = talk.input(Text.assemble("\n  Download it now? ", ("[Y/n] ", "dim")))
    except EOFError:
        return False
    return answer.strip().lower() in ("", "y", "yes")
