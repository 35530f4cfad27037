"""A whole run: nodes apart, traces, the table, and how it ends when it is told to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest

from autoglm_bench.typing_figures import table
from autoglm_bench.typing_run import TypingOptions, measure_typing, node_of_its_own
from autoglm_core.config import NodeSettings
from autoglm_core.engines.node_state import NodeSpec
from autoglm_core.engines.scripted import Line, ScriptedEngine

SOURCE = "def add(first, second):\n    total = first\n    a = 1\n    b = 2\n    return a\n"


def options(folder: Path, *, speed: float = 20.0, baseline: bool = True) -> TypingOptions:
    (folder / "adding.py").write_text(SOURCE)
    script = folder / "script.json"
    script.write_text(json.dumps(["total = first"]))
    files = (str(folder / "adding.py"),)
    return TypingOptions(1, files=files, speed=speed, baseline=baseline, server=("--script", str(script)))


def test_the_baseline_has_a_process_of_its_own_that_does_the_same(tmp_path: Path) -> None:
    model = tmp_path / "model.gguf"
    model.write_bytes(b"GGUF")
    ours, other = NodeSettings(), node_of_its_own(NodeSettings())

    assert NodeSpec(model, "m", ours).id != NodeSpec(model, "m", other).id
    assert asdict(ours) | {"context_tokens": 0} == asdict(other) | {"context_tokens": 0}


async def test_each_suggestion_is_traced_to_its_key(tmp_path: Path) -> None:
    result = await measure_typing(options(tmp_path, speed=5.0), lambda line: None, ScriptedEngine(["undefined_name"]))

    (ours,), (plain,) = result["ours"]["functions"], result["baseline"]["functions"]
    first = ours["trace"][0]
    assert first["line"] + first["text"] == "    total = first"
    assert first["key"] == len(first["line"]) - len("    ")  # the first key is the line break, with its indentation
    assert first["correct"]
    assert {each["from_cache"] for each in ours["trace"]} <= {True, False}
    assert ours["counters"]["requests"] == ours["requests"]
    assert {each["fault"] for each in plain["trace"]} <= {"", "syntax", "F821", "unresolved-reference"}
    assert result["baseline"]["invalid_shown"] >= 1
    assert result["baseline"]["model_requests"] < result["baseline"]["requests"]
    assert result["baseline"]["p50_model_s"] == result["baseline"]["p50_s"]
    assert result["messages"] == []


async def test_tokens_that_nobody_counted_are_said_to_be_missing(tmp_path: Path) -> None:
    slow = ScriptedEngine([Line("total = first", token_delay_s=0.5)])
    result = await measure_typing(options(tmp_path, speed=5.0), lambda line: None, slow)

    assert result["baseline"]["uncounted"] > 0
    assert "| tokens read | " in table(result)
    assert "≥ " in next(line for line in table(result).splitlines() if line.startswith("| tokens read |"))


async def test_without_a_baseline_only_ours_types(tmp_path: Path) -> None:
    lines: list[str] = []
    result = await measure_typing(options(tmp_path, baseline=False), lines.append)

    assert "baseline" not in result
    assert len(lines) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGTERM that can be handled")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_too(tmp_path: Path, number: signal.Signals) -> None:
    chosen = options(tmp_path, speed=0.5, baseline=False)
    program = (
        "import asyncio, sys\n"
        "from autoglm_bench.typing_run import TypingOptions, measure_typing\n"
        f"options = TypingOptions(1, files={chosen.files!r}, speed=0.5, baseline=False, server={chosen.server!r})\n"
        "try:\n    asyncio.run(measure_typing(options, print))\n"
        "except KeyboardInterrupt:\n    sys.exit(130)\n"
    )
    bench = subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path, env=os.environ, start_new_session=True)
    try:
        servers: list[psutil.Process] = []
        until = time.monotonic() + 30
        while not servers and time.monotonic() < until:
            time.sleep(0.1)
            servers = [each for each in psutil.Process(bench.pid).children() if "lsp" in each.cmdline()]
        time.sleep(1.0)
        bench.send_signal(number)
        assert bench.wait(30) == 130
        assert servers
        assert not any(server.is_running() for server in servers)
    finally:
        bench.kill()
        bench.wait()
