"""What users can ask for, through the facade."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autoglm_core.assistant import Assistant
from autoglm_core.engines.scripted import ScriptedEngine
from autoglm_core.errors import ExcludedFileError, TargetNotFoundError
from autoglm_core.types import (
    ChatPrompt,
    Document,
    Ending,
    FimPrompt,
    Limits,
    Outcome,
    Problem,
    Span,
    TaskKind,
    Verdict,
    Workspace,
)

MakeAssistant = Callable[..., tuple[Assistant, ScriptedEngine]]
CODE = "import os\n\n\ndef f(a):\n    ...\n\n\ndef g(b):\n    return b + wrong\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace((tmp_path,))


@pytest.fixture
def document(tmp_path: Path) -> Document:
    return Document(tmp_path / "m.py", CODE, 7)


def text_of(outcome: Outcome) -> str:
    assert outcome.draft
    return outcome.draft.document.text


async def test_complete_inserts_at_the_cursor(
    tmp_path: Path, workspace: Workspace, make_assistant: MakeAssistant
) -> None:
    assistant, engine = make_assistant("a + b<|endoftext|>")
    document = Document(tmp_path / "m.py", "def add(a, b):\n    return \n")
    outcome = await assistant.complete(document, len(document.text) - 1, workspace)
    assert text_of(outcome) == "def add(a, b):\n    return a + b\n"
    prompt = engine.prompts[0]
    assert isinstance(prompt, FimPrompt)
    assert prompt.suffix == "\n"
    assert prompt.prefix.endswith("return ")


async def test_implement_by_name_and_by_place(
    document: Document, workspace: Workspace, make_assistant: MakeAssistant
) -> None:
    assistant, _ = make_assistant("```python\ndef f(a):\n    return os.path.abspath(a)\n```")
    for where in ("f", CODE.index("...")):
        outcome = await assistant.implement(document, where, workspace)
        assert "    return os.path.abspath(a)\n\n\ndef g" in text_of(outcome)


async def test_implement_of_nothing_is_said(
    document: Document, workspace: Workspace, make_assistant: MakeAssistant
) -> None:
    assistant, engine = make_assistant("x")
    with pytest.raises(TargetNotFoundError, match="no function h"):
        await assistant.implement(document, "h", workspace)
    assert engine.prompts == []


async def test_fix_works_on_the_function_around_the_problem(
    document: Document, workspace: Workspace, make_assistant: MakeAssistant
) -> None:
    assistant, engine = make_assistant("```python\ndef g(b):\n    return b + 1\n```")
    place = CODE.index("wrong")
    outcome = await assistant.fix(document, [Problem(Span(place, place + 5), "Undefined name")], workspace)
    assert text_of(outcome) == CODE.replace("wrong", "1")
    prompt = engine.prompts[0]
    assert isinstance(prompt, ChatPrompt)
    assert "def g(b):\n    return b + wrong\n```" in prompt.messages[-1].content


async def test_fix_without_problems_finds_them_itself(
    document: Document, workspace: Workspace, make_assistant: MakeAssistant
) -> None:
    assistant, _ = make_assistant("```python\ndef g(b):\n    return b + 1\n```")
    assert [p.rule for p in await assistant.problems(document, workspace)] == ["wrong"]
    assert text_of(await assistant.fix(document, [], workspace)) == CODE.replace("wrong", "1")


async def test_fix_of_sound_code_says_so(tmp_path: Path, workspace: Workspace, make_assistant: MakeAssistant) -> None:
    assistant, _ = make_assistant("x")
    outcome = await assistant.fix(Document(tmp_path / "m.py", "x = 1\n"), [], workspace)
    assert outcome.ending is Ending.NOTHING_TO_DO


async def test_edit_rewrites_whole_lines_of_the_selection(
    document: Document, workspace: Workspace, make_assistant: MakeAssistant
) -> None:
    assistant, engine = make_assistant("```python\nreturn 2 * b\n```")
    place = CODE.index("b + wrong")
    outcome = await assistant.edit(document, Span(place, place + 1), "double it", workspace)
    assert text_of(outcome) == CODE.replace("return b + wrong", "return 2 * b")
    prompt = engine.prompts[0]
    assert isinstance(prompt, ChatPrompt)
    assert "Do this: double it" in prompt.messages[-1].content


async def test_edit_at_a_cursor_rewrites_its_function(
    document: Document, workspace: Workspace, make_assistant: MakeAssistant
) -> None:
    assistant, _ = make_assistant("```python\ndef g(b, c):\n    return b + c\n```")
    place = CODE.index("wrong")
    outcome = await assistant.edit(document, Span(place, place), "add c", workspace)
    assert text_of(outcome).endswith("def g(b, c):\n    return b + c\n")


async def test_generate_from_a_description(workspace: Workspace, make_assistant: MakeAssistant) -> None:
    assistant, engine = make_assistant("```python\ndef hello():\n    return 'hello'\n```")
    outcome = await assistant.generate("A function hello", workspace, limits=Limits(tests="def test_hello(): ..."))
    assert text_of(outcome) == "def hello():\n    return 'hello'\n"
    prompt = engine.prompts[0]
    assert isinstance(prompt, ChatPrompt)
    assert "A function hello" in prompt.messages[-1].content
    assert "def test_hello" in prompt.messages[-1].content


@pytest.mark.parametrize("kind", [TaskKind.INLINE, TaskKind.IMPLEMENT, TaskKind.FIX, TaskKind.EDIT])
async def test_an_excluded_file_reaches_no_model(
    tmp_path: Path, workspace: Workspace, make_assistant: MakeAssistant, kind: TaskKind
) -> None:
    (tmp_path / ".gitignore").write_text("m.py\n")
    document = Document(tmp_path / "m.py", CODE)
    assistant, engine = make_assistant("x")
    requests = {
        TaskKind.INLINE: lambda: assistant.complete(document, 0, workspace),
        TaskKind.IMPLEMENT: lambda: assistant.implement(document, "f", workspace),
        TaskKind.FIX: lambda: assistant.fix(document, [], workspace),
        TaskKind.EDIT: lambda: assistant.edit(document, Span(0, 0), "x", workspace),
    }
    with pytest.raises(ExcludedFileError):
        await requests[kind]()
    assert engine.prompts == []


async def test_outcomes_are_remembered_and_verdicts_recorded(
    document: Document, workspace: Workspace, make_assistant: MakeAssistant
) -> None:
    assistant, _ = make_assistant("```python\ndef f(a):\n    return a\n```")
    outcome = await assistant.implement(document, "f", workspace)
    assert assistant.outcome(outcome.id) is outcome
    assert assistant.outcomes() == (outcome,)
    assistant.record(outcome.id, Verdict.KEPT)
    assistant.record("unknown", Verdict.KEPT)
    assert assistant._history.counts() == {Verdict.KEPT: 1}


async def test_typing_pushes_no_outcome_of_an_action_out(
    document: Document, workspace: Workspace, make_assistant: MakeAssistant
) -> None:
    assistant, _ = make_assistant("```python\ndef f(a):\n    return a\n```")
    action = await assistant.implement(document, "f", workspace)
    typed = replace(action, task=replace(action.task, kind=TaskKind.INLINE))
    for number in range(300):
        assistant._remember(replace(typed, id=f"key {number // 2}"))  # each suggestion is typed along once
    assert len(assistant.outcomes()) == 151
    for number in range(250):
        assistant._remember(replace(typed, id=f"later {number}"))
    assert [outcome.id for outcome in assistant.outcomes()] == [action.id, *(f"later {n}" for n in range(50, 250))]


async def test_closing_lets_go(make_assistant: MakeAssistant) -> None:
    assistant, _ = make_assistant("x")
    await assistant.aclose()
