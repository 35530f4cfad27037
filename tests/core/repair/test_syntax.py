"""Slips of syntax, mended a line at a time."""

from __future__ import annotations

import ast

import pytest

from autoglm_core.repair.syntax import mend_syntax


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("def f(a)\n    return a\n", "def f(a):\n    return a\n"),
        ("def f(a):\n    if a = 1:\n        return 2\n", "def f(a):\n    if a == 1:\n        return 2\n"),
        ("def f(a):\n    return max(a, (1)\n", "def f(a):\n    return max(a, (1))\n"),
        ("def f(a):\n    while g(a:\n        a += 1\n", "def f(a):\n    while g(a):\n        a += 1\n"),
        ("def f(a):\n    // add one\n    return a + 1\n", "def f(a):\n    # add one\n    return a + 1\n"),
        ("def f(a):\n    /* add one */\n    return a + 1\n", "def f(a):\n    # add one\n    return a + 1\n"),
        ("def f(a):\n    retrun a\n", "def f(a):\n    return a\n"),
        ("def f(a):\n    if a && 1:\n        return a\n", "def f(a):\n    if a and 1:\n        return a\n"),
        (
            "def f(a):\n    if a:\n        return 1\n    else if a == 2:\n        return 2\n",
            "def f(a):\n    if a:\n        return 1\n    elif a == 2:\n        return 2\n",
        ),
        ("def f(a):\n    a++\n    return a\n", "def f(a):\n    a += 1\n    return a\n"),
        ("def f(a):\n    return a == 'C\"\n", "def f(a):\n    return a == 'C'\n"),
        ("def f(a):\n    b = 1\n      return b\n", "def f(a):\n    b = 1\n    return b\n"),
        ("def f(a):\n    let b = a\n    return b\n", "def f(a):\n    b = a\n    return b\n"),
        (
            "def f(a)\n    if a\n        return [1, (2\n    return 3\n",
            "def f(a):\n    if a:\n        return [1, (2)]\n    return 3\n",
        ),
        (
            "def f(a):\n    if len(a) != len(b)):\n        return 1\n",
            "def f(a):\n    if len(a) != len(b):\n        return 1\n",
        ),
        (
            "def f(a, i):\n    if (a, i in g:\n        return 1\n",
            "def f(a, i):\n    if (a, i) in g:\n        return 1\n",
        ),
        ("def f(a, k):\n    a[k = 1\n", "def f(a, k):\n    a[k] = 1\n"),
        (
            "def f(a):\n    return min(\n        sum(i for i in a,\n        sum(-i for i in a),\n    )\n",
            "def f(a):\n    return min(\n        sum(i for i in a),\n        sum(-i for i in a),\n    )\n",
        ),
        ('def f():\n    return float("inf\n', 'def f():\n    return float("inf")\n'),
        ("def f(count):\n    return 'count\n", "def f(count):\n    return count\n"),
        ("def f(a):\n    return 'end\n", "def f(a):\n    return 'end'\n"),
        ("def f(l):\n    return [e fro e in l if e > 0]\n", "def f(l):\n    return [e for e in l if e > 0]\n"),
        ("def f(n):\n    if n == 1: rrturn 1\n    return 2\n", "def f(n):\n    if n == 1: return 1\n    return 2\n"),
        ("def f(n):\n    return sum(rangen + 1))\n", "def f(n):\n    return sum(range(n + 1))\n"),
        (
            "def g(s):\n    pass\n\n\ndef f(s):\n    return g(gs))\n",
            "def g(s):\n    pass\n\n\ndef f(s):\n    return g(gs)\n",
        ),
        (
            "def go(s):\n    pass\n\n\ndef f(s):\n    return go(gos))\n",
            "def go(s):\n    pass\n\n\ndef f(s):\n    return go(go(s))\n",
        ),
        ("def f(count, num):\n    countnum] += 1\n", "def f(count, num):\n    count[num] += 1\n"),
        ("def f(l):\n    print len(l))\n", "def f(l):\n    print(len(l))\n"),
        ('def f(l):\n    l.append(A+")\n', 'def f(l):\n    l.append("A+")\n'),
        ("def f(s):\n    return s.replace(a', 'b')\n", "def f(s):\n    return s.replace('a', 'b')\n"),
        ("def f(s, k):\n    return g(s[:1]) + h(k - 1')\n", "def f(s, k):\n    return g(s[:1]) + h(k - 1)\n"),
        (
            "def f(s):\n    return ' '.join(['.join(s) for i in s])\n",
            "def f(s):\n    return ' '.join([''.join(s) for i in s])\n",
        ),
        ("def f(s):\n    return 'Yes if s else 'No'\n", "def f(s):\n    return 'Yes' if s else 'No'\n"),
        ("def f(s):\n    return g('wait for it)\n", "def f(s):\n    return g('wait for it')\n"),
        ("class A:\n    def f(self n: int):\n        pass\n", "class A:\n    def f(self, n: int):\n        pass\n"),
        ("def f(n):\n    return range(0n + 1)\n", "def f(n):\n    return range(0, n + 1)\n"),
        ("def f(a, b):\n    return g('wait for it', a b)\n", "def f(a, b):\n    return g('wait for it', a, b)\n"),
        ("import java.util.*;\n\n\ndef f(a):\n    return a\n", "def f(a):\n    return a\n"),
        (
            "class A:\n''' def f(self):\n        return 1'''\n",
            "class A:\n    def f(self):\n        return 1\n",
        ),
    ],
)
def test_usual_slips(wrong: str, right: str) -> None:
    mended = next(iter(mend_syntax(wrong)), None)
    assert mended is not None
    assert ast.dump(ast.parse(mended)) == ast.dump(ast.parse(right))


