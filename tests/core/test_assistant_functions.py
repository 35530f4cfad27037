"""The actions on one function through the facade: what the model is asked, and where the draft goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autoglm_core.assistant import Assistant
from autoglm_core.engines.scripted import ScriptedEngine
from autoglm_core.errors import ExcludedFileError, TargetNotFoundError
from autoglm_core.types import ChatPrompt, Document, Ending, TaskKind, Workspace

MakeAssistant = Callable[..., tuple[Assistant, ScriptedEngine]]
CODE = "class A:\n    def f(self, x):\n        return x\n"
TESTS = "```python\nfrom m import A\n\ndef test_f():\n    assert A().f(1) == 1\n```"


@pytest.fixture
def document(tmp_path: Path) -> Document:
    return Document(tmp_path / "m.py", CODE, 7)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace((tmp_path,))


def asked(engine: ScriptedEngine) -> list[str]:
    (prompt,) = engine.prompts
    assert isinstance(prompt, ChatPrompt)
    return [message.content for message in prompt.messages]


async def test_tests_go_into_the_modules_file_of_tests(
    document: Document, workspace: Workspace, make_assistant: MakeAssistant, tmp_path: Path
) -> None:
    assistant, engine = make_assistant(TESTS)
    outcome = await assistant.write_tests(document, "f", workspace, instruction="Look at zero.")
    task = outcome.task
    assert (task.kind, task.document.path) == (TaskKind.TEST, tmp_path / "tests" / "test_m.py")
    assert task.subject == document
    assert task.target is not None
    assert task.target.name == "A.f"
    assert task.workspace.unsaved[document.path] == CODE
    assert outcome.draft is not None
    assert outcome.draft.document.text == "from m import A\n\n\ndef test_f():\n    assert A().f(1) == 1\n"
    system, words = asked(engine)
    assert "pytest tests" in system
    assert CODE.strip() in words
    assert "from m import A" in words
    assert "Look at zero." in words


async def test_tests_that_are_there_are_shown_to_the_model(
    document: Document, workspace: Workspace, make_assistant: MakeAssistant, tmp_path: Path
) -> None:
    tests = Document(tmp_path / "test_m.py", "from m import A\n\n\ndef test_old():\n    assert A\n", 3)
    assistant, engine = make_assistant(TESTS)
    outcome = await assistant.write_tests(document, CODE.index("return"), workspace, tests=tests)
    assert "def test_old" in asked(engine)[1]
    assert outcome.draft is not None
    assert outcome.draft.document.version == 3
    assert outcome.draft.document.text.startswith(tests.text)


async def test_types(document: Document, workspace: Workspace, make_assistant: MakeAssistant) -> None:
    assistant, engine = make_assistant("```python\ndef f(self, x: int) -> int:\n    return 2\n```")
    outcome = await assistant.add_types(document, "f", workspace)
    assert outcome.draft is not None
    assert outcome.draft.document.text == CODE.replace("(self, x)", "(self, x: int) -> int")
    assert "type annotations" in asked(engine)[1]


async def test_a_docstring(document: Document, workspace: Workspace, make_assistant: MakeAssistant) -> None:
    assistant, engine = make_assistant('```python\ndef f(self, x):\n    """Return x."""\n    return 2\n```')
    outcome = await assistant.add_docstring(document, "f", workspace)
    assert outcome.draft is not None
    assert outcome.draft.document.text == CODE.replace("x):\n", 'x):\n        """Return x."""\n')
    assert ">>> A(...).f(x)" in asked(engine)[1]


async def test_refactor(document: Document, workspace: Workspace, make_assistant: MakeAssistant) -> None:
    assistant, engine = make_assistant("```python\ndef f(self, x):\n    return +x\n```")
    outcome = await assistant.refactor(document, "f", "use a sign", workspace)
    assert outcome.draft is not None
    assert outcome.draft.document.text == CODE.replace("return x", "return +x")
    assert "Do this: use a sign" in asked(engine)[1]


async def test_a_second_docstring_is_another_draft(
    document: Document, workspace: Workspace, make_assistant: MakeAssistant
) -> None:
    bad, good = (f'```python\ndef f(self, x):\n    """Return {word}."""\n```' for word in ("wrong", "x"))
    assistant, _ = make_assistant(bad, good)
    outcome = await assistant.add_docstring(document, "f", workspace)
    assert outcome.ending is Ending.ACCEPTED, "docstrings make no difference between programs, but here they do"
    assert outcome.draft is not None
    assert "Return x." in outcome.draft.document.text


@pytest.mark.parametrize("method", ["write_tests", "add_types", "add_docstring"])
async def test_excluded_files_and_unknown_functions(
    document: Document, workspace: Workspace, make_assistant: MakeAssistant, tmp_path: Path, method: str
) -> None:
    assistant, engine = make_assistant("x")
    with pytest.raises(TargetNotFoundError):
        await getattr(assistant, method)(document, "g", workspace)
    (tmp_path / ".gitignore").write_text("m.py\n")
    with pytest.raises(ExcludedFileError):
        await getattr(assistant, method)(document, "f", workspace)
    assert engine.prompts == []


async def test_an_excluded_file_of_tests_is_not_shown(
    document: Document, workspace: Workspace, make_assistant: MakeAssistant, tmp_path: Path
) -> None:
    (tmp_path / ".gitignore").write_text("tests/\n")
    assistant, engine = make_assistant(TESTS)
    with pytest.raises(ExcludedFileError):
        await assistant.write_tests(document, "f", workspace)
    assert engine.prompts == []
