"""Blocks that lost their indentation, and lines whose depth fits nowhere."""

from __future__ import annotations

import pytest

from autoglm_core.repair.syntax import mend_syntax


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        pytest.param(
            "def f(xs, x):\n    best = 0\n    for i in range(9):\n    if xs[i] == x:\n        best = i\n        break\n"
            "    j = 3\n    while j:\n        j -= 1\n    return best\n",
            "def f(xs, x):\n    best = 0\n    for i in range(9):\n        if xs[i] == x:\n            best = i\n"
            "            break\n    j = 3\n    while j:\n        j -= 1\n    return best\n",
            id="what uses the loop's variable is in the loop",
        ),
        pytest.param(
            "def f(node):\n    prev = None\n    while node:\n    after = node.next\n    node.next = prev\n"
            "    prev = node\n    node = after\n    return prev\n",
            "def f(node):\n    prev = None\n    while node:\n        after = node.next\n        node.next = prev\n"
            "        prev = node\n        node = after\n    return prev\n",
            id="what uses what the loop binds is in the loop, and a return is not",
        ),
        pytest.param(
            "class A:\n    def f(self, xs):\n    total = 0\n    for x in xs:\n        total += x\n    return total\n\n"
            "    def g(self):\n        return 1\n",
            "class A:\n    def f(self, xs):\n        total = 0\n        for x in xs:\n            total += x\n"
            "        return total\n\n    def g(self):\n        return 1\n",
            id="a body ends at the next definition",
        ),
        pytest.param(
            "class A:\n    def f(self, xs):\n        count = [0] * 9\n    found = []\n    for x in xs:\n"
            "        count[x] += 1\n    return found\n",
            "class A:\n    def f(self, xs):\n        count = [0] * 9\n        found = []\n        for x in xs:\n"
            "            count[x] += 1\n        return found\n",
            id="what returns is in the function, with all before it",
        ),
        pytest.param(
            "def f(xs):\n    n = 0\n   for x in xs:\n        n += x\n         if n:\n              n = 0\n    return\n",
            "def f(xs):\n    n = 0\n    for x in xs:\n        n += x\n        if n:\n            n = 0\n    return\n",
            id="depths of no level",
        ),
        pytest.param(
            'def f(xs):\n    """A\n  b\n    """\nfor x in xs:\n        if x:\n            return 1\n    return 2\n',
            'def f(xs):\n    """A\n  b\n    """\n    for x in xs:\n        if x:\n            return 1\n    return 2\n',
            id="one line that fell out of the function",
        ),
        pytest.param(
            "def f(a):\n\tif a:\n\treturn 1\n\treturn 2\n",
            "def f(a):\n\tif a:\n\t\treturn 1\n\treturn 2\n",
            id="tabs",
        ),
        pytest.param(
            "class A:\n\tx = 1\n\n\tdef f(self):\nreturn 1\n",
            "class A:\n\tx = 1\n\n\tdef f(self):\n\t\treturn 1\n",
            id="no margin at all, among tabs",
        ),
        pytest.param(
            "def f(a):\n    b = [\n        1,\n  2,\n    ]\n      return b\n",
            "def f(a):\n    b = [\n        1,\n  2,\n    ]\n    return b\n",
            id="the inside of brackets is no statement",
        ),
    ],
)
def test_lines_are_moved_to_where_they_belong(wrong: str, right: str) -> None:
    assert mend_syntax(wrong)[0] == right


def test_other_readings_follow_the_likeliest() -> None:
    text = "def f(xs):\n    for x in xs:\n    print(x)\n    y = 1\n    print(x)\n"
    readings = mend_syntax(text, 6)
    assert "    for x in xs:\n        print(x)\n    y = 1\n    print(x)\n" in readings[0]
    assert any("        y = 1\n        print(x)\n" in each for each in readings[1:])
    assert len(readings) == len(set(readings))
