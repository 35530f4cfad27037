"""``autoglm fix`` and ``autoglm generate``."""

from __future__ import annotations

import json

import pytest

WRONG = "def double(number: int) -> int:\n    return nmber * 2\n"
RIGHT = "```python\ndef double(number: int) -> int:\n    return number * 2\n```"


def test_fix_mends_the_first_problem(autoglm):
    file = autoglm.file("numbers_.py", WRONG)
    done = autoglm.run("fix", "numbers_.py", "--yes", "--script", autoglm.script(RIGHT))
    assert done.returncode == 0, done.stdout + done.stderr
    assert file.read_text() == WRONG.replace("nmber", "number")
    assert "The code as it is" in done.stdout


def test_fix_says_when_nothing_is_wrong(autoglm):
    file = autoglm.file("numbers_.py", WRONG.replace("nmber", "number"))
    done = autoglm.run("fix", "numbers_.py", "--script", autoglm.script("never asked"))
    assert done.returncode == 0
    assert "nothing is wrong" in done.stdout
    assert file.read_text() == WRONG.replace("nmber", "number")


def test_fix_takes_a_line(autoglm):
    two = WRONG + "\n\ndef treble(number: int) -> int:\n    return numbr * 3\n"
    file = autoglm.file("numbers_.py", two)
    answer = "```python\ndef treble(number: int) -> int:\n    return number * 3\n```"
    done = autoglm.run("fix", "numbers_.py:6", "--yes", "--script", autoglm.script(answer))
    assert done.returncode == 0, done.stdout + done.stderr
    assert file.read_text() == two.replace("numbr", "number")
    assert "line 2 has errors too" in done.stdout


def test_fix_names_the_lines_that_are_wrong(autoglm):
    autoglm.file("numbers_.py", WRONG)
    done = autoglm.run("fix", "numbers_.py:1", "--script", autoglm.script(RIGHT))
    assert done.returncode == 2
    assert "in lines 2" in done.stderr


LEAST = "def least(items: list[int]) -> int:\n    return max(items, default=0)\n"
SAME = "```python\ndef least(items: list[int]) -> int:\n    return max(items) if items else 0\n```"
MENDED = "```python\ndef least(items: list[int]) -> int:\n    return min(items, default=0)\n```"
WORDS = ("--instruction", "it must give the least of them")


@pytest.mark.parametrize("place", ["least.py:least", "least.py:2"])
def test_fix_mends_what_only_words_say(autoglm, place):
    file = autoglm.file("least.py", LEAST)
    done = autoglm.run("fix", place, *WORDS, "--yes", "--json", "--script", autoglm.script(SAME, MENDED))
    assert done.returncode == 0, done.stdout + done.stderr
    assert file.read_text() == LEAST.replace("max", "min")
    trace = json.loads(done.stdout)
    existing, same, mended = trace["attempts"]
    assert existing["kind"] == "existing code"
    assert [finding["rule"] for finding in same["rejected_by"]] == ["unchanged-behaviour"]
    assert mended["rejected_by"] == []


def test_fix_by_words_writes_nothing_that_does_the_same(autoglm):
    file = autoglm.file("least.py", LEAST)
    done = autoglm.run("fix", "least.py:least", *WORDS, "--yes", "--attempts", "1", "--script", autoglm.script(SAME))
    assert done.returncode == 1
    assert "does the same as before" in " ".join(done.stdout.split())
    assert file.read_text() == LEAST


def test_fix_by_words_asks_which_function_is_wrong(autoglm):
    file = autoglm.file("least.py", LEAST)
    done = autoglm.run("fix", "least.py", *WORDS, "--yes", "--script", autoglm.script(MENDED))
    assert done.returncode == 1
    assert "Say which function is" in " ".join(done.stdout.split())
    assert file.read_text() == LEAST


def test_fix_names_the_functions_that_are_there(autoglm):
    autoglm.file("least.py", LEAST)
    done = autoglm.run("fix", "least.py:most", *WORDS, "--script", autoglm.script(MENDED))
    assert done.returncode == 2
    assert "least" in done.stderr


def test_fix_of_a_sound_function_without_words_says_so(autoglm):
    autoglm.file("least.py", LEAST)
    done = autoglm.run("fix", "least.py:least", "--script", autoglm.script("never asked"))
    assert done.returncode == 0
    assert "nothing is wrong" in done.stdout


def test_generate_prints_the_code_and_talks_elsewhere(autoglm):
    done = autoglm.run("generate", "double(number)", "--script", autoglm.script(RIGHT))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "def double(number: int) -> int:\n    return number * 2\n"
    assert "Attempt 1" in done.stderr
    assert list(autoglm.folder.iterdir()) == []


def test_generate_writes_a_new_file(autoglm):
    done = autoglm.run("generate", "double(number)", "--output", "new.py", "--yes", "--script", autoglm.script(RIGHT))
    assert done.returncode == 0, done.stderr
    assert (autoglm.folder / "new.py").read_text() == "def double(number: int) -> int:\n    return number * 2\n"


def test_generate_does_not_overwrite(autoglm):
    file = autoglm.file("new.py", "x = 1\n")
    done = autoglm.run("generate", "double", "--output", "new.py", "--yes", "--script", autoglm.script(RIGHT))
    assert done.returncode == 2
    assert "--file" in done.stderr
    assert file.read_text() == "x = 1\n"


def test_generate_adds_to_a_file(autoglm):
    file = autoglm.file("old.py", '"""Numbers."""\n\nONE = 1\n')
    done = autoglm.run("generate", "double", "--file", "old.py", "--yes", "--script", autoglm.script(RIGHT))
    assert done.returncode == 0, done.stdout + done.stderr
    assert file.read_text().startswith('"""Numbers."""\n\nONE = 1\n')
    assert "return number * 2" in file.read_text()


def test_generate_is_judged_by_the_given_tests(autoglm):
    tests = autoglm.file("check.py", "from generated import double\n\ndef test_double():\n    assert double(4) == 9\n")
    done = autoglm.run(
        "generate", "double", "--tests", tests, "--attempts", "1", "--json", "--script", autoglm.script(RIGHT)
    )
    assert done.returncode == 1, done.stderr
    trace = json.loads(done.stdout)
    assert [finding["validator"] for finding in trace["attempts"][0]["rejected_by"]] == ["tests"]


def test_generate_needs_words(autoglm):
    done = autoglm.run("generate", " ", "--script", autoglm.script(RIGHT))
    assert done.returncode == 2
    assert "description" in done.stderr
