import re
import textwrap
from pathlib import Path

import pytest

from autoglm_core.types import Cost, Document, Draft, Finding, Replacement, Severity, Span, Task, TaskKind, Workspace
from autoglm_core.validators.baseline import (
    CannotInspectError,
    Inspection,
    StaticValidator,
    drafted_spans,
    mark_introduced,
    moved_offset,
)
from autoglm_core.validators.baseline_moves import is_renamed


def drafted(marked: str, text: str) -> tuple[Task, Draft]:
    """A task whose document is ``marked`` without « and », and the draft that puts ``text`` between them."""
    hole = Span(marked.index("«"), marked.index("»") - 1)
    document = Document(Path("/w/module.py"), marked.replace("«", "").replace("»", ""))
    replacement = Replacement(hole, text)
    draft = Draft(document.replaced((replacement,)), (replacement,))
    return Task(TaskKind.EDIT, document, hole), draft


class BadWords(StaticValidator):
    """Finds the word BAD, says how many stand before it, and counts its inspections."""

    name = "words"
    cost = Cost.INSTANT
    inspected = 0

    async def inspect(self, document: Document, workspace: Workspace) -> Inspection:
        self.inspected += 1
        if "UNREADABLE" in document.text:
            raise CannotInspectError("it is unreadable")
        return inspection(document)


def inspection(document: Document, *, complete: bool = True) -> Inspection:
    findings, start = [], document.text.find("BAD")
    while start >= 0:
        line = document.position(start)[0] + 1
        span = Span(start, start + 3)
        findings.append(Finding("words", "bad", Severity.ERROR, span, f"a bad word, see line {line}"))
        start = document.text.find("BAD", start + 1)
    return Inspection(tuple(findings), complete)


@pytest.mark.parametrize(
    ("marked", "text", "introduced"),
    [
        pytest.param("a\n«»b\n", "BAD\n", [True], id="a new finding is introduced"),
        pytest.param("BAD\n«»b\n", "c\n", [False], id="an old one before the draft is not"),
        pytest.param("«»\nb BAD\n", "c\nd\n", [False], id="nor one that the draft moves down, line number and all"),
        pytest.param("«c\nd\n»b BAD\n", "", [False], id="nor one that moves up"),
        pytest.param("x = BAD«»\n", " + 1", [False], id="nor one on the line that the draft goes on with"),
        pytest.param("«x = BAD\n»y\n", "y = 0\nx = BAD\n", [False], id="a draft may move an old faulty line"),
        pytest.param("«x = BAD\n»y\n", "if y:\n    x = BAD\n", [False], id="and indent it"),
        pytest.param("x = BAD\n«»y\n", "x = BAD\n", [False, True], id="a repeated faulty line counts once"),
        pytest.param("«x = BAD\n»y\n", "x = BAD\nx = BAD\n", [False, True], id="so it does inside the draft"),
        pytest.param("«x = BAD\n»y\n", "z = BAD\n", [False], id="a rename leaves an old fault old"),
        pytest.param("«x = BAD\n»y\n", "return f(BAD)\n", [True], id="another line with the same fault is new"),
        pytest.param("BAD BAD«»\n", " BAD", [False, False, True], id="three on one line, one of them new"),
    ],
)
def test_only_what_the_draft_brings_is_introduced(marked: str, text: str, introduced: list[bool]) -> None:
    task, draft = drafted(marked, text)
    found = mark_introduced(inspection(task.document), inspection(draft.document), task.document, draft)
    assert [finding.introduced for finding in found] == introduced


def test_a_fault_that_the_draft_causes_elsewhere_is_introduced() -> None:
    task, draft = drafted("«import os\n»\nos.getcwd()\n", "")
    broken = Finding("names", "undefined", Severity.ERROR, Span(1, 3), "os is not defined")
    [found] = mark_introduced(Inspection(), Inspection((broken,)), task.document, draft)
    assert found.introduced


def test_after_an_unreadable_baseline_only_the_lines_of_the_draft_count() -> None:
    task, draft = drafted("BAD\nx = («»\nBAD\n", "1) or BAD")
    found = mark_introduced(Inspection(complete=False), inspection(draft.document), task.document, draft)
    assert [finding.introduced for finding in found] == [False, True, False]


def test_offsets_move_with_several_replacements() -> None:
    replacements = (Replacement(Span(2, 4), "x"), Replacement(Span(6, 6), "yyy"))
    assert [moved_offset(at, replacements) for at in (0, 1, 2, 3, 4, 5, 6, 7)] == [0, 1, None, None, 3, 4, 8, 9]
    assert drafted_spans(replacements) == (Span(2, 3), Span(5, 8))


async def test_a_clean_draft_needs_no_baseline_and_a_baseline_is_read_once() -> None:
    validator = BadWords()
    await validator.check(*drafted("BAD\n«BAD»", "c"))
    assert validator.inspected == 2
    await validator.check(*drafted("BAD\n«BAD»", "d"))
    assert validator.inspected == 3
    await validator.check(*drafted("«BAD»", "d"))
    assert validator.inspected == 4


