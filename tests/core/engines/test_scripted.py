"""The engine that plays a script."""

import json
from pathlib import Path

import pytest

from autoglm_core.engines.scripted import Line, ScriptedEngine
from autoglm_core.errors import EngineLostError, SettingsError
from autoglm_core.types import ChatPrompt, FimPrompt, Message


async def play(engine: ScriptedEngine, text: str) -> str:
    prompt = ChatPrompt((Message("user", text),))
    return "".join([chunk.text async for chunk in engine.generate(prompt)])


async def test_lines_are_played_in_order_and_the_last_is_repeated() -> None:
    engine = ScriptedEngine(["one two", "three"])
    assert [await play(engine, "x") for _ in range(3)] == ["one two", "three", "three"]


async def test_a_line_may_wait_for_its_prompt() -> None:
    engine = ScriptedEngine([Line("for b", when="b"), "for all"])
    assert await play(engine, "a") == "for all"
    assert await play(engine, "b") == "for b"


async def test_the_last_chunk_has_the_usage() -> None:
    chunks = [chunk async for chunk in ScriptedEngine(["one two"]).generate(FimPrompt("a b", "c"))]
    assert chunks[-1].finish_reason == "stop"
    assert chunks[-1].usage
    assert chunks[-1].usage.completion_tokens == 2


async def test_it_can_go_away() -> None:
    with pytest.raises(EngineLostError):
        await play(ScriptedEngine([Line("one two three", lost_after=1)]), "x")
    with pytest.raises(EngineLostError, match="no answer"):
        await play(ScriptedEngine([Line("x", when="never")]), "y")


def test_a_script_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "script.json"
    file.write_text(json.dumps(["plain", {"answer": "x", "when": "y", "token_delay_s": 0.1}]))
    assert len(ScriptedEngine.from_file(file)._lines) == 2


@pytest.mark.parametrize("content", ["", "{", "3", '"text"', '{"a": 1}', '[{"anser": "x"}]'])
def test_a_bad_script_is_a_settings_error(tmp_path: Path, content: str) -> None:
    file = tmp_path / "script.json"
    file.write_text(content)
    with pytest.raises(SettingsError, match="cannot be used"):
        ScriptedEngine.from_file(file)
