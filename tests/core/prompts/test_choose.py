"""Which kind of round comes next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from autoglm_core.history import History
from autoglm_core.prompts.choose import AdaptivePolicy, PlainRepairPolicy, RetryPolicy
from autoglm_core.targets import find_target
from autoglm_core.types import (
    DOUBT,
    Attempt,
    AttemptKind,
    Budget,
    Document,
    Draft,
    Finding,
    Move,
    Report,
    Severity,
    Span,
    Task,
    TaskKind,
    Workspace,
)

BUDGET = Budget(30, attempts=4)
CHANGE, DRAFT, FRESH, REPAIR = AttemptKind.CHANGE, AttemptKind.DRAFT, AttemptKind.FRESH, AttemptKind.REPAIR


def task(kind: TaskKind = TaskKind.IMPLEMENT) -> Task:
    document = Document(Path("/w/m.py"), "def f(a):\n    ...\n")
    target = find_target(document, "f")
    return Task(kind, document, target.span, Workspace((Path("/w"),)), target)


def attempt(
    kind: AttemptKind, number: int, *validators: str, doubt: bool = False, usable: bool = True, words: str = ""
) -> Attempt:
    document = task().document
    against = tuple(Finding(name, "r", Severity.ERROR, Span(0, 1), f"wrong {words or number}") for name in validators)
    doubts = (Finding("examples", DOUBT, Severity.WARNING, Span(0, 1), "not met"),) if doubt else ()
    reports = (Report("any", against + doubts),)
    return Attempt(number, kind, None, Draft(document, ()) if usable else None, reports=reports, rejected_by=against)


def played(
    policy: AdaptivePolicy | RetryPolicy | PlainRepairPolicy, results: Iterable[Attempt | None], **more: object
) -> list[Move]:
    """The moves of a policy; each result is what its move led to, None for a change that was not found."""
    attempts: list[Attempt] = []
    moves, left = [], iter(results)
    for move in policy.rounds(more.get("task") or task(), attempts, BUDGET):  # type: ignore[arg-type]
        moves.append(move)
        result = next(left)
        if result is not None:
            attempts.append(result)
    return moves


def kinds(moves: list[Move]) -> list[AttemptKind]:
    return [move.kind for move in moves]


def test_a_good_first_draft_is_enough() -> None:
    for policy in (AdaptivePolicy(), RetryPolicy(), PlainRepairPolicy()):
        assert kinds(played(policy, [attempt(DRAFT, 1)])) == [DRAFT]


def test_doubts_lead_to_another_draft() -> None:
    moves = played(AdaptivePolicy(), [attempt(DRAFT, 1, doubt=True), attempt(FRESH, 2)])
    assert len(moves) == 2


def test_names_and_syntax_are_mended_without_a_model_first() -> None:
    moves = played(AdaptivePolicy(), [attempt(DRAFT, 1, "names_types"), attempt(CHANGE, 2)])
    assert kinds(moves) == [DRAFT, CHANGE]


def test_small_changes_of_a_fix_come_last_and_those_of_a_new_function_never() -> None:
    wrong = [attempt(REPAIR, number, "tests") for number in (1, 2, 3, 4)]
    moves = played(AdaptivePolicy(), [*wrong, None], task=task(TaskKind.FIX))
    assert kinds(moves)[4:] == [CHANGE]
    assert CHANGE not in kinds(played(AdaptivePolicy(), wrong))


def test_the_budget_bounds_what_models_are_asked() -> None:
    wrong = [attempt(FRESH, number, "tests") for number in range(1, 6)]
    assert kinds(played(RetryPolicy(), wrong)) == [DRAFT, FRESH, FRESH, FRESH]
    assert kinds(played(PlainRepairPolicy(), wrong)) == [DRAFT, REPAIR, REPAIR, REPAIR]


def alike(number: int, *validators: str, doubt: bool = False, words: str = "alike") -> Attempt:
    """One of several programs that differ, with the same against it."""
    made = attempt(FRESH, number, *validators, doubt=doubt, words=words)
    return replace(made, draft=Draft(Document(Path("/w/m.py"), f"def f(a):\n    return {number}\n"), ()))


def test_drafts_that_fail_the_same_examples_alike_are_not_followed_by_a_fourth() -> None:
    policy = AdaptivePolicy()
    assert len(played(policy, [alike(n, "tests") for n in (1, 2, 3)])) == 3
    assert len(played(policy, [alike(n, doubt=True) for n in (1, 2, 3)])) == 3


@pytest.mark.parametrize(
    "results",
    [
        [alike(1, "tests"), alike(2, "tests"), alike(3, "tests", words="otherwise")],
        [alike(1, "tests"), alike(2, "tests"), replace(alike(3, "tests"), same_as=1)],
        [alike(1, "changed_behaviour"), alike(2, "changed_behaviour"), alike(3, "changed_behaviour")],
    ],
)
def test_else_a_fourth_is_made(results: list[Attempt]) -> None:
    assert len(played(AdaptivePolicy(), [*results, attempt(FRESH, 4)])) == 4


def test_a_stronger_engine_is_asked_all_the_same() -> None:
    results = [*(alike(n, "tests") for n in (1, 2, 3)), attempt(FRESH, 4)]
    assert played(AdaptivePolicy(engines=2), results)[-1].engine == 1


def test_a_fix_begins_with_a_repair() -> None:
    fix = task(TaskKind.FIX)
    assert kinds(played(RetryPolicy(), [attempt(REPAIR, 1)], task=fix)) == [REPAIR]


def test_what_helped_before_is_chosen_and_the_reason_says_so() -> None:
    history = History(None)
    for _ in range(200):
        history.note_round("wrong answer", REPAIR, won=True)
        history.note_round("wrong answer", FRESH, won=False)
    moves = played(AdaptivePolicy(history), [attempt(DRAFT, 1, "tests"), attempt(REPAIR, 2)])
    assert kinds(moves) == [DRAFT, REPAIR]
    assert moves[1].reason == "after wrong answer: 200 of 220 such rounds helped"
    history.close()


def test_rounds_are_recorded_by_what_they_followed() -> None:
    history = History(None)
    AdaptivePolicy(history).learn(
        task(), [attempt(DRAFT, 1, "tests"), attempt(FRESH, 2, usable=False), attempt(REPAIR, 3)]
    )
    assert history.rounds("wrong answer", FRESH) == (0, 1)
    assert history.rounds("unusable", REPAIR) == (1, 0)
    assert history.rounds("static", REPAIR) == (0, 0)
    history.close()


def test_a_stronger_engine_has_the_last_word() -> None:
    wrong = [attempt(FRESH, number, "tests") for number in (1, 2, 3, 4)]
    moves = played(AdaptivePolicy(engines=2), wrong)
    assert [move.engine for move in moves[:4]] == [0, 0, 0, 1]


def test_the_same_task_and_record_give_the_same_moves() -> None:
    wrong = [attempt(FRESH, number, "tests") for number in (1, 2, 3, 4)]
    assert played(AdaptivePolicy(), wrong) == played(AdaptivePolicy(), wrong)


def existing(*rules: tuple[str, str, int]) -> Attempt:
    """The code as it is, with findings: validator, rule, and the line of ``TEXT`` that each stands at."""
    document = Document(Path("/w/m.py"), TEXT)
    places = [(name, rule, document.offset(line, len(document.line(line).rstrip()) - 1)) for name, rule, line in rules]
    against = tuple(Finding(name, rule, Severity.ERROR, Span(at, at + 1), f"line {at}") for name, rule, at in places)
    return Attempt(0, AttemptKind.EXISTING, None, Draft(document, ()), rejected_by=against)


TEXT = "def f(a):\n    for x in\n    return y\n"
SYNTAX, NAME = ("syntax", "syntax-error", 1), ("names_types", "unresolved-reference", 2)


def asked(found: Attempt, *, fills: bool = True, left: int = 4) -> list[AttemptKind]:
    """The kinds of move that follow where no small change is known and the model's first answer is good."""
    attempts = [found]
    policy, moves = AdaptivePolicy(fills=fills), []
    for move in policy.rounds(task(TaskKind.FIX), attempts, Budget(30, attempts=left)):
        moves.append(move.kind)
        if move.kind is AttemptKind.LINE:
            attempts.append(attempt(AttemptKind.LINE, 1, "names_types"))
        elif move.kind is not CHANGE:
            attempts.append(attempt(move.kind, 2))
    return moves


