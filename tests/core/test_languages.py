"""Grammars by the editor's language identifiers, all of them in the installation."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autoglm_core.languages import is_prose, known_as, line_comment, parser_for, syntax_errors

GOOD = {
    "python": "x = 1\n",
    "typescript": "const x: number = 1;\n",
    "typescriptreact": "const x = <a>b</a>;\n",
    "javascript": "const x = 1;\n",
    "javascriptreact": "const x = <a>b</a>;\n",
    "rust": "fn f() -> u32 { 1 }\n",
    "go": "package a\n",
    "java": "class A {}\n",
    "kotlin": "val x = 1\n",
    "scala": "val x = 1\n",
    "swift": "let x = 1\n",
    "dart": "var x = 1;\n",
    "c": "int x;\n",
    "cpp": "class A {};\n",
    "csharp": "class A {}\n",
    "php": "<?php $x = 1;\n",
    "ruby": "x = 1\n",
    "shellscript": "x=1\n",
    "lua": "local x = 1\n",
    "r": "x <- 1\n",
    "html": "<p>a</p>\n",
    "xml": "<a/>\n",
    "css": "a { color: red; }\n",
    "scss": "a { b { color: red; } }\n",
    "json": '{"a": 1}\n',
    "jsonc": '{"a": 1}\n',
    "yaml": "a: 1\n",
    "toml": "a = 1\n",
    "sql": "SELECT a FROM b;\n",
    "dockerfile": "FROM a\n",
    "makefile": "a:\n\tb\n",
}


@pytest.mark.parametrize("language", GOOD)
def test_good_code_has_no_errors_and_broken_code_has(language: str) -> None:
    assert syntax_errors(language, Path("file"), GOOD[language]) == []
    if language not in ("yaml", "ruby", "r"):
        assert syntax_errors(language, Path("file"), GOOD[language] + ")]} = = <(\n")


def test_places_of_errors_are_in_code_points() -> None:
    text = 'é = "ä"\nx = = 1\n'
    errors = syntax_errors("python", Path("m.py"), text)
    assert errors
    assert all(text[start:end].strip() in ("=", "= =", "") for start, end in errors)


def test_what_is_missing_has_a_place_without_width() -> None:
    assert syntax_errors("typescript", Path("a.ts"), "f(1;\n") == [(3, 3)]


def test_a_lone_surrogate_is_read() -> None:
    assert syntax_errors("python", Path("m.py"), 'x = "\ud800"\n') == []


@pytest.mark.parametrize(
    ("identifier", "path", "expected"),
    [
        ("python", "x", "python"),
        ("", "a.rs", "rust"),
        ("plaintext", "a.TSX", "typescriptreact"),
        ("elvish", "a.elv", ""),
    ],
)
def test_the_name_decides_where_the_editor_does_not_know(identifier: str, path: str, expected: str) -> None:
    assert known_as(identifier, Path(path)) == expected
    assert (parser_for(identifier, Path(path)) is None) == (expected == "")


@pytest.mark.parametrize(
    ("identifier", "path", "expected"),
    [
        ("markdown", "a.md", True),
        ("plaintext", "notes", True),
        ("plaintext", "a.py", False),
        ("", "README.md", True),
        ("git-commit", "COMMIT_EDITMSG", True),
        ("python", "a.txt", False),
        ("elvish", "a.elv", False),
    ],
)
def test_prose(identifier: str, path: str, expected: bool) -> None:
    assert is_prose(identifier, Path(path)) == expected


def test_comments() -> None:
    found = {language: line_comment(language) for language in ("python", "go", "lua", "html", "elvish")}
    assert found == {"python": "#", "go": "//", "lua": "--", "html": None, "elvish": None}


def test_threads_have_parsers_of_their_own() -> None:
    with ThreadPoolExecutor(4) as pool:
        parsers = list(pool.map(lambda _: parser_for("go", Path("a.go")), range(16)))
    assert parser_for("go", Path("a.go")) is parser_for("go", Path("b.go"))
    assert parser_for("go", Path("a.go")) not in parsers
