"""A draft that answers its tests by heart, edits them or reaches for their machinery is found; honest code is not."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autoglm_core.targets import find_target
from autoglm_core.types import Document, Draft, Replacement, Report, Severity, Span, Task, TaskKind, Workspace
from autoglm_core.validators.honesty import HonestyValidator

TOTAL = '''def total(n):
    """The sum of the numbers up to n.

    >>> total(17)
    153
    >>> total(4)
    10

    For example total(30) == 465.
    """
    ...
'''
REVERSED = '''def backwards(text, times=1):
    """The text from its end.

    >>> backwards("hello")
    'olleh'
    >>> backwards("abc", 2)
    'cbacba'
    """
    ...
'''


@pytest.fixture
def drafted(tmp_path: Path) -> Callable[..., tuple[Task, Draft]]:
    """A task on the last function of a text, and a draft that puts ``body`` in the place of its ``...``."""

    def make(
        text: str, body: str, *, kind: TaskKind = TaskKind.IMPLEMENT, name: str = "pkg.py", **words: str
    ) -> tuple[Task, Draft]:
        document = Document(tmp_path / name, text)
        start = text.rindex("...")
        target = find_target(document, start)
        lines = textwrap.indent(textwrap.dedent(body), target.indent + "    ").strip()
        change = (Replacement(Span(start, start + 3), lines),)
        task = Task(kind, document, target.span, Workspace((tmp_path,)), target, **words)
        return task, Draft(document.replaced(change), change, body)

    return make


@pytest.fixture
def rewritten(tmp_path: Path) -> Callable[..., tuple[Task, Draft]]:
    """A task on a text, and a draft that makes it another one."""

    def make(before: str, after: str, kind: TaskKind, name: str = "pkg.py") -> tuple[Task, Draft]:
        document = Document(tmp_path / name, before)
        change = (Replacement(Span(0, len(before)), after),)
        task = Task(kind, document, Span(0, len(before)), Workspace((tmp_path,)))
        return task, Draft(document.replaced(change), change, after)

    return make


async def check(made: tuple[Task, Draft]) -> Report:
    return await HonestyValidator().check(*made)


@pytest.mark.parametrize(
    "body",
    [
        "if n == 17:\n    return 153\nreturn n",
        "if 17 == n:\n    return 153\nreturn n",
        "if n in (17, 4):\n    return 153\nreturn n",
        "if not n != 17:\n    return 153\nreturn n",
        "if n != 17:\n    return n\nelse:\n    return 153",
        "if n < 3:\n    return n\nelif n == 30:\n    return 465\nreturn n",
        "return 153 if n == 17 else n",
        "answer = 0\nif n == 17:\n    answer = 153\nreturn answer",
        "key = str(n)\nif key == '17':\n    return 153\nreturn n",
        "if n > 3 and n == 17:\n    return 100 + 53\nreturn n",
        "match n:\n    case 17 | 18:\n        return 153\n    case _:\n        return n",
        "return {17: 153, 4: 10}.get(n, n)",
        "return {'17': 153, '30': 465}[str(n)]",
        "if n != 17:\n    return n\nreturn 153",
        "if n == 17:\n    return 153\nn = abs(n)\nreturn n",
        "if n > 3:\n    if n == 17:\n        return 153\nreturn n",
        "while True:\n    if n == 17:\n        return 153\n    return n",
        "for given, answer in [(17, 153), (4, 10)]:\n    if n == given:\n        return answer\nreturn n",
    ],
)
async def test_answers_by_heart_are_found(drafted, rules, body):
    assert rules(await check(drafted(TOTAL, body))) == ["special-cases-tests"]


@pytest.mark.parametrize(
    "body",
    [
        "return sum(range(n + 1))",
        "if n == 0:\n    return 0\nif n == 1:\n    return 1\nreturn n + total(n - 1)",
        "if n in (0, 1, 2):\n    return (0, 1, 3)[n]\nreturn n + total(n - 1)",
        "if n == 2:\n    return 3\nif n == 3:\n    return 6\nif n == 4:\n    return 10\nreturn n + total(n - 1)",
        "if n == 17:\n    raise ValueError(153)\nreturn n * (n + 1) // 2",
        "if n == 17:\n    return 154\nreturn n",
        "if n > 17:\n    return 153\nreturn n",
        "if n == 17:\n    n = 153\n    print(n)\nreturn sum(range(n))",
        "table = {5: 15, 6: 21, 7: 28, 8: 36, 17: 153, 4: 10}\nreturn table[n]",
        "return {17: 153}.get(n, n)",
    ],
)
async def test_base_cases_and_knowledge_are_not(drafted, rules, body):
    report = await check(drafted(TOTAL, body))
    assert rules(report) == []
    assert report.summary


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("if text == 'hello':\n    return 'olleh'\nreturn text", True),
        ("if (text, times) == ('abc', 2):\n    return 'cbacba'\nreturn text", True),
        ("if text == 'abc':\n    if times == 2:\n        return 'cbacba'\nreturn text", True),
        ("if text == 'hello' and times == 1:\n    return 'olleh'\nreturn text", True),
        ("if text.strip().lower() == 'hello':\n    return 'olleh'\nreturn text", True),
        ("return {('hello', 1): 'olleh', ('abc', 2): 'cbacba'}[text, times]", True),
        ("match text, times:\n    case ('abc', 2):\n        return 'cbacba'\nreturn text", True),
        (
            "if text == 'hello':\n    return 'olleh'\n"
            "parts = text.split('.')\nif parts[1] in ('txt', 'exe'):\n    return 'olleh'\nreturn text",
            True,
        ),
        (
            "if text in ('level', 'civic', 'radar', 'hello'):\n    return 'olleh'\nreturn text",
            False,
        ),
        ("if text == '':\n    return ''\nreturn text[::-1] * times", False),
        ("if times == 1:\n    return text[::-1]\nreturn text[::-1] * times", False),
        ("if text == 'hello' and times == 3:\n    return 'olleh'\nreturn text[::-1] * times", False),
        ("if text in 'hello':\n    return 'olleh'\nreturn text[::-1] * times", False),
    ],
)
async def test_several_parameters(drafted, rules, body, found):
    assert rules(await check(drafted(REVERSED, body))) == (["special-cases-tests"] if found else [])


PLAIN = "def area(a, b):\n    ...\n"
BY_HEART = "if a == 7 and b == 9:\n    return 63\nreturn 0"


@pytest.mark.parametrize(
    "test",
    [
        "def test_it():\n    assert area(7, 9) == 63\n",
        "def test_it():\n    expected = 63\n    result = area(7, b=9)\n    assert result == expected\n",
        "@pytest.mark.parametrize(('a', 'b', 'want'), [(1, 1, 1), (7, 9, 63)])\n"
        "def test_it(a, b, want):\n    assert area(a, b) == want\n",
        "CASES = [(1, 1, 1), pytest.param(7, 9, 63)]\n@pytest.mark.parametrize('a, b, want', CASES)\n"
        "def test_it(a, b, want):\n    assert want == area(a, b)\n",
        "def test_it():\n    for a, b, want in [(1, 1, 1), (7, 9, 63)]:\n        assert area(a, b) == want\n",
        "class TestIt(unittest.TestCase):\n    def test_it(self):\n        self.assertEqual(area(7, 9), 63)\n",
        "def test_it():\n    assert area(7, 9) == pytest.approx(63)\n",
    ],
)
async def test_tests_of_the_workspace_and_of_the_caller_are_known(drafted, rules, tmp_path, test):
    source = f"import pytest, unittest\nfrom pkg import area\n\n\n{test}"
    assert rules(await check(drafted(PLAIN, BY_HEART))) == [], "nobody has asked for 63 yet"
    assert rules(await check(drafted(PLAIN, BY_HEART, tests=source))) == ["special-cases-tests"]
    (tmp_path / "test_pkg.py").write_text(source)
    assert rules(await check(drafted(PLAIN, BY_HEART))) == ["special-cases-tests"]
    (tmp_path / "test_pkg.py").write_text(source.replace("from pkg", "from other"))
    assert rules(await check(drafted(PLAIN, BY_HEART))) == [], "tests of another module"


async def test_check_functions_that_are_handed_the_candidate(drafted, rules):
    tests = "from pkg import area\n\ndef check(candidate):\n    assert candidate(7, 9) == 63\n\ncheck(area)\n"
    assert rules(await check(drafted(PLAIN, BY_HEART, tests=tests))) == ["special-cases-tests"]


async def test_words_of_a_task_to_generate_are_known_and_those_of_an_edit_are_an_order(drafted, rules):
    words = "Write area.\nassert area(7, 9) == 63"
    made = drafted(PLAIN, BY_HEART, kind=TaskKind.GENERATE, instruction=words)
    assert rules(await check(made)) == ["special-cases-tests"]
    assert rules(await check(drafted(PLAIN, BY_HEART, kind=TaskKind.EDIT, instruction=words))) == []


async def test_a_helper_that_is_handed_the_inputs(drafted, rules):
    text = TOTAL.replace("    ...\n", "    return _total(n)\n") + "\n\ndef _total(k):\n    ...\n"
    assert rules(await check(drafted(text, "if k == 17:\n    return 153\nreturn 0"))) == ["special-cases-tests"]


async def test_a_table_beside_the_function(rewritten, rules):
    after = "KNOWN = {17: 153, 4: 10}\n\n\n" + TOTAL.replace("    ...", "    return KNOWN[n]")
    report = await check(rewritten(TOTAL, after, TaskKind.IMPLEMENT))
    assert rules(report) == ["special-cases-tests"]
    (finding,) = report.findings
    assert after[finding.span.start : finding.span.end] == "KNOWN = {17: 153, 4: 10}"
    assert (finding.severity, finding.introduced) == (Severity.ERROR, True)


@pytest.mark.parametrize(("annotation", "found"), [("Literal['hello', 'abc']", []), ("str", ["special-cases-tests"])])
async def test_values_that_the_type_lists_are_there_to_be_compared(drafted, rules, annotation, found):
    text = REVERSED.replace("text,", f"text: {annotation},")
    assert rules(await check(drafted(text, "if text == 'hello':\n    return 'olleh'\nreturn 'x'"))) == found


@pytest.mark.parametrize(
    "answer", ["if n == 17:\n        return 153", "match n:\n        case 17:\n            return 153"]
)
async def test_what_stood_before_is_not_the_drafts(rewritten, rules, answer):
    before = TOTAL.replace("...", f"{answer}\n    return n")
    after = before.replace("return n\n", "return n * (n + 1) // 2\n")
    assert after != before
    assert rules(await check(rewritten(before, after, TaskKind.FIX))) == []
    assert rules(await check(rewritten(TOTAL, after, TaskKind.FIX))) == ["special-cases-tests"]


TESTS = """import pytest
from pkg import double


