"""What is wrong with a document, mended by rule, in several readings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autoglm_core.repair.mends import mend
from autoglm_core.types import UNBOUND, Document, Finding, Severity, Span


def unresolved(text: str, *names: str) -> list[Finding]:
    places = ((name, text.index(name)) for name in names)
    return [
        Finding("names_types", "unresolved-reference", Severity.ERROR, Span(at, at + len(name)), f"Name `{name}`")
        for name, at in places
    ]


def test_names_of_several_kinds_are_mended_together() -> None:
    text = "def f(numbers):\n    console.log(nubmers)\n    return Math.min(numbres, Counter(numbers)[1])\n"
    made = mend(Document(Path("/w/m.py"), text), unresolved(text, "console", "nubmers", "Math", "numbres", "Counter"))
    best, words = made[0]
    assert best == (
        "from collections import Counter\n\ndef f(numbers):\n    print(numbers)\n"
        "    return min(numbers, Counter(numbers)[1])\n"
    )
    assert "change `nubmers` to `numbers`" in words
    assert "write what `Math` is in Python" in words
    assert "add `from collections import Counter`" in words


def test_each_other_reading_changes_one_name() -> None:
    text = "def f(count, counts):\n    return cont\n"
    made = mend(Document(Path("/w/m.py"), text), unresolved(text, "cont"))
    assert [each for each, _ in made] == [text.replace("cont\n", "count\n"), text.replace("cont\n", "counts\n")]


def test_a_name_is_changed_on_all_lines_on_which_it_does_not_resolve() -> None:
    text = "def f(number):\n    if nubmer > 1 or nubmer:\n        return nubmer\n    return 2\n"
    places = [text.index("nubmer"), text.index("or nubmer") + 3, text.rindex("nubmer")]
    findings = [replace(unresolved(text, "nubmer")[0], span=Span(at, at + 6)) for at in places]
    assert mend(Document(Path("/w/m.py"), text), findings)[0] == (
        text.replace("nubmer", "number"),
        "change `nubmer` to `number`",
    )


def test_what_was_misspelt_where_it_is_bound_is_likelier_than_an_import() -> None:
    text = "def f(arr):\n    rod = len(arr)\n    return prod\n"
    best, words = mend(Document(Path("/w/m.py"), text), unresolved(text, "prod"))[0]
    assert best == text.replace("rod = ", "prod = ")
    assert words == "rename `rod` to `prod`"


def test_a_lost_first_value_is_written_where_it_is_the_only_one() -> None:
    text = "def f(xs):\n    for x in xs:\n        total += x\n        count.append(x)\n    return total, count\n"
    one, both = unresolved(text, "total"), unresolved(text, "total", "count")
    one = [replace(one[0], rule=UNBOUND)]
    assert mend(Document(Path("/w/m.py"), text), one)[0][0] == text.replace("    for", "    total = 0\n    for")
    assert not any("begin with" in words for _, words in mend(Document(Path("/w/m.py"), text), both))


def test_nothing_is_known_of_what_is_right() -> None:
    assert mend(Document(Path("/w/m.py"), "def f(a):\n    return a\n"), []) == []


@pytest.mark.parametrize(
    ("text", "looped"),
    [
        ("def f(a):\n    if n in range(a):\n        print(n)\n    return 1\n", True),
        ("def f(a):\n    if n in range(3):  # each\n\n        print(n)\n", True),
        ("def f(a):\r\n\tif n in zip(a, a):\r\n\t\tprint(n)\r\n\treturn 1\r\n", True),
        ("def f(a):\n    if n in range(a):\n        print(n)\n    else:\n        return 1\n", False),
        ("def f(a):\r\n    if n in range(a):\r\n        print(n)\r\n\r\n    else:\r\n        return 1\r\n", False),
        ("def f(a):\n    if n in range(a):\n        print(n)\n# no more\n    elif a:\n        return 1\n", False),
        ("def f(a):\n    if n in range(a):\n        return 1\n", False),
        ("def f(a):\n    if n in range(a):\n        print(a.n)\n", False),
        ("def f(n_, a):\n    if n in range(a):\n        print(n)\n", False),
        ("def f(a):\n    if n > a:\n        print(n)\n", False),
        ("def f(a):\n    if a and n in range(a):\n        print(n)\n", False),
        ("def f(a):\n    if n in range(a) and a:\n        print(n)\n", False),
        ("def f(a):\n    if n in range(a) == True:\n        print(n)\n", False),
        ("def f(name, a):\n    if n in a:\n        return a[n]\n", False),
        ("def f(a):\n    while n in range(a):\n        print(n)\n", False),
        ("def f(a):\n    if n in range(a): print(n)\n    elif a: print(a)\n", False),
    ],
)
def test_a_test_of_a_name_that_nothing_binds_was_meant_as_a_loop(text: str, looped: bool) -> None:
    place = text.index(" n ") + 1
    finding = Finding("names_types", "unresolved-reference", Severity.ERROR, Span(place, place + 1), "Name `n`")
    made = mend(Document(Path("/w/m.py"), text), [finding])
    wanted = text.replace("if n in", "for n in")
    assert ((wanted, "loop with `n`") in made) is looped


@pytest.mark.parametrize(
    ("call", "argument", "value"),
    [
        ("len(sum(a))", "sum(a)", "sum(a)"),
        ("len(n + m) * 2", "n + m", "(n + m) * 2"),
        ("-len(a - b)", "a - b", "-(a - b)"),
        ("2 if len(n)else 3", "n", "2 if (n)else 3"),
        ("len(a or b) - 1", "a or b", "(a or b) - 1"),
        ("len(1, n)", "n", None),
        ("x.len(n)", "n", None),
    ],
)
def test_a_call_that_does_not_fit_its_one_argument_is_dropped(call: str, argument: str, value: str | None) -> None:
    text = f"def f(a, b, n, m):\n    return {call}\n"
    start = text.index(argument, text.index("len(") + len("len("))
    end = start + len(argument)
    finding = Finding("names_types", "invalid-argument-type", Severity.ERROR, Span(start, end), "Argument to `len`")
    wanted = [] if value is None else [(text.replace(call, value), "take what `len` is given for its value")]
    assert mend(Document(Path("/w/m.py"), text), [finding]) == wanted
    assert mend(Document(Path("/w/m.py"), text), [replace(finding, severity=Severity.WARNING)]) == []


def test_a_name_without_a_first_value_is_no_misspelt_one() -> None:
    text = "def mean(totals):\n    for t in totals:\n        total += t\n    return total / 3\n"
    place = text.index("total +=")
    finding = Finding("names_types", UNBOUND, Severity.ERROR, Span(place, place + 5), "Name `total` is used")
    assert mend(Document(Path("/w/m.py"), text), [finding]) == []


@pytest.mark.parametrize(
    ("text", "name", "best"),
    [
        ("def f(xs):\n    result = sum(xs)\n    return reslt\n", "reslt", "    return result"),
        ("results = []\n\n\ndef f(x):\n    result.append(x)\n", "result", "    results.append(x)"),
        ("class A:\n    x = 1\n    prnt(x)\n", "prnt", "    print(x)"),
        ("class A:\n    x = 1; foo\n    y = 2\n", "foo", ""),
        (
            "class A:\n    def f(self):\n        self.items = []\n\n    def put(self, x):\n        items.add(x)\n",
            "items",
            "        self.items.add(x)",
        ),
    ],
)
def test_what_was_meant_comes_before_what_may_be_lost(text: str, name: str, best: str) -> None:
    at = text.rindex(name)
    found = [replace(unresolved(text, name)[0], span=Span(at, at + len(name)))]
    made = mend(Document(Path("/w/m.py"), text), found)
    assert best in made[0][0].split("\n") if best else made == []
