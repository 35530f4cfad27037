"""How deep lines stand."""

from __future__ import annotations

import pytest

from autoglm_core.analysis.margins import level_of, margin_of


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("def f():\n  if 1:\n    return 2\n", 2),
        ("def f():\n    if 1:\n\n        return 2\n", 4),
        ("def f():\n\tif 1:\n\t\treturn 2\n", 1),
        ("def f():\n  a\n   b\n      c\n", 4),
        ("def f():\n  if 1:\n    a\n     b\n  if 2:\n    c\n", 2),
        ("a\nb\n", 4),
        ("", 4),
    ],
)
def test_a_level_is_the_usual_step(text: str, level: int) -> None:
    assert level_of(text.split("\n")) == level


def test_margins() -> None:
    assert [margin_of(line) for line in ("a", "  a", "\t a ", "")] == [0, 2, 2, 0]
