"""Doctests and the tests that reach a draft are run, and what fails is said in words; on real small workspaces."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest

from autoglm_core.config import SandboxSettings
from autoglm_core.targets import find_target
from autoglm_core.types import (
    Document,
    Draft,
    Finding,
    Problem,
    Replacement,
    Report,
    Severity,
    Span,
    Task,
    TaskKind,
    Workspace,
)
from autoglm_core.validators import sandbox as sandbox_module
from autoglm_core.validators.sandbox import Sandbox
from autoglm_core.validators.tests import TestsValidator

SETTINGS = SandboxSettings(cpu_s=4, wall_s=30)
STACK = '''class Full(Exception):
    pass


class Stack:
    def __init__(self, size=2):
        self.items = []
        self.size = size

    def push(self, item):
        """Put an item on top.

        >>> Stack().push(1)
        [1]
        """
        ...

    def pop(self):
        ...


def helper(stack):
    return stack.push(5)
'''
PUSH = "\n        if len(self.items) == self.size:\n            raise Full('no room')\n"
GOOD = PUSH + "        self.items.append(item)\n        return self.items\n"
WRONG = PUSH + "        self.items.insert(0, item)\n        return self.items\n"


def make_task(root: Path, file: str, text: str, target: str, kind: TaskKind = TaskKind.IMPLEMENT) -> Task:
    document = Document(root / file, text)
    found = find_target(document, target)
    return Task(kind, document, found.span, Workspace((root,)), found)


def written(task: Task, body: str) -> Draft:
    assert task.target
    change = (Replacement(task.target.body, body),)
    return Draft(task.document.replaced(change), change, body)


async def check(root: Path, body: str, files: dict[str, str], file: str = "stack.py", target: str = "push") -> Report:
    lay(root, files)
    task = make_task(root, file, files[file], target)
    return await TestsValidator(Sandbox(SETTINGS)).check(task, written(task, body))


def lay(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def only(report: Report) -> Finding:
    assert len(report.findings) == 1, report
    return report.findings[0]


async def test_a_right_draft_passes_its_doctests_and_tests(tmp_path: Path) -> None:
    tests = "from stack import Stack\n\ndef test_push():\n    assert Stack().push(2) == [2]\n"
    report = await check(tmp_path, GOOD, {"stack.py": STACK, "test_stack.py": tests})
    assert report.findings == ()
    assert report.summary == "1 doctest and 1 test passed"
    assert not report.skipped


async def test_a_failing_test_says_what_was_expected_and_what_came(tmp_path: Path) -> None:
    tests = (
        "from stack import Stack\n\ndef test_order():\n    s = Stack()\n    s.push(1)\n    assert s.push(2) == [1, 2]\n"
    )
    report = await check(tmp_path, WRONG, {"stack.py": STACK, "test_stack.py": tests})
    finding = only(report)
    assert finding.message == "test_order: expected [1, 2], got [2, 1]"
    assert "In test_stack.py, line 6: assert s.push(2) == [1, 2]\nExpected: [1, 2]\nGot: [2, 1]" in finding.detail
    assert (finding.validator, finding.severity, finding.introduced) == ("tests", Severity.ERROR, True)
    assert report.summary == "1 doctest passed, 1 failed"


async def test_expected_and_got_are_told_apart_when_written_the_other_way_round(tmp_path: Path) -> None:
    tests = "from stack import Stack\n\ndef test_order():\n    assert [1] == Stack().push(2)\n"
    report = await check(tmp_path, GOOD, {"stack.py": STACK, "test_stack.py": tests})
    assert only(report).message == "test_order: expected [1], got [2]"


async def test_a_failing_doctest_shows_the_example(tmp_path: Path) -> None:
    report = await check(tmp_path, "\n        return None\n", {"stack.py": STACK})
    finding = only(report)
    assert finding.message == "`Stack().push(1)`: expected [1], got nothing"
    assert finding.detail.startswith(">>> Stack().push(1)\nExpected: [1]\nGot: nothing")
    assert finding.span.start == STACK.index(">>> Stack().push(1)")


async def test_an_exception_is_placed_at_its_line_in_the_draft(tmp_path: Path) -> None:
    body = "\n        return self.missing[item]\n"
    tests = "from stack import Stack\n\ndef test_push():\n    assert Stack().push(2) == [2]\n"
    lay(tmp_path, {"stack.py": STACK, "test_stack.py": tests})
    task = make_task(tmp_path, "stack.py", STACK, "push")
    draft = written(task, body)
    report = await TestsValidator(Sandbox(SETTINGS)).check(task, draft)
    assert len(report.findings) == 2
    for finding in report.findings:
        assert draft.document.text[finding.span.start : finding.span.end] == "return self.missing[item]"
        assert "AttributeError: 'Stack' object has no attribute 'missing'" in finding.message
    test = next(finding for finding in report.findings if finding.rule == "test-failed")
    assert "stack.py, line 16, in push: return self.missing[item]" in test.detail
    assert "_pytest" not in test.detail


@pytest.mark.parametrize(
    ("layout", "module", "tests"),
    [
        ({"stack.py": STACK}, "stack.py", {"test_it.py": "from stack import Stack\n"}),
        ({"src/shop/stack.py": STACK, "src/shop/__init__.py": ""}, "src/shop/stack.py",
         {"tests/test_it.py": "from shop.stack import Stack\n"}),
        ({"shop/stack.py": STACK, "shop/__init__.py": "from .stack import Stack\n"}, "shop/stack.py",
         {"tests/test_it.py": "from shop import Stack\n"}),
        ({"shop/stack.py": STACK, "shop/__init__.py": ""}, "shop/stack.py",
         {"shop/tests/__init__.py": "", "shop/tests/test_it.py": "from ..stack import Stack\n"}),
        ({"lib/stack.py": STACK}, "lib/stack.py",
         {"conftest.py": "import sys\nfrom pathlib import Path\n"
          "sys.path.insert(0, str(Path(__file__).parent / 'lib'))\n",
          "tests/test_it.py": "from lib.stack import Stack\n"}),
    ],
    ids=["flat", "src", "package", "tests in the package", "namespace"],
)  # fmt: skip
async def test_layouts(tmp_path: Path, layout: dict[str, str], module: str, tests: dict[str, str]) -> None:
    name = next(name for name in tests if name.endswith("test_it.py"))
    tests = {**tests, name: tests[name] + "\ndef test_push():\n    assert Stack().push(3) == [3]\n"}
    report = await check(tmp_path, GOOD, {**layout, **tests}, module)
    assert report.summary == "1 doctest and 1 test passed", report
    wrong = await check(tmp_path, "\n        return [1]\n", {**layout, **tests}, module)
    assert only(wrong).message == "test_push: expected [3], got [1]"


KINDS = {
    "class": "class TestStack:\n    def test_push(self):\n        assert Stack().push(3) == [3]\n",
    "unittest": "import unittest\nclass Case(unittest.TestCase):\n    def test_push(self):\n"
    "        self.assertEqual(Stack().push(3), [3])\n",
    "parametrised": "import pytest\n@pytest.mark.parametrize('n', [3, 1])\ndef test_push(n):\n"
    "    assert Stack().push(n) == [n]\n",
    "fixture": "import pytest\n@pytest.fixture\ndef pushed():\n    return Stack().push(3)\n"
    "def test_top(pushed):\n    assert pushed == [3]\n",
    "helper of the module": "from stack import helper\ndef test_help():\n    assert helper(Stack()) == [5]\n",
    "helper of the tests": "def pushed(n):\n    return Stack().push(n)\ndef test_it():\n    assert pushed(3) == [3]\n",
}


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_test_is_found_and_run(tmp_path: Path, kind: str) -> None:
    files = {"stack.py": STACK, "test_stack.py": "from stack import Stack\n" + KINDS[kind]}
    right = await check(tmp_path, GOOD, files)
    assert not right.findings
    assert "test" in right.summary.partition(" and ")[2], right
    wrong = await check(tmp_path, "\n        return [1]\n", files)
    assert only(wrong).rule == "test-failed"


async def test_fixtures_of_conftest_lead_to_tests(tmp_path: Path) -> None:
    files = {
        "stack.py": STACK,
        "tests/conftest.py": "import pytest\nfrom stack import Stack\n\n"
        "@pytest.fixture\ndef pushed():\n    return Stack().push(3)\n",
        "tests/test_stack.py": "def test_top(pushed):\n    assert pushed == [3]\n",
        "conftest.py": "",
    }
    assert (await check(tmp_path, GOOD, files)).summary == "1 doctest and 1 test passed"


async def test_only_the_tests_that_reach_the_code_run(tmp_path: Path) -> None:
    files = {
        "stack.py": STACK,
        "other.py": "def push(item):\n    return item\n",
        "test_other.py": "from other import push\n\ndef test_other():\n    assert push(1) == 'fails always'\n",
        "test_stack.py": "from stack import Stack\n\ndef test_size():\n    assert Stack().size == 'fails always'\n\n"
        "def test_push():\n    assert Stack().push(1) == [1]\n",
    }
    assert (await check(tmp_path, GOOD, files)).summary == "1 doctest and 1 test passed"


async def test_without_doctest_or_test_the_report_is_skipped(tmp_path: Path) -> None:
    report = await check(tmp_path, "\n        return 1\n", {"stack.py": STACK}, target="pop")
    assert report.skipped == "no doctest or test reaches Stack.pop"


async def test_a_test_that_needs_another_stub_is_not_held_against_the_draft(tmp_path: Path) -> None:
    tests = "from stack import Stack\n\ndef test_both():\n    s = Stack()\n    s.push(1)\n    assert s.pop() == 1\n"
    report = await check(tmp_path, GOOD, {"stack.py": STACK, "test_stack.py": tests})
    finding = only(report)
    assert not finding.introduced
    assert "it needs pop, not written yet" in finding.message


async def test_a_module_that_cannot_be_imported_is_one_finding(tmp_path: Path) -> None:
    text = "def add(a, b):\n    '''\n    >>> add(1, 2)\n    3\n    '''\n    ...\n"
    lay(
        tmp_path,
        {"calc.py": text, "test_calc.py": "from calc import add\n\ndef test_add():\n    assert add(1, 1) == 2\n"},
    )
    task = make_task(tmp_path, "calc.py", text, "add")
    change = (Replacement(Span(0, 0), "import nowhere_to_be_found\n"),)
    report = await TestsValidator(Sandbox(SETTINGS)).check(task, Draft(task.document.replaced(change), change))
    finding = only(report)
    assert finding.rule == "import-error"
    assert finding.message == "importing calc.py fails: ModuleNotFoundError: No module named 'nowhere_to_be_found'"
    assert finding.span.start == 0


async def test_async_tests_without_a_plugin_are_no_evidence_and_no_fault(tmp_path: Path) -> None:
    tests = "from stack import Stack\n\nasync def test_push():\n    assert Stack().push(1) == [1]\n"
    report = await check(tmp_path, GOOD, {"stack.py": STACK, "test_stack.py": tests})
    assert report.findings == ()
    assert report.summary == "1 doctest passed, 1 did not run"


async def test_tests_that_skip_themselves_are_no_fault(tmp_path: Path) -> None:
    tests = "import pytest\nfrom stack import Stack\n\n@pytest.mark.skip(reason='later')\ndef test_push():\n"
    files = {"stack.py": STACK, "test_stack.py": tests + "    assert Stack().push(1) == 9\n"}
    report = await check(tmp_path, GOOD, files)
    assert report.findings == ()
    assert report.summary == "1 doctest passed, 1 did not run"


async def test_an_endless_loop_names_the_line(tmp_path: Path) -> None:
    lay(tmp_path, {"stack.py": STACK})
    task = make_task(tmp_path, "stack.py", STACK, "push")
    validator = TestsValidator(Sandbox(replace(SETTINGS, cpu_s=1)))
    report = await validator.check(task, written(task, "\n        while True:\n            item = item\n"))
    finding = only(report)
    assert (finding.rule, finding.message) == ("timeout", "`Stack().push(1)`: did not end in time (an endless loop?)")
    assert "in push:" in finding.detail


async def test_too_much_memory_is_a_finding(tmp_path: Path) -> None:
    lay(tmp_path, {"stack.py": STACK})
    task = make_task(tmp_path, "stack.py", STACK, "push")
    validator = TestsValidator(Sandbox(replace(SETTINGS, memory_mb=256)))
    report = await validator.check(task, written(task, "\n        return bytearray(1 << 30)\n"))
    assert "MemoryError" in only(report).message


async def test_a_crash_of_the_interpreter_is_a_finding(tmp_path: Path) -> None:
    body = "\n        import ctypes\n        ctypes.string_at(0)\n"
    assert "was killed by SIGSEGV" in only(await check(tmp_path, body, {"stack.py": STACK})).message


async def test_terminal_escapes_do_not_come_through(tmp_path: Path) -> None:
    body = "\n        return '\\x1b[2J\\x1b]0;title\\x07' + chr(0x202e)\n"
    files = {"stack.py": STACK.replace("        >>> Stack().push(1)\n", "        >>> print(Stack().push(1))\n")}
    finding = only(await check(tmp_path, body, files))
    assert not any(ord(character) < 32 and character != "\n" for character in finding.message + finding.detail)
    assert "\u202e" not in finding.detail


async def test_tests_that_the_caller_brings_are_run(tmp_path: Path) -> None:
    document = Document(tmp_path / "generated.py", "")
    tests = "from generated import double\n\ndef test_double():\n    assert double(4) == 8\n"
    task = Task(TaskKind.GENERATE, document, Span(0, 0), Workspace((tmp_path,)), tests=tests)
    validator = TestsValidator(Sandbox(SETTINGS))
    for code, message in (("return n * 2", None), ("return n * 3", "test_double: expected 8, got 12")):
        change = (Replacement(Span(0, 0), f"def double(n):\n    {code}\n"),)
        report = await validator.check(task, Draft(document.replaced(change), change))
        assert [finding.message for finding in report.findings] == ([message] if message else [])
    assert os.listdir(tmp_path) == []


async def test_tests_that_the_caller_brings_and_a_draft_takes_away_are_missed(tmp_path: Path) -> None:
    document = Document(tmp_path / "generated.py", "")
    tests = "from generated import double\n\ndef test_double():\n    assert double(4) == 8\n"
    task = Task(TaskKind.GENERATE, document, Span(0, 0), Workspace((tmp_path,)), tests=tests)
    code = "import pytest\npytest.skip('later', allow_module_level=True)\ndef double(n):\n    return 0\n"
    change = (Replacement(Span(0, 0), code),)
    report = await TestsValidator(Sandbox(SETTINGS)).check(task, Draft(document.replaced(change), change))
    finding = only(report)
    assert (finding.rule, finding.introduced) == ("test-skipped", True)


STATED = (
    'def count(items):\n    """Count.\n\n    >>> count([5]) == 1\n    >>> count([5, 6]) [2, 2]\n{}    """\n    pass\n'
)


@pytest.mark.parametrize("more", ["    >>> count([])\n    0\n", "    >>> count([]) < 1\n"])
async def test_a_doctest_that_no_code_can_meet_rejects_none(tmp_path: Path, more: str) -> None:
    files = {"counting.py": STATED.format(more)}
    report = await check(tmp_path, "\n    return 2 * len(items)\n", files, "counting.py", "count")
    assert (report.findings, report.summary) == ((), "1 doctest passed")
    report = await check(tmp_path, "\n    return len(items) + 1\n", files, "counting.py", "count")
    assert "count([])" in only(report).message


async def test_doctests_of_which_none_can_be_met_are_none(tmp_path: Path) -> None:
    report = await check(tmp_path, "\n    return 7\n", {"counting.py": STATED.format("")}, "counting.py", "count")
    assert report.skipped == "no doctest or test reaches count"


async def test_generated_code_is_checked_by_its_own_doctests(tmp_path: Path) -> None:
    document = Document(tmp_path / "new.py", "")
    task = Task(TaskKind.GENERATE, document, Span(0, 0), Workspace((tmp_path,)))
    change = (
        Replacement(Span(0, 0), "def double(n):\n    '''\n    >>> double(2)\n    5\n    '''\n    return n * 2\n"),
    )
    report = await TestsValidator(Sandbox(SETTINGS)).check(task, Draft(document.replaced(change), change))
    assert only(report).message == "`double(2)`: expected 5, got 4"


OLD = 'def first(items):\n    """\n    >>> first([1, 2])\n    1\n    >>> first([])\n    """\n    return items[1]\n'
FIXED = "\n    return items[0] if items else None\n"


async def test_a_failure_that_was_there_before_is_not_introduced_by_an_edit(tmp_path: Path) -> None:
    lay(tmp_path, {"lists.py": OLD})
    task = make_task(tmp_path, "lists.py", OLD, "first", TaskKind.EDIT)
    report = await TestsValidator(Sandbox(SETTINGS)).check(task, written(task, "\n    return items[-1]\n"))
    assert len(report.findings) == 2
    assert not any(finding.introduced for finding in report.findings)


async def test_a_fix_must_mend_failing_tests_unless_something_else_was_to_be_mended(tmp_path: Path) -> None:
    lay(tmp_path, {"lists.py": OLD})
    task = make_task(tmp_path, "lists.py", OLD, "first", TaskKind.FIX)
    validator = TestsValidator(Sandbox(SETTINGS))
    half = written(task, "\n    return items[0]\n")
    for problems, introduced in (
        ((), True),
        ((Problem(task.span, "fails", source="tests"),), True),
        ((Problem(task.span, "unused", source="ruff"),), False),
    ):
        report = await validator.check(replace(task, problems=problems), half)
        assert only(report).introduced is introduced
    assert not (await validator.check(task, written(task, FIXED))).findings


async def test_existing_code_shows_its_failures_as_its_own(tmp_path: Path) -> None:
    lay(tmp_path, {"lists.py": OLD})
    task = make_task(tmp_path, "lists.py", OLD, "first", TaskKind.FIX)
    report = await TestsValidator(Sandbox(SETTINGS)).check(task, Draft(task.document, ()))
    assert [finding.introduced for finding in report.findings] == [False, False]


async def test_the_docstring_that_stood_before_counts_for_an_implementation(tmp_path: Path) -> None:
    text = 'def one():\n    """\n    >>> one()\n    1\n    """\n    ...\n'
    lay(tmp_path, {"one.py": text})
    task = make_task(tmp_path, "one.py", text, "one")
    easier = text.replace("    1\n", "    2\n").replace("    ...\n", "    return 2\n")
    change = (Replacement(Span(0, len(text)), easier),)
    report = await TestsValidator(Sandbox(SETTINGS)).check(task, Draft(task.document.replaced(change), change))
    assert only(report).message == "`one()`: expected 1, got 2"


async def test_options_of_doctest_hold(tmp_path: Path) -> None:
    text = (
        'def words(n):\n    """\n    >>> words(3)  # doctest: +ELLIPSIS\n    [0, ..., 2]\n'
        "    >>> words(-1)\n    Traceback (most recent call last):\n        ...\n    ValueError: less than none\n"
        "    >>> words('x')  # doctest: +IGNORE_EXCEPTION_DETAIL\n    Traceback (most recent call last):\n"
        "    TypeError: any\n    >>> words(0)  # doctest: +SKIP\n    'never'\n"
        "    >>> for each in words(2):\n    ...     print(each)\n    0\n    1\n"
        '    """\n    ...\n'
    )
    lay(tmp_path, {"words.py": text})
    task = make_task(tmp_path, "words.py", text, "words")
    body = "\n    if n < 0:\n        raise ValueError('less than none')\n    return list(range(n))\n"
    report = await TestsValidator(Sandbox(SETTINGS)).check(task, written(task, body))
    assert report.findings == ()
    assert report.summary == "4 doctests passed"


