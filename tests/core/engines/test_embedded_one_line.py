"""The real embedded model writes the one line of a function that is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autoglm_core.config import Settings
from autoglm_core.context.exclusion import Exclusions
from autoglm_core.context.project import ProjectContext
from autoglm_core.loop import RepairLoop
from autoglm_core.prompts.builder import Prompts
from autoglm_core.prompts.choose import AdaptivePolicy
from autoglm_core.protocols import Engine
from autoglm_core.targets import find_target
from autoglm_core.types import Attempt, AttemptKind, Budget, Document, Task, TaskKind, Workspace
from autoglm_core.validators.names_types import NamesTypesValidator
from autoglm_core.validators.runner import Runner
from autoglm_core.validators.syntax import SyntaxValidator

pytestmark = pytest.mark.model

TEXT = '''def largest(numbers: list[int]) -> int:
    """The largest of some numbers."""
    best = numbers[0]
    for number in numbers:
        if number > best:
            best = number
    return best
'''


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("for number in numbers:", "for number in"),
        ("return best", "return result"),
        ("best = number\n", "best = value\n"),
    ],
)
async def test_one_line_is_written_and_all_else_stays(make_engine: Any, tmp_path: Path, right: str, wrong: str) -> None:
    attempts = await fixed(make_engine(), tmp_path, TEXT.replace(right, wrong))
    assert [attempt.kind for attempt in attempts] == [AttemptKind.EXISTING, AttemptKind.LINE]
    assert attempts[1].usage.completion_tokens < 20


async def test_the_lost_line_that_opened_a_block_is_written_first(make_engine: Any, tmp_path: Path) -> None:
    attempts = await fixed(make_engine(), tmp_path, TEXT.replace("    for number in numbers:\n", ""))
    assert [attempt.kind for attempt in attempts] == [AttemptKind.EXISTING, AttemptKind.LINE]
    assert attempts[1].reason == "the line that opens a block is missing"


async def fixed(engine: Engine, folder: Path, text: str) -> tuple[Attempt, ...]:
    """The attempts of a fix of the function that must come out as it was."""
    document = Document(folder / "m.py", text)
    target = find_target(document, "largest")
    task = Task(TaskKind.FIX, document, target.span, Workspace((folder,)), target)
    names = NamesTypesValidator()
    runner = Runner([SyntaxValidator(), names], Settings())
    prompts = Prompts(ProjectContext(Exclusions()), Settings())
    loop = RepairLoop(prompts, [engine], runner, AdaptivePolicy(fills=True))
    try:
        outcome = await loop.run(task, Budget(120, attempts=2), lambda stage: None)
    finally:
        await names.aclose()
    assert outcome.draft is not None
    assert outcome.draft.document.text == TEXT
    return outcome.attempts
