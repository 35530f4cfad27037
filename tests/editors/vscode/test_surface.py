"""What the extension adds to a real VS Code's surface: lenses, previews, quick fixes, the status bar's menu."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

pytestmark = pytest.mark.editor

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


    def half(value: float) -> float:
        return value / 2
    '''
)
BODY = "```python\n" + CLAMP.partition("\n\n\n")[0].replace("...", "return max(low, min(value, high))") + "\n```\n"
TESTS = dedent(
    """\
    ```python
    from clamp import half

    def test_half_of_even():
        assert half(4) == 2

    def test_half_of_odd():
        assert half(3) == 1.5

    def test_half_of_negative():
        assert half(-5) == -2.5
    ```
    """
)
PERIMETER = dedent(
    """\
    def perimeter(width: float, height: float) -> float:
        return 2 * (width + height)
    """
)
CHECKED = dedent(
    """\
    ```python
    def perimeter(width: float, height: float) -> float:
        if width < 0 or height < 0:
            raise ValueError("sides cannot be negative")
        return 2 * (width + height)
    ```
    """
)
AREA = "def area(width: float, height: float) -> float:\n\n\nSIDE = 1\n"


def _verdicts(home: Path) -> Counter[str]:
    """What became of edits by instruction, as the server recorded it."""
    file = home / "state" / "autoglm" / "history.sqlite3"
    if not file.exists():
        return Counter()
    with closing(sqlite3.connect(file)) as database:
        return Counter(
            dict(database.execute("select verdict, count(*) from verdicts where kind = 'edit' group by verdict"))
        )


def test_lenses_come_with_the_setting_and_tests_in_a_new_file_are_shown_first(vscode: Any, tmp_path: Path) -> None:
    (tmp_path / "clamp.py").write_text(CLAMP, "utf-8")
    vscode.play("lens", tmp_path, [{"answer": BODY, "when": "clamp(7"}, {"answer": TESTS}])


def test_an_edit_is_shown_before_it_is_made_and_is_accepted_discarded_or_refused(vscode: Any, tmp_path: Path) -> None:
    (tmp_path / "shapes.py").write_text(PERIMETER, "utf-8")
    before = _verdicts(vscode.home)
    vscode.play("preview", tmp_path, [{"answer": CHECKED, "token_delay_s": 0.15}])
    assert _verdicts(vscode.home) - before == {"shown": 4, "kept": 2, "rejected": 2}


def test_an_edit_under_way_is_stopped_by_a_key_and_by_a_button(vscode: Any, tmp_path: Path) -> None:
    (tmp_path / "shapes.py").write_text(PERIMETER, "utf-8")
    vscode.play("stopped_edit", tmp_path, [{"answer": CHECKED, "token_delay_s": 30.0}])


def test_a_fix_by_rule_is_checked_and_preferred(vscode: Any, tmp_path: Path) -> None:
    (tmp_path / "half.py").write_text("def half(x)\n    return x / 2\n", "utf-8")
    vscode.play("quick_fix", tmp_path)


def test_the_menu_pauses_this_window_and_shows_models_and_nodes(vscode: Any, tmp_path: Path) -> None:
    (tmp_path / "shapes.py").write_text(AREA, "utf-8")
    vscode.play("status_menu", tmp_path, ["width * height"])


def test_an_engine_that_is_gone_is_seen_with_the_reason(vscode: Any, tmp_path: Path) -> None:
    (tmp_path / "shapes.py").write_text(AREA, "utf-8")
    vscode.play("offline", tmp_path, [{"answer": "width * height", "lost_after": 0}])