async def test_options_of_plugins_that_are_not_there_do_not_stop_pytest(tmp_path: Path) -> None:
    files = {
        "stack.py": STACK,
        "test_stack.py": "from stack import Stack\n\ndef test_push():\n    assert Stack().push(1) == [1]\n",
        "pytest.ini": "[pytest]\naddopts = --cov=stack --nowhere-known\n",
    }
    assert (await check(tmp_path, GOOD, files)).summary == "1 doctest and 1 test passed"


async def test_a_test_file_that_never_could_be_imported_is_no_fault_and_stops_no_other(tmp_path: Path) -> None:
    files = {
        "stack.py": STACK,
        "test_a.py": "import not_installed\nfrom stack import Stack\n\ndef test_a():\n    assert Stack().push(1)\n",
        "test_b.py": "from stack import Stack\n\ndef test_b():\n    assert Stack().push(1) == [1]\n",
    }
    report = await check(tmp_path, GOOD, files)
    finding = only(report)
    assert finding.message == "importing test_a.py fails: ModuleNotFoundError: No module named 'not_installed'"
    assert not finding.introduced
    assert report.summary == "1 doctest and 1 test passed, 1 failed"


async def test_settings_that_stop_pytest_are_no_fault_of_the_draft(tmp_path: Path) -> None:
    tests = "from stack import Stack\n\ndef test_push():\n    assert Stack().push(1) == [1]\n"
    files = {"stack.py": STACK, "test_stack.py": tests, "conftest.py": "raise RuntimeError('broken')\n"}
    finding = only(await check(tmp_path, GOOD, files))
    assert finding.message == "pytest ends before it has collected the tests"
    assert "broken" in finding.detail
    assert not finding.introduced


