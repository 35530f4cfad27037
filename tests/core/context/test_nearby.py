"""What surrounds a cursor: what is in it, and how little of it changes with a key."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoglm_core.context.nearby import Surroundings, surroundings
from autoglm_core.context.packing import estimate_tokens
from autoglm_core.types import Document

NINE = "    value = first\n" * 9
MODULE = (
    "import os\nfrom sys import (\n    argv,\n    path,\n)\n\n\n"
    + "".join(
        f"def helper_{n}(first, second=None):\n" + "    value = first\n" * 9 + "    return value\n\n\n"
        for n in range(30)
    )
    + "class Stack:\n    def push(self, item):\n        self.items.append(item)\n\n"
    "    @property\n    def top(self):\n        x = 1\n        ▏\n\n"
    "    def pop(self):\n        return self.items.pop()\n"
)
BODY = "\n    total = 0\n    for value in values:\n        if value:\n            total += value\n\n    return total"


def at(marked: str, tokens: int = 1024, name: str = "a.py", language: str = "python") -> Surroundings:
    offset = marked.index("▏")
    document = Document(Path("/w") / name, marked.replace("▏", ""), language=language)
    parts = surroundings(document, offset, tokens)
    assert document.text[:offset].endswith(parts.near)
    assert document.text[offset:].startswith(parts.after)
    return parts


def test_a_small_file_is_there_as_a_whole() -> None:
    parts = at("import os\n\n\ndef f(a):\n    return ▏\n\n\nprint(f(1))\n")

    assert parts == Surroundings("import os\n\n\n", "def f(a):\n    return ", "\n\n\nprint(f(1))\n")


def test_near_begins_at_the_innermost_function_with_its_decorators() -> None:
    assert at(MODULE).near == "    @property\n    def top(self):\n        x = 1\n        "
    assert at("def f():\n    def g():\n        pass\n    ▏\n").near.startswith("def f():")
    assert at("def f():\n    pass\n▏\n").near == "def f():\n    pass\n"


def test_a_large_file_leaves_its_imports_signatures_and_nearest_lines() -> None:
    far = at(MODULE).far

    assert far.startswith("import os\nfrom sys import (\n    argv,\n    path,\n)\n")
    assert "def helper_29(first, second=None): ...\n" in far
    assert "    def push(self, item): ...\n" in far
    assert far.endswith("        self.items.append(item)\n\n")


@pytest.mark.parametrize("tokens", [96, 169, 309, 563, 1024, 4000])
def test_the_budget_is_kept(tokens: int) -> None:
    parts = at(MODULE, tokens)

    assert estimate_tokens(parts.far + parts.near + parts.after) <= tokens * 1.1
    assert parts.near


@pytest.mark.parametrize("tokens", [169, 1024])
def test_while_a_function_is_typed_only_the_near_part_grows(tokens: int) -> None:
    above, below = MODULE.partition("class Stack")[0] + "def total(values):", "\n\n\nprint(total([1]))\n"
    known: Surroundings | None = None
    for size in range(1, len(BODY) + 1):
        if BODY[:size].endswith((" ", "\n")):
            continue  # an editor puts the indentation in with the line break
        parts = at(above + BODY[:size] + "▏" + below, tokens)
        if known is not None:
            assert parts.far == known.far
            assert parts.after == known.after
            assert parts.near.startswith(known.near)
        known = parts


def test_a_function_that_is_too_long_begins_later_in_steps() -> None:
    lines = "".join(f"    value_{n} = compute({n})\n" for n in range(200))
    starts = set()
    for extra in range(24):
        more = "".join(f"    more_{n} = 1\n" for n in range(extra))
        near = at(f"def f():\n{lines}{more}    ▏\n", 169).near
        starts.add(near.splitlines()[0])

    assert 2 <= len(starts) <= 5


def test_half_typed_text_and_other_languages_have_surroundings_too() -> None:
    assert at("def f(:\n    x = (\n    ▏").near.startswith("def f(:")
    parts = at("use std::fs;\n\nfn main() {\n    ▏\n}\n", name="a.rs", language="rust")
    assert parts.far + parts.near == "use std::fs;\n\nfn main() {\n    "
    assert at("▏") == Surroundings("", "", "")
