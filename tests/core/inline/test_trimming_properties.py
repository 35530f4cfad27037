"""What holds of trimming for any text."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autoglm_core.inline.extent import Extent
from autoglm_core.inline.hole import Hole
from autoglm_core.inline.parsing import parses_no_worse
from autoglm_core.inline.trimming import CHAIN, Trimmed, trim
from autoglm_core.types import Document

PLACES = {
    "python": (
        "x = ▏\n",
        "print(▏)\n",
        "def f(a):\n    ▏\n",
        "for x in y:▏\n",
        "▏",
        "x = f(▏\n",
        'x = "▏"\n',
        "class A:\n\tdef f(self):\n\t\t▏\n",
        "def f(a):\n    x = 1\n    # sum\n    ▏\n    return x\n",
        "def f(a):\r\n    ▏\r\n",
        "x = [\n    1,\n    ▏\n]\n",
        "# a ▏\n",
        "def f(a):\n▏\n",
        "y = = (\n\ndef g():\n    x = ▏\n",
        'def f():\n    """Say ▏\n    """\n',
    ),
    "typescript": ("function f() {\n  ▏\n}\n", "const a = `x ${▏}`;\n", "if (a) {▏\n", "f(▏);\r\n"),
    "rust": ("fn f<'a>() {\n    ▏\n}\n", "let x = ▏;\n"),
    "go": ("func f() {\n\t▏\n}\n", "if a {▏\n}\n"),
    "html": ("<ul>\n  ▏\n</ul>\n", '<a b="▏">\n'),
    "json": ('{"a": ▏}\n', '{\n  "a": 1,\n  ▏\n}\n'),
    "unknown": ("x ▏\n",),
}
WHERE = [(language, text) for language, texts in PLACES.items() for text in texts]
ANSWERS = st.lists(
    st.sampled_from(
        [
            "a",
            "x = 1",
            "\n",
            "    ",
            "  ",
            "\t",
            "\r\n",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            '"',
            "'",
            '"""',
            "`",
            "#",
            "//",
            "\\",
            ":",
            ",",
            ";",
            "if a:",
            "def f():",
            "return x",
            "else:",
            "```",
            "<|endoftext|>",
            "<|",
            "print(",
            ".",
            " + ",
            "self.",
            "# TODO",
            "pass",
            "</ul>",
            "<li>",
            "f(1)",
            "\ud800",
            "é",
            "\x00",
            "\x0c",
            "\u2028",
        ]
    )
    | st.text(max_size=4),
    max_size=25,
).map("".join)
LOGPROB = st.none() | st.floats(-3, 0)


def hole_at(where: tuple[str, str], extent: Extent, finished: bool = True, logprob: float | None = None) -> Hole:
    language, text = where
    path = Path("m.py" if language == "python" else "file")
    return Hole(Document(path, text.replace("▏", ""), language=language), text.index("▏"), extent, logprob, finished)


@settings(max_examples=600, deadline=None)
@given(ANSWERS, st.sampled_from(WHERE), st.sampled_from(Extent), st.booleans(), LOGPROB)
def test_trimmed_once_is_trimmed(
    answer: str, where: tuple[str, str], extent: Extent, finished: bool, logprob: float | None
) -> None:
    hole = hole_at(where, extent, finished, logprob)
    once = trim(answer, hole)
    assert trim(once.text, replace(hole, finished=True)) == Trimmed(once.text)
    assert "unsettled" not in once.steps


@settings(max_examples=400, deadline=None)
@given(ANSWERS, st.sampled_from(WHERE), st.sampled_from(Extent), st.booleans())
def test_brackets_and_syntax_are_no_worse(answer: str, where: tuple[str, str], extent: Extent, finished: bool) -> None:
    hole = hole_at(where, extent, finished)
    text = trim(answer, hole).text.replace("\r\n", "\n")
    assert hole.imbalance(text) <= hole.imbalance("")
    assert not text or parses_no_worse(text, hole)
    assert text == text.rstrip() or hole.after.strip()


@pytest.mark.parametrize("step", CHAIN, ids=lambda step: step.__name__)
@settings(max_examples=40, deadline=None)
@given(ANSWERS, st.sampled_from(WHERE), st.sampled_from(Extent), st.booleans())
@example("\n", ("python", "▏"), Extent.BLOCK, False)
def test_no_step_raises(step: object, answer: str, where: tuple[str, str], extent: Extent, finished: bool) -> None:
    assert callable(step)
    assert isinstance(step(answer.replace("\r", ""), hole_at(where, extent, finished)), str)
