"""Trimming what was filled in; ``|`` marks the cursor."""

from pathlib import Path

import pytest

from autoglm_core.prompts.trim import trim_completion
from autoglm_core.types import Document

CASES = {
    "a whole body": ("def add(a, b):\n    |\n", "return a + b\n", "return a + b"),
    "special tokens leak": ("x = |\n", "1<|endoftext|>more", "1"),
    "a fence leaks": ("x = |\n", "1\n```\nThat is it", "1"),
    "code behind the cursor: one line": ("print(|)\n", "a, b)\nprint(c)", "a, b"),
    "brackets closed once": ("x = [f(|)]\n", "1)]", "1"),
    "the next function is left out": (
        "class A:\n    def f(self):\n        |\n",
        "return 1\n\n    def g(self):\n        return 2",
        "return 1",
    ),
    "a block after a colon stays": ("for x in y:|\n", "\n    print(x)\n    z = x", "\n    print(x)\n    z = x"),
    "the line after a statement is another matter": ("x = |\n", "1\ny = 2", "1"),
    "lines that stand below already": ("if x:\n    |\n    return b\n", "a = 1\n    return b", "a = 1"),
    "an unfinished last line": ("def f(a):\n    |\n", "b = a\n    c = b +", "b = a"),
    "a call over several lines": ("x = f(|\n", "\n    1,\n)", "\n    1,\n)"),
    "CRLF documents": ("def f(a):\r\n    |\r\n", "b = a\n    return b", "b = a\r\n    return b"),
}


@pytest.mark.parametrize("case", CASES)
def test_trimmed(case: str) -> None:
    marked, answer, expected = CASES[case]
    offset = marked.index("|")
    document = Document(Path("m.py"), marked.replace("|", "", 1))
    assert trim_completion(document, offset, answer) == expected


@pytest.mark.parametrize("answer", ["", "  \n ", "<|fim_pad|>x", ")"])
def test_nothing_left_is_said(answer: str) -> None:
    with pytest.raises(ValueError, match="nothing is left"):
        trim_completion(Document(Path("m.py"), "f()\n"), 2, answer)
