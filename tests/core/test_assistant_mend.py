"""Fixes by rule: checked, without a model, and an outcome only when they are kept."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from autoglm_core.assistant import Assistant
from autoglm_core.bootstrap import build_assistant
from autoglm_core.config import HistorySettings, Settings
from autoglm_core.engines.scripted import ScriptedEngine
from autoglm_core.errors import ExcludedFileError, TargetNotFoundError
from autoglm_core.types import Document, Limits, Outcome, Problem, Span, Verdict, Workspace

TEXT = "def circle(r: float) -> float:\n    return math.pi * r * r\n"
AT = TEXT.index("math")
PROBLEM = Problem(Span(AT, AT + 4), '"math" is not defined')


@pytest_asyncio.fixture
async def assistant(tmp_path: Path) -> AsyncIterator[Assistant]:
    script = tmp_path / "script.json"
    script.write_text(json.dumps(["never asked"]), "utf-8")
    made = build_assistant(Settings(history=HistorySettings(enabled=False)), script=script)
    yield made
    await made.aclose()


async def mend(assistant: Assistant, folder: Path, text: str = TEXT, **more: float) -> Outcome | None:
    document, workspace = Document(folder / "a.py", text), Workspace((folder,))
    return await assistant.mend(document, [PROBLEM], workspace, deadline_s=more.get("deadline_s", 60.0))


async def test_it_is_checked_and_no_model_is_asked(assistant: Assistant, tmp_path: Path) -> None:
    outcome = await mend(assistant, tmp_path)
    assert outcome is not None
    assert outcome.accepted is not None
    assert outcome.draft is not None
    assert outcome.draft.document.text.startswith("import math\n")
    assert {"syntax", "names_types", "lint"} <= {r.validator for r in outcome.accepted.reports if not r.skipped}
    assert not {"tests"} & {report.validator for report in outcome.accepted.reports}, "nothing is run"
    (engine, _), *_ = assistant.engines().values()
    assert isinstance(engine, ScriptedEngine)
    assert engine.prompts == []


async def test_offers_are_no_outcomes_until_one_is_kept(assistant: Assistant, tmp_path: Path) -> None:
    outcome = await mend(assistant, tmp_path)
    assert outcome is not None
    assert assistant.outcomes() == ()
    assistant.record(outcome.id, Verdict.KEPT)
    assert assistant.outcomes() == (outcome,)
    assert assistant.kept_today() == 1


async def test_what_is_not_ready_in_time_is_not_offered(assistant: Assistant, tmp_path: Path) -> None:
    assert await mend(assistant, tmp_path, deadline_s=0.001) is None


async def test_a_mend_that_leaves_something_wrong_is_not_offered(assistant: Assistant, tmp_path: Path) -> None:
    assert await mend(assistant, tmp_path, TEXT.replace("* r * r", "* qqqqzzzz")) is None


async def test_an_excluded_file_is_left_alone(assistant: Assistant, tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("a.py\n")
    with pytest.raises(ExcludedFileError):
        await mend(assistant, tmp_path)


async def test_a_file_that_does_not_parse_elsewhere_is_mended_before_a_function_of_it(
    assistant: Assistant, tmp_path: Path
) -> None:
    document = Document(tmp_path / "a.py", "import java.util.*;\n\n\ndef g(b):\n    return b\n")
    outcome = await assistant.fix(document, (), Workspace((tmp_path,)), instruction="It is wrong.", where="g")
    assert outcome.draft is not None
    assert outcome.draft.document.text == "\n\ndef g(b):\n    return b\n"
    (engine, _), *_ = assistant.engines().values()
    assert isinstance(engine, ScriptedEngine)
    assert engine.prompts == []


CLASS = "class Box:\n    def size(self, n: int) -> int:\n        return n + 1\n"

CALLS = CLASS.replace("n + 1", "self.other(n)") + "\n    def other(self, number: int) -> int:\n"


@pytest.mark.parametrize(
    ("text", "where", "wanted"),
    [
        pytest.param(CLASS + "    console.log(size(3))\n", "Box.size", CLASS, id="the class cannot be made"),
        pytest.param(
            "class Box:\n    def size(self, n: int) -> int:\n        return n + 1)\n\n    def other(self\n", "Box.size",
            None, id="what is mended in one place is not the whole file",
        ),
        pytest.param(
            CALLS + "        return nubmer + 1\n", "Box.size", CALLS + "        return number + 1\n",
            id="what it calls has a name that nothing knows",
        ),
        pytest.param(
            "import os\n\n\ndef size(n: int) -> int:\n    return n + 1\n", "Box.size", f"import os\n\n\n{CLASS}",
            id="the line of the class is lost",
        ),
        pytest.param(
            "def f(numbers: list[int]):\n    hash = ''\n    return hash if nubmers else eval('1')\n", "f",
            "def f(numbers: list[int]):\n    hash = ''\n    return hash if numbers else eval('1')\n",
            id="a name, beside what is insecure and was there",
        ),
    ],
)  # fmt: skip
async def test_what_keeps_a_function_from_running_is_mended(
    assistant: Assistant, tmp_path: Path, text: str, where: str, wanted: str | None
) -> None:
    document = Document(tmp_path / "a.py", text)
    outcome = await assistant.fix(document, (), Workspace((tmp_path,)), where=where, limits=Limits(attempts=1))
    assert (outcome.draft.document.text if outcome.draft else None) == wanted


async def test_a_function_that_is_named_by_its_module_is_no_method(assistant: Assistant, tmp_path: Path) -> None:
    document = Document(tmp_path / "a.py", "def add(a, b):\n    return a + b\n")
    for where in ("a.add", "utils.add"):
        with pytest.raises(TargetNotFoundError):
            await assistant.fix(document, (), Workspace((tmp_path,)), where=where)


async def test_words_about_a_function_stay_its_own_where_a_helper_only_may_fail(
    assistant: Assistant, tmp_path: Path
) -> None:
    helper = "def help(x):\n    if x is None:\n        return missing_const\n    return x\n"
    text = f"{helper}\n\ndef f(xs):\n    return help(xs)\n"
    outcome = await assistant.fix(
        Document(tmp_path / "a.py", text), (), Workspace((tmp_path,)), where="f", instruction="It is wrong.",
        limits=Limits(attempts=1),
    )  # fmt: skip
    assert outcome.task.target is not None
    assert outcome.task.target.name == "f"


async def test_what_is_insecure_is_to_be_gone_where_a_problem_says_so(assistant: Assistant, tmp_path: Path) -> None:
    text = "import subprocess\n\n\ndef f(cmd: str):\n    subprocess.run(cnd, shell=True)\n"
    at = text.index("subprocess.run")
    problem = Problem(Span(at, at + 14), "shell=True", "S602", "security")
    outcome = await assistant.mend(
        Document(tmp_path / "a.py", text), [problem], Workspace((tmp_path,)), deadline_s=60.0
    )
    assert outcome is None


@pytest.mark.parametrize(
    "text", ["class Boxes:\n    x = 1\n\n\ndef size(n):\n    return n\n", "def other(n):\n    return n\n"]
)
async def test_a_method_that_may_be_misspelt_is_not_found(assistant: Assistant, tmp_path: Path, text: str) -> None:
    with pytest.raises(TargetNotFoundError, match="no function Box.size"):
        await assistant.fix(Document(tmp_path / "a.py", text), (), Workspace((tmp_path,)), where="Box.size")


async def test_what_else_is_said_of_a_text_that_does_not_parse_is_not_demanded(
    assistant: Assistant, tmp_path: Path
) -> None:
    text = "def f(a: int | None)\n    return a.missing\n"
    problems = [Problem(Span(20, 20), "expected ':'", source="syntax"), Problem(Span(32, 33), "attribute missing")]
    outcome = await assistant.mend(Document(tmp_path / "a.py", text), problems, Workspace((tmp_path,)), deadline_s=60.0)
    assert outcome is not None
    assert outcome.draft is not None
    assert outcome.draft.document.text == text.replace(")\n", "):\n")


async def test_the_first_reading_that_passes_is_taken(assistant: Assistant, tmp_path: Path) -> None:
    text = "def f(rows: list[str]) -> str:\n    return 'rows[0]\n"
    problem = Problem(Span(text.index("'"), len(text) - 1), "unterminated string", source="syntax")
    outcome = await assistant.mend(
        Document(tmp_path / "a.py", text), [problem], Workspace((tmp_path,)), deadline_s=60.0
    )
    assert outcome is not None
    assert outcome.draft is not None
    assert outcome.draft.document.text == "def f(rows: list[str]) -> str:\n    return rows[0]\n"
