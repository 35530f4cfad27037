"""Whether a document parses with an insertion no worse than without: half-typed files hardly ever parse at all."""

from __future__ import annotations

import re
import textwrap
import warnings
from dataclasses import dataclass
from functools import lru_cache

from tree_sitter import Tree

from autoglm_core.analysis.trees import parse_tree
from autoglm_core.inline.hole import Hole
from autoglm_core.inline.lexical import LINE_COMMENT, scan, scan_line
from autoglm_core.languages import encoded, faults, parser_for, tree_of
from autoglm_core.types import Document

# The grammar for Python lets an expression go on over the end of a line; Python does not.
_DANGLING = re.compile(
    r"(?:[-+*/%@&|^~<>=!,.]|(?<!\w)(?:and|or|not|in|is|if|else|for|from|import|as|def|class|lambda|del|with|while"
    r"|assert|global|nonlocal))$"
)
_HEADER = re.compile(r".*:\s*(?:#.*)?$")
_CLAUSE = re.compile(r"(?:elif|else|except|finally|case)\b")
# What a clause needs before it to be parsed on its own; each ends a line, and the code is one space deeper.
_BEFORE_CLAUSE = {
    "elif": " if _:\n  pass\n",
    "else": " if _:\n  pass\n",
    "except": " try:\n  pass\n",
    "finally": " try:\n  pass\n",
    "case": "match _:\n",
}
_WRAPPED = "async def _():\n while True:\n"


@dataclass(frozen=True, slots=True)
class _Damage:
    """What a grammar cannot read: how many places, and how many bytes they cover."""

    places: int
    covered: int


def _damage(tree: Tree) -> _Damage:
    found = [node.end_byte - node.start_byte for node in faults(tree)]
    return _Damage(len(found), sum(found))


def parses_no_worse(text: str, hole: Hole) -> bool:
    """Whether the document has no more errors with the text at the cursor than it has without.

    More errors are no worse where they cover less: a text that completes a statement may split one long
    error into two short ones. True where the language has no grammar here.
    """
    if hole.language == "python" and not _is_python(text, hole):
        return False
    return _no_worse(hole.document, hole.offset, text)


@lru_cache(maxsize=64)
def _no_worse(document: Document, offset: int, text: str) -> bool:
    """The same by the grammar alone; remembered, as the chain asks again when it has changed something."""
    tree = tree_of(document.language, document.path, document.text)
    parser = parser_for(document.language, document.path)
    if tree is None or parser is None:
        return True
    source = encoded(document.text)
    start, inserted = len(encoded(document.text[:offset])), encoded(text)
    row = document.text.count("\n", 0, offset)
    column = start - source.rfind(b"\n", 0, start) - 1
    rows = text.count("\n")
    last = len(inserted) - inserted.rfind(b"\n") - 1 if rows else column + len(inserted)
    # Only what changed is parsed again: a tenth of the time of the whole document.
    edited = tree.copy()
    edited.edit(start, start, start + len(inserted), (row, column), (row, column), (row + rows, last))
    spliced = parser.parse(source[:start] + inserted + source[start:], edited)
    before, after = _damage(tree), _damage(spliced)
    return after.places <= before.places or after.covered < before.covered


def _is_python(text: str, hole: Hole) -> bool:
    """Whether the inserted lines alone are Python, as far as they can be told from what is around them."""
    rest = hole.after.strip()
    if not hole.state.brackets and not hole.state.inside and not rest and _DANGLING.search(text.rstrip()):
        return text.rstrip().endswith(("...", "import *"))
    amid = len(hole.state.brackets) > hole.opened_on_line or (hole.line and _ends_open(hole.line - 1, hole))
    code = textwrap.dedent(hole.before + text + hole.after).strip("\n")
    whole = scan(code, hole.dialect)
    # Brackets that the user left open, and cell magics of notebooks, are no Python yet.
    if amid or whole.faults or whole.state.brackets or whole.state.inside not in ("", LINE_COMMENT) or code[:1] in "%!":
        return True
    return _compiles(code)


def _ends_open(line: int, hole: Hole) -> bool:
    """Whether a line goes on below it: by a backslash, or in a string."""
    start = hole.document.line_span(line, line).end
    inside = scan_line(hole.document, start, hole.language).state.inside
    return inside in hole.dialect.long_strings or hole.document.line(line).endswith("\\")


def _compiles(code: str) -> bool:
    first = _CLAUSE.match(code)
    before = _BEFORE_CLAUSE[first.group()] if first else ""
    stripped = code.rstrip()
    # A header or a decorator on its own is the start of a statement that the user goes on with.
    alone = "\n" not in code.strip()
    behind = "\n pass" if _HEADER.match(code) else "\ndef _(): pass" if code[:1] == "@" else ""
    code = before + textwrap.indent(stripped, " ") + (behind.replace("\n", "\n ") if alone else "")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # of odd literals, on stderr
            parse_tree(_WRAPPED + textwrap.indent(code, "  "))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
