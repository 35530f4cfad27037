"""Brackets, strings and comments without a grammar."""

import pytest

from autoglm_core.inline.lexical import LINE_COMMENT, State, dialect_of, scan

STATES = {
    "brackets": ("python", "f([a, {", State(("(", "[", "{"))),
    "closed": ("python", "f([a])", State()),
    "a bracket in a string": ("python", 'f("(")', State()),
    "an escaped quote": ("python", 'f("\\"(', State(("(",), '"')),
    "an empty string": ("python", 'f("", (', State(("(", "("))),
    "a string over lines": ("python", 'x = """(\n', State((), '"""')),
    "quotes in a string over lines": ("python", 'x = """a "b" \\""" c', State((), '"""')),
    "a string that its line ends": ("python", 'x = "a\ny = (', State(("(",))),
    "a string that a backslash continues": ("python", 'x = "a\\\n(', State((), '"')),
    "a comment": ("python", "x  # (", State((), LINE_COMMENT)),
    "a comment that its line ended": ("python", "x  # (\n[", State(("[",))),
    "a bracket given up": ("python", "x = f(\ndef g(", State(("(",))),
    "a conditional expression gives nothing up": ("python", "x = f(\n    a\n    if b", State(("(",))),
    "a block comment": ("go", "a /* ( ", State((), "*/")),
    "a character": ("go", "f('(', '\\'', '\\n', [", State(("(", "["))),
    "a lifetime": ("rust", "fn f<'a>(x: &'a str) {", State(("{",))),
    "a template": ("typescript", "f(`a\n(", State(("(",), "`")),
    "an apostrophe in text": ("html", "<p>don't (", State()),
    "an apostrophe in a scalar": ("yaml", "a: don't [", State(("[",))),
    "a pattern of case": ("shellscript", "case x in a) b;; {", State(("{",))),
    "an unknown language": ("elvish", 'f("(" [', State(("(", "["))),
}


@pytest.mark.parametrize("case", STATES)
def test_what_is_open_at_the_end(case: str) -> None:
    language, text, expected = STATES[case]
    assert scan(text, dialect_of(language)).state == expected


@pytest.mark.parametrize("case", STATES)
def test_reading_line_by_line_is_the_same(case: str) -> None:
    language, text, expected = STATES[case]
    state = State()
    for line in text.splitlines(keepends=True):
        state = scan(line, dialect_of(language), state).state
    assert state == expected


def test_what_a_text_closes_and_opens() -> None:
    found = scan("a) + g(b]", dialect_of("python"), State(("[", "(")))
    assert found == type(found)(State(("[", "(")), closings=(1,), opened=(6,), faults=1, kept=1)


def test_a_bracket_given_up_was_not_closed() -> None:
    found = scan(" a\nwith b(c):", dialect_of("python"), State(("(",)))
    assert (found.state, found.kept, found.faults) == (State(), 1, 1)


def test_a_string_that_was_open() -> None:
    found = scan('b")', dialect_of("python"), State(("(",), '"'))
    assert (found.closings, found.kept, found.faults) == ((1, 2), 0, 0)
