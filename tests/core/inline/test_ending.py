"""When a stream is stopped; ``▏`` marks the cursor."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoglm_core.inline.ending import StreamEnd
from autoglm_core.inline.extent import Extent
from autoglm_core.types import Document

LINE, BLOCK = Extent.LINE, Extent.BLOCK
# document, extent, what the model would write, what counts, and the rule that ends it
CASES = {
    "a line": ("x = ▏\n", LINE, "1\ny = 2\n", "1", "line"),
    "a call opened in the text": ("x = ▏\n", LINE, "f(\n    1,\n)\ny = 2\n", "f(\n    1,\n)", "line"),
    "a string opened in the text": ("x = ▏\n", LINE, '"""a\nb\n"""\ny\n', '"""a\nb\n"""', "line"),
    "a call that the cursor's line opened": ("x = f(▏\n", LINE, "\n    1,\n)\ny\n", "\n    1,\n)", "line"),
    "a call that is closed behind": ("x = f(▏)\n", LINE, "1,\n    2\n", "1,", "line"),
    "a call that is closed below": ("x = f(▏\n)\n", LINE, "\n    1,\n    2,\n", "\n    1,", "line"),
    "one of the elements": ("x = [\n    1,\n    ▏\n]\n", LINE, "2,\n    3,\n]\n", "2,", "line"),
    "a backslash goes on": ("x = ▏\n", LINE, "1 + \\\n    2\ny\n", "1 + \\\n    2", "line"),
    "an empty line is waited out": (
        "def f():\n    a = 1\n    ▏\n",
        LINE,
        "\n    b = 2\n    c\n",
        "\n    b = 2",
        "line",
    ),
    "a function that begins in a call": ("x = f(▏\n", LINE, "1,\n\ndef g():\n", "1,\n", "brackets"),
    "a closer that opens nothing": ("print(▏)\n", LINE, "a)\nb\n", "a)", "line"),
    "a body until the next function": (
        "def f():\n    ▏\n",
        BLOCK,
        "a = 1\n\n    return a\n\ndef g():\n",
        "a = 1\n\n    return a\n",
        "scope",
    ),
    "a body until the next method": (
        "class A:\n    def f(self):\n        ▏\n",
        BLOCK,
        "return 1\n\n    def g(self):\n",
        "return 1\n",
        "scope",
    ),
    "a body behind its header": ("for x in y:▏\n", BLOCK, "\n    print(x)\nprint(y)\n", "\n    print(x)", "scope"),
    "a body on its header's line": ("if x:▏\n", BLOCK, " return 1\n    y\n", " return 1", "block"),
    "a body with a string over lines": (
        "def f():\n    ▏\n",
        BLOCK,
        'x = """\na\n"""\n    return x\nz\n',
        'x = """\na\n"""\n    return x',
        "scope",
    ),
    "a body with a call over lines": (
        "def f():\n    ▏\n",
        BLOCK,
        "g(\n1,\n)\n    h()\nz\n",
        "g(\n1,\n)\n    h()",
        "scope",
    ),
    "one definition": ("▏\n", BLOCK, "def f():\n    return 1\n\n\ndef g():\n", "def f():\n    return 1\n\n", "block"),
    "one statement with its else": (
        "▏\n",
        BLOCK,
        "if a:\n    b()\nelse:\n    c()\nd()\n",
        "if a:\n    b()\nelse:\n    c()",
        "block",
    ),
    "a decorated definition": (
        "▏\n",
        BLOCK,
        "@a\ndef f():\n    return 1\nx = 1\n",
        "@a\ndef f():\n    return 1",
        "block",
    ),
    "a run of statements": ("▏\n", BLOCK, "import a\nimport b\n\nx = 1\n", "import a\nimport b", "block"),
    "a long run": (
        "▏\n",
        BLOCK,
        "".join(f"a{n} = f{n}()\n" for n in range(20)),
        "\n".join(f"a{n} = f{n}()" for n in range(12)),
        "block",
    ),
    "a statement below a comment": (
        "def f(a):\n    b = 1\n    # sum up\n    ▏\n    return s\n",
        BLOCK,
        "for x in a:\n        b += x\n    print(b)\n",
        "for x in a:\n        b += x",
        "block",
    ),
    "the code below again": (
        "def f():\n    x = 1\n    # y\n    ▏\n    return x\n",
        BLOCK,
        "y = 2\n    return x\n",
        "y = 2",
        "suffix",
    ),
    "the code below at once": ("def f():\n    x = 1\n    ▏\n    return x\n", LINE, "return x\n", "", "suffix"),
    "deeper than the code below": (
        "def f():\n    # y\n    ▏\n    return x\n",
        BLOCK,
        "if x:\n        return x\n    z()\n",
        "if x:\n        return x",
        "block",
    ),
    "three times the same": ("def f():\n    ▏\n", BLOCK, "a()\n    a()\n    a()\n    a()\n", "a()", "repetition"),
    "a group again": ("def f():\n    ▏\n", BLOCK, "a()\n    b()\n    a()\n    b()\n", "a()\n    b()", "repetition"),
    "a special token": ("x = ▏\n", LINE, "1<|endoftext|>def", "1", "token"),
    "another special token": ("x = ▏\n", LINE, "1<fim_pad>def", "1", "token"),
    "a fence": ("def f():\n    ▏\n", BLOCK, "return 1\n```\nThis", "return 1\n", "token"),
    "a fence at the start is passed over": (
        "def f():\n    ▏\n",
        BLOCK,
        "```python\nreturn 1\n```\n",
        "return 1\n",
        "token",
    ),
    "CRLF from the model": ("x = ▏\r\n", LINE, "1\r\ny = 2\r\n", "1", "line"),
}
BRACES = {
    "a body": ("typescript", "function f() {\n  ▏\n}\n", BLOCK, "a();\n  b();\n}\n\nf", "a();\n  b();", "scope"),
    "a body with a block": (
        "typescript",
        "function f() {\n  ▏\n}\n",
        BLOCK,
        "if (a) {\n    b();\n  }\n  c();\n}\n",
        "if (a) {\n    b();\n  }\n  c();",
        "scope",
    ),
    "a body behind its brace": ("go", "func f() {▏\n}\n", BLOCK, "\n\ta()\n}\n", "\n\ta()", "scope"),
    "a body whose brace nobody closes": ("go", "func f() {▏\n", BLOCK, "\n\ta()\n}\n\nfunc", "\n\ta()\n}", "block"),
    "one function": (
        "rust",
        "▏\n",
        BLOCK,
        "fn f() -> u32 {\n    1\n}\n\nfn g() {\n",
        "fn f() -> u32 {\n    1\n}\n",
        "block",
    ),
    "an else": (
        "rust",
        "fn f() {\n    a();\n    // b\n    ▏\n}\n",
        BLOCK,
        "if x {\n        1;\n    } else {\n        2;\n    }\n    y();\n",
        "if x {\n        1;\n    } else {\n        2;\n    }",
        "block",
    ),
    "an object": ("typescript", "const a = ▏\n", LINE, "{\n  b: 1,\n};\nc", "{\n  b: 1,\n};", "line"),
    "a member": ("json", '{\n  "a": 1,\n  ▏\n}\n', LINE, '"b": 2\n}\n', '"b": 2', "line"),
    "an element": (
        "html",
        "<ul>\n  ▏\n</ul>\n",
        BLOCK,
        "<li>a</li>\n  <li>b</li>\n</ul>\n",
        "<li>a</li>\n  <li>b</li>",
        "suffix",
    ),
    "a string with a brace": (
        "go",
        "func f() {\n\t▏\n}\n",
        BLOCK,
        "a(\"}\")\n\tb('}')\n}\n",
        "a(\"}\")\n\tb('}')",
        "scope",
    ),
}


def begin(text: str, extent: Extent, language: str = "python") -> StreamEnd:
    path = Path("m.py" if language == "python" else "file")
    return StreamEnd(Document(path, text.replace("▏", "", 1), language=language), text.index("▏"), extent)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_python(case: str, size: int) -> None:
    text, extent, answer, expected, reason = CASES[case]
    end = begin(text, extent)
    for at in range(0, len(answer), size):
        if end.feed(answer[at : at + size]):
            break
    assert (end.text, end.reason) == (expected, reason)


@pytest.mark.parametrize("case", BRACES)
def test_braces(case: str) -> None:
    language, text, extent, answer, expected, reason = BRACES[case]
    end = begin(text, extent, language)
    for character in answer:
        if end.feed(character):
            break
    assert (end.text, end.reason) == (expected, reason)


def test_an_answer_that_goes_on_counts_so_far() -> None:
    end = begin("x = ▏\n", LINE)
    assert [end.feed("1 +"), end.feed(" 2")] == [False, False]
    assert (end.text, end.reason) == ("1 + 2", "")
    assert end.feed("\n")
    assert end.feed("more")
    assert end.text == "1 + 2"


def test_a_line_that_leaves_the_block_is_not_waited_for() -> None:
    end = begin("def f():\n    ▏\n", BLOCK)
    assert not end.feed("return 1\n\n\nde")
    assert end.feed("f g")
    assert end.text == "return 1\n\n"


PIECES = st.lists(
    st.sampled_from(
        [
            "a",
            "x = 1",
            "\n",
            "    ",
            "\r\n",
            "(",
            ")",
            "[",
            "]",
            '"',
            "'",
            '"""',
            "#",
            "\\",
            ":",
            "if a:",
            "def f():",
            "```",
            "<|",
            "|>",
            "endoftext",
            "<fim_pad>",
            "return x",
            "\t",
            "é",
            "{",
            "}",
            ",",
            "else:",
        ]
    )
    | st.text(max_size=3),
    max_size=30,
)
PLACES = [text for text, *_ in CASES.values()]


@settings(max_examples=300, deadline=None)
@given(PIECES, st.sampled_from(PLACES), st.sampled_from(Extent), st.integers(1, 7))
def test_pieces_make_no_difference(pieces: list[str], text: str, extent: Extent, size: int) -> None:
    answer = "".join(pieces)
    whole, parts = begin(text, extent), begin(text, extent)
    whole.feed(answer)
    for at in range(0, len(answer), size):
        if parts.feed(answer[at : at + size]):
            break
    assert (parts.text, parts.reason) == (whole.text, whole.reason)


def test_a_piece_is_cheap_in_a_long_document() -> None:
    function = 'def f{0}(a, b="("):\n    """Say {0}."""\n    x = [a, (b, {{}})]\n    return x\n\n\n'
    text = "".join(function.format(n) for n in range(85)) + "def g(a):\n    ▏\n"
    end = begin(text, BLOCK)
    pieces = [piece for n in range(60) for piece in (f"x{n}", " =", " f(", f"{n}", ")\n", "    ")]
    started = time.perf_counter()
    assert not any(end.feed(piece) for piece in pieces)
    assert (time.perf_counter() - started) / len(pieces) < 0.0002
