"""Text from models and tests, made harmless for a terminal; and the colours of code."""

from __future__ import annotations

import re

from pygments.token import Comment, Keyword, Name, Number, Operator, String  # type: ignore[import-untyped]  # no stubs
from rich.style import Style
from rich.syntax import ANSISyntaxTheme, Syntax
from rich.text import Text

# What would move the cursor, set colours or turn the order of letters around ("Trojan source").
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

# The terminal's own palette, without its extremes: readable on a dark ground and on a light one.
_THEME = ANSISyntaxTheme(
    {
        Comment: Style(dim=True, italic=True),
        Keyword: Style(color="magenta"),
        Operator.Word: Style(color="magenta"),
        Name.Builtin.Pseudo: Style(italic=True),
        Name.Class: Style(bold=True),
        Name.Decorator: Style(color="cyan"),
        Name.Function: Style(bold=True),
        Number: Style(color="cyan"),
        String: Style(color="cyan"),
        String.Doc: Style(dim=True),
    }
)


def visible(text: str) -> str:
    """The text with control characters written out, as in ``\\x1b``; line breaks and tabs stay."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text.replace("\r\n", "\n"))


def highlighted(code: str) -> list[Text]:
    """The lines of Python code in colours."""
    safe = visible(code).expandtabs(4)
    lines = Syntax("", "python", theme=_THEME).highlight(safe).split("\n", allow_blank=True)
    plain = safe.split("\n")
    # Only as many as there are: the lexer ends the text with a line break of its own.
    return [line for line, _ in zip(lines, plain, strict=False)]
