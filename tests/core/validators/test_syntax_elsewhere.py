"""The syntax of drafts in other languages than Python, by tree-sitter."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoglm_core.types import Document, Draft, Replacement, Report, Span, Task, TaskKind
from autoglm_core.validators.syntax import SyntaxValidator


async def checked(marked: str, text: str, name: str, language: str) -> Report:
    """The report on putting a text in at the mark ``▏``."""
    offset = marked.index("▏")
    document = Document(Path("/w") / name, marked.replace("▏", ""), language=language)
    span = Span(offset, offset)
    replacements = (Replacement(span, text),)
    task = Task(TaskKind.INLINE, document, span)
    return await SyntaxValidator().check(task, Draft(document.replaced(replacements), replacements))


@pytest.mark.parametrize(
    ("name", "language", "marked", "good", "bad"),
    [
        ("a.ts", "typescript", "function f(a: number) {\n  return ▏\n}\n", "a + 1;", "a + ) 1;"),
        ("a.rs", "rust", "fn f(a: i32) -> i32 {\n    ▏\n}\n", "a + 1", "a + + ]"),
        ("a.go", "go", "package p\n\nfunc f(a int) int {\n\t▏\n}\n", "return a + 1", "return a + }"),
        ("a.json", "json", '{"a": ▏}\n', "[1, 2]", "[1, 2"),
        ("a.sh", "shellscript", "if true; then\n  ▏\nfi\n", "echo hi", "echo $("),
    ],
)
async def test_a_draft_that_breaks_the_syntax_is_found(
    name: str, language: str, marked: str, good: str, bad: str
) -> None:
    fine = await checked(marked, good, name, language)
    broken = await checked(marked, bad, name, language)

    assert not fine.findings
    assert fine.summary == "parses"
    assert any(finding.introduced for finding in broken.findings)


async def test_what_was_broken_before_is_not_the_drafts_fault() -> None:
    report = await checked("function f( {\n}\n\nfunction g(a) {\n  return ▏\n}\n", "a;", "a.js", "javascript")

    assert report.findings
    assert not any(finding.introduced for finding in report.findings)


async def test_a_language_without_a_grammar_is_not_looked_at() -> None:
    report = await checked("x ▏", "y", "a.zz", "zz")

    assert "no known grammar" in report.skipped
