"""Which names Python looks up when a function is called, or while a class is made."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from autoglm_core.analysis.trees import first_line, node_span, parse_tree
from autoglm_core.types import Document, Target

_LATER = (ast.Try, ast.Match, ast.Lambda, ast.BoolOp, ast.FunctionDef, ast.AsyncFunctionDef)


def certain_names(document: Document, functions: Iterable[Target]) -> frozenset[int]:
    """The offsets of the names that functions look up whenever they are called: under no condition and no ``try``.

    None where the document does not parse.
    """
    first = {document.position(each.span.start)[0] + 1 for each in functions}
    functions_of = (n for n in _nodes(document) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)))
    bodies = (function.body for function in functions_of if first_line(function) in first)
    return _offsets(document, (statement for body in bodies for statement in body), _in_any_case)


def class_level_names(document: Document, offset: int) -> frozenset[int]:
    """The offsets of the names that are looked up while the classes around an offset are made.

    Those in expressions and assignments alone: headers of methods may be read later, and what stands under a
    condition or a ``try`` may be meant to fail. None where the document does not parse.
    """
    line = document.position(offset)[0] + 1
    classes = (node for node in _nodes(document) if isinstance(node, ast.ClassDef))
    around = (each for each in classes if each.lineno <= line <= (each.end_lineno or 0))
    statements = (s for each in around for s in each.body if isinstance(s, (ast.Expr, ast.Assign)))
    return _offsets(document, statements, _at_once)


def _nodes(document: Document) -> Iterator[ast.AST]:
    try:
        tree = parse_tree(document.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return iter(())
    return ast.walk(tree)


def _offsets(
    document: Document, statements: Iterable[ast.stmt], parts: Callable[[ast.AST], Iterable[ast.AST]]
) -> frozenset[int]:
    """Where names are read in statements; ``parts`` gives what of a node is looked at."""
    found, left = set(), list[ast.AST](statements)
    while left:
        node = left.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found.add(node_span(document, node).start)
        left += parts(node)
    return frozenset(found)


def _in_any_case(node: ast.AST) -> Iterable[ast.AST]:
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        return [node.test]
    return () if isinstance(node, _LATER) else ast.iter_child_nodes(node)


def _at_once(node: ast.AST) -> Iterable[ast.AST]:
    """What a lambda reads is read when it is called."""
    return () if isinstance(node, ast.Lambda) else ast.iter_child_nodes(node)
