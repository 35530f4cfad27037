"""Golden cases in Python: ``▏`` is the cursor; a raw answer, what is inserted, and the step that must have acted."""

from pathlib import Path
from typing import NamedTuple

import pytest

from autoglm_core.inline.extent import Extent, extent_at
from autoglm_core.inline.hole import Hole
from autoglm_core.inline.trimming import trim
from autoglm_core.types import Document


class Case(NamedTuple):
    document: str
    answer: str
    expected: str
    step: str = ""  # empty: nothing needed trimming
    finished: bool = True
    logprob: float | None = None


BODY = "def f(a):\n    ▏\n"
CASES = {
    # as it should be
    "a good line": Case("x = ▏\n", "a + 1", "a + 1"),
    "a good body": Case(BODY, "b = a\n    return b", "b = a\n    return b"),
    "a good body behind its header": Case("for x in y:▏\n", "\n    print(x)", "\n    print(x)"),
    "a good argument": Case("print(▏)\n", "a, b", "a, b"),
    "a call over lines": Case("x = f(▏\n", "\n    1,\n)", "\n    1,\n)"),
    "a header alone, to go on from": Case("def f(a):\n    b = 1\n    ▏\n", "for x in a:", "for x in a:"),
    "the rest of a header": Case("def f(▏\n", "a, b):", "a, b):"),
    "a missing colon": Case("if x▏\n", ":", ":"),
    "an empty string is a value": Case("x = ▏\n", '""', '""'),
    "an ellipsis": Case(BODY, "...", "..."),
    "a file that is broken elsewhere": Case("y = = 3\n\nx = ▏\n", "f(1)", "f(1)"),
    "in a function whose next line is half typed": Case(
        "def f(a):\n    x = ▏\n    y = (\n\n\ndef g():\n    pass\n", "a[0]", "a[0]"
    ),
    "a decorator": Case("@▏\ndef f():\n    pass\n", "cache", "cache"),
    "an else": Case("if a:\n    b()\n▏\n", "else:\n    c()", "else:\n    c()"),
    # the characters
    "a special token": Case("x = ▏\n", "1<|endoftext|>more", "1", "special_tokens"),
    "a special token of another model": Case("x = ▏\n", "1<fim_pad>more", "1", "special_tokens"),
    "half a special token": Case("x = ▏\n", "f(1)<|fim_p", "f(1)", "special_tokens", finished=False),
    "a comparison with a tuple is none": Case("x = ▏\n", "a <b", "a <b"),
    "a fence around": Case(BODY, "```python\nreturn a\n```", "return a", "fences"),
    "a fence behind": Case("x = ▏\n", "1\n```\nThat is it", "1", "fences"),
    "carriage returns": Case(BODY, "b = a\r\n    return b", "b = a\n    return b", "carriage_returns"),
    "CRLF documents": Case(
        "def f(a):\r\n    ▏\r\n", "b = a\n    return b", "b = a\r\n    return b", "document_line_ends"
    ),
    "CRLF on both sides": Case(
        "def f(a):\r\n    ▏\r\n", "b = a\r\n    return b\r\n", "b = a\r\n    return b", "trailing_whitespace"
    ),
    "CRLF with the suffix again": Case(
        "def f(a):\r\n    x = 1\r\n    ▏\r\n    return x\r\n", "y = 1\r\n    return x", "y = 1", "within_extent"
    ),
    "white space at the ends": Case(BODY, "b = a  \n    return b  \n\n", "b = a\n    return b", "trailing_whitespace"),
    # how much
    "the line after a statement": Case("x = ▏\n", "1\ny = 2", "1", "within_extent"),
    "code behind the cursor: one line": Case("print(▏)\n", "a, b)\nprint(c)", "a, b", "within_extent"),
    "the next method": Case(
        "class A:\n    def f(self):\n        ▏\n",
        "return 1\n\n    def g(self):\n        return 2",
        "return 1",
        "within_extent",
    ),
    "the next function": Case(
        "▏\n", "def f():\n    return 1\n\n\ndef g():\n    return 2", "def f():\n    return 1", "within_extent"
    ),
    "behind the block": Case("for x in y:▏\n", "\n    print(x)\nz = x", "\n    print(x)", "within_extent"),
    "the rest of the class": Case(
        "def f(a):\n    for x in a:\n        ▏\n    return 1\n",
        "g(x)\n    return 2\n\ndef h():",
        "g(x)",
        "within_extent",
    ),
    "three times the same line": Case(BODY, "g(a)\n    g(a)\n    g(a)\n    g(a)", "g(a)", "within_extent"),
    "a group of lines again": Case(
        BODY, "g(a)\n    h(a)\n    g(a)\n    h(a)\n    g(a)", "g(a)\n    h(a)", "within_extent"
    ),
    # overlap before
    "the line's start again": Case("def f(a):\n    return ▏\n", "return a", "a", "repeats_before"),
    "the assignment again": Case("total = ▏\n", "total = 0", "0", "repeats_before"),
    "the path again": Case("class A:\n    def f(self):\n        x = self.▏\n", "self.y", "y", "repeats_before"),
    "the word again": Case("import os\nret▏\n", "return_code = 1", "urn_code = 1", "repeats_before"),
    "a recursive call is no repetition": Case("def f(a):\n    return f(▏)\n", "f(a)", "f(a)"),
    "a keyword argument like a name is none": Case("x = f(name=▏)\n", "name", "name"),
    "the line above again": Case("def f(a):\n    b = g(a)\n    ▏\n", "b = g(a)", "", "repeats_above"),
    "the line above and more": Case(
        "def f(a):\n    b = g(a)\n    # then\n    ▏\n", "# then\n    return b", "return b", "repeats_above"
    ),
    "the line below alone": Case("def f(a):\n    x = 1\n    ▏\n    return x\n", "return x", "", "repeats_above"),
    # overlap behind
    "an argument and its bracket": Case("print(▏)\n", "a, b)", "a, b", "repeats_behind"),
    "a call's own bracket stays": Case("print(▏)\n", "f(a)", "f(a)"),
    "both brackets": Case("print(▏)\n", "f(a))", "f(a)", "repeats_behind"),
    "a quote": Case('print("▏")\n', 'hello")', "hello", "repeats_behind"),
    "a quote alone": Case('x = "▏"\n', 'hello"', "hello", "repeats_behind"),
    "the condition's colon": Case("def f(a):\n    if ▏:\n        pass\n", "a > 1:", "a > 1", "repeats_behind"),
    "an operator and its operand": Case("x = ▏ + y\n", "a + y", "a", "repeats_behind"),
    "a word that only ends alike": Case("x = [▏a for a in b]\n", "b[a] or ", "b[a] or "),
    "lines below again": Case(
        "def f(a):\n    # double\n    ▏\n    b = 2\n    return b\n",
        "a = 2 * a\n    b = 2\n    return b",
        "a = 2 * a",
        "within_extent",
    ),
    "lines below at another column": Case(
        "def f(a):\n    # double\n    ▏\n    return a\n", "a *= 2\n\n    return a", "a *= 2", "within_extent"
    ),
    # brackets
    "brackets closed once": Case("x = [f(▏)]\n", "1)]", "1", "repeats_behind"),
    "brackets of two kinds, one closed behind": Case("x = f([▏)\n", "1, 2])", "1, 2]", "repeats_behind"),
    "a closer that opens nothing": Case("x = a▏\n", " + b)", " + b", "closed_once"),
    "closers that open nothing, then more": Case("x = a▏\n", "[0]) + c", "[0]", "closed_once"),
    "a finished call without its bracket": Case("x = ▏\n", "f(a, b", "f(a, b)", "closed_once"),
    "brackets within brackets": Case("x = ▏\n", "f([a, {b", "f([a, {b}])", "closed_once"),
    "an unfinished call is not closed": Case("x = ▏\n", "f(a, b", "", "unfinished", finished=False),
    "closing what lies between is fine": Case("x = f(▏)\n", "a) + g(b", "a) + g(b"),
    "a bracket in a string": Case("x = f(▏)\n", '")"', '")"'),
    "a bracket below": Case("x = f(\n    ▏\n)\n", "a,\n)", "a,", "within_extent"),
    # indentation
    "the first line twice indented": Case(BODY, "    return a", "return a", "indentation"),
    "all lines twice indented": Case(
        "class A:\n    def f(self):\n        ▏\n",
        "    if self:\n                return 1\n            return 2",
        "if self:\n            return 1\n        return 2",
        "indentation",
    ),
    "an empty line first": Case(BODY, "\n    return a", "return a", "indentation"),
    "a body at the margin": Case("def f(a):\n▏\n", "return a", "    return a", "indentation"),
    "a body that the model indented": Case("def f(a):\n▏\n", "    b = a\n    return b", "    b = a\n    return b"),
    "two spaces behind a header": Case(
        "def f(a):\n    b = a\n    return b\n\n\nfor x in y:▏\n",
        "\n  print(x)\n  f(x)",
        "\n    print(x)\n    f(x)",
        "indentation",
    ),
    "tabs": Case(
        "class A:\n\tdef f(self):\n\t\t▏\n",
        "if self:\n            g()\n        h()",
        "if self:\n\t\t\tg()\n\t\th()",
        "indentation",
    ),
    "spaces": Case(
        "class A:\n    def f(self):\n        ▏\n",
        "if self:\n\t\t\tg()\n\t\th()",
        "if self:\n            g()\n        h()",
        "indentation",
    ),
    "a string over lines stays": Case(
        "def f():\n    ▏\n", '    x = """\n\ta\n"""\n    return x', 'x = """\n\ta\n"""\n    return x', "indentation"
    ),
    # out of tokens
    "the last line of several": Case(BODY, "b = a\n    c = b +", "b = a", "unfinished", finished=False),
    "a last line that looks complete": Case(BODY, "b = a\n    return b", "b = a", "unfinished", finished=False),
    "one line: the last operand": Case(
        "x = ▏\n", "first + second + thi", "first + second", "unfinished", finished=False
    ),
    "one line: half a name": Case("x = ▏\n", "compu", "", "unfinished", finished=False),
    "one line: a complete call": Case("x = ▏\n", "compute(a)", "compute(a)", finished=False),
    "one line: an open string": Case("x = ▏\n", '"some te', "", "unfinished", finished=False),
    "one line: arguments": Case("f(▏)\n", "first, seco", "first", "unfinished", finished=False),
    # confidence
    "a doubtful line": Case("x = ▏\n", "a", "", "low_confidence", logprob=-1.4),
    "a sure line": Case("x = ▏\n", "a", "a", logprob=-0.3),
    "a doubtful body": Case(BODY, "return a", "", "low_confidence", logprob=-0.9),
    # comments
    "the comment above again": Case("def f(a):\n    # sort them\n    ▏\n", "# sort them", "", "repeats_above"),
    "the comment above in other marks": Case(
        "# Sort them.\n▏\n", "# sort them\na.sort()", "a.sort()", "echoing_comments"
    ),
    "your code here": Case(BODY, "# Your code here", "", "echoing_comments"),
    "to do": Case(BODY, "# TODO: implement", "", "echoing_comments"),
    "pass with a placeholder": Case(BODY, "pass  # implement", "", "echoing_comments"),
    "a placeholder and a stub": Case(BODY, "# TODO\n    raise NotImplementedError", "", "echoing_comments"),
    "a comment that says something, with code": Case(BODY, "# twice\n    return 2 * a", "# twice\n    return 2 * a"),
    "a plain pass": Case(BODY, "pass", "pass"),
    # the header of what follows
    "a statement above a body that lacks its header": Case(
        "def f(a):\n    ▏\n        return a\n", "b = 1", "", "heads_what_follows"
    ),
    "the header that a body lacks": Case("def f(a):\n    ▏\n        return a\n", "if a:", "if a:"),
    "a statement above the rest of its block": Case("def f(a):\n    ▏\n    return a\n", "b = 1", "b = 1"),
    "a call that goes on below": Case("x = f(\n    ▏\n        1)\n", "a,", "a,"),
    # hollow
    "white space": Case("x = ▏\n", "  \n ", "", "within_extent"),
    "a closing bracket alone": Case("x = f(a▏\n", ")", "", "hollow"),
    "a closing bracket on a line of its own": Case("x = {\n    1: 2,\n▏\ny = 1\n", "}", "}"),
    "a bracket that the next line closes": Case("x = {\n    1: 2,\n    ▏\n}\n", "}", "", "repeats_below"),
    "closers alone": Case("x = f(a▏)\n", ")", "", "repeats_behind"),
    "nothing": Case("x = ▏\n", "", ""),
    # what parses
    "an unfinished last line that the model ended": Case(BODY, "b = a\n    c = b +", "b = a", "keep_what_parses"),
    "nonsense in the middle": Case(BODY, "b = a\n    if if:\n    return b", "b = a", "keep_what_parses"),
    "nonsense at once": Case(BODY, "This function adds one:", "", "keep_what_parses"),
    "prose on a line": Case("x = ▏\n", "the sum of all", "", "keep_what_parses"),
    "a header with a comment": Case("with f() as ▏\n", "a:  # one\n    b", "a:  # one", "within_extent"),
    "a call over lines above a statement": Case(
        "def f():\n    x = g(a, ▏\n    with x:\n        pass\n",
        "b,\n          c)\n    y = 1",
        "b,\n          c)",
        "within_extent",
    ),
    "nonsense behind a keyword": Case("def f(a):\n    return ▏\n", "if a:", "", "keep_what_parses"),
    "a clause": Case("try:\n    f()\nexcept ▏\n", "ValueError as error:", "ValueError as error:"),
    "a case": Case("match x:\n    case ▏\n", "[a, b]:", "[a, b]:"),
    "behind a backslash": Case("x = 1 + \\\n    ▏\n", "y + z", "y + z"),
    "in a string over lines": Case('x = """\n▏\n"""\n', "any words: these", "any words: these"),
    "a bracket that the user left open": Case("x = f(▏\n", "a, b", "a, b"),
    "a magic of a notebook": Case("%timeit ▏\n", "f(1)", "f(1)"),
    "an operand is missing before the next line": Case(
        "def f(a):\n    x = ▏\n    return x\n", "a +", "", "keep_what_parses"
    ),
    "a header without its body": Case(BODY, "b = a\n    for x in b:", "b = a", "keep_what_parses"),
}


def hole_of(case: Case, language: str = "python") -> Hole:
    path = Path("m.py" if language == "python" else "file")
    document = Document(path, case.document.replace("▏", "", 1), language=language)
    offset = case.document.index("▏")
    return Hole(document, offset, extent_at(document, offset) or Extent.LINE, case.logprob, case.finished)


@pytest.mark.parametrize("name", CASES)
def test_python(name: str) -> None:
    case = CASES[name]
    trimmed = trim(case.answer, hole_of(case))
    assert trimmed.text == case.expected
    assert case.step in trimmed.steps if case.step else trimmed.steps == ()


def test_a_line_of_any_length_holds_nobody_up() -> None:
    before = f'LOGO = "{"a" * 300_000}"'
    document = Document(Path("/w/a.py"), f"{before}\n")
    extent = extent_at(document, len(before))
    if extent is not None:
        assert trim(" + b", Hole(document, len(before), extent, None, True)).text == " + b"
