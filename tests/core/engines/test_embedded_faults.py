"""The node's life with the real model: killed, stopped, silent, idle, damaged model file."""

import asyncio
import json
import os
import signal
import sys
from contextlib import aclosing
from pathlib import Path
from typing import Any

import psutil
import pytest

from autoglm_core.config import RemoteSettings
from autoglm_core.engines.llama_cpp import LlamaCppEngine
from autoglm_core.engines.node_state import NodeState, running_nodes
from autoglm_core.engines.openai_http import OpenAIEngine
from autoglm_core.errors import EngineLostError, EngineUnavailableError
from autoglm_core.types import ChatPrompt, FimPrompt, Message, Prompt, Sampling

pytestmark = pytest.mark.model

ADD = FimPrompt("def add(a: int, b: int) -> int:\n    return ", "\n\n\nprint(add(1, 2))\n", Sampling(8, stop=("\n",)))
POEM = ChatPrompt((Message("user", "Write a poem of 300 words about the sea."),), Sampling(max_tokens=300))
ENDS_S = 60


async def ask(engine: Any, prompt: Prompt) -> str:
    async with aclosing(engine.generate(prompt)) as chunks:
        return "".join([chunk.text async for chunk in chunks])


async def gone(pid: int) -> None:
    """Wait until the process has ended."""
    async with asyncio.timeout(ENDS_S):
        while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.05)


def node_of(engine: LlamaCppEngine) -> NodeState:
    return next(node for node in running_nodes() if node.pid == engine.pid)


def is_told_of(nodes: Any, pid: int) -> bool:
    """Whether a state file names the process."""
    return any(json.loads(file.read_text("utf-8"))["pid"] == pid for file in nodes.folder.glob("*.json"))


def lengthen(log: Path) -> None:
    log.write_text("old words\n" * 100_000)


def length(log: Path) -> int:
    return log.stat().st_size


async def test_sigkill_in_mid_answer_is_a_clear_error_and_the_next_request_works(make_engine: Any) -> None:
    engine = make_engine()
    chunks = engine.generate(POEM)
    assert (await anext(chunks)).text
    killed = engine.pid
    os.kill(killed, signal.SIGKILL)
    with pytest.raises(EngineLostError, match="ended in the middle of the answer.*Ask again"):
        async for _ in chunks:
            pass
    assert (await ask(engine, ADD)).strip() == "a + b"
    assert engine.pid != killed


async def test_sigkill_before_the_first_token_is_not_noticed(make_engine: Any) -> None:
    engine = make_engine()
    await engine.start()
    killed = engine.pid
    os.kill(killed, signal.SIGSTOP)  # it takes the request and cannot answer
    port = int(node_of(engine).address.rpartition(":")[2])
    answer = asyncio.create_task(ask(engine, ADD))
    async with asyncio.timeout(ENDS_S):
        while not any(
            connection.raddr and connection.raddr.port == port and connection.status == psutil.CONN_ESTABLISHED
            for connection in psutil.Process().net_connections("tcp")
        ):
            await asyncio.sleep(0.01)
    os.kill(killed, signal.SIGKILL)
    assert (await answer).strip() == "a + b"
    assert engine.pid != killed


async def test_many_requests_after_a_kill_start_one_node(make_engine: Any, nodes: Any) -> None:
    engines = [make_engine(), make_engine()]
    await asyncio.gather(*(engine.start() for engine in engines))
    os.kill(engines[0].pid, signal.SIGKILL)
    answers = await asyncio.gather(*(ask(engine, ADD) for engine in engines for _ in range(3)))
    assert {answer.strip() for answer in answers} == {"a + b"}
    assert [process.pid for process in nodes.processes()] == [engines[0].pid] == [engines[1].pid]


async def test_a_request_that_is_cancelled_does_not_stop_the_start_for_others(make_engine: Any) -> None:
    engine = make_engine()
    await engine.start()
    os.kill(engine.pid, signal.SIGKILL)
    impatient = asyncio.create_task(ask(engine, ADD))
    patient = asyncio.create_task(ask(engine, ADD))
    while engine.pid is not None:  # both wait for the new node
        await asyncio.sleep(0.01)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    assert (await patient).strip() == "a + b"


