"""The replay of typing: scripts, the user's keys, what is accepted, the figures, and the real server over stdio."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from autoglm_bench.faults import find_faults
from autoglm_bench.typing_baseline import PlainClient
from autoglm_bench.typing_figures import figures, quantile, table
from autoglm_bench.typing_run import TypingOptions, measure_typing
from autoglm_bench.typing_scripts import Script, read_files, write_scripts
from autoglm_bench.typing_user import Session, Shown, User, key_for, wanted
from autoglm_core.engines.scripted import Line, ScriptedEngine
from autoglm_core.errors import SettingsError

BODY = "\n    total = first + second\n    return total"
SCRIPT = Script("add", "a.py", "def add(first, second):", BODY, "\n", (0.05,) * len(BODY))


class Parrot:
    """Suggests what it was told to, after some time."""

    def __init__(self, answers: dict[str, str], delay_s: float = 0.0) -> None:
        self._answers = answers
        self._delay_s = delay_s
        self.keys: list[str] = []
        self.closed = False

    async def open(self, script: Script) -> None:
        self.keys.clear()

    def changed(self, inserted: str, before: str, after: str) -> asyncio.Future[str | None]:
        self.keys.append(inserted)
        return asyncio.ensure_future(self._answer(before))

    async def close(self) -> None:
        self.closed = True

    async def _answer(self, before: str) -> str | None:
        await asyncio.sleep(self._delay_s)
        return next((text for end, text in self._answers.items() if before.endswith(end)), None)


def test_scripts_are_the_same_for_a_seed_and_hold_whole_bodies() -> None:
    files = read_files(["textwrap", "heapq"])
    scripts = write_scripts(files, 6, 3)

    assert scripts == write_scripts(files, 6, 3)
    assert scripts != write_scripts(files, 6, 4)
    assert {script.file for script in scripts} == {"textwrap.py", "heapq.py"}
    for script in scripts:
        assert script.before + script.body + script.after == files[script.file]
        assert script.body.startswith("\n    ")
        assert 4 <= script.body.count("\n") <= 25
        assert len(script.gaps) == len(script.body)
        assert all(gap > 0 for gap in script.gaps)


@pytest.mark.parametrize(
    ("before", "rest", "key", "count"),
    [
        ("x", "y = 1", "y", 1),
        ("def f():", "\n    x = 1", "\n    ", 1),
        ("    x = 1", "\n    y = 2", "\n    ", 1),
        ("    x = 1", "\n\n    y", "\n", 1),
        ("        return x", "\n    y", "\n    ", 2),
        ("        return x", "\ny", "\n", 3),
        ("    x = [", "\n        1", "\n        ", 2),
    ],
)
def test_a_line_break_brings_its_indentation(before: str, rest: str, key: str, count: int) -> None:
    assert key_for(before, rest) == (key, count)


@pytest.mark.parametrize(
    ("suggestion", "rest", "taken"),
    [
        ("total = 1", "total = 1\n", True),
        ("tot", "total", False),
        ("total", "total = 1", True),
        ("x", "x", False),
        ("other = 1", "total = 1", False),
    ],
)
def test_what_a_user_takes(suggestion: str, rest: str, taken: bool) -> None:
    assert wanted(suggestion, rest) is taken


async def test_a_right_suggestion_saves_keys() -> None:
    parrot = Parrot({"first, second):\n    ": "total = first + second"})
    session = await User(parrot, seed=0, speed=1.0).type(replace(SCRIPT, gaps=(0.7,) * len(BODY[:6]) + (0.01,) * 60))

    assert session.accepted == 1
    assert "total = first + second"[-10:] in "".join(parrot.keys)
    assert session.keys < session.keys_alone
    assert session.shown[0].correct
    assert parrot.closed


async def test_a_wrong_or_late_suggestion_saves_none() -> None:
    for parrot in (Parrot({"second):\n    ": "x = other()"}), Parrot({"second):\n    ": "total = first"}, delay_s=5)):
        session = await User(parrot, seed=0, speed=20.0).type(SCRIPT)
        assert session.accepted == 0
        assert session.keys == session.keys_alone
        assert "".join(parrot.keys) == BODY


async def test_the_plain_client_asks_once_a_pause_and_shows_what_the_model_said() -> None:
    engine = ScriptedEngine([Line("undefined_name + 1")])
    client = PlainClient(engine)
    await client.open(SCRIPT)
    first = client.changed("\n", SCRIPT.before + "\n", "\nx\n")
    second = client.changed("    ", SCRIPT.before + "\n    ", "\nx\n")

    assert await second == "undefined_name + 1"
    assert first.cancelled()
    assert len(engine.prompts) == 1
    assert client.usage.completion_tokens == 3
    await client.close()


def test_faults_are_what_is_new_with_the_suggestion(tmp_path: Path) -> None:
    def shown(text: str) -> Shown:
        return Shown("import os\n\n\ndef f(a):\n    ", "\n", text, 0.1, False)

    reasons = find_faults(
        [
            shown("return os.getcwd()"),
            shown("return nothing_there"),
            shown("return (a"),
            shown("return os.no_such_thing"),
        ],
        tmp_path,
    )

    assert reasons == ["", "F821", "syntax", "missing-attribute"]


def test_figures_count_over_all_sessions() -> None:
    shown = [Shown("", "", "abc", seconds, True) for seconds in (0.1, 0.2, 0.9)]
    counts = {"keys_with_correct": 6, "requests": 30, "cancelled": 10, "accepted": 2, "accepted_characters": 12}
    sessions = [Session(SCRIPT, keys=30, keys_alone=40, **counts, shown=shown)]
    found = figures(sessions, ["", "F821", ""], {"tokens_read": 60, "tokens_written": 20, "warmed_tokens": 30}, 0.02)

    assert (found["p50_s"], found["p95_s"]) == (0.2, 0.9)
    assert found["keys_saved"] == 0.25
    assert found["invalid_shown"] == 1
    assert found["tokens_read_per_shown"] == 30
    assert "| keys saved | 25.0 % |" in table({"ours": found})
    assert quantile([], 0.5) is None


async def test_the_real_server_is_typed_into_over_stdio(tmp_path: Path) -> None:
    source = "def add(first, second):\n    total = first\n    total += second\n    print(total)\n    return total\n"
    (tmp_path / "adding.py").write_text(source)
    script = tmp_path / "script.json"
    script.write_text(json.dumps(["total = first"]))
    options = TypingOptions(1, 0, (str(tmp_path / "adding.py"),), True, 4.0, server=("--script", str(script)))
    lines: list[str] = []
    result = await measure_typing(options, lines.append, ScriptedEngine(["total = first"]))

    assert len(lines) == 2
    assert result["ours"]["requests"] == result["ours"]["functions"][0]["requests"] > 10
    assert result["ours"]["shown"] >= 1
    assert result["ours"]["invalid_shown"] == 0
    assert result["counters"]["requests"] > 10
    assert result["steps"]["engine"]["n"] >= 1
    assert {"p50_s", "p95_s", "keys_saved", "correct_shown", "tokens_read", "cancelled"} <= result["baseline"].keys()
    json.dumps(result)


async def test_files_that_cannot_be_typed_are_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "empty.py").write_text("x = 1\n")
    for files in (("no_such_module_at_all",), (str(tmp_path / "empty.py"),)):
        with pytest.raises(SettingsError):
            await measure_typing(TypingOptions(files=files), print, ScriptedEngine(["x"]))
