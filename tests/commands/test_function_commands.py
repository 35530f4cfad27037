"""``autoglm test``, ``types``, ``document`` and ``refactor``: what is written, and what is refused."""

from __future__ import annotations

import json

import pytest

CODE = "def clamp(x, low, high):\n    if x < low:\n        return low\n    return min(x, high)\n"
TESTS = (
    "```python\nfrom pkg import clamp\n\ndef test_low():\n    assert clamp(0, 1, 9) == 1\n\n"
    "def test_high():\n    assert clamp(10, 1, 9) == 9\n\ndef test_wrong():\n    assert clamp(5, 1, 9) == 6\n```"
)
TYPES = "```python\ndef clamp(x: int, low: int, high: int) -> int:\n    return 0\n```"
DOCSTRING = '```python\ndef clamp(x, low, high):\n    """Limit x.\n\n    >>> clamp(3, 1, 2)\n    2\n    """\n```'
REFACTORED = "```python\ndef clamp(x, low, high):\n    return low if x < low else min(x, high)\n```"


def test_tests_are_written_into_a_new_file_without_the_wrong_one(autoglm):
    source = autoglm.file("pkg.py", CODE)
    done = autoglm.run("test", "pkg.py:clamp", "--yes", "--json", "--script", autoglm.script(TESTS))
    assert done.returncode == 0, done.stderr + done.stdout
    made = (autoglm.folder / "tests" / "test_pkg.py").read_text()
    assert made.count("def test_") == 2
    assert "test_wrong" not in made
    assert source.read_text() == CODE
    trace = json.loads(done.stdout)
    assert (trace["kind"], trace["target"], trace["status"]) == ("test", "clamp", "accepted")
    assert [attempt["kind"] for attempt in trace["attempts"]] == ["first draft", "small change"]


def test_tests_are_added_to_those_that_are_there(autoglm):
    autoglm.file("pkg.py", CODE)
    before = "from pkg import clamp\n\n\ndef test_low():\n    assert clamp(1, 2, 3) == 2\n"
    file = autoglm.file("test_pkg.py", before)
    done = autoglm.run("test", "pkg.py", "clamp", "--yes", "--script", autoglm.script(TESTS))
    assert done.returncode == 0, done.stderr + done.stdout
    assert file.read_text().startswith(before)
    assert "def test_low_2" in file.read_text()
    assert not (autoglm.folder / "tests").exists()


def test_nothing_is_made_where_nobody_agrees(autoglm):
    autoglm.file("pkg.py", CODE)
    done = autoglm.run("test", "pkg.py:clamp", "--script", autoglm.script(TESTS))
    assert done.returncode == 4
    assert not (autoglm.folder / "tests").exists()


@pytest.mark.parametrize(
    ("command", "answer", "after"),
    [
        ("types", TYPES, CODE.replace("(x, low, high)", "(x: int, low: int, high: int) -> int")),
        (
            "document",
            DOCSTRING,
            CODE.replace("high):\n", 'high):\n    """Limit x.\n\n    >>> clamp(3, 1, 2)\n    2\n    """\n'),
        ),
        ("refactor", REFACTORED, REFACTORED.replace("```python\n", "").replace("```", "")),
    ],
)
def test_the_function_alone_is_changed(autoglm, command, answer, after):
    file = autoglm.file("pkg.py", CODE)
    words = ("--instruction", "use a conditional expression")
    done = autoglm.run(command, "pkg.py:clamp", "--yes", *words, "--script", autoglm.script(answer))
    assert done.returncode == 0, done.stderr + done.stdout
    assert file.read_text() == after


def test_a_refactoring_that_behaves_differently_is_shown_and_not_applied(autoglm):
    file = autoglm.file("pkg.py", CODE)
    answer = REFACTORED.replace("min(", "max(")
    words = ("--instruction", "shorter", "--attempts", "1")
    done = autoglm.run("refactor", "pkg.py:clamp", "--yes", *words, "--script", autoglm.script(answer))
    assert done.returncode == 1
    assert "before, and now" in " ".join(done.stdout.split())
    assert file.read_text() == CODE


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("types", "pkg.py"), "Name a function, as in pkg.py:NAME. pkg.py has: clamp."),
        (("types", "pkg.py:clamp", "clamp"), "named twice"),
        (("test", "pkg.py", "99"), "no line 99"),
        (("document", "other.py:f"), "There is no file"),
        (("refactor", "pkg.py:clamp"), "--instruction"),
        (("test", "pkg.py:limit"), "no function limit"),
    ],
)
def test_what_does_not_fit_is_said(autoglm, arguments, words):
    autoglm.file("pkg.py", CODE)
    done = autoglm.run(*arguments, "--yes", "--script", autoglm.script(TYPES))
    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