async def test_unsaved_texts_are_what_is_run(tmp_path: Path) -> None:
    tests = "from stack import Stack\n\ndef test_push():\n    assert Stack().push(1) == {}\n"
    lay(tmp_path, {"stack.py": STACK, "test_stack.py": tests.format("'old'")})
    task = make_task(tmp_path, "stack.py", STACK, "push")
    workspace = Workspace((tmp_path,), {tmp_path / "test_stack.py": tests.format("[1]")})
    report = await TestsValidator(Sandbox(SETTINGS)).check(replace(task, workspace=workspace), written(task, GOOD))
    assert report.summary == "1 doctest and 1 test passed"


async def test_an_installed_copy_of_the_module_is_no_evidence(tmp_path: Path) -> None:
    files = {
        "stack.py": STACK.replace(
            '        """Put an item on top.\n\n        >>> Stack().push(1)\n        [1]\n        """\n', ""
        ),
        "copy/stack.py": STACK,
        "conftest.py": "import sys\nfrom pathlib import Path\n"
        "sys.path.insert(0, str(Path(__file__).parent / 'copy'))\nimport stack\n",
        "test_stack.py": "from stack import Stack\n\ndef test_push():\n    assert Stack().push(1) is None\n",
    }
    report = await check(tmp_path, "\n        return 7\n", files)
    assert "another copy of stack.py" in report.skipped


