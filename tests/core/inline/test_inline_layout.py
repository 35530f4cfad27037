"""Prompts of several widths, and what of them the engine has read already."""

from __future__ import annotations

from autoglm_core.inline.layout import Layout, PrefixMemory, comment_snippets, widest_readable, widths
from autoglm_core.types import Sampling, Snippet


def test_the_near_part_is_marked_as_what_is_read_last() -> None:
    prompt = Layout("import os\n", "def f():\n    ret", "\n").prompt(Sampling())

    assert prompt.prefix == "import os\ndef f():\n    ret"
    assert prompt.prefix[-prompt.near :] == "def f():\n    ret"
    assert prompt.suffix == "\n"


def test_a_key_more_costs_a_token_and_another_suffix_costs_all_behind_it() -> None:
    memory = PrefixMemory()
    layout = Layout("import os\n" * 30, "def f():\n    x = 1\n" * 10, "\n")
    assert memory.unread(layout.reading_order) > 100
    memory.note(0, layout.reading_order)

    assert memory.unread(layout.reading_order) <= 1
    assert memory.unread(Layout(layout.far, layout.near + "y", layout.after).reading_order) <= 2
    assert 60 < memory.unread(Layout(layout.far, layout.near, "\nz\n").reading_order) < 100


def test_a_text_goes_to_the_slot_that_knows_most_of_it_and_else_to_the_oldest() -> None:
    memory = PrefixMemory(slots=2)
    first = memory.slot_for("a" * 300)
    memory.note(first, "a" * 300)
    second = memory.slot_for("b" * 300)
    memory.note(second, "b" * 300)

    assert first != second
    assert memory.slot_for("a" * 301) == first
    assert memory.slot_for("b" * 200) == second
    assert memory.slot_for("c" * 300) == first
    memory.note(first, "c" * 300)
    assert memory.unread("a" * 300) > 50


def test_a_small_common_beginning_does_not_cost_a_slot_what_it_holds() -> None:
    memory = PrefixMemory(slots=2)
    memory.note(0, "import os\n" + "a" * 600)

    assert memory.slot_for("import os\n" + "b" * 600) == 1


def test_an_engine_that_was_started_anew_has_read_nothing() -> None:
    memory = PrefixMemory()
    memory.note(2, "a" * 300)
    memory.clear()

    assert memory.unread("a" * 300) > 50


def test_the_widest_prompt_that_can_be_read_in_time_is_taken() -> None:
    wide, narrow = Layout("f" * 3000, "n" * 300, ""), Layout("", "n" * 300, "")
    memory = PrefixMemory()
    assert widest_readable([wide, narrow], memory, 150) is narrow
    memory.note(0, wide.reading_order)
    assert widest_readable([wide, narrow], memory, 150) is wide
    assert widest_readable([wide, narrow], PrefixMemory(), 2000) is wide


def test_when_nothing_can_be_read_in_time_the_cheapest_is_taken() -> None:
    wide, narrow = Layout("f" * 3000, "", ""), Layout("", "n" * 900, "")

    assert widest_readable([wide, narrow], PrefixMemory(), 10) is narrow


def test_widths_fall_to_about_a_hundred_tokens() -> None:
    assert widths(1024) == (1024, 563, 309, 169)
    assert widths(50) == (50,)


def test_snippets_are_comments() -> None:
    assert comment_snippets([Snippet("a.py: f", "def f():\n\n    ...")], "#") == "# a.py: f\n# def f():\n#\n#     ...\n"
