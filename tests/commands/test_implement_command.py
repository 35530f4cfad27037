"""``autoglm implement``: what is shown, what is written, and what the exit code says."""

from __future__ import annotations

import json
import os
import re
import signal
import stat

import pytest

STUB = 'def double(number: int) -> int:\n    """Twice the number.\n\n    >>> double(5)\n    10\n    """\n    ...\n'
GOOD = "```python\ndef double(number: int) -> int:\n    return number * 2\n```"
BAD = "```python\ndef double(number: int) -> int:\n    return number + 2\n```"
SLOW = {"answer": "one two three", "token_delay_s": 60}


def test_yes_applies_the_checked_code(autoglm):
    file = autoglm.file("numbers_.py", STUB)
    done = autoglm.run("implement", "numbers_.py:double", "--yes", "--script", autoglm.script(GOOD))
    assert done.returncode == 0, done.stderr
    assert "return number * 2" in file.read_text()
    assert "..." not in file.read_text()
    assert "applied to numbers_.py" in done.stdout


def test_each_attempt_is_shown_with_its_findings(autoglm):
    autoglm.file("numbers_.py", STUB)
    done = autoglm.run("implement", "numbers_.py:double", "--yes", "--script", autoglm.script(BAD, GOOD))
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.index("Attempt 1 · first draft"), done.stdout.index("Attempt 2 · ")
    assert "✗" in done.stdout[first:second]
    assert "✓" in done.stdout[second:]
    assert "+     return number * 2" in done.stdout


def test_code_that_fails_is_not_applied(autoglm):
    file = autoglm.file("numbers_.py", STUB)
    done = autoglm.run("implement", "numbers_.py:double", "--yes", "--attempts", "2", "--script", autoglm.script(BAD))
    assert done.returncode == 1
    assert file.read_text() == STUB
    assert "2 drafts were tried" in done.stdout


def test_without_a_terminal_nothing_is_applied_unasked(autoglm):
    file = autoglm.file("numbers_.py", STUB)
    done = autoglm.run("implement", "numbers_.py:double", "--script", autoglm.script(GOOD), stdin="y\n")
    assert done.returncode == 4
    assert "--yes" in done.stderr
    assert file.read_text() == STUB


@pytest.mark.parametrize(
    ("keys", "code", "applied"), [(b"y\n", 0, True), (b"\n", 0, True), (b"n\n", 4, False), (b"\x04", 4, False)]
)
def test_the_user_decides(autoglm, keys, code, applied):
    file = autoglm.file("numbers_.py", STUB)
    screen = autoglm.terminal("implement", "numbers_.py:double", "--script", autoglm.script(GOOD))
    screen.read_until(b"[Y/n]")
    assert file.read_text() == STUB
    screen.send(keys)
    assert screen.end() == code
    assert ("return number * 2" in file.read_text()) is applied


def test_json_is_the_trace_and_nothing_else(autoglm):
    file = autoglm.file("numbers_.py", STUB)
    done = autoglm.run("implement", "numbers_.py:double", "--yes", "--json", "--script", autoglm.script(BAD, GOOD))
    trace = json.loads(done.stdout)
    assert (trace["status"], trace["applied"], trace["target"]) == ("accepted", True, "double")
    assert [attempt["number"] for attempt in trace["attempts"]] == [1, 2]
    assert trace["attempts"][0]["kind"] == "first draft"
    assert trace["attempts"][1]["reason"].startswith("after wrong answer: ")
    assert done.stderr == ""
    assert "return number * 2" in file.read_text()


def test_json_without_yes_changes_nothing(autoglm):
    file = autoglm.file("numbers_.py", STUB)
    done = autoglm.run("implement", "numbers_.py:double", "--json", "--script", autoglm.script(GOOD))
    assert done.returncode == 4
    assert json.loads(done.stdout)["applied"] is False
    assert file.read_text() == STUB


@pytest.mark.parametrize("place", ["stack.py:Stack.push", "stack.py:push", "stack.py:3"])
def test_methods_and_lines_are_found(autoglm, place):
    file = autoglm.file("stack.py", "class Stack(list[int]):\n    def push(self, item: int) -> None:\n        ...\n")
    answer = "```python\ndef push(self, item: int) -> None:\n    self.append(item)\n```"
    done = autoglm.run("implement", place, "--yes", "--script", autoglm.script(answer))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "        self.append(item)\n" in file.read_text()


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("missing.py:double", "no file"),
        ("numbers_.py", "numbers_.py:double"),
        ("numbers_.py:treble", "double"),
        ("numbers_.py:99", "no line 99"),
        ("numbers_.py:0", "no line 0"),
    ],
)
def test_a_place_that_is_not_there(autoglm, place, words):
    autoglm.file("numbers_.py", STUB)
    done = autoglm.run("implement", place, "--yes", "--script", autoglm.script(GOOD))
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_line_ends_encoding_and_mode_are_kept(autoglm):
    before = "# -*- coding: latin-1 -*-\n# café\n\n\n" + STUB
    file = autoglm.file("numbers_.py", before.replace("\n", "\r\n").encode("latin-1"))
    file.chmod(0o751)
    done = autoglm.run("implement", "numbers_.py:double", "--yes", "--script", autoglm.script(GOOD))
    assert done.returncode == 0, done.stdout + done.stderr
    after = file.read_bytes()
    assert "café".encode("latin-1") in after
    assert b"\n" not in after.replace(b"\r\n", b"")
    assert stat.S_IMODE(file.stat().st_mode) == 0o751
    assert sorted(path.name for path in autoglm.folder.iterdir()) == ["numbers_.py"]


