"""Adding a docstring changes the docstring alone; its form is PEP 257's; wrong examples are corrected by running."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from autoglm_core.config import Settings
from autoglm_core.types import Attempt, AttemptKind, Severity, TaskKind
from autoglm_core.validators.corrected_examples import CorrectedExamples
from autoglm_core.validators.docstring import DocstringValidator
from autoglm_core.validators.runner import Runner
from autoglm_core.validators.tests import TestsValidator

CODE = "class A:\n    def twice(self, x):\n        return x * 2\n\n\ndef mix(x):\n    return {x, x + 'b', 'c'}\n"


def documented(docstring: str, function: str = "def twice(self, x):\n", margin: str = "        ") -> str:
    return CODE.replace(function, f'{function}{margin}"""{docstring}"""\n')


async def check(task, draft):
    async with aclosing(DocstringValidator()) as validator:
        return await validator.check(task, draft)


async def test_a_good_docstring_passes(task_on, whole):
    task = task_on(CODE, "A.twice", TaskKind.DOCUMENT)
    report = await check(task, whole(task, documented("Return x, doubled.\n\n        More words.\n        ")))
    assert report.findings == ()
    assert report.summary == "only the docstring is new"


@pytest.mark.parametrize(
    ("docstring", "rule", "severity"),
    [
        ("Returns x, doubled.", "D401", Severity.ERROR),
        ("Return x\n        doubled.\n        More.\n        ", "D205", Severity.ERROR),
        ("twice(x) -> x.", "D402", Severity.ERROR),
        ("Return x, doubled", "D415", Severity.WARNING),
    ],
)
async def test_a_first_line_that_is_no_summary(task_on, whole, docstring, rule, severity):
    task = task_on(CODE, "A.twice", TaskKind.DOCUMENT)
    report = await check(task, whole(task, documented(docstring)))
    assert (rule, severity) in [(finding.rule, finding.severity) for finding in report.findings]


async def test_other_docstrings_of_the_file_are_not_judged(task_on, whole):
    code = CODE.replace("def mix(x):\n", 'def mix(x):\n    """mixes"""\n')
    task = task_on(code, "A.twice", TaskKind.DOCUMENT)
    text = code.replace("x):\n        return", 'x):\n        """Return x, doubled."""\n        return')
    assert (await check(task, whole(task, text))).findings == ()


async def test_changed_code_and_no_docstring_are_found(task_on, whole, rules):
    task = task_on(CODE, "A.twice", TaskKind.DOCUMENT)
    changed = documented("Return x, doubled.").replace("x * 2", "x * 3")
    assert rules(await check(task, whole(task, changed))) == ["code-changed"]
    assert rules(await check(task, whole(task, CODE + "\n\nY = 1\n"))) == ["code-changed", "no-docstring"]
    other = documented("Return a mixture.", "def mix(x):\n", "    ")
    assert "code-changed" in rules(await check(task, whole(task, other)))


@pytest.fixture
def judged(task_on, whole, sandbox):
    """A docstring as the loop judges it: the task, the attempt, and what the improver makes of it."""

    async def judge(docstring: str, name: str = "mix"):
        task = task_on(CODE, name, TaskKind.DOCUMENT)
        draft = whole(task, documented(docstring, "def mix(x):\n", "    "))
        runner = Runner([TestsValidator(sandbox)], Settings())
        reports = await runner.run(task, draft, 3)
        attempt = Attempt(1, AttemptKind.DRAFT, None, draft, reports=reports, rejected_by=runner.rejecting(reports))
        return task, attempt, await CorrectedExamples(sandbox).improve(task, attempt)

    return judge


async def test_wrong_examples_reject_although_they_fail_with_the_old_code_too(judged):
    _, attempt, _ = await judged("Mix.\n\n    >>> sorted(mix('a'))\n    []\n    ")
    assert [finding.rule for finding in attempt.rejected_by] == ["doctest-failed"]


async def test_wrong_values_are_corrected_and_what_cannot_be_is_left_out(judged):
    task, _, improved = await judged(
        "Mix.\n\n    >>> sorted(mix('a'))\n    []\n    >>> len(mix('a'))\n    3\n    >>> mix(1)\n    2\n"
        "    >>> mix('a')\n    {'a'}\n    "
    )
    ((draft, words),) = improved
    assert words == "1 example corrected and 2 examples left out"
    wanted = "Mix.\n\n    >>> sorted(mix('a'))\n    ['a', 'ab', 'c']\n    >>> len(mix('a'))\n    3\n    "
    assert draft.document.text == documented(wanted, "def mix(x):\n", "    ")
    assert task.document.replaced(draft.replacements) == draft.document
    report = await check(task, draft)
    assert "1 corrected, 2 left out" in report.summary


async def test_right_examples_need_no_correction(judged):
    _, attempt, improved = await judged("Mix.\n\n    >>> len(mix('a'))\n    3\n    ")
    assert attempt.rejected_by == ()
    assert not improved


async def test_an_exception_that_is_expected_stays(judged):
    example = ">>> mix(1)\n    Traceback (most recent call last):\n    TypeError: {}\n    "
    words = "unsupported operand type(s) for +: 'int' and 'str'"
    _, attempt, _ = await judged("Mix.\n\n    " + example.format(words))
    assert attempt.rejected_by == ()
    _, attempt, improved = await judged("Mix.\n\n    >>> len(mix('a'))\n    3\n    " + example.format("no"))
    assert len(attempt.rejected_by) == 1
    assert "Traceback" not in improved[0][0].document.text
