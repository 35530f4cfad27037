"""Puts a function into the class that it is asked for as a method of, where the line of the class is lost."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autoglm_core.analysis.margins import level_of
from autoglm_core.analysis.trees import first_line, parse_tree
from autoglm_core.types import Document

_RECEIVERS = ("self", "cls")


def into_class(document: Document, wanted: str) -> str | None:
    """The text with the function at its top as the method ``wanted`` (``Stack.push``); None where there is none."""
    owner, _, plain = wanted.rpartition(".")
    try:
        body = parse_tree(document.text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = (n for n in body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)) and n.name == plain)
    function = next(found, None)
    if function is None:
        return None
    first = first_line(function) - 1
    start, end = document.offset(first, 0), document.offset((function.end_lineno or 1) - 1, 1 << 30)
    arguments = [*function.args.posonlyargs, *function.args.args]
    static = any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in function.decorator_list)
    text = document.text[start:end]
    if not static and (not arguments or arguments[0].arg not in _RECEIVERS):
        header = document.offset(function.lineno - 1, 0) - start
        bracket = text.index("(", header) + 1
        more = ", " if arguments or function.args.vararg or function.args.kwonlyargs or function.args.kwarg else ""
        text = f"{text[:bracket]}self{more}{text[bracket:]}"
    method = "\n".join(_indented(document, text.split("\n"), first, _in_strings(function)))
    return f"{document.text[:start]}class {owner}:{document.newline}{method}{document.text[end:]}"


def _in_strings(function: ast.AST) -> set[int]:
    """The zero-based lines that begin within a string: moving them would change its value."""
    nodes = (node for node in ast.walk(function) if isinstance(node, (ast.Constant, ast.JoinedStr)))
    return {line for node in nodes for line in range(node.lineno, node.end_lineno or node.lineno)}


def _indented(document: Document, lines: list[str], first: int, frozen: set[int]) -> Iterator[str]:
    level = level_of([document.line(number) for number in range(document.line_count)])
    margin = "\t" if level == 1 else " " * level
    for number, line in enumerate(lines, first):
        yield margin + line if line.strip() and number not in frozen else line
