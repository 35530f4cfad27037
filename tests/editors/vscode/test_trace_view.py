"""The trace view in a real VS Code: beside the code, in its colours, and leading back to it."""

from __future__ import annotations

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
    '''
)
SWAPPED = "```python\n" + CLAMP.replace("...", "return min(low, max(value, high))") + "```\n"
RIGHT = "```python\n" + CLAMP.replace("...", "return max(low, min(value, high))") + "```\n"


def test_the_trace_shows_each_attempt_leads_to_lines_and_keeps_up(vscode: Any, tmp_path: Path) -> None:
    (tmp_path / "clamp.py").write_text(CLAMP, "utf-8")
    # What is asked after the two drafts is grey text.
    vscode.play("trace", tmp_path, [SWAPPED, RIGHT, "[3, 1, 2]"])
