"""Settings to a wired assistant: the only module that names concrete classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from autoglm_core.assistant import Assistant
from autoglm_core.config import (
    EngineChoice,
    Settings,
    parse_settings,
    read_settings_file,
    user_settings_file,
    without_unsafe,
)
from autoglm_core.context.exclusion import Exclusions
from autoglm_core.context.project import ProjectContext
from autoglm_core.engines.keys import find_key
from autoglm_core.engines.llama_cpp import LlamaCppEngine
from autoglm_core.engines.memory import choose_models
from autoglm_core.engines.openai_http import OpenAIEngine
from autoglm_core.engines.redacting import RedactingEngine
from autoglm_core.engines.scripted import ScriptedEngine
from autoglm_core.errors import SettingsError
from autoglm_core.history import History, history_file
from autoglm_core.loop import RepairLoop
from autoglm_core.prompts.builder import Prompts
from autoglm_core.protocols import Engine, Validator
from autoglm_core.store.store import ModelStore
from autoglm_core.validators.lint import LintValidator
from autoglm_core.validators.names_types import NamesTypesValidator
from autoglm_core.validators.ruff_check import RuffCheck
from autoglm_core.validators.runner import Runner
from autoglm_core.validators.sandbox import Sandbox
from autoglm_core.validators.secrets import redact_secrets
from autoglm_core.validators.security import SecurityValidator
from autoglm_core.validators.syntax import SyntaxValidator
from autoglm_core.validators.tests import TestsValidator

WORKSPACE_SETTINGS = ".autoglm.toml"


def load_settings(
    folders: Sequence[Path],
    editor: Mapping[str, Any] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> tuple[Settings, tuple[str, ...]]:
    """Read and merge all layers; also returns notices for the user, in sentences.

    Raises SettingsError that names the first setting that does not fit.
    """
    layers: list[Mapping[str, Any]] = [read_settings_file(user_settings_file())]
    notices = []
    for folder in folders:
        file = folder / WORKSPACE_SETTINGS
        layer, dropped = without_unsafe(read_settings_file(file))
        layers.append(layer)
        if dropped:
            notices.append(
                f"{file} sets {', '.join(dropped)}, which only your own settings may set; they were ignored."
            )
    return parse_settings([*layers, editor or {}, overrides or {}]), tuple(notices)


def build_assistant(settings: Settings, *, script: Path | None = None) -> Assistant:
    """Wire an assistant. Starts no process and loads no model: both wait for the first request.

    ``script`` plays answers from a JSON file instead of asking a model. Raises SettingsError.
    """
    engines, notices = _scripted(script) if script else _engines(settings)
    exclusions = Exclusions(settings.exclude)
    prompts = Prompts(ProjectContext(exclusions), settings)
    ruff = RuffCheck()  # shared: lint and security read the same run
    validators: list[Validator] = [
        SyntaxValidator(),
        NamesTypesValidator(),
        LintValidator(ruff),
        SecurityValidator(ruff),
        TestsValidator(Sandbox(settings.sandbox)),
    ]
    runner = Runner(validators, settings)
    return Assistant(
        settings,
        inline_loop=RepairLoop(prompts, engines["inline"], runner),
        action_loop=RepairLoop(prompts, engines["actions"], runner),
        runner=runner,
        exclusions=exclusions,
        history=History(history_file() if settings.history.enabled else None),
        engines=tuple(dict.fromkeys(engines.values())),
        validators=validators,
        notices=notices,
    )


def _scripted(script: Path) -> tuple[dict[str, Engine], tuple[str, ...]]:
    engine = ScriptedEngine.from_file(script)
    return {"inline": engine, "actions": engine}, ()


def _engines(settings: Settings) -> tuple[dict[str, Engine], tuple[str, ...]]:
    inline, actions, notice = choose_models(settings, psutil.virtual_memory().available)
    choices: dict[str, tuple[EngineChoice, str]] = {
        "inline": (settings.inline.engine, inline),
        "actions": (settings.actions.engine, actions),
    }
    made: dict[tuple[EngineChoice, str], Engine] = {}
    for choice in choices.values():
        if choice not in made:
            made[choice] = _embedded(settings, choice[1]) if choice[0] == "embedded" else _remote(settings)
    return {role: made[choice] for role, choice in choices.items()}, (notice,) if notice else ()


def _embedded(settings: Settings, model: str) -> Engine:
    store = ModelStore(Path(settings.models.folder).expanduser() if settings.models.folder else None)
    return LlamaCppEngine(partial(store.path, model), settings.node, name=model)


def _remote(settings: Settings) -> Engine:
    remote = settings.remote
    if not remote.url or not remote.model:
        raise SettingsError("An engine is set to remote, so remote.url and remote.model must be set too.")
    return RedactingEngine(OpenAIEngine(remote, key=find_key(remote)), redact_secrets)
