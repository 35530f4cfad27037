"""Statements in which a name does not resolve."""

from __future__ import annotations

import pytest

from autoglm_core.repair.statements import bound_so, first_value, started, without_statement


@pytest.mark.parametrize(
    ("text", "name", "wanted"),
    [
        (
            "def f(a):\n    reslt = a\n    return result\n",
            "result",
            ("def f(a):\n    result = a\n    return result\n", "reslt"),
        ),
        (
            "def f(a):\n    é, coutn = 1, 0\n    for x in a:\n        count += x\n",
            "count",
            ("def f(a):\n    é, count = 1, 0\n    for x in a:\n        count += x\n", "coutn"),
        ),
        ("def f(a):\n    reslt = a\n    print(reslt)\n    return result\n", "result", None),
        ("def f(reslt):\n    return result\n", "result", None),
        ("def f(a):\n    global reslt\n    reslt = a\n    return result\n", "result", None),
        ("def g():\n    reslt = 1\n\n\ndef f(a):\n    return result\n", "result", None),
        ("reslt = 1\nprint(result)\n", "result", None),
        (
            "class A:\n    def f(this, a):\n        self.a = a\n",
            "self",
            ("class A:\n    def f(self, a):\n        self.a = a\n", "this"),
        ),
        ("class A:\n    def f(this, a):\n        self.a = this.b\n", "self", None),
        ("class A:\n    @staticmethod\n    def f(this):\n        self.a = 1\n", "self", None),
        ("def f(this):\n    self.a = 1\n", "self", None),
        ("def f(", "result", None),
    ],
)  # fmt: skip
def test_a_name_that_was_misspelt_where_it_got_its_value(text: str, name: str, wanted: object) -> None:
    assert bound_so(text, name, text.rstrip().count("\n")) == wanted


@pytest.mark.parametrize(
    ("begin", "adds", "empty"),
    [
        ("total", "total += x", "0"),
        ("n, total", "total -= x", "0"),
        ("total", "total *= x", "1"),
        ("total", "total += [x]", "[]"),
        ("total", "total += 'x'", '""'),
        ("total", "total += str(x) + ','", '""'),
        ("total", "total.append(x)", "[]"),
        ("total", "total.add(x)", "set()"),
        ("total", "total = x", None),
        ("total", "total[x] = 1", None),
        ("total", "total //= x", None),
        ("self.total", "self.total += x", None),
    ],
)
def test_what_adds_up_in_a_loop_begins_empty(begin: str, adds: str, empty: str | None) -> None:
    text = (
        f"def f(self, xs):\n    {begin} = {'1, ' if ',' in begin else ''}start(xs)\n    for x in xs:\n        {adds}\n"
    )
    wanted = None if empty is None else (text.replace("start(xs)", empty), f"begin `total` with {empty}")
    assert first_value(text, "start", 1) == wanted


@pytest.mark.parametrize(
    ("body", "first"),
    [
        ("    for x in xs:\n        if x:\n            n += x\n    return n\n", "    n = 0\n"),
        ("    for x in xs:\r\n        n.append(x)\r\n    return n\r\n", "    n = []\r\n"),
        ("    while xs:\n        n.add(xs.pop())\n    return n\n", "    n = set()\n"),
        ("    n.append(xs)\n    return n\n", "    n = []\n"),
        ("    for x in xs:\n        n = n + x\n    return n\n", ""),
        ("    print(n)\n    n += 1\n", ""),
        ("    def g():\n        m.append(1)\n    return m\n", "    m = []\n"),
        ("    def g():\n        m += 1\n    return m\n", ""),
        ("    if xs: n.append(1)\n    return n\n", "    n = []\n"),
        ("    nums = 1\n    num.append(nums)\n    return num\n", ""),
    ],
)
def test_what_is_added_to_begins_empty_in_front_of_the_loop(body: str, first: str) -> None:
    head = "def f(xs):\n"
    name = "num" if "num." in body else "m" if "return m" in body else "n"
    made = started(head + body, name, 1)
    wanted = (head + first + body, f"begin with `{first.strip()}`")
    assert made == (wanted if first else None)


def test_a_value_that_each_round_needs_begins_nowhere_for_certain() -> None:
    text = "def f(rows):\n    for row in rows:\n        for x in row:\n            n += x\n        print(n)\n"
    assert started(text, "n", 3) is None


def test_what_is_decorated_is_not_parted_from_it() -> None:
    text = "def f(xs):\n    @wrap\n    def g(x):\n        n.append(x)\n    return n\n"
    assert started(text, "n", 3) == (text.replace("    @wrap", "    n = []\n    @wrap"), "begin with `n = []`")


def test_lines_and_letters_that_python_reads_otherwise_are_let_be() -> None:
    assert bound_so("def f():\r    totl = 1\r    return total\r", "total", 0) is None
    assert bound_so('"""a\rb"""\ndef f():\n    totl = 1\n    return total\n', "total", 3) is None
    text = "def f():\n    tota\uff4cl = 1\n    return total\n"
    assert bound_so(text, "total", 2) == (text, "totall")


def test_a_name_in_a_header_begins_nowhere() -> None:
    assert started("def f(a=n):\n    n.append(a)\n", "n", 0) is None
    assert started("@n\ndef f(a):\n    n.append(a)\n", "n", 2) is None


def test_but_not_what_is_read_before() -> None:
    text = "def f(xs):\n    total = start(xs)\n    print(total)\n    for x in xs:\n        total += x\n"
    assert first_value(text, "start", 1) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "class A:\n    def f(self):\n        return 1\n    console.log(\n        1\n    )\n",
            ("class A:\n    def f(self):\n        return 1\n", "console.log(1)"),
        ),
        ("class A:\n    console.log(1)\n", None),
        ("console.log(1)\nx = 1\n", None),
        ("class A:\n    x = console\n    y = 1\n", None),
        ("class A:\n    x = 1\n    def f(self):\n        console.log(1)\n", None),
    ],
)
def test_an_expression_in_a_class_does_nothing(text: str, wanted: object) -> None:
    assert without_statement(text, "console", text[: text.index("console")].count("\n")) == wanted
