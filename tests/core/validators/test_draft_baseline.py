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
        pytest.param("«x = BAD\n»y\n", "z = BAD\n", [True], id="another line with the same fault is new"),
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
