"""Problems worked on by a real assistant, with a scripted model."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from autoglm_bench.figures import Row
from autoglm_bench.problems import Hidden, Problem, Visible
from autoglm_bench.recording import AnswerFile, RecordingEngine, recording
from autoglm_bench.runner import Runner, run_file
from autoglm_bench.scoring import Scorer
from autoglm_core.assistant import Assistant
from autoglm_core.bootstrap import ADAPTIVE, build_assistant
from autoglm_core.config import parse_settings
from autoglm_core.engines.scripted import Line, ScriptedEngine
from autoglm_core.errors import EngineError
from autoglm_core.protocols import Engine
from autoglm_core.types import ChatPrompt, Limits

HEAD = 'def {0}(a):\n    """Twice.\n\n    >>> {0}(2)\n    4\n    >>> {0}(3)\n    6\n    """\n'
SECRET = 13577
MEND = "It does not do what its docstring says. Mend it."


def hidden(name: str) -> Hidden:
    return Hidden((f"assert {name}(0) == 0", f"assert {name}({SECRET}) == {2 * SECRET}"))


def implement(name: str) -> Problem:
    return Problem(name, Visible(HEAD.format(name), name), hidden(name))


def fix(name: str, body: str) -> Problem:
    return Problem(name, Visible(f"{HEAD.format(name)}    {body}\n", name, True, MEND), hidden(name), "some bug")


def answer(body: str, name: str = "f", **more: float) -> Line:
    return Line(f"```python\n{HEAD.format(name)}    {body}\n```", when=f"def {name}(", **more)


@dataclass
class Bench:
    """Runs with scripted answers, in a folder of their own."""

    folder: Path
    stack: AsyncExitStack
    engines: list[ScriptedEngine] = field(default_factory=list)

    async def run(self, problems: list[Problem], *lines: Line, policy: str = "retry", name: str = "run") -> list[Row]:
        answers = AnswerFile(self.folder / "answers.sqlite3")
        self.stack.callback(answers.close)
        script = self.folder / "script.json"
        script.write_text("[]")
        recorders: list[RecordingEngine] = []
        self.engines.append(ScriptedEngine(lines))

        def wrap(_: Engine) -> Engine:
            recorders.append(recording(self.engines[-1], answers))
            return recorders[-1]

        def build(policy: str) -> Assistant:
            settings = parse_settings([{"history": {"enabled": False}}])
            assistant = build_assistant(settings, script=script, policy=policy, wrap=wrap)
            self.stack.push_async_callback(assistant.aclose)
            return assistant

        done: list[Row] = []
        runner = Runner(build(policy), build("plain-repair"), recorders, Scorer(), Limits(4, 100))
        try:
            await runner.run(problems, run_file(self.folder / f"{name}.jsonl"), done.append)
        finally:
            self.rows = done
        return done

    def asked(self) -> str:
        """The words of all prompts."""
        prompts = [prompt for engine in self.engines for prompt in engine.prompts]
        return "\n".join(m.content for prompt in prompts if isinstance(prompt, ChatPrompt) for m in prompt.messages)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with AsyncExitStack() as stack:
        yield Bench(tmp_path, stack)


async def test_drafts_are_scored_by_what_the_loop_never_sees(bench: Bench) -> None:
    [row] = await bench.run([implement("f")], answer("return a + 2"), answer("return a * 2"))
    assert (row.first, row.final, row.best, row.accepted, row.attempts) == (False, True, True, True, 2)
    assert (row.visible_failed, row.doctest_failed, row.first_base, row.final_base) == (True, True, False, True)
    assert row.kinds == ("first draft", "fresh draft")
    assert "def f(a):" in bench.asked()
    assert str(SECRET) not in bench.asked() + json.dumps(row.trace)


async def test_what_only_looks_right_is_shown_and_wrong(bench: Bench) -> None:
    [row] = await bench.run([implement("f")], answer("return 2 * min(a, 99)"))
    assert (row.first, row.final, row.accepted, row.attempts, row.visible_failed) == (False, False, True, 1, False)
    assert (row.first_base, row.final_base) == (True, True)


async def test_where_nothing_is_accepted_the_best_draft_is_scored_apart(bench: Bench) -> None:
    misled = Problem("f", Visible(HEAD.format("f").replace("    6\n", "    7\n"), "f"), hidden("f"))
    [row] = await bench.run([misled], answer("return a * 2"), policy="plain-repair")
    assert (row.first, row.final, row.best, row.accepted) == (True, False, True, False)


async def test_a_fix_that_is_not_accepted_leaves_the_document_as_it_was(bench: Bench) -> None:
    text = HEAD.format("f").replace("    6\n", "    7\n") + "    return a * 2\n"
    [row] = await bench.run([Problem("f", Visible(text, "f", True, MEND), hidden("f"))], answer("return a + 4"))
    assert (row.first, row.final, row.accepted) == (False, True, False)


async def test_a_fix_without_a_model_is_compared_with_one_greedy_repair(bench: Bench) -> None:
    [row] = await bench.run([fix("f", "return 2 * a + 1")], answer("return a + 2"), policy=ADAPTIVE)
    assert row.kinds == ("existing code", "small change")
    assert (row.first, row.final, row.attempts, row.read, row.written) == (False, True, 0, 0, 0)
    assert len(bench.engines[0].prompts) == 1


async def test_a_file_too_broken_to_find_the_function_in_is_mended_as_a_whole(bench: Bench) -> None:
    broken = Problem("f", Visible("x = (\n", "f", True, MEND), Hidden(("assert x == ()",)))
    [row] = await bench.run([broken], Line("```python\nx = ()\n```"))
    assert (row.first, row.final, row.error) == (True, True, "")


async def test_a_replayed_answer_takes_the_time_that_it_took(bench: Bench) -> None:
    slow = answer("return a * 2", token_delay_s=0.05)
    [first] = await bench.run([implement("f")], slow, name="first")
    [again] = await bench.run([implement("f")], name="again", policy="plain-repair")
    written = first.trace["attempts"][0]["completion_tokens"]
    assert again.final
    assert again.seconds > 0.05 * written > 0.5
    assert (again.read, again.written) == (first.read, first.written)
    assert bench.engines[-1].prompts == []


async def test_a_run_goes_on_behind_an_error_and_tries_it_again_later(bench: Bench) -> None:
    problems = [implement(name) for name in "fgh"]
    rows = await bench.run(problems, answer("return a * 2", "f"), answer("return a * 2", "h"))
    assert [(row.id, row.final, bool(row.error)) for row in rows] == [
        ("f", True, False), ("g", False, True), ("h", True, False),
    ]  # fmt: skip
    assert "no answer for this prompt" in rows[1].error
    [later] = await bench.run(problems, answer("return a * 2", "g"))
    assert (later.id, later.final, later.error) == ("g", True, "")
    assert await bench.run(problems) == []


async def test_three_errors_in_a_row_end_the_run(bench: Bench) -> None:
    problems = [implement(name) for name in "fghij"]
    with pytest.raises(EngineError):
        await bench.run(problems, answer("return a * 2", "f"))
    assert [(row.id, bool(row.error)) for row in bench.rows] == [("f", False), ("g", True), ("h", True)]