def test_one_wrong_line_is_asked_for_before_the_whole() -> None:
    assert asked(existing(SYNTAX, NAME)) == [CHANGE, AttemptKind.LINE, REPAIR]
    assert asked(existing(NAME)) == [CHANGE, AttemptKind.LINE, AttemptKind.LINE, REPAIR]


def test_more_than_a_line_or_another_kind_of_finding_is_asked_for_as_a_whole() -> None:
    assert asked(existing(NAME, ("names_types", "unresolved-reference", 1))) == [CHANGE, REPAIR]
    assert asked(existing(("names_types", "invalid-argument", 1))) == [CHANGE, REPAIR]
    assert asked(existing(("tests", "doctest-failed", 1))) == [CHANGE, REPAIR]
    assert asked(existing(SYNTAX), fills=False) == [CHANGE, REPAIR]


def test_a_line_is_an_answer_of_the_budget() -> None:
    assert asked(existing(SYNTAX), left=1) == [CHANGE, AttemptKind.LINE, CHANGE]


def test_changes_go_on_while_what_is_left_is_static() -> None:
    fix = task(TaskKind.FIX)
    attempts = [existing(SYNTAX)]
    made = 0
    for move in AdaptivePolicy().rounds(fix, attempts, BUDGET):
        if move.kind is not CHANGE:
            break
        made += 1
        attempts.append(attempt(CHANGE, made, "names_types", words=str(made)))
    assert made == 3


