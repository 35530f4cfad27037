"""Outcomes in words and as data."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autoglm_core.engines.scripted import ScriptedEngine
from autoglm_core.loop import RepairLoop
from autoglm_core.metrics import Metrics
from autoglm_core.targets import find_target
from autoglm_core.trace import (
    diff,
    evidence,
    measure,
    to_json,
    to_markdown,
    to_page,
    to_summary,
    why_rejected,
)
from autoglm_core.types import (
    Attempt,
    AttemptKind,
    Budget,
    Document,
    Draft,
    Ending,
    FimPrompt,
    Outcome,
    Span,
    Task,
    TaskKind,
    Workspace,
)

MakeLoop = Callable[..., tuple[RepairLoop, ScriptedEngine]]


async def run(folder: Path, make_loop: MakeLoop, *answers: str) -> Outcome:
    document = Document(folder / "m.py", "def f(a):\n    ...\n", 1)
    target = find_target(document, "f")
    task = Task(TaskKind.IMPLEMENT, document, target.span, Workspace((folder,)), target)
    loop, _ = make_loop(*answers)
    return await loop.run(task, Budget(30, attempts=2), lambda stage: None)


BAD, GOOD = "def f(a):\n    return wrong", "def f(a):\n    return a"


async def test_the_markdown_tells_each_attempt(tmp_path: Path, make_loop: MakeLoop) -> None:
    text = to_markdown(await run(tmp_path, make_loop, BAD, GOOD))
    assert text.startswith("# implement f: accepted")
    assert "## Attempt 1: first draft" in text
    assert "+    return wrong" in text
    assert "- ✗ words: words read" in text
    assert "  - line 2, wrong: the word wrong stands here" in text
    assert "## Attempt 2: repair" in text
    assert "- ✓ words" in text
    assert text.rstrip().endswith("</details>")


async def test_a_hostile_answer_cannot_leave_its_fence(tmp_path: Path, make_loop: MakeLoop) -> None:
    text = to_markdown(await run(tmp_path, make_loop, "no code ```` here\n<script>alert(1)</script>"))
    fence = text.split("No draft")[1].splitlines()[2]
    assert fence == "`````"


async def test_the_json_is_plain_data(tmp_path: Path, make_loop: MakeLoop) -> None:
    data = json.loads(json.dumps(to_json(await run(tmp_path, make_loop, BAD, GOOD))))
    assert data["status"] == "accepted"
    assert data["accepted"] == 2
    assert data["attempts"][0]["rejected_by"][0] | {"column": 0, "end_column": 0} == {
        "validator": "words",
        "rule": "wrong",
        "severity": "error",
        "line": 2,
        "column": 0,
        "end_line": 2,
        "end_column": 0,
        "message": "the word wrong stands here",
        "detail": "",
        "introduced": True,
    }
    assert data["diff"].endswith("-    ...\n+    return a")


async def test_evidence_and_diff_of_an_accepted_draft(tmp_path: Path, make_loop: MakeLoop) -> None:
    outcome = await run(tmp_path, make_loop, GOOD)
    assert outcome.accepted
    assert outcome.draft
    assert evidence(outcome.accepted) == "words read"
    assert diff(outcome, outcome.draft).splitlines()[:2] == ["--- a/m.py", "+++ b/m.py"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (BAD, "2 drafts were tried and none passed the checks; the last one fails words: the word wrong stands here."),
        ("?", "2 drafts were tried and none was usable; of the last one: the answer holds no function f."),
    ],
)
async def test_why_nothing_was_shown(tmp_path: Path, make_loop: MakeLoop, answer: str, words: str) -> None:
    assert why_rejected(await run(tmp_path, make_loop, answer)) == words


async def test_drafts_that_all_fail_alike_cast_doubt_on_the_check(tmp_path: Path, make_loop: MakeLoop) -> None:
    document = Document(tmp_path / "m.py", "def f(a):\n    ...\n", 1)
    target = find_target(document, "f")
    task = Task(TaskKind.IMPLEMENT, document, target.span, Workspace((tmp_path,)), target)
    loop, _ = make_loop(BAD, "def f(a):\n    return wrong + 1", "def f(a):\n    return wrong + 2")
    outcome = await loop.run(task, Budget(30, attempts=3), lambda stage: None)
    assert why_rejected(outcome).endswith("They all fail alike: what they are checked against may be wrong.")


async def test_the_page_has_the_text_before_and_what_the_model_was_told(tmp_path: Path, make_loop: MakeLoop) -> None:
    outcome = await run(tmp_path, make_loop, BAD, GOOD)
    data = json.loads(json.dumps(to_page(outcome)))
    assert data["before"] == "def f(a):\n    ..."
    assert data["lines"] == [1, 2]
    assert data["attempts"][0]["prompt"][0]["role"] == "system"
    assert "def f(a)" in data["attempts"][0]["prompt"][1]["content"]
    assert {**data, "attempts": 0}.items() >= {**to_json(outcome), "attempts": 0}.items(), "all of the JSON is in it"


async def test_a_summary_says_the_same_as_the_trace(tmp_path: Path, make_loop: MakeLoop) -> None:
    outcome = await run(tmp_path, make_loop, BAD, GOOD)
    data = to_page(outcome)
    assert to_summary(outcome) == {**{key: data[key] for key in to_summary(outcome)}, "attempts": 2}
    assert outcome.ended_at == pytest.approx(time.time(), abs=60)


def _grey_text(before: str, after: str) -> Outcome:
    document = Document(Path("/w/m.py"), before)
    task = Task(TaskKind.INLINE, document, Span(0, 0))
    prompt = FimPrompt("before", "after")
    attempt = Attempt(1, AttemptKind.DRAFT, prompt, Draft(Document(document.path, after), ()))
    return Outcome("1", task, (attempt,), attempt, Ending.ACCEPTED, 0.1)


def test_of_grey_text_the_prompt_is_what_surrounds_the_cursor() -> None:
    (attempt,) = to_page(_grey_text("", "a\n"))["attempts"]
    assert attempt["prompt"] == [{"role": "prefix", "content": "before"}, {"role": "suffix", "content": "after"}]


def test_a_diff_counts_lines_as_documents_do() -> None:
    outcome = _grey_text("a\x0cb\r\nc\r\n", "a\x0cb\r\nd\r\n")
    assert outcome.draft
    assert diff(outcome, outcome.draft).splitlines()[2:3] == ["@@ -1,2 +1,2 @@"]
    assert diff(outcome, outcome.draft).split("\n")[3:] == [" a\x0cb", "-c", "+d"]
    assert to_page(outcome)["before"] == "a\x0cb\nc"


async def test_an_outcome_is_counted_by_its_kind(tmp_path: Path, make_loop: MakeLoop) -> None:
    metrics = Metrics()
    measure(await run(tmp_path, make_loop, BAD, GOOD), metrics)
    measure(await run(tmp_path, make_loop, BAD, BAD), metrics)
    figures = metrics.as_json()["implement"]
    assert figures["requests"] == 2
    assert (figures["accepted"], figures["rejected"]) == (1, 1)
    assert figures["attempts"] == 4
    assert figures["tokens_written"] > 0
    assert figures["steps"]["total"]["n"] == 2
    assert figures["steps"]["words"]["n"] == 3, "the same program again is not looked at again"
