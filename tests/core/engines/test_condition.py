"""How engines stand, as a status line shows it."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from autoglm_core.config import NodeSettings, RemoteSettings
from autoglm_core.engines.condition import Condition, ConditionedEngine, EngineState
from autoglm_core.engines.llama_cpp import LlamaCppEngine
from autoglm_core.engines.openai_http import OpenAIEngine
from autoglm_core.engines.redacting import RedactingEngine
from autoglm_core.engines.scripted import Line, ScriptedEngine
from autoglm_core.errors import EngineLostError, EngineUnavailableError, ModelStoreError
from autoglm_core.types import FimPrompt, Sampling

PROMPT = FimPrompt("a", "b", Sampling(max_tokens=4))


def noted(condition: Condition) -> list[EngineState]:
    """The states that it goes through from now on."""
    states: list[EngineState] = []
    condition.watch(lambda: states.append(condition.state))
    return states


async def ask(engine: ScriptedEngine | OpenAIEngine | LlamaCppEngine) -> None:
    async for _ in engine.generate(PROMPT):
        pass


def test_only_news_are_told() -> None:
    condition = Condition()
    states = noted(condition)
    for state in (EngineState.IDLE, EngineState.LOADING, EngineState.LOADING, EngineState.READY):
        condition.become(state)
    assert states == [EngineState.LOADING, EngineState.READY]


async def test_a_scripted_engine_is_offline_until_it_answers_again() -> None:
    engine = ScriptedEngine([Line("x", lost_after=0), "y"])
    states = noted(engine.condition)
    with pytest.raises(EngineLostError):
        await ask(engine)
    assert engine.condition.problem
    await ask(engine)
    assert states == [EngineState.OFFLINE, EngineState.READY]
    assert engine.condition.problem == ""


async def test_an_embedded_engine_without_its_model_loads_and_then_says_what_is_missing() -> None:
    def missing() -> Path:
        raise ModelStoreError("The model is not on this machine.")

    engine = LlamaCppEngine(missing, NodeSettings(), "small")
    await engine.look()
    assert engine.condition.state is EngineState.IDLE, "looking loads nothing"
    states = noted(engine.condition)
    with pytest.raises(EngineUnavailableError):
        await ask(engine)
    assert states == [EngineState.LOADING, EngineState.OFFLINE]
    assert "not on this machine" in engine.condition.problem
    await engine.aclose()


async def test_an_endpoint_that_nobody_serves_is_offline_by_asking_and_by_looking() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    for look in (True, False):
        engine = OpenAIEngine(RemoteSettings(url=f"http://me:secret@127.0.0.1:{port}/v1", model="m", retries=0))
        assert engine.condition.address == f"http://127.0.0.1:{port}/v1"
        if look:
            await engine.look()
        else:
            with pytest.raises(EngineUnavailableError):
                await ask(engine)
        assert engine.condition.state is EngineState.OFFLINE
        assert "cannot be reached" in engine.condition.problem
        assert "secret" not in engine.condition.problem
        await engine.aclose()


async def test_an_engine_behind_the_redaction_stands_as_it_does() -> None:
    inner = ScriptedEngine([Line("x", lost_after=0)])
    engine = RedactingEngine(inner, lambda text: text)
    assert isinstance(engine, ConditionedEngine)
    assert engine.condition is inner.condition
