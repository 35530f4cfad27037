"""What is asked about a cursor, and how rarely it changes while one types."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoglm_core.context.reach_question import Places, Question, ask
from autoglm_core.types import Document

HEAD = "import json\nfrom models import (\n    Order,\n    load as fetch,\n)\n\n\ndef pay(order: Order):\n    "


def asked(marked: str) -> tuple[Question, Places, str]:
    offset, text = marked.index("▏"), marked.replace("▏", "")
    question, places = ask(Document(Path("/w/a.py"), text), offset)
    return question, places, text


def test_finished_names_that_may_lead_out_of_the_file() -> None:
    question, places, text = asked(HEAD + 'total = fetch("Order.x")\n    order.total += json.loads(total)\n    Ord▏')
    assert question.names == ("Order", "fetch", "Order.x", "order.total", "json.loads")
    assert [text[place] for place in places.names] == ["r", "h", "x", "l", "s"]
    assert question.function == "def pay(order: Order):"
    assert question.imports.splitlines()[1:] == ["from models import (", "Order,", "load as fetch,", ")"]


@pytest.mark.parametrize(
    ("typed", "callee"),
    [
        ("x = fetch(▏", "fetch"),
        ("x = order.pay(1, [2, (3)], y▏", "order.pay"),
        ("x = fetch(order.total(1).▏)", "fetch"),
        ("x = fetch(1)▏", ""),
        ("x = [fetch(1), ▏", ""),
        ("x = (1 + ▏", ""),
    ],
)
def test_what_is_called(typed: str, callee: str) -> None:
    assert asked(HEAD + typed)[0].callee == callee


@pytest.mark.parametrize(
    ("typed", "holder"),
    [("order.▏", "order"), ("x = order.to▏tal", "x = order"), ("order▏", ""), ("▏", ""), ("f(1).▏", "f(1)")],
)
def test_the_object_before_a_dot(typed: str, holder: str) -> None:
    question, places, text = asked(HEAD + typed)
    assert question.holder == holder
    assert (places.dot >= 0) == bool(holder)
    assert places.dot < 0 or text[places.dot] == "."


def test_the_question_changes_with_what_is_finished_alone() -> None:
    typed = "total = fetch(order.total_of_all)"
    questions = [asked(HEAD + typed[:size] + "▏")[0] for size in range(1, len(typed) + 1)]
    # total, fetch(, order, .total_of_all, )
    assert len(set(questions)) <= 5


@pytest.mark.parametrize(
    "marked", ["▏", "\n▏", ".▏", "(▏", "def f(▏", "import ▏", "from x import *\n▏", "x" * 5000 + "(▏"]
)
def test_odd_text_is_asked_about_too(marked: str) -> None:
    assert asked(marked)[0].path == Path("/w/a.py")
