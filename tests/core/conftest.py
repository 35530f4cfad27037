"""What the core's tests share."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from autoglm_core.assistant import Assistant
from autoglm_core.config import Settings, parse_settings
from autoglm_core.context.exclusion import Exclusions
from autoglm_core.context.project import ProjectContext
from autoglm_core.engines.scripted import Line, ScriptedEngine
from autoglm_core.history import History
from autoglm_core.inline.pipeline import InlinePipeline
from autoglm_core.inline.sources import InlineSources
from autoglm_core.loop import RepairLoop
from autoglm_core.metrics import Metrics
from autoglm_core.prompts.builder import Prompts
from autoglm_core.prompts.choose import PlainRepairPolicy
from autoglm_core.validators.runner import Runner


def _word_validator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("word_validator", Path(__file__).with_name("word_validator.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def make_assistant() -> Callable[..., tuple[Assistant, ScriptedEngine]]:
    """An assistant with the same engine and validator as ``make_loop``, and a history in memory."""

    def make(*lines: Line | str, **settings: object) -> tuple[Assistant, ScriptedEngine]:
        parsed = parse_settings([settings]) if settings else Settings()
        engine, validator, exclusions = ScriptedEngine(lines), _word_validator().WordValidator(), Exclusions()
        runner = Runner([validator], parsed)
        loop = RepairLoop(Prompts(ProjectContext(exclusions), parsed), [engine], runner, PlainRepairPolicy())
        history = History(None)
        metrics = Metrics()
        inline = InlinePipeline(engine, InlineSources(), runner, parsed.inline, metrics)
        return Assistant(parsed, inline, loop, runner, exclusions, history, [engine], [validator], metrics), engine

    return make


@pytest.fixture
def make_loop() -> Callable[..., tuple[RepairLoop, ScriptedEngine]]:
    """A loop with a scripted engine and a validator that objects to the words "wrong" and, milder, "odd"."""

    def make(*lines: Line | str, **settings: object) -> tuple[RepairLoop, ScriptedEngine]:
        parsed = parse_settings([settings]) if settings else Settings()
        engine = ScriptedEngine(lines)
        prompts = Prompts(ProjectContext(Exclusions()), parsed)
        runner = Runner([_word_validator().WordValidator()], parsed)
        return RepairLoop(prompts, [engine], runner, PlainRepairPolicy()), engine

    return make
