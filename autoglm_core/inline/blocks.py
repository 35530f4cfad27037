"""Where blocks begin and whether they are empty, read from lines: a half-typed file has no reliable tree."""

from __future__ import annotations

import re
from functools import lru_cache

from autoglm_core.inline.lexical import dialect_of, scan
from autoglm_core.languages import known_as, line_comment
from autoglm_core.types import Document

TAB_WIDTH = 4
_LONGEST_HEADER = 30
_PYTHON_HEADER = re.compile(
    r"\s*(?:async\s+)?(?:def|class|if|elif|else|for|while|with|try|except|finally|match|case)\b.*:$", re.DOTALL
)
# A brace behind one of these begins a value, not a block, unless a keyword, a parameter list or an arrow says so.
_VALUE_BRACE = re.compile(r"(?:[=(\[,:?&|]|\breturn)\s*[\w.<>\[\]&*]*\s*\{$")
_BLOCK_BRACE = re.compile(
    r"\s*(?:\}\s*)?(?:if|else|for|while|switch|match|select|loop|try|fn|func|function|class|impl|struct|enum)\b.*\{$"
    r"|.*(?:\)(?:\s*(?:->|:)\s*[^=]+)?|=>|\|)\s*\{$",
    re.DOTALL,
)
_WORD_HEADER = {
    "ruby": re.compile(r"\s*(?:def|class|module|if|unless|while|until|for|case|begin|else|elsif|when|rescue|ensure)\b"
                       r"|.*\bdo(?:\s*\|[^|]*\|)?$"),
    "lua": re.compile(r".*\b(?:then|do|else|repeat)$|.*\bfunction\b[^()]*\([^()]*\)$"),
    "shellscript": re.compile(r".*(?:\b(?:then|do|else)|\{)$"),
}  # fmt: skip
_TAG_HEADER = re.compile(r".*<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b)[a-zA-Z][\w:-]*"
                         r"(?:\s[^<>]*[^/<>]|\s*)>$")  # fmt: skip
_STRING_LINE = re.compile(r"\s*[rRuUbB]{0,2}(\"\"\"|''')")


def width(line: str) -> int:
    """The column of the first character that is not white space; a tab goes to the next multiple of four."""
    return len(line[: len(line) - len(line.lstrip(" \t"))].expandtabs(TAB_WIDTH))


def opens_block(line: str, language: str) -> bool:
    """Whether a line, up to its end, is the header of a block."""
    mark = line_comment(language)
    code = re.sub(rf"\s{re.escape(mark)}.*", "", line).rstrip() if mark else line.rstrip()
    if language == "python":
        return bool(_PYTHON_HEADER.match(code))
    if language == "yaml":
        return code.endswith(":")
    if language in ("html", "xml"):
        return bool(_TAG_HEADER.match(code))
    if language in _WORD_HEADER:
        return bool(_WORD_HEADER[language].match(code))
    if language in ("json", "jsonc", "toml"):
        return False
    return code.endswith("{") and (not _VALUE_BRACE.search(code) or bool(_BLOCK_BRACE.match(code)))


def is_comment(line: str, language: str) -> bool:
    """Whether a line is a comment and nothing else."""
    code, mark = line.strip(), line_comment(language)
    if mark is not None and code.startswith(mark):
        return True
    block = dialect_of(language).block_comment
    return block is not None and code.startswith(block[0]) and code.endswith(block[1])


def header_of_empty_body(document: Document, offset: int) -> int | None:
    """The line of the header whose body is empty and begins at the offset; None where there is none.

    A body with a docstring and comments only is empty. The offset is at the end of the header, or on an
    empty line below it.
    """
    line, column = document.position(offset)
    language = known_as(document.language, document.path)
    before = document.line(line)[:column]
    behind = bool(before.strip())
    header = line if behind else code_above(document, line, language)
    if header is None:
        return None
    text = before if behind else document.line(header)
    header, text = whole_header(document, header, text, language)
    if not opens_block(text, language):
        return None
    if not behind and before and width(before + "x") <= width(text):
        return None
    below = next_line(document, line)
    return header if below is None or width(document.line(below)) <= width(text) else None


def whole_header(document: Document, line: int, text: str, language: str) -> tuple[int, str]:
    """The first line and the text of a header whose brackets go over several lines, which ends on a line."""
    for number in range(line, max(line - _LONGEST_HEADER, -1), -1):
        if number < line:
            text = document.line(number) + "\n" + text
        if not scan(text, dialect_of(language)).faults:
            return number, text
    return line, text


def code_above(document: Document, line: int, language: str) -> int | None:
    """The nearest line above with code in it: empty lines, comments and docstrings are passed over."""
    number = line - 1
    while number >= 0:
        text = document.line(number)
        if not text.strip() or is_comment(text, language):
            number -= 1
            continue
        if language == "python" and (quotes := text.rstrip()[-3:]) in ('"""', "'''"):
            first = _string_start(document, number, quotes)
            if first is not None:
                number = first - 1
                continue
        return number
    return None


def next_line(document: Document, line: int) -> int | None:
    """The nearest line below that is not empty."""
    return next((n for n in range(line + 1, document.line_count) if document.line(n).strip()), None)


@lru_cache(maxsize=16)
def indentation_unit(text: str) -> str:
    """One step of indentation in a text: a tab, or so many spaces; empty where nothing tells."""
    steps: dict[int, int] = {}
    above = tabs = 0
    for match in re.finditer(r"^([ \t]*)[^\s]", text, re.MULTILINE):
        tabs += "\t" in match[1]
        if (step := len(match[1].expandtabs(TAB_WIDTH)) - above) > 1 and "\t" not in match[1]:
            steps[step] = steps.get(step, 0) + 1
        above = len(match[1].expandtabs(TAB_WIDTH))
    if tabs > sum(steps.values()):
        return "\t"
    return " " * max(steps, key=lambda step: (steps[step], -step)) if steps else ""


def _string_start(document: Document, last: int, quotes: str) -> int | None:
    """The first line of a string that stands alone as a statement and ends on line ``last``."""
    text = document.line(last).strip()
    if _STRING_LINE.match(text) and text.count(quotes) == 2:
        return last
    for number in range(last - 1, -1, -1):
        if quotes in document.line(number):
            return number if _STRING_LINE.match(document.line(number)) else None
    return None
