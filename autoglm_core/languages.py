"""Languages by the editor's names for them: grammars, comments, and which are prose."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

import tree_sitter_python
from tree_sitter import Language, Node, Parser, Tree

if TYPE_CHECKING:
    from tree_sitter_language_pack import SupportedLanguage


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a language: its grammar, and how a line comment begins (None: it has none)."""

    grammar: str
    comment: str | None = "//"


# Identifiers from the specification of LSP (TextDocumentItem), and a few that editors use besides.
_LANGUAGES = {
    "python": _Known("python", "#"),
    "typescript": _Known("typescript"),
    "typescriptreact": _Known("tsx"),
    "javascript": _Known("javascript"),
    "javascriptreact": _Known("javascript"),
    "rust": _Known("rust"),
    "go": _Known("go"),
    "java": _Known("java"),
    "kotlin": _Known("kotlin"),
    "scala": _Known("scala"),
    "swift": _Known("swift"),
    "dart": _Known("dart"),
    "c": _Known("c"),
    "cpp": _Known("cpp"),
    "csharp": _Known("csharp"),
    "php": _Known("php"),
    "ruby": _Known("ruby", "#"),
    "shellscript": _Known("bash", "#"),
    "sh": _Known("bash", "#"),
    "lua": _Known("lua", "--"),
    "r": _Known("r", "#"),
    "html": _Known("html", None),
    "xml": _Known("xml", None),
    "css": _Known("css", None),
    "scss": _Known("scss"),
    "json": _Known("json", None),
    "jsonc": _Known("json"),
    "yaml": _Known("yaml", "#"),
    "toml": _Known("toml", "#"),
    "sql": _Known("sql", "--"),
    "dockerfile": _Known("dockerfile", "#"),
    "makefile": _Known("make", "#"),
}
_BY_SUFFIX = {
    ".py": "python", ".pyi": "python", ".ts": "typescript", ".mts": "typescript", ".cts": "typescript",
    ".tsx": "typescriptreact", ".js": "javascript", ".mjs": "javascript", ".cjs": "javascript",
    ".jsx": "javascriptreact", ".rs": "rust", ".go": "go", ".java": "java", ".kt": "kotlin", ".scala": "scala",
    ".swift": "swift", ".dart": "dart", ".c": "c", ".h": "c", ".cc": "cpp", ".cpp": "cpp", ".hpp": "cpp",
    ".cs": "csharp", ".php": "php", ".rb": "ruby", ".sh": "shellscript", ".bash": "shellscript", ".lua": "lua",
    ".html": "html", ".htm": "html", ".xml": "xml", ".css": "css", ".scss": "scss", ".json": "json",
    ".yaml": "yaml", ".yml": "yaml", ".toml": "toml", ".sql": "sql",
}  # fmt: skip
_PROSE = frozenset({"markdown", "mdx", "plaintext", "text", "restructuredtext", "latex", "tex", "bibtex", "asciidoc",
                    "git-commit", "gitcommit", "git-rebase", "scminput", "log"})  # fmt: skip
_PROSE_SUFFIXES = frozenset({".md", ".markdown", ".txt", ".rst", ".tex", ".adoc", ".log"})
_own = threading.local()


def known_as(language_id: str, path: Path) -> str:
    """The language's identifier here: the editor's own if it is known, else by the file's name, else empty."""
    if language_id in _LANGUAGES:
        return language_id
    return _BY_SUFFIX.get(path.suffix.lower(), "")


def is_prose(language_id: str, path: Path) -> bool:
    """Whether a file holds text for people, which gets no suggestions."""
    if language_id in _LANGUAGES:
        return False
    # An editor says "plaintext" of every file that it does not know: then the name decides.
    return (
        language_id in _PROSE - {"plaintext"}
        or path.suffix.lower() in _PROSE_SUFFIXES
        or (language_id == "plaintext" and not known_as(language_id, path))
    )


def line_comment(language: str) -> str | None:
    """How a comment to the end of the line begins; None where there is none, or the language is not known."""
    known = _LANGUAGES.get(language)
    return known.comment if known is not None else None


def parser_for(language_id: str, path: Path) -> Parser | None:
    """A parser of the language for the calling thread alone; None for a language that is not known."""
    language = known_as(language_id, path)
    if not language:
        return None
    # A parser keeps state while it works, so no two threads share one.
    parsers: dict[str, Parser] | None = getattr(_own, "parsers", None)
    if parsers is None:
        parsers = _own.parsers = {}
    if language not in parsers:
        parsers[language] = Parser(_grammar(_LANGUAGES[language].grammar))
    return parsers[language]


@lru_cache(maxsize=16)
def tree_of(language_id: str, path: Path, text: str) -> Tree | None:
    """The syntax tree of a text, None for a language that is not known; the last few are remembered.

    The tree counts in bytes of ``encoded(text)``. Nobody may edit it: copy it first.
    """
    parser = parser_for(language_id, path)
    return parser.parse(encoded(text)) if parser is not None else None


def encoded(text: str) -> bytes:
    """The bytes that trees count in; a lone surrogate has no UTF-8 and becomes ``?``."""
    return text.encode("utf-8", "replace")


def faults(tree: Tree) -> Iterator[Node]:
    """The outermost nodes that the grammar cannot read (ERROR) or wanted besides (MISSING), in text order."""
    left = [tree.root_node]
    while left:
        node = left.pop()
        if node.is_missing or node.is_error:
            yield node
        elif node.has_error:
            left += reversed(node.children)


def syntax_errors(language: str, path: Path, text: str) -> list[tuple[int, int]]:
    """Half-open spans, in code points, of what the grammar cannot read; empty where a language is not known."""
    tree = tree_of(language, path, text)
    if tree is None:
        return []
    source = encoded(text)

    def offset(byte: int) -> int:
        return byte if len(source) == len(text) else len(source[:byte].decode("utf-8", "replace"))

    return [(offset(node.start_byte), offset(node.end_byte)) for node in faults(tree)]


@cache
def _grammar(name: str) -> Language:
    if name == "python":
        return Language(tree_sitter_python.language())
    # Imported when first needed: who writes Python alone never loads the other grammars.
    from tree_sitter_language_pack import get_language

    return get_language(cast("SupportedLanguage", name))