async def test_a_node_that_falls_silent_is_replaced(
    make_engine: Any, nodes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autoglm_core.engines.node_hold._GREETING_S", 1.0)
    first, second = make_engine(), make_engine()
    await first.start()
    silent = first.pid
    os.kill(silent, signal.SIGSTOP)
    assert (await ask(second, ADD)).strip() == "a + b"
    assert [process.pid for process in nodes.processes()] == [second.pid]
    assert second.pid != silent


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_node_at_once_and_removes_its_state(
    make_engine: Any, nodes: Any, number: signal.Signals
) -> None:
    engine = make_engine()
    chunks = engine.generate(POEM)
    await anext(chunks)  # busy
    pid = engine.pid
    assert is_told_of(nodes, pid)
    os.kill(pid, number)
    await gone(pid)
    assert not is_told_of(nodes, pid)
    with pytest.raises(EngineLostError):
        async for _ in chunks:
            pass


async def test_a_node_ends_when_idle_and_not_while_it_is_held(make_engine: Any, nodes: Any) -> None:
    idle_s = 1.0
    engine = make_engine(idle_minutes=idle_s / 60, slots=1)
    assert (await ask(engine, ADD)).strip() == "a + b"
    pid, connection = engine.pid, engine._connection
    assert not await connection.hold.ended(idle_s * 3)
    assert is_told_of(nodes, pid)
    await engine.aclose()
    await gone(pid)
    assert not is_told_of(nodes, pid)


async def test_a_slot_that_runs_keeps_the_node_without_a_holder(make_engine: Any) -> None:
    engine = make_engine(idle_minutes=0.5 / 60, slots=1)
    await engine.start()
    node = node_of(engine)
    direct = OpenAIEngine(RemoteSettings(url=node.address, model="m", retries=0), key=node.key, proxies=False)
    chunks = direct.generate(ChatPrompt(POEM.messages, Sampling(max_tokens=60)))
    await anext(chunks)
    await engine.aclose()
    assert "".join([chunk.text async for chunk in chunks])
    await direct.aclose()
    await gone(node.pid)


async def test_the_end_of_a_client_process_lets_go_of_the_node(nodes: Any, model_path: Path) -> None:
    script = f"""
import asyncio, os, signal
from pathlib import Path
from autoglm_core.config import NodeSettings
from autoglm_core.engines.llama_cpp import LlamaCppEngine

async def main():
    settings = NodeSettings(context_tokens=2048, slots=1, idle_minutes=0.5 / 60)
    engine = LlamaCppEngine(Path({str(model_path)!r}), settings, "small")
    await engine.start()
    print(engine.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""
    client = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE)
    output, _ = await client.communicate()
    assert client.returncode == -signal.SIGKILL
    await gone(int(output))
    assert not is_told_of(nodes, int(output))


@pytest.mark.parametrize(
    ("kept", "words"),
    [(60_000_000, "corrupted or incomplete"), (1000, "failed|error|magic|read"), (0, "magic|read|failed|invalid")],
)
async def test_a_damaged_model_file_is_a_clear_error(
    make_engine: Any, model_path: Path, tmp_path: Path, kept: int, words: str
) -> None:
    damaged = tmp_path / "damaged.gguf"
    with model_path.open("rb") as whole:
        damaged.write_bytes(whole.read(kept))
    engine: LlamaCppEngine = make_engine(damaged)
    with pytest.raises(EngineUnavailableError, match=rf"cannot load .*damaged\.gguf.*The reason: .*({words}).*Pull"):
        await ask(engine, ADD)


async def test_an_old_log_does_not_grow_for_ever(make_engine: Any, nodes: Any, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(b"GGUF")
    with pytest.raises(EngineUnavailableError, match=r"its log is .*\.log\.") as caught:
        await make_engine(damaged).start()
    log = Path(str(caught.value).rpartition("its log is ")[2].removesuffix("."))
    assert log.parent == nodes.folder
    lengthen(log)
    with pytest.raises(EngineUnavailableError, match="The reason: .*Pull"):
        await make_engine(damaged).start()
    assert length(log) < 10_000


async def test_a_process_that_dies_while_it_loads_is_told(
    make_engine: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "site"
    broken.mkdir()
    (broken / "xllamacpp.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")
    monkeypatch.setenv("PYTHONPATH", str(broken))
    with pytest.raises(EngineUnavailableError, match="ended while it loaded.*was killed.*memory"):
        await make_engine(threads=1).start()
    (broken / "xllamacpp.py").write_text("raise ImportError('libgomp.so.1 is missing')\n")
    with pytest.raises(EngineUnavailableError, match="ImportError: libgomp.so.1 is missing"):
        await make_engine(threads=1).start()


async def test_a_workspaces_own_modules_are_not_imported_by_the_node(
    make_engine: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json.py", "xllamacpp.py", "httpx.py"):
        (tmp_path / name).write_text("raise SystemExit('a file of the workspace was run')")
    monkeypatch.chdir(tmp_path)
    assert (await ask(make_engine(), ADD)).strip() == "a + b"