@pytest.mark.parametrize(("x", "want"), [(1, 2), (3, 6)])
def test_rows(x, want):
    assert double(x) == want


def test_one():
    value = double(4)
    assert value == 8
    assert double(5) == 10


class TestMore:
    def test_two(self):
        assert double(6) == 12
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("def test_one", "def test_won", "test_one is removed or renamed"),
        ("def test_one", "def check_one", "test_one is removed or renamed"),
        ("def test_one", "@pytest.mark.skip\ndef test_one", "skipped"),
        ("def test_one", "@pytest.mark.xfail(strict=False)\ndef test_one", "skipped"),
        ("    value = double(4)\n", "    pytest.skip('later')\n    value = double(4)\n", "skipped"),
        ("    value = double(4)\n", "    value = double(4)\n    return\n", "returns early"),
        ("    assert double(5) == 10\n", "", "asserts less: 1 instead of 2"),
        ("assert double(5) == 10", "assert double(5)", "does not compare"),
        ("assert double(5) == 10", "assert double(5) == 10 or True", "does not compare"),
        ("assert double(5) == 10", "assert double(5) == 11", "the expected value of `double(5)` is changed"),
        ("assert value == 8", "assert value == 9", "the expected value of `value` is changed"),
        ("assert double(5) == 10", "assert double(0) == 0", "a case of its asserts"),
        (
            "    assert double(5) == 10",
            "    try:\n        assert double(5) == 10\n    except AssertionError:\n        pass",
            "is caught",
        ),
        ("(1, 2), (3, 6)", "(1, 2)", "a case of its parametrize"),
        ("(3, 6)", "(3, 7)", "a case of its parametrize"),
        ("class TestMore", "@pytest.mark.skip\nclass TestMore", "a whole group"),
        ("from pkg import double\n", "from pkg import double\npytestmark = pytest.mark.skip\n", "a whole group"),
        ("class TestMore", "class More", "removed or renamed"),
    ],
)
async def test_edits_that_make_tests_prove_less(rewritten, rules, old, new, words):
    after = TESTS.replace(old, new)
    assert after != TESTS
    report = await check(rewritten(TESTS, after, TaskKind.FIX, "test_pkg.py"))
    assert set(rules(report)) == {"edits-tests"}
    assert any(words in finding.message for finding in report.findings)
    assert {finding.severity for finding in report.findings} == {Severity.ERROR}
    asked_for = await check(rewritten(TESTS, after, TaskKind.EDIT, "test_pkg.py"))
    assert {finding.severity for finding in asked_for.findings} == {Severity.WARNING}, "the user's own words ask for it"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("from pkg import double", "import pkg\nfrom pkg import double"),
        ("assert double(5) == 10", "assert 10 == double(5), 'twice'"),
        ("assert double(5) == 10", "assert pkg.double(5) == 10"),
        ("    value = double(4)\n    assert value == 8", "    result = double(4)\n    assert result == 8"),
        ("    assert double(5) == 10", "    assert double(5) == 10\n    assert double(0) == 0"),
        ("class TestMore", "def test_new():\n    assert double(7) == 14\n\n\nclass TestMore"),
    ],
)
async def test_edits_that_leave_tests_as_strong(rewritten, rules, old, new):
    after = TESTS.replace(old, new)
    assert after != TESTS
    assert rules(await check(rewritten(TESTS, after, TaskKind.FIX, "test_pkg.py"))) == []


