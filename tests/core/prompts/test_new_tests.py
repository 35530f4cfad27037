"""Tests go from an answer into the file of tests: without copies of the code, with the right imports and new names."""

from __future__ import annotations

import pytest

from autoglm_core.prompts.new_tests import read_tests
from autoglm_core.targets import find_target
from autoglm_core.types import Document, Span, Task, TaskKind, Workspace

CODE = """class Full(Exception):
    pass


LIMIT = 3


def clamp(x, low, high):
    if x < low:
        raise Full
    return min(x, high)


class Stack:
    def push(self, item):
        return item
"""


@pytest.fixture
def added(tmp_path):
    """The text of the file of tests with an answer in it."""

    def add(answer: str, *, before: str = "", name: str = "clamp") -> str:
        subject = Document(tmp_path / "pkg.py", CODE)
        tests = Document(tmp_path / "tests" / "test_pkg.py", before)
        end = Span(len(before), len(before))
        target = find_target(subject, name)
        task = Task(TaskKind.TEST, tests, end, Workspace((tmp_path,)), target, subject=subject)
        text = tests.replaced(read_tests(task, f"```python\n{answer}\n```")).text
        compile(text, "test_pkg.py", "exec")
        return text

    return add


def test_a_copy_of_the_code_is_left_out_and_the_import_is_made_right(added):
    text = added(
        "from your_module import clamp\n\ndef clamp(x, low, high):\n    return x\n\n\n"
        "def test_low():\n    assert clamp(5, 1, 9) == 5\n\nif __name__ == '__main__':\n    test_low()\n"
    )
    assert text == "from pkg import clamp\n\n\ndef test_low():\n    assert clamp(5, 1, 9) == 5\n"


def test_other_names_of_the_module_and_pytest_are_imported_where_used(added):
    text = added("def test_error():\n    with pytest.raises(Full):\n        clamp(0, 1, LIMIT)\n")
    assert text.startswith("import pytest\nfrom pkg import Full, LIMIT, clamp\n\n\n")


def test_helpers_fixtures_and_imports_come_along_only_where_used(added):
    text = added(
        "import math\nimport os\nimport pytest\n\nUNUSED = 1\nVALUES = [1, 2]\n\n@pytest.fixture\ndef low():\n"
        "    return VALUES[0]\n\n\ndef test_low(low):\n    assert clamp(math.pi, low, 2) == 2\n"
    )
    assert "VALUES = [1, 2]\n\n\n@pytest.fixture\ndef low():" in text
    assert "import math" in text
    assert "UNUSED" not in text
    assert "import os" not in text


def test_what_is_there_stays_and_names_that_are_taken_are_made_new(added):
    before = "from pkg import clamp\n\nVALUE = 3\n\n\ndef test_low():\n    assert clamp(1, 1, 1) == VALUE - 2\n"
    text = added(
        "VALUE = 9\n\ndef test_low():\n    assert clamp(VALUE, 1, 9) == VALUE\n\ndef test_low():\n    assert clamp\n",
        before=before,
    )
    assert text.startswith(before)
    new = text[len(before) :]
    assert "VALUE_2 = 9" in new
    assert "def test_low_2():\n    assert clamp(VALUE_2, 1, 9) == VALUE_2" in new
    assert "def test_low_3():" in new


def test_tests_that_are_there_already_are_not_repeated(added):
    before = "from pkg import clamp\n\n\ndef test_low():\n    assert clamp(1, 1, 1) == 1\n"
    text = added(before + "\n\ndef test_high():\n    assert clamp(1, 1, 1)\n", before=before)
    assert text.count("def test_low") == 1
    with pytest.raises(ValueError, match="no new test"):
        added(before, before=before)


def test_an_answer_that_was_cut_off_keeps_its_whole_tests(added):
    text = added("def test_one():\n    assert clamp(1, 1, 1) == 1\n\ndef test_two():\n    assert clamp(")
    assert "def test_one" in text
    assert "test_two" not in text


def test_methods_are_tested_by_their_class(added):
    assert added("def test_push():\n    assert Stack().push(1) == 1\n", name="Stack.push").startswith(
        "from pkg import Stack\n"
    )


def test_a_guessed_module_keeps_its_name_in_the_tests(added):
    text = added("import solution\n\ndef test_low():\n    assert solution.clamp(1, 1, 1) == 1\n")
    assert text.startswith("import pkg as solution\n")


def test_a_file_with_a_docstring_alone_is_continued(added):
    text = added("def test_low():\n    assert clamp(1, 1, 1) == 1\n", before='"""Tests of clamp."""\n')
    assert text.startswith('"""Tests of clamp."""\n\nfrom pkg import clamp\n\n\ndef test_low')


def test_line_ends_of_the_file_are_taken_over(added):
    text = added("def test_low():\n    assert clamp(1, 1, 1) == 1\n", before="import os\r\n\r\nX = os\r\n")
    assert "\n" not in text.replace("\r\n", "")


@pytest.mark.parametrize("answer", ["x = 1", "def helper():\n    return 1", "def test_x(:\n"])
def test_answers_without_a_test(added, answer):
    with pytest.raises(ValueError, match=r"no new test|do not parse"):
        added(answer)
