import asyncio
import logging
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from autoglm_core.config import Rejects, Settings, ValidatorSettings
from autoglm_core.protocols import Validator, ValidatorRunner
from autoglm_core.types import Cost, Document, Draft, Finding, Replacement, Report, Severity, Span, Task, TaskKind
from autoglm_core.validators.lint import LintValidator
from autoglm_core.validators.names_types import NamesTypesValidator
from autoglm_core.validators.ruff_check import RuffCheck
from autoglm_core.validators.runner import Runner
from autoglm_core.validators.security import SecurityValidator
from autoglm_core.validators.syntax import SyntaxValidator

DOCUMENT = Document(Path("/w/module.py"), "x = 1\n")
TASK = Task(TaskKind.EDIT, DOCUMENT, Span(0, 0))
DRAFT = Draft(Document(DOCUMENT.path, "y = 2\nx = 1\n"), (Replacement(Span(0, 0), "y = 2\n"),))


@dataclass
class Played:
    """A validator that finds what it is told to, and notes what happens to it."""

    name: str
    cost: Cost
    severity: Severity | None = None
    introduced: bool = True
    error: Exception | None = None
    waits_for: asyncio.Event | None = None
    sets: asyncio.Event | None = None
    ran: list[str] = field(default_factory=list)

    async def check(self, task: Task, draft: Draft) -> Report:
        self.ran.append("started")
        if self.sets:
            self.sets.set()
        try:
            if self.waits_for:
                await self.waits_for.wait()
        except asyncio.CancelledError:
            self.ran.append("cancelled")
            raise
        if self.error:
            raise self.error
        if self.severity is None:
            return Report(self.name)
        finding = Finding(self.name, "rule", self.severity, Span(0, 1), "wrong", introduced=self.introduced)
        return Report(self.name, (finding,))

    async def aclose(self) -> None:
        """Nothing is held."""


def runner(*validators: Validator, **settings: ValidatorSettings) -> Runner:
    return Runner(validators, Settings(validators=settings))


async def test_validators_run_in_rising_cost_up_to_the_budget() -> None:
    played = [Played("slow", Cost.SLOW), Played("fast", Cost.FAST), Played("instant", Cost.INSTANT)]
    judge: ValidatorRunner = runner(*played)
    assert [report.validator for report in await judge.run(TASK, DRAFT, Cost.FAST)] == ["instant", "fast"]
    assert [report.validator for report in await judge.run(TASK, DRAFT, Cost.SLOW)] == ["instant", "fast", "slow"]
    assert [len(each.ran) for each in played] == [1, 2, 2]


async def test_validators_of_one_cost_run_at_the_same_time() -> None:
    one, two = asyncio.Event(), asyncio.Event()
    first = Played("first", Cost.FAST, waits_for=one, sets=two)
    second = Played("second", Cost.FAST, waits_for=two, sets=one)
    async with asyncio.timeout(10):
        reports = await runner(first, second).run(TASK, DRAFT, Cost.FAST)
    assert [report.validator for report in reports] == ["first", "second"]


async def test_dearer_validators_do_not_run_once_a_cheaper_one_rejects() -> None:
    fast, slow = Played("lint", Cost.FAST), Played("tests", Cost.SLOW)
    reports = await runner(Played("syntax", Cost.INSTANT, Severity.ERROR), fast, slow).run(TASK, DRAFT, Cost.SLOW)
    assert [report.skipped for report in reports] == ["", *["not run: syntax already rejects"] * 2]
    assert fast.ran == slow.ran == []
    pair = (Played("lint", Cost.FAST, Severity.ERROR), Played("security", Cost.FAST, Severity.ERROR))
    reports = await runner(*pair, slow).run(TASK, DRAFT, Cost.SLOW)
    assert reports[2].skipped == "not run: lint and security already reject"


async def test_what_is_not_introduced_stops_nothing() -> None:
    old = Played("syntax", Cost.INSTANT, Severity.ERROR, introduced=False)
    judge = runner(old, Played("tests", Cost.SLOW))
    reports = await judge.run(TASK, DRAFT, Cost.SLOW)
    assert [report.skipped for report in reports] == ["", ""]
    assert judge.rejecting(reports) == ()