def test_a_link_keeps_pointing_to_its_file(autoglm):
    file = autoglm.file("real/numbers_.py", STUB)
    link = autoglm.folder / "numbers_.py"
    link.symlink_to(file)
    done = autoglm.run("implement", "numbers_.py:double", "--yes", "--script", autoglm.script(GOOD))
    assert done.returncode == 0, done.stdout + done.stderr
    assert link.is_symlink()
    assert "return number * 2" in file.read_text()


def test_a_file_that_changed_meanwhile_is_left_alone(autoglm):
    file = autoglm.file("numbers_.py", STUB)
    screen = autoglm.terminal("implement", "numbers_.py:double", "--script", autoglm.script(GOOD))
    screen.read_until(b"[Y/n]")
    file.write_text("# somebody else was here\n" + STUB)
    screen.send(b"y\n")
    assert screen.end() == 4
    assert "changed meanwhile" in screen.text
    assert file.read_text() == "# somebody else was here\n" + STUB
    assert sorted(path.name for path in autoglm.folder.iterdir()) == ["numbers_.py"]


def test_interrupting_the_model_leaves_the_file_alone(autoglm):
    file = autoglm.file("numbers_.py", STUB)
    screen = autoglm.terminal("implement", "numbers_.py:double", "--yes", "--script", autoglm.script(SLOW))
    screen.read_until(b"writing a draft")
    screen.process.send_signal(signal.SIGINT)
    assert screen.end() == 130
    assert "Traceback" not in screen.text
    assert file.read_text() == STUB


def test_interrupting_the_question_leaves_the_file_alone(autoglm):
    file = autoglm.file("numbers_.py", STUB)
    screen = autoglm.terminal("implement", "numbers_.py:double", "--script", autoglm.script(GOOD))
    screen.read_until(b"[Y/n]")
    screen.interrupt()
    assert screen.end() == 130
    assert "Traceback" not in screen.text
    assert file.read_text() == STUB


def test_no_color_is_honoured_and_colours_are_the_default(autoglm):
    autoglm.file("numbers_.py", STUB)
    script = autoglm.script(BAD)
    arguments = ("implement", "numbers_.py:double", "--attempts", "1", "--script", script)
    colour = re.compile(r"\x1b\[[\d;]*3[1-7]")
    coloured, plain = autoglm.terminal(*arguments), autoglm.terminal(*arguments, NO_COLOR="1")
    assert (coloured.end(), plain.end()) == (1, 1)
    assert colour.search(coloured.text)
    assert not colour.search(plain.text)
    assert "✗" in plain.text


@pytest.mark.parametrize("columns", [80, 120])
def test_no_line_is_wider_than_the_terminal(autoglm, columns):
    text = 'def double(number: int) -> int:\n    """Twice the number' + ", and so on" * 20 + '.\n    """\n    ...\n'
    autoglm.file("numbers_.py", text)
    answer = BAD.replace("number + 2", "number + 2 + " + " + ".join(f"undefined_name_{n}" for n in range(30)))
    screen = autoglm.terminal(
        "implement", "numbers_.py:double", "--attempts", "1", "--script", autoglm.script(answer), columns=columns
    )
    assert screen.end() == 1
    lines = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", screen.text).replace("\r", "\n").split("\n")
    assert max(map(len, lines)) <= columns


def test_a_model_cannot_write_control_sequences_to_the_terminal(autoglm):
    autoglm.file("numbers_.py", STUB.replace("    >>> double(5)\n    10\n", ""))
    answer = '```python\ndef double(number: int) -> int:\n    return number * len("\x1b]0;owned\x07..")\n```'
    screen = autoglm.terminal("implement", "numbers_.py:double", "--script", autoglm.script(answer))
    assert screen.end() in (1, 4) or b"[Y/n]" in screen.seen
    assert "\x1b]0;owned" not in screen.text


def test_a_script_that_is_none_is_a_clear_error(autoglm):
    autoglm.file("numbers_.py", STUB)
    done = autoglm.run("implement", "numbers_.py:double", "--script", "nowhere.json")
    assert done.returncode == 2
    assert "nowhere.json" in done.stderr


def test_an_engine_that_goes_away(autoglm):
    file = autoglm.file("numbers_.py", STUB)
    script = autoglm.script({"answer": GOOD, "lost_after": 1})
    done = autoglm.run("implement", "numbers_.py:double", "--yes", "--script", script)
    assert done.returncode == 3
    assert "went away" in done.stderr
    assert file.read_text() == STUB


def test_a_missing_model_says_how_to_get_it(autoglm):
    file = autoglm.file("numbers_.py", STUB)
    done = autoglm.run("implement", "numbers_.py:double", "--yes", "--model", "qwen2.5-coder-0.5b")
    assert done.returncode == 3
    assert "autoglm models pull qwen2.5-coder-0.5b" in done.stderr
    assert file.read_text() == STUB


def test_a_missing_model_is_offered_on_a_terminal(autoglm):
    autoglm.file("numbers_.py", STUB)
    screen = autoglm.terminal("implement", "numbers_.py:double", "--model", "qwen2.5-coder-0.5b")
    screen.read_until(b"[Y/n]")
    for words in ("491 MB", "Apache-2.0", autoglm.environment["XDG_DATA_HOME"]):
        assert words in screen.text
    screen.send(b"n\n")
    assert screen.end() == 3
    assert not os.listdir(autoglm.environment["XDG_DATA_HOME"])
