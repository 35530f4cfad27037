"""Results that are guarded against a division by zero."""

from __future__ import annotations

import pytest

from autoglm_core.repair.guards import guarded
from autoglm_core.types import Span


@pytest.mark.parametrize(
    ("line", "new"),
    [
        ("return sum(xs) / len(xs)", "return sum(xs) / len(xs) if xs else 0"),
        ("return int(sum(xs) // n)  # é", "return int(sum(xs) // n) if n else 0  # é"),
        ("é = 1; return é % n", "é = 1; return é % n if n else 0"),
        ("return (\n        sum(xs)\n        / n\n    )", "return (\n        sum(xs)\n        / n\n    ) if n else 0"),
        ("return 1 / n if n else 0", ""),
        ("return 1 / n, 2", ""),
        ("return sum(xs) / 2", ""),
        ("return sum(xs) / f(xs)", ""),
        ("return", ""),
        ("m = 1 / n", ""),
    ],
)  # fmt: skip
def test_a_quotient_is_given_where_there_is_a_divisor(line: str, new: str) -> None:
    text = f"def g(n):\n    return 1 / n\n\n\ndef f(xs, n):\n    {line}\n"
    made = [each for each, _ in guarded(text, Span(text.index("def f"), len(text)))]
    assert made == ([text.replace(line, new)] if new else [])


def test_each_return_is_a_reading_and_what_does_not_parse_has_none() -> None:
    text = "def f(a, b):\n    if a:\n        return 1 / a\n    return 1 / len(b)\n"
    assert [words for _, words in guarded(text, Span(0, len(text)))] == [
        "give 0 where there is no `b`",
        "give 0 where there is no `a`",
    ]
    assert guarded("def f(", Span(0, 6)) == []