async def test_nothing_runs_in_a_workspace_that_is_not_trusted(tmp_path: Path) -> None:
    lay(tmp_path, {"stack.py": STACK})
    task = make_task(tmp_path, "stack.py", STACK, "push")
    distrusted = replace(task, workspace=Workspace((tmp_path,), trusted=False))
    report = await TestsValidator(Sandbox(SETTINGS)).check(distrusted, written(task, GOOD))
    assert "not trusted" in report.skipped


async def test_without_a_sandbox_nothing_runs_and_the_reason_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox_module, "_confinement", lambda: "No sandbox here: install bubblewrap.")
    report = await check(tmp_path, GOOD, {"stack.py": STACK})
    assert report.skipped == "No sandbox here: install bubblewrap."
    assert not report.findings


async def test_other_languages_are_skipped(tmp_path: Path) -> None:
    document = Document(tmp_path / "a.md", "# words", language="markdown")
    task = Task(TaskKind.EDIT, document, Span(0, 0))
    report = await TestsValidator(Sandbox(SETTINGS)).check(task, Draft(document, ()))
    assert "markdown" in report.skipped


async def test_cancelling_ends_the_run(tmp_path: Path) -> None:
    lay(tmp_path, {"stack.py": STACK})
    task = make_task(tmp_path, "stack.py", STACK, "push")
    validator = TestsValidator(Sandbox(SETTINGS))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.0):
            await validator.check(task, written(task, "\n        while True: pass\n"))