@pytest.mark.parametrize(
    ("rejects", "severities"),
    [
        ("info", [Severity.INFO, Severity.WARNING, Severity.ERROR]),
        ("warning", [Severity.WARNING, Severity.ERROR]),
        ("error", [Severity.ERROR]),
        ("never", []),
    ],
)
def test_the_settings_say_what_rejects(rejects: Rejects, severities: list[Severity]) -> None:
    findings = tuple(Finding("lint", "rule", severity, Span(0, 1), "wrong") for severity in Severity)
    judge = runner(lint=ValidatorSettings(rejects=rejects))
    assert [f.severity for f in judge.rejecting((Report("lint", findings),))] == severities


async def test_a_validator_that_breaks_is_a_report_and_a_log_entry(caplog: pytest.LogCaptureFixture) -> None:
    broken, sound = Played("names_types", Cost.FAST, error=KeyError("who")), Played("lint", Cost.FAST)
    with caplog.at_level(logging.ERROR):
        reports = await runner(broken, sound, Played("tests", Cost.SLOW)).run(TASK, DRAFT, Cost.SLOW)
    assert [report.skipped for report in reports] == ["broke: KeyError: 'who'", "", ""]
    [record] = caplog.records
    assert "names_types" in record.getMessage()
    assert record.exc_info


async def test_a_validator_that_is_switched_off_does_not_run() -> None:
    off = Played("lint", Cost.FAST)
    [report] = await runner(off, lint=ValidatorSettings(enabled=False)).run(TASK, DRAFT, Cost.SLOW)
    assert report.skipped == "switched off in the settings"
    assert off.ran == []


async def test_cancelling_stops_all_that_run() -> None:
    started = asyncio.Event()
    waiting = [
        Played("names_types", Cost.FAST, waits_for=asyncio.Event()),
        Played("lint", Cost.FAST, waits_for=asyncio.Event(), sets=started),
    ]
    running = asyncio.create_task(runner(*waiting).run(TASK, DRAFT, Cost.FAST))
    await started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert [each.ran for each in waiting] == [["started", "cancelled"]] * 2


async def test_the_real_validators_judge_together_and_are_timed(tmp_path: Path) -> None:
    ruff = RuffCheck()
    validators = [SecurityValidator(ruff), LintValidator(ruff), NamesTypesValidator(), SyntaxValidator()]
    judge = runner(*validators)
    document = Document(tmp_path / "module.py", "import os\n\n\ndef f(name):\n    ...\n")
    hole = Span(document.text.index("..."), document.text.index("...") + 3)

    async def rejecting(text: str) -> set[tuple[str, str]]:
        replacement = Replacement(hole, text)
        draft = Draft(document.replaced((replacement,)), (replacement,))
        reports = await judge.run(Task(TaskKind.IMPLEMENT, document, hole), draft, Cost.FAST)
        assert reports[0].validator == "syntax"
        assert all(report.seconds > 0 for report in reports if not report.skipped)
        return {(finding.validator, finding.rule) for finding in judge.rejecting(reports)}

    try:
        assert await rejecting("return os.path.join(name, 'a')") == set()
        assert await rejecting("return os.path.join(name") == {("syntax", "syntax-error")}
        assert await rejecting("os.system('ls ' + name)\n    return nme") == {
            ("names_types", "unresolved-reference"),
            ("lint", "F821"),
            ("security", "S605"),
        }
    finally:
        for validator in validators:
            await validator.aclose()


@dataclass
class Special(Played):
    """One that is about new tests alone."""

    kinds: frozenset[TaskKind] = frozenset({TaskKind.TEST})


async def test_special_validators_are_asked_for_their_kinds_of_task_alone() -> None:
    special = Special("special", Cost.INSTANT, Severity.ERROR)
    runner = Runner([special, Played("syntax", Cost.INSTANT)], Settings())
    assert [report.validator for report in await runner.run(TASK, DRAFT, Cost.SLOW)] == ["syntax"]
    assert special.ran == []
    reports = await runner.run(replace(TASK, kind=TaskKind.TEST), DRAFT, Cost.SLOW)
    assert [report.validator for report in reports] == ["special", "syntax"]
