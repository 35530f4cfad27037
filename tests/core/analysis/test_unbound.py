"""Local names that are used before they can have a value."""

from __future__ import annotations

import ast
import textwrap

import pytest

from autoglm_core.analysis.unbound import unbound_locals


def unbound(body: str) -> list[tuple[str, int]]:
    text = "def f(a, *args, key=None, **more):\n" + textwrap.indent(textwrap.dedent(body), "    ")
    return [(node.id, node.lineno - 1) for node in unbound_locals(ast.parse(text))]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("total += a\nreturn total", [("total", 1)]),
        ("for x in a:\n    if x:\n        total += x\nreturn total", [("total", 3)]),
        ("for x in a:\n    last = 10 * last + x\nreturn last", [("last", 2)]),
        ("for x in a:\n    if x > 3:\n        return -1\n    last = last + x", [("last", 4)]),
        ("while n < 3:\n    n = n + 1", [("n", 1)]),
        ("print(b)\nb = 1", [("b", 1)]),
        ("if a:\n    print(b)\nb = 1", [("b", 2)]),
        ("x = [b for _ in a]\nb = 1", [("b", 1)]),
        ("b = b or 1", [("b", 1)]),
        ("b: int = b", [("b", 1)]),
        ("b: int\nb += 1", [("b", 2)]),
        ("b.c = 1\nb = a", [("b", 1)]),
        ("b[0] = 1\nb = a", [("b", 1)]),
        ("b[0] += 1\nb = a", [("b", 1)]),
        ("x = a < b\nb = 1", [("b", 1)]),
        ("assert b\nb = 1", [("b", 1)]),
        ("def g(x=b): return x\nb = 1", [("b", 1)]),
        ("with open(b) as b: pass", [("b", 1)]),
        ("import os.path as os, sys\nprint(c)\nc = sys", [("c", 2)]),
        ("match a:\n    case 1 if b: b = 2", [("b", 2)]),
        ("for x in a:\n    pass\nelse:\n    y += 1", [("y", 4)]),
        ("return b\nb = 1", [("b", 1)]),
    ],
)
def test_a_use_that_nothing_comes_before(body: str, found: list[tuple[str, int]]) -> None:
    assert unbound(body) == found


@pytest.mark.parametrize(
    "body",
    [
        "total = 0\ntotal += a",
        "a += 1\nkey += 1\nprint(args, more)",
        "if a:\n    b = 1\nprint(b)",
        "for x in a:\n    b = x\nprint(x, b)",
        "for x in a:\n    if x:\n        print(last)\n    last = x",
        "for x in a:\n    if not x:\n        continue\n    print(last)\n    last = 1",
        "for x in a:\n    for y in x:\n        print(last)\n    last = 1",
        "for x in a:\n    x and print(last)\n    last = 1",
        "for x in a:\n    print(last if x else 0)\n    last = 1",
        "for x in a:\n    [last for _ in x]\n    last = 1",
        "for x in a:\n    try:\n        print(last)\n    except NameError:\n        pass\n    last = 1",
        "for x in a:\n    with x:\n        print(last)\n    last = 1",
        "for x in a:\n    match x:\n        case 1: print(last)\n    last = 1",
        "for x in a:\n    while x:\n        break\n    else:\n        continue\n    print(last)\n    last = 1",
        "try:\n    b = 1\nexcept OSError as error:\n    print(error, b)\nfinally:\n    print(b)",
        "global b\nb += 1",
        "def g():\n    nonlocal b\n    b = 1\ng()\nprint(b)\nb = 2",
        "def g():\n    return b\nb = 1\nreturn g()",
        "x = lambda: b\nb = 1\nreturn x",
        "x = (b for _ in a)\nb = 1\nreturn x",
        "class C:\n    b = b\nb = 1",
        "x = [y for y in a]\ny = 1",
        "if (n := len(a)) > 1:\n    print(n)",
        "[n := 1 for _ in a]\nprint(n)",
        "x = [m for y in a if (m := y)]",
        "import os.path\nprint(os)",
        "from os import path as p, sep\nprint(p, sep)",
        "match a:\n    case [b, *c]: print(b, c)\n    case {'k': d, **e}: print(d, e)\n    case int() as g: print(g)",
        "raise ValueError\nprint(b)\nb = 1",
        "while True:\n    if a:\n        b = 1\n        break\nprint(b)",
        "b: int\nif a: b = 1\nprint(b)",
        "del a\nprint(a)",
        "async def g():\n    async for x in a:\n        async with x as y: print(x, y)",
        "print(unknown)",
        "def b(): pass\nclass C: pass\nprint(b, C)",
        "for i in a:\n    if 0 < i < prev: print(i)\n    prev = i",
        "i = 0\nwhile 0 < i < limit or i == 0:\n    limit = 3\n    i += 1",
        "for i in a:\n    assert i >= 0, f'after {prev}'\n    prev = i",
        "{1: (y := 1), y: 2}",
        "a[(i := 0)] += i",
    ],
)
def test_what_may_have_a_value_is_let_be(body: str) -> None:
    assert unbound(body) == []


def test_in_the_first_round_a_loop_that_skips_nothing_has_bound_nothing() -> None:
    assert unbound("for x in a:\n    if not x:\n        break\n    print(last)\n    last = 1") == [("last", 4)]


def test_each_function_is_looked_at_by_itself() -> None:
    inner = "    def g(self):\n        n = 0\n        def h():\n            n += n\n"
    text = f"class C:\n    def f(self):\n        n += 1\n{inner}"
    assert [node.lineno for node in unbound_locals(ast.parse(text))] == [3, 7]