def _flaky_test(odd: str) -> str:
    """A test of ``total`` that fails in about every second process: what differs from run to run decides."""
    return (
        "import os\nfrom rates import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n\n\n"
        f"def test_now_and_then():\n    assert total([]) == 0\n    assert {odd}\n"
    )


async def _edited(root: Path, test: str, old: str, new: str, sandbox: Sandbox) -> Report:
    lay(root, {"rates.py": old, "test_rates.py": test})
    document = Document(root / "rates.py", old)
    target = find_target(document, "total")
    change = (Replacement(Span(0, len(old)), new),)
    task = Task(TaskKind.EDIT, document, target.span, Workspace((root,)), target)
    return await TestsValidator(sandbox).check(task, Draft(document.replaced(change), change, new))


OLD_TOTAL = "def total(values):\n    result = 0\n    for value in values:\n        result += value\n    return result\n"
NEW_TOTAL = "def total(values):\n    return sum(values)\n"


class _Runs(Sandbox):
    """The real sandbox, which tells the code inside the number of the run: chance that a test can rely on."""

    number = 0

    async def run_script(self, script, *, env=None, **others):
        self.number += 1
        return await super().run_script(script, env={**(env or {}), "RUN": str(self.number)}, **others)


async def test_a_test_that_is_flaky_with_the_old_code_rejects_no_draft(tmp_path):
    # Runs of pytest: 1 the draft (fails), 2 the old code (passes), 3 the old code again (fails).
    test = _flaky_test("int(os.environ['RUN']) % 2 == 0")
    report = await _edited(tmp_path, test, OLD_TOTAL, NEW_TOTAL, _Runs(SETTINGS))
    (finding,) = report.findings
    assert "test_now_and_then" in finding.message
    assert not finding.introduced