FOUND = attempt(AttemptKind.EXISTING, 0, "names_types")


def fixed(policy: AdaptivePolicy, results: list[Attempt | None], words: str = "") -> list[AttemptKind]:
    """The moves of a fix of a name that does not resolve."""
    attempts: list[Attempt] = [FOUND]
    moves, left = [], iter(results)
    for move in policy.rounds(replace(task(TaskKind.FIX), instruction=words), attempts, BUDGET):
        moves.append(move.kind)
        if (result := next(left)) is not None:
            attempts.append(result)
    return moves


def test_what_was_found_is_mended_by_rule_also_where_prose_doubts_the_rest() -> None:
    assert fixed(AdaptivePolicy(), [attempt(CHANGE, 1, doubt=True)]) == [CHANGE]


def test_else_doubts_are_looked_into() -> None:
    results = [attempt(CHANGE, 1, doubt=True), attempt(REPAIR, 2)]
    assert fixed(AdaptivePolicy(), results, "It is wrong.") == [CHANGE, REPAIR]
    other = Finding("names_types", "F821", Severity.ERROR, Span(0, 1), "not there")
    uncovered = replace(attempt(CHANGE, 1), uncovered=(other,))
    assert fixed(AdaptivePolicy(), [uncovered, None, attempt(REPAIR, 2)])[-1] is REPAIR


def test_a_small_change_of_a_models_draft_is_not_what_was_found() -> None:
    results = [None, attempt(REPAIR, 1, "names_types"), attempt(CHANGE, 2, doubt=True), attempt(FRESH, 3)]
    assert fixed(AdaptivePolicy(), results)[:3] == [CHANGE, REPAIR, CHANGE]
    assert len(fixed(AdaptivePolicy(), results)) == 4