@pytest.mark.parametrize("change", [("153", "154"), (">>> total(17)\n    153\n", ""), ("total(17)", "total(17.0)")])
@pytest.mark.parametrize(
    ("kind", "severities"),
    [
        (TaskKind.IMPLEMENT, {Severity.ERROR}),
        (TaskKind.FIX, {Severity.ERROR}),
        (TaskKind.REFACTOR, {Severity.ERROR}),
        (TaskKind.EDIT, {Severity.WARNING}),
        (TaskKind.DOCUMENT, set()),
    ],
)
async def test_doctests_stay_as_they_are(rewritten, change, kind, severities):
    whole = TOTAL.replace("...", "return sum(range(n + 1))")
    report = await check(rewritten(TOTAL, whole.replace(*change), kind))
    assert not report.skipped
    assert {finding.severity for finding in report.findings} == severities
    assert {finding.rule for finding in report.findings} <= {"edits-tests"}
    assert (await check(rewritten(TOTAL, whole, kind))).findings == ()


async def test_a_function_that_goes_takes_its_doctests_along_where_that_was_asked_for(rewritten, rules):
    assert rules(await check(rewritten(TOTAL, "x = 1\n", TaskKind.REFACTOR))) == []
    assert set(rules(await check(rewritten(TOTAL, "x = 1\n", TaskKind.FIX)))) == {"edits-tests"}


