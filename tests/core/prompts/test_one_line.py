"""One line written anew, all around it stays."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from autoglm_core.config import Settings
from autoglm_core.context.exclusion import Exclusions
from autoglm_core.context.project import ProjectContext
from autoglm_core.prompts.builder import Prompts
from autoglm_core.prompts.one_line import Gap, find_gap, find_lost_opening
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
    Report,
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


def asked_before(task: Task, attempt: Attempt, times: int) -> Gap | None:
    """What is asked for after so many answers that were of no use."""
    made = [Attempt(n, AttemptKind.LINE, FimPrompt("", None), None, problem="no name") for n in range(1, times + 1)]
    return find_gap(task, [attempt, *made])


def test_what_one_line_does_not_mend_has_no_gap(tmp_path: Path) -> None:
    task, attempt = wrong(tmp_path, "for n in missing:", "unresolved-reference", "missing")
    assert [asked_before(task, attempt, n) is None for n in range(4)] == [False, False, True, True]
    task, attempt = wrong(tmp_path, "for n in", "syntax-error")
    assert [asked_before(task, attempt, n) is None for n in range(2)] == [False, True]
    outside = Finding("syntax", "syntax-error", Severity.ERROR, Span(0, 1), "Syntax error: 'return' outside function")
    assert find_gap(task, [replace(attempt, rejected_by=(outside,))]) is None
    assert find_gap(task, []) is None


def unresolved(folder: Path, text: str) -> tuple[Task, Attempt]:
    document, place = Document(folder / "m.py", text), text.index("nowhere")
    finding = Finding(
        "names_types", "unresolved-reference", Severity.ERROR, Span(place, place + len("nowhere")), "not right"
    )
    task = Task(TaskKind.FIX, document, Span(0, len(text)), Workspace((folder,)))
    return task, Attempt(0, AttemptKind.EXISTING, None, Draft(document, ()), rejected_by=(finding,))


@pytest.mark.parametrize("asked", [0, 1])
@pytest.mark.parametrize("line", ["spare = nowhere", "spare: int = nowhere", "spare = n = nowhere"])
def test_a_line_whose_value_nothing_uses_is_no_gap(tmp_path: Path, line: str, asked: int) -> None:
    assert asked_before(*unresolved(tmp_path, f"def f(a):\n    {line}\n    return a\n"), asked) is None


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
    gap = asked_before(*unresolved(tmp_path, text), 0)
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
    assert asked_before(*wrong(tmp_path, "for n in missing:", UNBOUND, "missing"), 0) is None


def broken(folder: Path, text: str, wanted: str = "") -> tuple[Task, Attempt]:
    """A text that does not parse, with what the compiler says of it, and each ``nowhere`` that does not resolve."""
    document = Document(folder / "m.py", text)
    with pytest.raises(SyntaxError) as caught:
        compile(text, "m.py", "exec")
    place = document.offset((caught.value.lineno or 1) - 1, 0)
    message = f"Syntax error: {caught.value.msg}"
    wrong = Finding("syntax", "syntax-error", Severity.ERROR, Span(place, place), message)
    names = tuple(
        Finding("names_types", "unresolved-reference", Severity.ERROR, Span(at.start(), at.end()), "not there")
        for at in re.finditer("nowhere", text)
    )
    task = Task(TaskKind.FIX, document, Span(0, len(text)), Workspace((folder,)), wanted=wanted)
    reports = (Report("syntax", (wrong,)), Report("names_types", names))
    return task, Attempt(0, AttemptKind.EXISTING, None, Draft(document, ()), reports=reports, rejected_by=(wrong,))


IN_LOOP = "def f(xs):\n    n = 0\n    for x in xs:\n        n += x\n        n *= 2\n    return n\n"
OF_TWO = "def f(xs):\n    for x in xs:\n        if x:\n            print(x)\n        else:\n            print(1)\n"
IN_CLASS = "class A:\r\n    def f(self, a):\r\n        b = a\r\n\r\n        return b\r\n"


@pytest.mark.parametrize(
    ("whole", "lost", "begins"),
    [
        pytest.param(IN_LOOP, "    for x in xs:\n", "    ", id="of several lines"),
        pytest.param(
            "def f(xs):\n    for nowhere in xs:\n        print(nowhere)\n    return 1\n", "    for nowhere in xs:\n",
            "    ", id="of what a loop binds",
        ),
        pytest.param(
            "def f(xs):\n    n = 0\n    for nowhere in xs:\n        n += nowhere\n    return n\n",
            "    for nowhere in xs:\n", "    ", id="the same after a line",
        ),
        pytest.param(
            "def f(n):\n    if n == 1:\n        return n\n    n += 1\n    return n\n", "    if n == 1:\n", "    ",
            id="that leaves the function too early",
        ),
        pytest.param(OF_TWO, "        if x:\n", "        ", id="which an else goes on with, in a loop"),
        pytest.param(
            "def f(a):\n\tif a:\n\t\treturn 1\n\telse:\n\t\treturn 2\n", "\tif a:\n", "\t", id="with an else"
        ),
        pytest.param(IN_CLASS, "    def f(self, a):\r\n", "    def f(self, ", id="of a method"),
    ],
)  # fmt: skip
async def test_the_lost_line_that_opened_a_block_is_asked_for_first(
    tmp_path: Path, whole: str, lost: str, begins: str
) -> None:
    task, attempt = broken(tmp_path, whole.replace(lost, ""), "A.f" if "class" in whole else "")
    before = whole[: whole.index(lost)]
    prompt = await prompts().build(task, (attempt,), MOVE)
    assert isinstance(prompt, FimPrompt)
    assert prompt.prefix.endswith(before + begins)
    assert prompt.suffix is not None
    assert prompt.suffix.lstrip("\r\n").startswith(whole[whole.index(lost) + len(lost) :].split("\n")[0])
    draft = prompts().read(task, (attempt,), MOVE, lost.strip().removeprefix(begins.strip()))
    assert draft.document.text == whole
    with pytest.raises(ValueError, match="opens no block"):
        prompts().read(task, (attempt,), MOVE, "print(1)")


async def test_a_definition_keeps_its_name(tmp_path: Path) -> None:
    document = Document(tmp_path / "m.py", "def total(self numbers, more):\n    return numbers\n")
    wrong = Finding("syntax", "syntax-error", Severity.ERROR, Span(11, 11), "Syntax error: invalid syntax")
    attempt = Attempt(0, AttemptKind.EXISTING, None, Draft(document, ()), rejected_by=(wrong,))
    task = Task(TaskKind.FIX, document, Span(0, len(document.text)), Workspace((tmp_path,)))
    draft = prompts().read(task, (attempt,), MOVE, "def total(self, numbers, more):")
    assert draft.document.text.startswith("def total(self, numbers, more):\n")
    with pytest.raises(ValueError, match="does not define total"):
        prompts().read(task, (attempt,), MOVE, "def sum_of(self, numbers):")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def f(a):\n    b = a\n        return b\n", id="one line that slipped"),
        pytest.param("def f(a):\n    b = a\n      b += 1\n      return b\n", id="no whole level"),
        pytest.param("def f(a):\n    if a:\n        b = 1\n      return b\n", id="a line between levels"),
        pytest.param("b = 1\nreturn b\n", id="no body of a method"),
        pytest.param(
            "def f(a):\n    x = max(a,\n            2)\n      y = 3\n    return x + y\n", id="after a line of brackets"
        ),
        pytest.param("def f(a):\n            # deep\n    b = a\n        c = b\n    return b\n", id="under a comment"),
        pytest.param(
            "def f(a):\n    b = a + 1\n        c = b * 2\n        d = c + 1\n    return d\n", id="steps on one way"
        ),
        pytest.param(
            "def f(xs):\n    n = 0\nfor x in xs:\n        n += x\n        n *= 2\n    return n\n",
            id="one that fell out",
        ),
        pytest.param("def f(a:\n    return a\n", id="another error"),
    ],
)
def test_what_only_slipped_has_lost_nothing(tmp_path: Path, text: str) -> None:
    task, attempt = broken(tmp_path, text)
    assert find_lost_opening(task, attempt) is None
