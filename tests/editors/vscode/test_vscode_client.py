"""The extension in a real VS Code, with the scripted engine in place of a model."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

pytestmark = pytest.mark.editor

SHAPES = dedent(
    """\
    def area(width: float, height: float) -> float:


    def perimeter(width: float, height: float) -> float:
        return 2 * (width + height)
    """
)
CLAMP = dedent(
    '''\
    def clamp(value: int, low: int, high: int) -> int:
        """Keep a value between two bounds.

        >>> clamp(7, 0, 5)
        5
        >>> clamp(-1, 0, 5)
        0
        """
        ...
    '''
)
SWAPPED = "```python\n" + CLAMP.replace("...", "return min(low, max(value, high))") + "```\n"
RIGHT = "```python\n" + CLAMP.replace("...", "return max(low, min(value, high))") + "```\n"

PERIMETER = dedent(
    """\
    def perimeter(width: float, height: float) -> float:
        return 2 * (width + height)
    """
)
AREA = "def area(width: float, height: float) -> float:\n    return width + height\n"
CHECKED = dedent(
    """\
    def perimeter(width: float, height: float) -> float:
        if width < 0 or height < 0:
            raise ValueError("sides cannot be negative")
        return 2 * (width + height)
    """
)


def test_a_server_that_does_not_start_is_named_and_mending_the_setting_is_enough(vscode: Any, tmp_path: Path) -> None:
    (tmp_path / "shapes.py").write_text(SHAPES, "utf-8")
    starts = tmp_path / "starts"
    vscode.play("failing_server", tmp_path, server=["sh", "-c", f"echo start >> {starts}"])
    assert starts.read_text() == "start\nstart\n", "once by itself, once by the button: it is not tried over and over"


def test_a_server_that_hangs_gives_way_and_none_is_left_behind(vscode: Any, tmp_path: Path) -> None:
    (tmp_path / "shapes.py").write_text(SHAPES, "utf-8")
    vscode.play("hanging_server", tmp_path, server=["sh", "-c", f"echo $$ > {tmp_path / 'pid'}; exec sleep 600"])


def test_a_killed_server_is_started_again_and_the_user_is_told(vscode: Any, tmp_path: Path) -> None:
    (tmp_path / "shapes.py").write_text(SHAPES, "utf-8")
    vscode.play("killed_server", tmp_path)


def test_the_server_gets_ready_and_ghost_text_appears_and_tab_takes_it(vscode: Any, tmp_path: Path) -> None:
    (tmp_path / "shapes.py").write_text(SHAPES, "utf-8")
    vscode.play("ghost_text", tmp_path, ["width * height"])


def test_implement_changes_the_buffer_and_one_undo_brings_it_back(vscode: Any, tmp_path: Path) -> None:
    (tmp_path / "clamp.py").write_text(CLAMP, "utf-8")
    vscode.play("implement", tmp_path, [SWAPPED, RIGHT])


def test_an_edit_and_a_fix_are_asked_for_in_words_and_the_trace_can_be_read(vscode: Any, tmp_path: Path) -> None:
    (tmp_path / "shapes.py").write_text(f"{PERIMETER}\n\n{AREA}", "utf-8")
    same, mended = AREA.replace("width + height", "height + width"), AREA.replace("+", "*")
    vscode.play("edit", tmp_path, [f"```python\n{text}```\n" for text in (CHECKED, same, mended)])