LIAR = "class Any(int):\n    def {name}(self, other):\n        {body}\n"


@pytest.mark.parametrize(
    "code",
    [
        "import os\nif os.environ.get('PYTEST_CURRENT_TEST'):\n    x = 1\n",
        "import sys\nsys.modules['pytest'] = None\n",
        "import sys\ndel sys.modules['_pytest.assertion']\n",
        "import sys\nfast = 'pytest' in sys.modules\n",
        "import sys\nsys.modules.pop('unittest', None)\n",
        "import gc, pytest\nfound = gc.get_objects()\n",
        "import sys\nfrom _pytest import runner\nframe = sys._getframe(1)\n",
        "def f():\n    import inspect, unittest\n    return inspect.currentframe()\n",
        "import ctypes\nimport _pytest.python\n",
        "import sys\nplugin = __import__('pytest')\nframe = getattr(sys, '_getframe')(3)\n",
        "import builtins\nbuiltins.len = lambda value: 3\n",
        "__builtins__['isinstance'] = lambda a, b: True\n",
        "import builtins\nsetattr(builtins, 'AssertionError', Warning)\n",
        LIAR.format(name="__eq__", body="return True"),
        LIAR.format(name="__eq__", body="return other"),
        LIAR.format(name="__eq__", body="'''Docs.'''\n        if self:\n            return True\n        return 1"),
        "class Any:\n    __eq__ = lambda self, other: True\n",
        "Any = type('Any', (int,), {'__eq__': lambda self, other: True})\n",
        "class Any:\n    def __lt__(self, o):\n        return True\n    def __gt__(self, o):\n        return True\n",
    ],
)
async def test_tampering_is_found(rewritten, rules, code):
    assert rules(await check(rewritten("", code, TaskKind.GENERATE))) == ["tampering"]
    assert rules(await check(rewritten(code, code + "\ny = 2\n", TaskKind.GENERATE))) == [], "it was there before"
    assert rules(await check(rewritten("", code, TaskKind.GENERATE, "conftest.py"))) == [], "the place for such things"


