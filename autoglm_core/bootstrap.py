"""Settings to a wired assistant: the only module that names concrete classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from autoglm_core.inline.elsewhere import Elsewhere
from autoglm_core.inline.pipeline import InlinePipeline
from autoglm_core.inline.sources import InlineSources
from autoglm_core.loop import RepairLoop
from autoglm_core.metrics import Metrics
from autoglm_core.prompts.builder import Prompts
from autoglm_core.prompts.choose import POLICIES, AdaptivePolicy, ChangesAlone
from autoglm_core.protocols import Engine, Validator
from autoglm_core.repair.agreement import Agreement
from autoglm_core.repair.dropped_tests import DroppedTests
from autoglm_core.repair.improver import SmallChanges
from autoglm_core.repair.plain_types import PlainTypes
from autoglm_core.repair.several import SeveralImprovers
from autoglm_core.store.store import ModelStore
from autoglm_core.validators.annotations import AnnotationsValidator
from autoglm_core.validators.calls import Calls
from autoglm_core.validators.changed_behaviour import ChangedBehaviourValidator
from autoglm_core.validators.corrected_examples import CorrectedExamples
from autoglm_core.validators.crashes import CrashesValidator
from autoglm_core.validators.docstring import DocstringValidator
from autoglm_core.validators.examples import ExamplesValidator
from autoglm_core.validators.honesty import HonestyValidator
from autoglm_core.validators.hygiene import HygieneValidator
from autoglm_core.validators.licence import LicenceValidator
from autoglm_core.validators.lint import LintValidator
from autoglm_core.validators.names_types import NamesTypesValidator
from autoglm_core.validators.new_tests import NewTestsValidator
from autoglm_core.validators.ruff_check import RuffCheck
from autoglm_core.validators.runner import Runner
from autoglm_core.validators.same_behaviour import SameBehaviourValidator
from autoglm_core.validators.sandbox import Sandbox
from autoglm_core.validators.sandbox_warm import WarmSandbox
from autoglm_core.validators.secrets import redact_secrets
from autoglm_core.validators.security import SecurityValidator
from autoglm_core.validators.signature import SignatureValidator
from autoglm_core.validators.syntax import SyntaxValidator
from autoglm_core.validators.tests import TestsValidator

WORKSPACE_SETTINGS = ".autoglm.toml"

ADAPTIVE = "adaptive"
"""The name of the default policy."""

Wrap = Callable[[Engine], Engine]


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


def build_assistant(
    settings: Settings,
    *,
    script: Path | None = None,
    policy: str = ADAPTIVE,
    wrap: Wrap | None = None,
    sources: InlineSources | None = None,
) -> Assistant:
    """Wire an assistant. Starts no process and loads no model: both wait for the first request.

    ``script`` plays answers from a JSON file instead of asking a model. ``policy`` is ``adaptive`` or one of
    ``prompts.choose.POLICIES``; ``wrap`` puts something around each engine; ``sources`` replaces the context of
    completions. Raises SettingsError.
    """
    if policy != ADAPTIVE and policy not in POLICIES:
        raise SettingsError(f"There is no policy {policy}. Choose one of {', '.join((ADAPTIVE, *POLICIES))}.")
    engines, notices = _scripted(script) if script else _engines(settings)
    if wrap is not None:
        wrapped = {id(engine): wrap(engine) for engine in engines.values()}
        engines = {role: wrapped[id(engine)] for role, engine in engines.items()}
    exclusions = Exclusions(settings.exclude)
    prompts = Prompts(ProjectContext(exclusions), settings)
    ruff = RuffCheck()  # shared: lint and security read the same run
    sandbox = WarmSandbox(settings.sandbox)
    calls = Calls(sandbox)
    validators: list[Validator] = [
        SyntaxValidator(),
        NamesTypesValidator(),
        LintValidator(ruff),
        SecurityValidator(ruff),
        LicenceValidator(settings.licence),
        HonestyValidator(),
        TestsValidator(sandbox),
        ExamplesValidator(calls),
        *_validators_of_actions(sandbox, calls),
    ]
    history = History(history_file() if settings.history.enabled else None)
    runner, metrics = Runner(validators, settings), Metrics()
    sources = sources or InlineSources(Elsewhere(exclusions) if settings.inline.other_files else None)
    return Assistant(
        settings,
        inline=InlinePipeline(engines["inline"], sources, runner, settings.inline, metrics),
        action_loop=_action_loop(settings, policy, prompts, engines, runner, sandbox, calls, history),
        runner=runner,
        exclusions=exclusions,
        history=history,
        engines=tuple(dict.fromkeys(engines.values())),
        validators=validators,
        metrics=metrics,
        notices=notices,
        mender=RepairLoop(prompts, (), runner, ChangesAlone(), improver=SmallChanges(calls)),
        roles=engines,
    )


def _validators_of_actions(sandbox: Sandbox, calls: Calls) -> list[Validator]:
    """Those that are about one kind of action alone: new tests, types, docstrings, refactoring, fixes."""
    return [
        HygieneValidator(),
        AnnotationsValidator(),
        SignatureValidator(),
        DocstringValidator(),
        NewTestsValidator(sandbox),
        SameBehaviourValidator(calls),
        ChangedBehaviourValidator(calls),
        CrashesValidator(calls),
    ]


def _action_loop(
    settings: Settings,
    policy: str,
    prompts: Prompts,
    engines: dict[str, Engine],
    runner: Runner,
    sandbox: Sandbox,
    calls: Calls,
    history: History,
) -> RepairLoop:
    """The loop of actions; a baseline policy has neither small changes nor agreement, nor the record."""
    ladder = [engines[role] for role in ("actions", "stronger") if role in engines]
    if policy != ADAPTIVE:
        return RepairLoop(prompts, ladder[:1], runner, POLICIES[policy]())
    adaptive = AdaptivePolicy(history, engines=len(ladder), fills=settings.actions.engine == "embedded")
    improver = SeveralImprovers([DroppedTests(), CorrectedExamples(sandbox), PlainTypes(), SmallChanges(calls)])
    return RepairLoop(prompts, ladder, runner, adaptive, improver=improver, judge=Agreement(calls))


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
    found = {role: made[choice] for role, choice in choices.items()}
    if settings.actions.escalate and settings.actions.engine == "embedded":
        found["stronger"] = made.get(("remote", inline)) or _remote(settings)
    return found, (notice,) if notice else ()


def _embedded(settings: Settings, model: str) -> Engine:
    store = ModelStore.of(settings.models)
    return LlamaCppEngine(partial(store.path, model), settings.node, name=model)


def _remote(settings: Settings) -> Engine:
    remote = settings.remote
    if not remote.url or not remote.model:
        raise SettingsError("An engine is set to remote, so remote.url and remote.model must be set too.")
    return RedactingEngine(OpenAIEngine(remote, key=find_key(remote)), redact_secrets)
