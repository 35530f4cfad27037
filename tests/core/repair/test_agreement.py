"""Drafts that do the same outvote the others."""

from __future__ import annotations

from pathlib import Path

from autoglm_core.config import SandboxSettings
from autoglm_core.repair.agreement import Agreement
from autoglm_core.targets import find_target
from autoglm_core.types import Attempt, AttemptKind, Document, Draft, Task, TaskKind, Workspace
from autoglm_core.validators.calls import Calls
from autoglm_core.validators.sandbox import Sandbox


def task(folder: Path, header: str = "def f(numbers: list[int]) -> int:") -> Task:
    document = Document(folder / "m.py", f"{header}\n    pass\n")
    target = find_target(document, "f")
    return Task(TaskKind.IMPLEMENT, document, target.span, Workspace((folder,)), target)


def attempt(of: Task, number: int, body: str, same_as: int | None = None) -> Attempt:
    text = of.document.text.replace("pass", body)
    draft = Draft(Document(of.document.path, text), ())
    return Attempt(number, AttemptKind.FRESH, None, draft, same_as=same_as)


def judge() -> Agreement:
    return Agreement(Calls(Sandbox(SandboxSettings())))


async def test_the_largest_group_wins_and_the_trace_shows_where_they_differ(tmp_path: Path) -> None:
    of = task(tmp_path)
    passing = [
        attempt(of, 1, "return max(numbers, default=0)"),
        attempt(of, 2, "return sum(numbers)"),
        attempt(of, 3, "total = 0\n    for n in numbers:\n        total += n\n    return total"),
    ]
    chosen, why = await judge().choose(of, passing)
    assert chosen.number == 2
    assert why.startswith("2 of the 3 drafts that pass do the same on 60 generated inputs; the others differ: `f(")


async def test_a_repeated_program_is_one_more_voice(tmp_path: Path) -> None:
    of = task(tmp_path)
    passing = [
        attempt(of, 1, "return 1"),
        attempt(of, 2, "return sum(numbers)"),
        attempt(of, 3, "return sum(numbers)", same_as=2),
    ]
    chosen, _ = await judge().choose(of, passing)
    assert chosen.number == 2


async def test_between_groups_of_one_size_the_earliest_wins(tmp_path: Path) -> None:
    of = task(tmp_path)
    chosen, _ = await judge().choose(of, [attempt(of, 1, "return 1"), attempt(of, 2, "return 2")])
    assert chosen.number == 1


async def test_without_inputs_the_first_one_is_taken_and_the_reason_is_said(tmp_path: Path) -> None:
    of = task(tmp_path, "def f(stream):")
    chosen, why = await judge().choose(of, [attempt(of, 1, "return 1"), attempt(of, 2, "return 2")])
    assert chosen.number == 1
    assert why == "2 drafts pass; the first one is taken, as no inputs can be made up for it"
