"""Small changes of drafts, without a model."""

from __future__ import annotations

from pathlib import Path

from autoglm_core.config import SandboxSettings
from autoglm_core.repair.improver import SmallChanges
from autoglm_core.targets import find_target
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
    Workspace,
)
from autoglm_core.validators.calls import Calls
from autoglm_core.validators.sandbox import Sandbox

STUB = (
    'def above(numbers, limit):\n    """Count numbers above a limit.\n\n'
    '    above([4, 5], 3) == 2\n\n    >>> above([1, 5, 3], 3)\n    1\n    """\n    pass\n'
)


def changes() -> SmallChanges:
    return SmallChanges(Calls(Sandbox(SandboxSettings())))


def attempt(folder: Path, body: str, *findings: tuple[str, str, str]) -> tuple[Task, Attempt]:
    """A draft and the findings against it: validator, rule and message, placed where the message's name stands."""
    document = Document(folder / "m.py", STUB)
    target = find_target(document, "above")
    task = Task(TaskKind.IMPLEMENT, document, target.span, Workspace((folder,)), target)
    replacement = Replacement(target.body, "\n" + body)
    draft = Draft(document.replaced((replacement,)), (replacement,))
    text = draft.document.text
    against = tuple(
        Finding(validator, rule, Severity.ERROR, Span(place, place + 1), message)
        for validator, rule, message in findings
        for place in [max(0, text.find(message.split("`")[1]) if "`" in message else 0)]
    )
    return task, Attempt(1, AttemptKind.DRAFT, None, draft, rejected_by=against)


async def test_a_wrong_operator_is_found_by_the_documented_examples(tmp_path: Path) -> None:
    task, wrong = attempt(
        tmp_path, "    return sum(1 for n in numbers if n >= limit)", ("tests", "doctest-failed", "expected 1")
    )
    (found, *_) = await changes().improve(task, wrong)
    draft, what = found
    assert "if n > limit)" in draft.document.text
    assert what == "line 9: `>=` becomes `>`"
    assert task.document.replaced(draft.replacements).text == draft.document.text


async def test_nothing_small_helps(tmp_path: Path) -> None:
    task, wrong = attempt(tmp_path, "    return 'nothing at all'", ("tests", "doctest-failed", "expected 1"))
    assert not await changes().improve(task, wrong)


async def test_a_missing_import_is_added(tmp_path: Path) -> None:
    task, wrong = attempt(
        tmp_path,
        "    return Counter(numbers)[limit]",
        ("names_types", "unresolved-reference", "Name `Counter` is not defined"),
    )
    (found, *_) = await changes().improve(task, wrong)
    assert found[0].document.text.startswith("from collections import Counter\n")
    assert found[1] == "add `from collections import Counter`"


async def test_a_misspelt_name_becomes_the_one_in_scope(tmp_path: Path) -> None:
    task, wrong = attempt(
        tmp_path,
        "    return len(nubmers)",
        ("names_types", "unresolved-reference", "Name `nubmers` used when not defined"),
    )
    (found, *_) = await changes().improve(task, wrong)
    assert "return len(numbers)" in found[0].document.text


async def test_a_slip_of_syntax_is_mended(tmp_path: Path) -> None:
    task, wrong = attempt(
        tmp_path, "    for n in numbers\n        return n", ("syntax", "invalid-syntax", "expected a colon")
    )
    (found, *_) = await changes().improve(task, wrong)
    assert "for n in numbers:\n" in found[0].document.text


async def test_other_kinds_of_task_are_left_alone(tmp_path: Path) -> None:
    task, wrong = attempt(tmp_path, "    return nubmers", ("names_types", "unresolved-reference", "Name `nubmers`"))
    inline = Task(TaskKind.INLINE, task.document, task.span, task.workspace, task.target)
    assert await changes().improve(inline, wrong) == ()


async def test_two_changes_are_made_where_the_first_makes_more_examples_true(tmp_path: Path) -> None:
    task, wrong = attempt(
        tmp_path, "    return sum(1 for n in numbers if n >= limit) + 1", ("tests", "doctest-failed", "expected 1")
    )
    (found, *_) = await changes().improve(task, wrong)
    assert ", then line 9: " in found[1]
    scope: dict[str, object] = {}
    exec(found[0].document.text, scope)
    assert scope["above"]([1, 5, 3], 3) == 1  # type: ignore[operator]
    assert scope["above"]([4, 5], 3) == 2  # type: ignore[operator]
