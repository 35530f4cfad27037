"""Fit code into a document: its indentation, its line ends, its imports."""

from __future__ import annotations

import ast
import io
import re
import textwrap
import tokenize

from autoglm_core.analysis.trees import parse_tree
from autoglm_core.types import Document, Replacement, Span

_IDENTIFIER = re.compile(r"(?<!\.)\b[^\W\d]\w*")


def reindent(code: str, indent: str, document: Document, *, inside: bool = False) -> str:
    """The code moved to an indentation, in the document's own style of indentation and line ends.

    ``inside``: the code is a body, and goes one level deeper than ``indent``. The inner lines of
    multi-line strings stay as they are: moving them would change their value.
    """
    unit = "\t" if re.search(r"^\t", document.text, re.MULTILINE) else "    "
    code = code.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    lines, frozen = code.split("\n"), _string_lines(code)
    margin = min((_width(line) for n, line in enumerate(lines) if line.strip() and n not in frozen), default=0)
    level = indent + unit if inside else indent
    moved = []
    for number, line in enumerate(lines):
        if number in frozen:
            moved.append(line)
        elif line.strip():
            depth = _width(line) - margin
            inner = unit * (depth // 4) + " " * (depth % 4) if unit == "\t" else " " * depth
            moved.append(level + inner + line.lstrip())
        else:
            moved.append("")
    return document.newline.join(moved).rstrip()


def import_place(document: Document) -> tuple[int, bool]:
    """Where a new import goes: after the last import of the file's head, else after its docstring.

    The second value tells whether imports stand there already.
    """
    last, after = -1, False
    try:
        body = parse_tree(document.text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _import_place_by_lines(document)
    for number, statement in enumerate(body):
        docstring = number == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        imports = isinstance(statement, (ast.Import, ast.ImportFrom))
        if not docstring and not imports:
            break
        last, after = (statement.end_lineno or 1) - 1, imports
    return _line_after(document, last), after


def import_insertion(document: Document, statements: list[str]) -> Replacement:
    """New import statements at their place, with the empty lines that belong before and behind them."""
    place, after = import_place(document)
    newline = document.newline
    block = "".join(statement + newline for statement in sorted(statements, key=lambda s: (s.startswith("from"), s)))
    rest = document.text[place:]
    if not after and document.text[:place].strip():
        block = newline + block
    if not after and rest.strip():
        lines = rest.replace("\r\n", "\n")
        wanted = 2 if re.match(r"\s*(@|(async\s+)?def\b|class\b)", rest) else 1
        block += newline * max(0, wanted - (len(lines) - len(lines.lstrip("\n"))))
    return Replacement(Span(place, place), block)


def top_level_place(document: Document, offset: int) -> int:
    """The start of the top-level statement around an offset, by its indentation."""
    line = document.position(offset)[0]
    while line > 0 and (not document.line(line).strip() or document.line(line)[:1].isspace()):
        line -= 1
    while line > 0 and document.line(line - 1).startswith("@"):
        line -= 1
    return document.offset(line, 0)


def bound_names(code: str) -> set[str]:
    """The names that a text binds at its top level: imports, definitions, assignments."""
    try:
        body = parse_tree(textwrap.dedent(code)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _bound_by_lines(code)
    names: set[str] = set()
    for statement in body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in statement.names}
        elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(statement.name)
        else:
            names |= {
                node.id
                for node in ast.walk(statement)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            }
    return names


def names_in(code: str) -> set[str]:
    """All identifiers of a text, wherever they stand, but for attributes: ``self.check`` uses no ``check``."""
    return set(_IDENTIFIER.findall(code))


def _bound_by_lines(code: str) -> set[str]:
    names: set[str] = set()
    for match in re.finditer(r"^(?:async )?(?:def|class) (\w+)|^(\w+)\s*(?::[^=\n]+)?=", code, re.MULTILINE):
        names |= {name for name in match.groups() if name}
    for match in re.finditer(r"^(?:from \S+ )?import (.+)$", code, re.MULTILINE):
        names |= {part.split(" as ")[-1].strip(" ()\\").partition(".")[0] for part in match.group(1).split(",")}
    return names


def _import_place_by_lines(document: Document) -> tuple[int, bool]:
    """For a file that does not parse: after the last line at its head that starts an import by itself."""
    last = -1
    for number in range(min(document.line_count, 200)):
        line = document.line(number)
        if re.match(r"(import \S|from \S+ import [^(\\]+$)", line):
            last = number
        elif re.match(r"(def|class|async|if|for|while|with|try|@)\b", line):
            break
    return _line_after(document, last), last >= 0


def _line_after(document: Document, line: int) -> int:
    return document.offset(line + 1, 0) if line + 1 < document.line_count else len(document.text)


def _width(line: str) -> int:
    """The width of a line's indentation in columns, tabs four wide."""
    return len(line[: len(line) - len(line.lstrip())].expandtabs(4))


def _string_lines(code: str) -> set[int]:
    """Zero-based lines that begin inside a multi-line string."""
    inner: set[int] = set()
    starts: list[int] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(textwrap.dedent(code)).readline):
            if token.type == tokenize.STRING:
                inner.update(range(token.start[0], token.end[0]))
            elif token.type == getattr(tokenize, "FSTRING_START", -1):  # Python 3.12 and later
                starts.append(token.start[0])
            elif token.type == getattr(tokenize, "FSTRING_END", -1) and starts:
                inner.update(range(starts.pop(), token.end[0]))
    except (tokenize.TokenError, SyntaxError):
        return inner
    return inner