async def test_a_draft_that_makes_a_steady_test_flaky_is_rejected(tmp_path):
    flaky = "import os\n\n\ndef total(values):\n    return sum(values) + int(os.environ['RUN']) % 2\n"
    report = await _edited(tmp_path, _flaky_test("True"), OLD_TOTAL, flaky, _Runs(SETTINGS))
    assert report.findings
    assert all(finding.introduced for finding in report.findings)


@pytest.mark.parametrize(
    "tests",
    [
        "import unittest\nfrom m import f\n\nclass TestF(unittest.TestCase):\n"
        "    def test_f(self):\n        for n in (1, 2):\n"
        "            with self.subTest(n=n):\n                self.assertEqual(f(n), n + 1)\n",
        "from m import f\n\ndef test_f(subtests):\n    for n in (1, 2):\n        with subtests.test(n=n):\n"
        "            assert f(n) == n + 1\n",
    ],
)
async def test_a_test_with_subtests_passes_or_fails_as_a_whole(tmp_path: Path, tests: str) -> None:
    files = {"m.py": "def f(n):\n    ...\n", "test_m.py": tests}
    good = await check(tmp_path, "\n    return n + 1\n", files, "m.py", "f")
    assert (good.findings, good.summary) == ((), "1 test passed")
    bad = await check(tmp_path, "\n    return 2\n", files, "m.py", "f")
    assert {(finding.rule, finding.introduced) for finding in bad.findings} == {("test-failed", True)}