def test_what_parses_is_left_alone() -> None:
    assert mend_syntax("def f(a):\n    return a\n") == ()


@pytest.mark.parametrize("text", ["def f(a):\n    this is prose, and more of it\n", "\0", "class def while (((\n" * 5])
def test_what_cannot_be_read_is_left_to_a_model(text: str) -> None:
    assert mend_syntax(text) == ()


def test_a_block_that_lost_its_indentation_is_moved_as_a_whole() -> None:
    lost = "class A:\ndef f(self):\n    x = 1\n    return x\n\ndef g(self):\n    return 2\n"
    assert mend_syntax(lost)[0] == (
        "class A:\n    def f(self):\n        x = 1\n        return x\n\n    def g(self):\n        return 2\n"
    )


def test_the_rest_of_the_file_stays_where_it_is() -> None:
    lost = "def f(a):\n    if a:\n    b = 1\n    return b\n\n\ndef g():\n    return 2\n"
    (mended,) = mend_syntax(lost)
    assert mended is not None
    assert mended.endswith("\n\n\ndef g():\n    return 2\n")


def test_a_statement_behind_a_foreign_comment_mark_comes_back_where_a_block_needs_it() -> None:
    assert mend_syntax("def f(a):\n    if a:\n        // return False\n    return a\n")[0] == (
        "def f(a):\n    if a:\n        return False\n    return a\n"
    )
    assert (
        mend_syntax("def f(a):\n    // doubled\n    return 2 * a\n")[0]
        == "def f(a):\n    # doubled\n    return 2 * a\n"
    )


def test_the_same_program_is_offered_once() -> None:
    readings = mend_syntax("def f(a):\n    return g(a\n", 6)
    assert len({ast.dump(ast.parse(each)) for each in readings}) == len(readings)
    assert readings[0] == "def f(a):\n    return g(a)\n"


def test_line_ends_stay_what_they_are() -> None:
    text = "def f(a)\n    if a = 1\n        return 'no\n"
    (mended, *_) = mend_syntax(text.replace("\n", "\r\n"), 3)
    assert mended == "def f(a):\r\n    if a == 1:\r\n        return 'no'\r\n"


def test_a_slip_in_one_definition_of_many_leaves_the_others() -> None:
    one = "def f{}(a):\n    b = [a,\n         a]\n    return b\n\n\n"
    text = "import os\n\n\n" + "".join(one.format(number) for number in range(40))
    broken = text.replace("def f30(a):\n    b = [a,", "def f30(a)\n    b = [a,")
    assert mend_syntax(broken, 4) == (text,)


def test_an_open_string_full_of_escapes_holds_nobody_up() -> None:
    text = 'data = f(b"' + r"\x89" * 2000 + "\n"
    for mended in mend_syntax(text, 3):
        compile(mended, "mended.py", "exec")