async def test_the_document_as_it_is_introduces_nothing() -> None:
    document = Document(Path("/w/module.py"), "BAD\n")
    report = await BadWords().check(Task(TaskKind.FIX, document, Span(0, 4)), Draft(document, ()))
    assert [finding.introduced for finding in report.findings] == [False]


async def test_what_cannot_be_inspected_is_skipped_with_the_reason() -> None:
    report = await BadWords().check(*drafted("«»", "UNREADABLE BAD"))
    assert (report.findings, report.skipped) == ((), "it is unreadable")
    document = Document(Path("/w/notes.md"), "BAD", language="markdown")
    report = await BadWords().check(Task(TaskKind.EDIT, document, Span(0, 0)), Draft(document, ()))
    assert (report.findings, report.skipped) == ((), "markdown is not checked, only Python is")


def calls(text: str, name: str) -> Inspection:
    """One finding for each call of a function, with its arguments as the subject of the message."""
    found = []
    for match in re.finditer(rf"\b{name}\((\w*)\)", text):
        message = f"calls {name} with {match[1]}, line {text.count(chr(10), 0, match.start()) + 1}"
        found.append(Finding("calls", name, Severity.ERROR, Span(*match.span()), message))
    return Inspection(tuple(found))


FUNCTION = "def f(a):\n    b = risky(a)\n    return b\n"
INDENTED = textwrap.indent(FUNCTION, "    ")


@pytest.mark.parametrize(
    ("marked", "text", "introduced"),
    [
        pytest.param(f"«{FUNCTION}\n\nx = 1\n»", f"x = 1\n\n\n{FUNCTION}", [False], id="moved down"),
        pytest.param(f"«{FUNCTION}»", f"class C:\n{INDENTED}", [False], id="wrapped in a class"),
        pytest.param(f"«{FUNCTION}»", FUNCTION.replace("b", "result"), [False], id="a variable on its line renamed"),
        pytest.param(f"«{FUNCTION}»", FUNCTION.replace("(a)", "(path)"), [True], id="its subject renamed"),
        pytest.param(f"«{FUNCTION}»", FUNCTION + FUNCTION, [False, True], id="repeated"),
        pytest.param(
            f"«{FUNCTION}y = 1\nz = 2\n»",
            f"def g(a):\n    b = risky(a)\n    pass\n{FUNCTION}y = 1\nz = 2\n",
            [True, False],
            id="a copy before it is the new one",
        ),
        pytest.param(f"«{FUNCTION}»", "def f(a):\n    return risky(a)\n", [False], id="the same call, returned"),
        pytest.param(
            f"«{FUNCTION}»", "def f(a):\n    return check(\n        risky(a)\n    )\n", [False], id="on another line"
        ),
        pytest.param(f"«{FUNCTION}»\nrisky(a)\n", "", [False], id="removed while another stays"),
        pytest.param(f"{FUNCTION}«»", "\n\ndef g(a):\n    return risky(a)\n", [False, True], id="the same call again"),
        pytest.param(
            "«x = risky(a)\ny = risky(b)\n»", "y = risky(b)\nx = risky(a)\n", [False, False], id="reordered lines"
        ),
        pytest.param(
            "«x = risky(a)\ny = 1\n»", "x = risky(a)\ny = risky(a)\n", [False, True], id="a second on another line"
        ),
    ],
)
def test_moved_and_rewritten_lines_keep_their_old_findings(marked: str, text: str, introduced: list[bool]) -> None:
    task, draft = drafted(marked, text)
    before, after = calls(task.document.text, "risky"), calls(draft.document.text, "risky")
    found = mark_introduced(before, after, task.document, draft)
    assert [finding.introduced for finding in found] == introduced


def test_several_replacements_are_aligned_each_with_its_own() -> None:
    text = "a = 1\nx = risky(a)\nb = 2\ny = risky(b)\nc = 3\n"
    document = Document(Path("/w/module.py"), text)
    first, second = text.index("x ="), text.index("y =")
    changes = (
        Replacement(Span(first, first + 12), "if a:\n    x = risky(a)\n    x = risky(a)"),
        Replacement(Span(second, second + 12), "y = risky(b)\ny = risky(c)"),
    )
    draft = Draft(document.replaced(changes), changes)
    found = mark_introduced(calls(text, "risky"), calls(draft.document.text, "risky"), document, draft)
    assert [finding.introduced for finding in found] == [False, True, False, True]


@pytest.mark.parametrize(
    ("old", "new", "renamed"),
    [
        ("x = f(a)", "y = f(a)", True),
        ("x = f(a)", "x = f(b)", True),
        ("x = f(x, a)", "y = f(x, a)", False),
        ("x = f(a)", "y = f(y)", False),
        ("x = f(a)", "y = g(b)", False),
        ("x = f(1)", "x = f(2)", False),
        ("return x", "yield x", False),
        ("x = f(a)", "x = f(a, a)", False),
        ("", "", False),
    ],
)
def test_a_rename_changes_names_alone_and_each_everywhere(old: str, new: str, renamed: bool) -> None:
    assert is_renamed(old, new) is renamed
