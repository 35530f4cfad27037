"""How much to write at the cursor, by the syntax around it: a line, a block, or nothing."""

from __future__ import annotations

import re
from enum import StrEnum

from tree_sitter import Node

from autoglm_core.inline.blocks import header_of_empty_body, is_comment, next_line, opens_block, whole_header, width
from autoglm_core.inline.lexical import dialect_of, scan, scan_line
from autoglm_core.languages import encoded, is_prose, known_as, tree_of
from autoglm_core.types import Document

_CLOSING = re.compile(r"[\s)\]}>\"'`:,;]*$")
_QUOTES = ('"', "'", "`")
_WORD_INSIDE = re.compile(r"\w$")
_DATA = frozenset({"json", "jsonc", "yaml", "toml"})
_STATEMENT_ENDS = frozenset({"rust", "c", "cpp", "csharp", "java", "php", "javascript", "typescript", "css", "scss",
                             "javascriptreact", "typescriptreact", "dart", "go", "sql"})  # fmt: skip
_STRINGS = frozenset({
    "string", "string_literal", "template_string", "raw_string_literal", "interpreted_string_literal", "char_literal",
    "raw_string", "string_value", "quoted_attribute_value", "encapsed_string", "verbatim_string_literal",
    "double_quote_scalar", "single_quote_scalar", "character_literal", "rune_literal", "heredoc_body",
    "interpolated_string_expression",
})  # fmt: skip


class Extent(StrEnum):
    """How much an answer may be: the rest of a logical line, or a block of lines."""

    LINE = "line"
    BLOCK = "block"


def extent_at(document: Document, offset: int) -> Extent | None:
    """What the syntax at an offset calls for; None where a suggestion would be in the way.

    Nothing is offered in prose; in comments, since small models write poor prose, and what a comment asks for
    is offered on the line below it; amid a word or a string that goes on behind the cursor, which the user is
    correcting; behind a finished statement's ``;``; and behind the header of a block that has its body.
    """
    if is_prose(document.language, document.path):
        return None
    line, column = document.position(offset)
    text = document.line(line)
    before, after = text[:column], text[column:]
    if _WORD_INSIDE.search(before) and after[:1].isidentifier():
        return None
    literal = _literal_at(document, offset)
    if literal == "comment":
        return None
    if literal == "string":
        return Extent.LINE if after[:1] in _QUOTES or _CLOSING.match(after) else None
    if not _CLOSING.match(after):
        return Extent.LINE
    return _on_empty_line(document, offset) if not before.strip() else _behind_code(document, offset, before, after)


def _behind_code(document: Document, offset: int, before: str, after: str) -> Extent | None:
    language = known_as(document.language, document.path)
    dialect = dialect_of(language)
    header = whole_header(document, document.position(offset)[0], before, language)[1]
    if opens_block(header, language) and not _inside_call(document, offset, before):
        if after.strip():  # the brace, or the tag, that is closed behind the cursor already
            return Extent.BLOCK if after.strip()[0] in "}<" else Extent.LINE
        return Extent.BLOCK if header_of_empty_body(document, offset) is not None else None
    open_here = scan(before, dialect).state.brackets
    if before.rstrip().endswith(";") and language in _STATEMENT_ENDS and not open_here:
        return None
    return Extent.LINE


def _inside_call(document: Document, offset: int, before: str) -> bool:
    """Whether a line that looks like a Python header is a part of an expression: ``f(\\n    if x else:``."""
    language = known_as(document.language, document.path)
    return language == "python" and bool(scan_line(document, offset, language).state.brackets)


def _on_empty_line(document: Document, offset: int) -> Extent | None:
    language = known_as(document.language, document.path)
    line, column = document.position(offset)
    above = document.line(line - 1) if line else ""
    if header_of_empty_body(document, offset) is not None:
        return Extent.BLOCK
    brackets = scan_line(document, offset, language).state.brackets
    if language in _DATA or (brackets and (brackets[-1] != "{" or dialect_of(language).indented)):
        return Extent.LINE
    if above.strip() and is_comment(above, language):
        return Extent.BLOCK
    if brackets or column:
        return Extent.LINE
    # At the left margin, yet amid a body that goes on below it: the editor did not indent the line.
    below = next_line(document, line)
    return Extent.LINE if below is not None and width(document.line(below)) else Extent.BLOCK


def _literal_at(document: Document, offset: int) -> str:
    """``comment`` or ``string`` where the offset lies in one, else empty."""
    language = known_as(document.language, document.path)
    tree = tree_of(document.language, document.path, document.text)
    at = len(encoded(document.text[:offset]))
    node: Node | None = tree.root_node.descendant_for_byte_range(max(at - 1, 0), at) if tree is not None else None
    start = node
    while node is not None and node.parent is not None:
        if node.is_error or node.type in ("interpolation", "template_substitution"):
            break
        # At its end a block comment is left, a line comment is not; before its first character neither is entered.
        if node.start_byte < at and "comment" in node.type:
            return "comment" if at < node.end_byte or _ends_open(document, offset, language) else ""
        if node.start_byte < at < node.end_byte and node.type in _STRINGS:
            return "string"
        node = node.parent
    if start is not None and node is not None and node.parent is None and not node.has_error:
        return ""
    # The tree cannot be read here: the lexical rules still tell a string from code.
    inside = scan_line(document, offset, language).state.inside
    dialect = dialect_of(language)
    comment = inside and inside not in (*dialect.strings, *dialect.long_strings)
    return "comment" if comment else "string" if inside else ""


def _ends_open(document: Document, offset: int, language: str) -> bool:
    """Whether what ends at the offset is a comment that the end of its line ends."""
    return bool(scan_line(document, offset, language).state.inside)