async def test_what_the_old_code_did_before_another_file_was_mended_excuses_nothing(tmp_path: Path) -> None:
    code = "from helper import one\n\ndef f(n):\n    return n + one()\n"
    tests = "from m import f\n\ndef test_f():\n    assert f(1) == 2\n"
    lay(tmp_path, {"m.py": code, "helper.py": "def one():\n    return 2\n", "test_m.py": tests})
    task = make_task(tmp_path, "m.py", code, "f", TaskKind.EDIT)
    draft = written(task, "\n    return n - one()\n")
    validator = TestsValidator(Sandbox(SETTINGS))
    assert not only(await validator.check(task, draft)).introduced
    lay(tmp_path, {"helper.py": "def one():\n    return 1\n"})
    assert only(await validator.check(task, draft)).introduced


async def test_a_stub_that_the_draft_brings_excuses_no_failing_test(tmp_path: Path) -> None:
    code = "def f(n):\n    ...\n"
    tests = "from m import f\n\ndef test_f():\n    result = f(1)\n    assert result == 2\n"
    lay(tmp_path, {"m.py": code, "test_m.py": tests})
    task = make_task(tmp_path, "m.py", code, "f")
    draft = written(task, "\n    return 3\n\n\ndef result(n):\n    raise NotImplementedError\n")
    assert only(await TestsValidator(Sandbox(SETTINGS)).check(task, draft)).introduced
