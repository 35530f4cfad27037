"""What of a file is shown elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoglm_core.context.pieces import pieces_of

SOURCE = '''"""A module."""
import os

if os.name == "nt":
    def sep():
        return "\\\\"


@cached
class Order(Base):
    """
    An order.

    More.
    """

    kind: str = "plain"

    def __init__(self, total):
        self.total = total
        if total:
            self.paid = False
        other = 1

    @property
    def due(self):
        """What is due, in cents."""

        def inner():
            return self.total

        return inner()
'''


def shown(text: str) -> dict[str, str]:
    return {piece.name: piece.text for piece, _ in pieces_of(Path("a.py"), text)}


def test_functions_methods_and_heads_of_classes_are_pieces() -> None:
    found = shown(SOURCE)

    assert list(found) == ["sep", "Order", "Order.__init__", "Order.due"]
    assert found["sep"] == 'def sep():\n    return "\\\\"'
    assert found["Order"] == (
        '@cached\nclass Order(Base):\n    """An order."""\n    kind: str = "plain"\n'
        "    self.total = total\n    self.paid = False"
    )
    assert found["Order.due"] == (
        '@property\ndef due(self):\n    """What is due, in cents."""\n    def inner():\n        return self.total\n'
        "    return inner()"
    )


def test_line_ends_and_characters_do_not_shift_anything() -> None:
    plain = shown(SOURCE.replace("An order", "Ein Auftrag für Ärzte"))
    assert shown(SOURCE.replace("An order", "Ein Auftrag für Ärzte").replace("\n", "\r\n")) == plain
    assert '"""Ein Auftrag für Ärzte."""' in plain["Order"]


def test_a_long_function_is_cut_but_all_its_words_count() -> None:
    text = "def f():\n" + "".join(f"    value_{n} = compute({n})\n" for n in range(100)) + "    finish_line()\n"
    [(piece, terms)] = pieces_of(Path("a.py"), text)
    assert piece.text.endswith("\n    ...")
    assert len(piece.text.splitlines()) == 11
    assert "finish_line" in terms


def test_half_typed_text_has_its_whole_functions() -> None:
    assert "whole" in shown("def whole():\n    return 1\n\n\ndef half(a, :\n    x = (\n")


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match="zero byte"):
        list(pieces_of(Path("a.py"), "def f(): pass\0"))


def test_deep_and_wide_code_is_walked_without_harm() -> None:
    deep = "".join("    " * n + "if a:\n" for n in range(300)) + "    " * 300 + "pass\n"
    assert shown(deep + "def f(): return 1\n") == {"f": "def f(): return 1"}
    assert shown("x = [" + "[1, 2], " * 20_000 + "]\n") == {}
