"""Secrets stay on this machine."""

from autoglm_core.engines.redacting import RedactingEngine
from autoglm_core.engines.scripted import ScriptedEngine
from autoglm_core.types import ChatPrompt, FimPrompt, Message
from autoglm_core.validators.secrets import redact_secrets

KEY = "ghp_" + "a8Kd92LmQx01" * 3


async def test_a_remote_engine_sees_no_secret_and_answers_unchanged() -> None:
    inner = ScriptedEngine([f"answer {KEY}"])
    engine = RedactingEngine(inner, redact_secrets)
    prompt = ChatPrompt((Message("user", f"token = '{KEY}'\nx = 1"),))
    assert "".join([chunk.text async for chunk in engine.generate(prompt)]) == f"answer {KEY}"
    assert inner.prompts == [ChatPrompt((Message("user", "token = '<redacted>'\nx = 1"),))]


async def test_both_sides_of_a_hole_are_redacted() -> None:
    inner = ScriptedEngine(["x"])
    engine = RedactingEngine(inner, redact_secrets)
    assert [chunk async for chunk in engine.generate(FimPrompt(f"a = '{KEY}'", f"b = '{KEY}'\n{KEY}"))]
    assert inner.prompts == [FimPrompt("a = '<redacted>'", "b = '<redacted>'\n<redacted>")]


async def test_closing_reaches_the_engine() -> None:
    inner = ScriptedEngine(["one two three"])
    chunks = RedactingEngine(inner, redact_secrets).generate(FimPrompt("a", "b"))
    await anext(chunks)
    await chunks.aclose()
    assert inner.cancelled == 1


def test_text_without_secrets_is_unchanged() -> None:
    text = "password = input()\nkey = 'example'\n"
    assert redact_secrets(text) == text
