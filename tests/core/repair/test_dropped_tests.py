"""Wrong tests are left out only where the findings are about single tests, and enough remain."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoglm_core.repair.dropped_tests import DroppedTests
from autoglm_core.repair.several import SeveralImprovers
from autoglm_core.types import (
    Attempt,
    AttemptKind,
    Document,
    Draft,
    Finding,
    Replacement,
    Severity,
    Span,
    Task,
    TaskKind,
)

BEFORE = "import os\n\n\ndef test_old():\n    assert os.name\n"
NEW = "".join(f"\n\ndef test_{name}():\n    assert f({name!r})\n" for name in "abc")


async def improve(*findings: tuple[str, str, str], text: str = BEFORE + NEW, kind: TaskKind = TaskKind.TEST):
    """What comes of findings: validator, rule, and the text of the line that it stands at."""
    document = Document(Path("test_m.py"), BEFORE)
    change = (Replacement(Span(0, len(BEFORE)), text),)
    draft = Draft(document.replaced(change), change, "the model's words")
    against = tuple(
        Finding(name, rule, Severity.ERROR, Span(text.index(line), text.index(line)), rule)
        for name, rule, line in findings
    )
    task = Task(kind, document, Span(0, 0))
    attempt = Attempt(1, AttemptKind.DRAFT, None, draft, rejected_by=against)
    improved = await SeveralImprovers([DroppedTests()]).improve(task, attempt)
    if not improved:
        return None
    ((made, _),) = improved
    assert made.answer == "the model's words"
    assert document.replaced(made.replacements).text == made.document.text
    return made.document.text


async def test_the_test_that_fails_is_left_out():
    text = await improve(("new_tests", "test-failed", "def test_b"))
    assert text == BEFORE + NEW.replace("\n\ndef test_b():\n    assert f('b')\n", "")


async def test_bad_manners_are_left_out_too():
    text = await improve(("hygiene", "sleep", "def test_c"))
    assert text == BEFORE + NEW.replace("\n\ndef test_c():\n    assert f('c')\n", "")


@pytest.mark.parametrize(
    "findings",
    [
        [("new_tests", "test-failed", "def test_a"), ("new_tests", "test-failed", "def test_b")],
        [("new_tests", "changes-unnoticed", "def test_a")],
        [("new_tests", "test-failed", "def test_old")],
        [("names_types", "unresolved-reference", "def test_a")],
        [("new_tests", "test-failed", "def test_a"), ("lint", "F821", "def test_b")],
    ],
)
async def test_what_is_about_more_is_left_to_the_model(findings):
    assert await improve(*findings) is None


async def test_other_tasks_are_left_alone():
    assert await improve(("new_tests", "test-failed", "def test_b"), kind=TaskKind.EDIT) is None


async def test_methods_of_classes_are_left_out_one_by_one():
    text = (
        BEFORE + "\n\nclass TestF:\n" + "\n".join(f"    def test_{n}(self):\n        assert {n}\n" for n in (1, 0, 2))
    )
    left = await improve(("new_tests", "test-failed", "def test_0"), text=text)
    assert left == text.replace("    def test_0(self):\n        assert 0\n\n", "")
