"""What terminals are sent: control characters made visible, code in colours, diffs as they are."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from autoglm_server.commands.terminal.diff import Diff
from autoglm_server.commands.terminal.text import highlighted, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 🎉\n\ttext", "plain é 🎉\n\ttext"),
        ("a\r\nb", "a\nb"),
        ("a\rb", "a\\rb"),
        ("\x1b[2J\x07", "\\x1b[2J\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("if admin\u202e // \u2066", "if admin\\u202e // \\u2066"),
    ],
)
def test_control_characters_are_written_out(text, shown):
    assert visible(text) == shown


@pytest.mark.parametrize("code", ["", "x", "x\n", "\n\nx = 1\n\n", "def f(:\n", "'''open\n", "\tx\n"])
def test_highlighting_keeps_every_line(code):
    assert [line.plain for line in highlighted(code)] == code.expandtabs(4).split("\n")


def shown(before: str, after: str, width: int = 60) -> list[str]:
    console = Console(file=io.StringIO(), width=width, no_color=True)
    console.print(Diff("m.py", before, after))
    assert isinstance(console.file, io.StringIO)
    return [line.strip() for line in console.file.getvalue().splitlines()]


def test_a_diff_shows_numbers_signs_and_a_count():
    before = "".join(f"line{n} = {n}\n" for n in range(1, 21))
    lines = shown(before, before.replace("line10 = 10", "line10 = 11\nmore = 1"))
    assert lines[0].split() == ["m.py", "+2", "-1"]
    assert lines[2].split() == ["7", "line7", "=", "7"]
    assert [line.split() for line in lines[5:8]] == [
        ["10", "-", "line10", "=", "10"],
        ["10", "+", "line10", "=", "11"],
        ["11", "+", "more", "=", "1"],
    ]
    assert lines[-1].split() == ["14", "line13", "=", "13"]


def test_places_far_apart_are_set_apart():
    before = "".join(f"line{n}\n" for n in range(40))
    lines = shown(before, before.replace("line3\n", "first\n").replace("line35\n", "second\n"))
    assert sum("⋯" in line for line in lines) == 1
    assert not any("line20" in line for line in lines)


def test_a_new_file_is_all_added():
    lines = shown("", "x = 1\ny = 2\n")
    assert [line.split() for line in lines[2:4]] == [["1", "+", "x", "=", "1"], ["2", "+", "y", "=", "2"]]
    assert "-" not in "".join(lines[2:])


def test_a_long_line_is_folded_not_cut():
    lines = shown("", f"x = '{'y' * 100}'\n", width=40)
    assert "".join(lines).count("y") == 100 + len("m.py") - len("m.p")
