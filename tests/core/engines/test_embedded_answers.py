"""The real embedded model in its node: answers, cancellation, caches, and who shares it."""

import asyncio
import stat
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path
from typing import Any

import httpx
import pytest

from autoglm_core.config import Settings
from autoglm_core.engines.llama_cpp import LlamaCppEngine
from autoglm_core.engines.memory import choose_models
from autoglm_core.engines.node_hold import take_hold
from autoglm_core.engines.node_state import NodeState, running_nodes
from autoglm_core.errors import ContextTooLongError, EngineUnavailableError, ModelStoreError
from autoglm_core.types import ChatPrompt, Chunk, FimPrompt, Message, Prompt, Sampling

pytestmark = pytest.mark.model

ADD = FimPrompt(
    'def add(a: int, b: int) -> int:\n    """The sum."""\n    return ',
    "\n\n\nprint(add(1, 2))\n",
    Sampling(8, stop=("\n",)),
)
POEM = ChatPrompt((Message("user", "Write a poem of 300 words about the sea."),), Sampling(max_tokens=300))


async def ask(engine: LlamaCppEngine, prompt: Prompt) -> list[Chunk]:
    async with aclosing(engine.generate(prompt)) as chunks:
        return [chunk async for chunk in chunks]


def told(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


def node_of(engine: LlamaCppEngine) -> NodeState:
    return next(node for node in running_nodes() if node.pid == engine.pid)


async def metric(node: NodeState, name: str) -> int:
    async with httpx.AsyncClient(base_url=node.address, headers={"Authorization": f"Bearer {node.key}"}) as client:
        lines = (await client.get("/metrics", timeout=60)).text.splitlines()
    return int(float(next(line.split()[1] for line in lines if line.startswith(f"llamacpp:{name} "))))


async def test_the_model_fills_in_the_middle_and_says_what_it_cost(make_engine: Any) -> None:
    engine = make_engine()
    assert (engine.name, engine.node) == ("embedded qwen2.5-coder-0.5b", "local")
    chunks = await ask(engine, ADD)
    assert told(chunks).strip() == "a + b"
    last = chunks[-1]
    assert last.finish_reason == "stop"
    assert last.usage
    assert last.usage.prompt_tokens > 20
    assert 0 < last.usage.completion_tokens <= 8
    assert 0 < last.usage.first_token_seconds <= last.usage.seconds


async def test_who_stops_reading_before_the_first_word_knows_what_was_read(make_engine: Any) -> None:
    engine = make_engine()
    long = FimPrompt("".join(f"value_{n} = {n * n}\n" for n in range(60)), "\n", Sampling(4), slot=0)
    async with aclosing(engine.generate(long)) as chunks:
        usages = [(await anext(chunks)).usage for _ in range(3)]
    assert all(usages)
    first, _, third = usages
    assert first.cached_tokens <= first.prompt_tokens < third.prompt_tokens
    # The slot is named: a node that has not yet seen that nobody listens would read all in the next free one.
    last = (await ask(engine, long))[-1].usage
    assert last
    assert last.cached_tokens >= third.prompt_tokens - first.prompt_tokens
    assert last.prompt_tokens > third.prompt_tokens


async def test_the_model_chats_and_stops_at_the_token_limit(make_engine: Any) -> None:
    prompt = ChatPrompt((Message("user", "Count from 1 to 100."),), Sampling(max_tokens=5))
    chunks = await ask(make_engine(), prompt)
    assert chunks[-1].finish_reason == "length"
    assert chunks[-1].usage.completion_tokens == 5
    assert told(chunks)


async def test_the_prefix_of_the_prompt_before_is_not_read_again(make_engine: Any) -> None:
    engine = make_engine()
    history = (Message("system", "You are a careful programmer. " * 12), Message("user", "Say one."))
    first = (await ask(engine, ChatPrompt(history, Sampling(max_tokens=2))))[-1].usage
    longer = (*history, Message("assistant", "One."), Message("user", "Say two."))
    second = (await ask(engine, ChatPrompt(longer, Sampling(max_tokens=2))))[-1].usage
    assert second.prompt_tokens > second.cached_tokens > 60
    assert second.cached_tokens > first.cached_tokens


async def test_closing_the_answer_stops_the_model_within_a_token(make_engine: Any) -> None:
    engine = make_engine()
    await engine.start()
    node = node_of(engine)
    before = await metric(node, "n_decode_total")
    chunks = engine.generate(POEM)
    for _ in range(5):
        await anext(chunks)
    await chunks.aclose()
    async with asyncio.timeout(60):
        while await metric(node, "requests_processing"):
            await asyncio.sleep(0.05)
    # One step reads the prompt and gives the first token; the steps after that give one each. While we close,
    # one is under way, and its end is where the server sees that nobody listens.
    assert await metric(node, "n_decode_total") - before <= 5 + 2
    assert told(await ask(engine, ADD)).strip() == "a + b"


async def test_cancelling_a_request_that_reads_its_prompt_frees_the_slot_early(make_engine: Any) -> None:
    engine = make_engine()
    await engine.start()
    node = node_of(engine)
    before = await metric(node, "n_decode_total")
    words = " ".join(str(number) for number in range(420))  # about 1,700 tokens, 27 batches
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await ask(engine, ChatPrompt((Message("user", words),), Sampling(max_tokens=1)))
    async with asyncio.timeout(120):
        # Not more often: llama.cpp looks for a client that hung up after a second without any result.
        while await metric(node, "requests_processing"):
            await asyncio.sleep(2)
    assert await metric(node, "n_decode_total") - before < 27


async def test_a_prompt_beyond_the_context_is_a_clear_error(make_engine: Any) -> None:
    # The slots share one store, so one prompt may take the room of all of them.
    with pytest.raises(ContextTooLongError, match=r"The prompt has \d+ tokens, but .* holds \d+.*node.context_tokens"):
        await ask(make_engine(), ChatPrompt((Message("user", "word " * 5000),)))


async def test_tokens_are_counted_by_the_model_itself(make_engine: Any) -> None:
    assert 4 <= await make_engine().count_tokens("def add(a, b): return a + b") <= 16


async def test_two_processes_use_one_node(make_engine: Any, nodes: Any, model_path: Path) -> None:
    engine = make_engine()
    assert told(await ask(engine, ADD)).strip() == "a + b"
    script = f"""
import asyncio, sys
from pathlib import Path
from autoglm_core.config import NodeSettings
from autoglm_core.engines.llama_cpp import LlamaCppEngine

async def main():
    engine = LlamaCppEngine(Path({str(model_path)!r}), NodeSettings(context_tokens=2048), "qwen2.5-coder-0.5b")
    await engine.start()
    print(engine.pid, "xllamacpp" in sys.modules)
    await engine.aclose()

asyncio.run(main())
"""
    output = await asyncio.to_thread(subprocess.check_output, [sys.executable, "-c", script], text=True)
    assert output.split() == [str(engine.pid), "False"]
    assert [process.pid for process in nodes.processes()] == [engine.pid]
    assert "xllamacpp" not in sys.modules


async def test_the_state_file_is_private_and_a_wrong_key_is_refused(make_engine: Any, nodes: Any) -> None:
    engine = make_engine()
    await engine.start()
    node = node_of(engine)
    assert node.pid == engine.pid
    assert stat.S_IMODE(nodes.folder.stat().st_mode) == 0o700
    for file in nodes.folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    wrong = NodeState(node.pid, node.started, node.address, node.control_port, node.model, node.name, node.version, "x")
    assert await take_hold(wrong) is None
    async with httpx.AsyncClient(base_url=node.address) as client:
        for path in ("/slots", "/metrics", "/props"):
            assert (await client.get(path)).status_code == 401
        assert (await client.post("/v1/completions", json={"prompt": "x", "max_tokens": 1})).status_code == 401


async def test_the_key_is_in_no_log_and_no_command_line(make_engine: Any, nodes: Any) -> None:
    engine = make_engine()
    await engine.start()
    node = node_of(engine)
    assert len(node.key) > 40
    for log in nodes.folder.glob("*.log"):
        assert node.key not in log.read_text("utf-8")
    for process in nodes.processes():
        assert node.key not in " ".join(process.cmdline())
    assert node.key not in repr(node)


async def test_a_model_that_is_loaded_needs_no_free_memory_again(make_engine: Any) -> None:
    engine = make_engine()
    await engine.start()
    held = node_of(engine).memory_bytes()
    assert held > 50e6
    free = int(6e9 - held / 2)
    assert choose_models(Settings(), free) == ("qwen2.5-coder-0.5b", "qwen2.5-coder-1.5b", None)
    assert choose_models(Settings(), int(6e9 - held * 2))[2]


async def test_a_path_is_asked_for_only_when_it_is_needed(make_engine: Any, model_path: Path) -> None:
    asked = []

    def path() -> Path:
        asked.append(1)
        return model_path

    engine = make_engine(path)
    assert asked == []
    await asyncio.gather(*(engine.start() for _ in range(5)))
    assert asked == [1]


async def test_a_model_that_is_not_there_is_an_engine_error(make_engine: Any, tmp_path: Path) -> None:
    def path() -> Path:
        raise ModelStoreError("The model is not on this machine. Get it.")

    with pytest.raises(EngineUnavailableError, match=r"not on this machine\. Get it"):
        await make_engine(path).start()
    with pytest.raises(EngineUnavailableError, match="cannot be read: No such file"):
        await make_engine(tmp_path / "missing.gguf").start()


async def test_the_model_goes_on_from_a_begun_answer_and_says_how_sure_it_was(make_engine: Any) -> None:
    engine = make_engine()
    begun = "```python\ndef add(a, b):\n"
    prompt = ChatPrompt((Message("user", "Write add(a, b) in Python."),), Sampling(30, stop=("\n```",)), begun)
    chunks = [chunk async for chunk in engine.generate(prompt)]
    text = "".join(chunk.text for chunk in chunks)
    assert text.startswith(begun)
    assert text.count("def add") == 1
    assert "return a + b" in text
    usage = chunks[-1].usage
    assert usage
    assert usage.completion_tokens < 20
    assert usage.logprob is not None
    assert -1 < usage.logprob <= 0


async def test_several_drafts_share_one_reading_of_the_prompt_and_differ(make_engine: Any) -> None:
    engine = make_engine()
    words = Message("user", "Write one short sentence about an animal of your choice.")
    prompt = ChatPrompt((words,), Sampling(16, temperature=1.0, seed=1))
    texts, usages = ["", "", ""], {}
    async for number, chunk in engine.generate_many(prompt, 3):
        texts[number] += chunk.text
        usages[number] = chunk.usage or usages.get(number)
    assert all(texts)
    assert len(set(texts)) > 1
    read = [usage.prompt_tokens - usage.cached_tokens for usage in usages.values()]
    assert sum(count > 0 for count in read) <= 1