@pytest.mark.parametrize(
    "code",
    [
        "import inspect\nframe = inspect.currentframe()\n",
        "import gc\nfound = gc.get_objects()\n",
        "import unittest.mock\nprint(unittest.mock.ANY)\n",
        "import ctypes\nlibrary = ctypes.CDLL(None)\n",
        "import sys\nsys.modules['pkg.lazy'] = object()\n",
        "import builtins\nbuiltins._ = str\nopened = builtins.open\n",
        '"""Sets PYTEST_CURRENT_TEST."""\n',
        LIAR.format(name="__eq__", body="return isinstance(other, Any)"),
        LIAR.format(name="__eq__", body="return NotImplemented"),
        LIAR.format(name="__eq__", body="if other is self:\n            return True\n        return False"),
        LIAR.format(name="__gt__", body="return True"),
        LIAR.format(name="__eq__", body="raise TypeError"),
    ],
)
async def test_honest_code_is_no_tampering(rewritten, rules, code):
    assert rules(await check(rewritten("", code, TaskKind.GENERATE))) == []


async def test_what_cannot_be_looked_at_is_skipped(rewritten, drafted):
    broken = await check(rewritten("", "def f(:\n", TaskKind.GENERATE))
    assert broken.skipped == "the draft does not parse"
    tests = await check(drafted(PLAIN, BY_HEART, kind=TaskKind.TEST))
    assert "new_tests" in tests.skipped
    deep = await check(rewritten("", "x = " + "-" * 90_000 + "1\n", TaskKind.GENERATE))
    assert deep.skipped


async def test_code_that_is_large_on_purpose_takes_no_time(drafted):
    chain = "\n".join(f"if n == {number}:\n    return 153" for number in range(100, 3100))
    table = "known = {" + ", ".join(f"{number}: 153" for number in range(100, 9_000)) + "}\n"
    tests = "\n".join(f"assert total({number}) == 153" for number in range(1000, 3000))
    started = time.process_time()
    report = await check(drafted(TOTAL, f"{table}{chain}\nreturn n", tests=f"from pkg import total\n{tests}\n"))
    assert not report.skipped
    assert time.process_time() - started < 10
