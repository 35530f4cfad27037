"""One line written anew, all around it stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autoglm_core.config import Settings
from autoglm_core.context.exclusion import Exclusions
from autoglm_core.context.project import ProjectContext
from autoglm_core.prompts.builder import Prompts
from autoglm_core.prompts.one_line import find_gap
from autoglm_core.targets import find_target
from autoglm_core.types import (
    UNBOUND,
    Attempt,
    AttemptKind,
    Document,
    Draft,
    FimPrompt,
    Finding,
    Move,
    Severity,
    Span,
    Task,
    TaskKind,
    Workspace,
)

TEXT = "def total(numbers):\r\n    result = 0\r\n    for n in «:»\r\n        result += n\r\n    return result\r\n"
MOVE = Move(AttemptKind.LINE, "one line is wrong")


def wrong(folder: Path, line: str, rule: str, name: str = "") -> tuple[Task, Attempt]:
    document = Document(folder / "m.py", TEXT.replace("for n in «:»", line))
    target = find_target(document, "total")
    place = document.offset(2, 4 + line.index(name))
    validator = "syntax" if rule == "syntax-error" else "names_types"
    finding = Finding(validator, rule, Severity.ERROR, Span(place, place + len(name)), "not right")
    task = Task(TaskKind.FIX, document, target.span, Workspace((folder,)), target, "Add the numbers.")
    return task, Attempt(0, AttemptKind.EXISTING, None, Draft(document, ()), rejected_by=(finding,))


def prompts() -> Prompts:
    return Prompts(ProjectContext(Exclusions()), Settings())


async def test_the_model_writes_what_stands_between(tmp_path: Path) -> None:
    task, attempt = wrong(tmp_path, "for n in", "syntax-error")
    prompt = await prompts().build(task, (attempt,), MOVE)
    assert isinstance(prompt, FimPrompt)
    assert prompt.prefix.endswith("    result = 0\r\n    ")
    assert prompt.suffix is not None
    assert prompt.suffix.startswith("\r\n        result += n\r\n")
    assert "for n in" not in prompt.prefix + prompt.suffix
    assert prompt.sampling.stop == ("\n",)
    draft = prompts().read(task, (attempt,), MOVE, "    for n in numbers:\r")
    assert draft.document.text == TEXT.replace("«:»", "numbers:")


async def test_a_name_alone_is_asked_for_first_and_replaced_all_over_its_line(tmp_path: Path) -> None:
    task, attempt = wrong(tmp_path, "for n in lost or sorted(lost):", "unresolved-reference", "lost")
    prompt = await prompts().build(task, (attempt,), MOVE)
    assert isinstance(prompt, FimPrompt)
    assert prompt.prefix.startswith("# Add the numbers.\n")
    assert prompt.prefix.endswith("\n    for n in ")
    assert prompt.suffix is not None
    assert prompt.suffix.startswith(" or sorted(lost):\r\n")
    draft = prompts().read(task, (attempt,), MOVE, "numbers) # and more")
    assert draft.document.text == TEXT.replace("«:»", "numbers or sorted(numbers):")
    for answer in ("[1, 2]", "not", ""):
        with pytest.raises(ValueError, match="no name"):
            prompts().read(task, (attempt,), MOVE, answer)


async def test_then_the_line_is_asked_for_with_the_wrong_one_above(tmp_path: Path) -> None:
    task, attempt = wrong(tmp_path, "for n in missing:", "unresolved-reference", "missing")
    before = (attempt, Attempt(1, AttemptKind.LINE, FimPrompt("", None), None, problem="the answer is no name"))
    prompt = await prompts().build(task, before, MOVE)
    assert isinstance(prompt, FimPrompt)
    assert prompt.prefix.endswith("\n    # wrong: for n in missing:\n    # right:\n    ")
    draft = prompts().read(task, before, MOVE, "for n in numbers:  # wrong: for n in missing:")
    assert draft.document.text == TEXT.replace("«:»", "numbers:")
    for answer in (" \n", "# for n in numbers:"):
        with pytest.raises(ValueError, match="no code"):
            prompts().read(task, before, MOVE, answer)


def test_what_one_line_does_not_mend_has_no_gap(tmp_path: Path) -> None:
    _, attempt = wrong(tmp_path, "for n in missing:", "unresolved-reference", "missing")
    assert [find_gap(attempt, asked) is None for asked in range(4)] == [False, False, True, True]
    _, attempt = wrong(tmp_path, "for n in", "syntax-error")
    assert [find_gap(attempt, asked) is None for asked in range(2)] == [False, True]
    outside = Finding("syntax", "syntax-error", Severity.ERROR, Span(0, 1), "Syntax error: 'return' outside function")
    assert find_gap(replace(attempt, rejected_by=(outside,)), 0) is None
    assert find_gap(None, 0) is None


def unresolved(folder: Path, text: str) -> Attempt:
    document, place = Document(folder / "m.py", text), text.index("nowhere")
    finding = Finding(
        "names_types", "unresolved-reference", Severity.ERROR, Span(place, place + len("nowhere")), "not right"
    )
    return Attempt(0, AttemptKind.EXISTING, None, Draft(document, ()), rejected_by=(finding,))


@pytest.mark.parametrize("asked", [0, 1])
@pytest.mark.parametrize("line", ["spare = nowhere", "spare: int = nowhere", "spare = n = nowhere"])
def test_a_line_whose_value_nothing_uses_is_no_gap(tmp_path: Path, line: str, asked: int) -> None:
    assert find_gap(unresolved(tmp_path, f"def f(a):\n    {line}\n    return a\n"), asked) is None


@pytest.mark.parametrize(
    "text",
    [
        "def f(a):\n    n = nowhere\n    return n\n",
        "def f(a):\n    for n in nowhere:\n        print(a)\n",
        "def f(self):\n    self.spare = nowhere\n",
        "def f(a):\n    a[0] = nowhere\n",
        "def f(a):\n    global spare\n    spare = nowhere\n",
        "LIMIT = nowhere\n",
        "class C:\n    limit = nowhere\n",
        "def f(g):\n    g(\n        spare=nowhere,\n    )\n",
    ],
)
def test_what_other_code_may_read_is_a_gap(tmp_path: Path, text: str) -> None:
    gap = find_gap(unresolved(tmp_path, text), 0)
    assert gap is not None
    assert gap.document.text[gap.span.start : gap.span.end] == "nowhere"


async def test_an_answer_that_gives_the_name_a_value_goes_in_front_of_the_line(tmp_path: Path) -> None:
    task, attempt = wrong(tmp_path, "for n in missing:", "unresolved-reference", "missing")
    before = (attempt, Attempt(1, AttemptKind.LINE, FimPrompt("", None), None, problem="the answer is no name"))
    draft = prompts().read(task, before, MOVE, "missing = sorted(numbers)")
    wanted = "missing = sorted(numbers)\r\n    for n in missing:"
    assert draft.document.text == TEXT.replace("for n in «:»", wanted)
    draft = prompts().read(task, before, MOVE, "for n in numbers:  # missing = 1")
    assert draft.document.text == TEXT.replace("«:»", "numbers:  # missing = 1")


@pytest.mark.parametrize("line", ["missing = missing + 1", "missing += 1", "for missing in missing:"])
async def test_but_not_in_front_of_a_line_that_gives_it_one_itself(tmp_path: Path, line: str) -> None:
    task, attempt = wrong(tmp_path, line, "unresolved-reference", "missing")
    before = (attempt, Attempt(1, AttemptKind.LINE, FimPrompt("", None), None, problem="the answer is no name"))
    draft = prompts().read(task, before, MOVE, "missing = sorted(numbers)")
    assert draft.document.text == TEXT.replace("for n in «:»", "missing = sorted(numbers)")


async def test_names_without_a_first_value_are_no_gap(tmp_path: Path) -> None:
    _, attempt = wrong(tmp_path, "for n in missing:", UNBOUND, "missing")
    assert find_gap(attempt, 0) is None
