"""The test functions of a text as syntax trees, and which of them a draft adds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from autoglm_core.analysis.functions import FunctionNode, parse_text
from autoglm_core.types import Document, Span


@dataclass(frozen=True, slots=True)
class TestFunction:
    """A test: ``name`` is ``test_a`` or ``TestB.test_a``, as pytest's nodes have it with ``::``."""

    __test__ = False  # not a test class, whatever its name says to pytest

    name: str
    node: FunctionNode

    @property
    def lines(self) -> tuple[int, int]:
        """Its first and last line, zero-based, with its decorators."""
        first = min([self.node.lineno, *(decorator.lineno for decorator in self.node.decorator_list)])
        return first - 1, (self.node.end_lineno or self.node.lineno) - 1

    def span(self, document: Document) -> Span:
        """The line of its ``def``."""
        line = self.node.lineno - 1
        return Span(document.offset(line, self.node.col_offset), document.line_span(line, line).end)


def tests_in(text: str) -> tuple[TestFunction, ...]:
    """All tests of a text, by pytest's default names; none if it does not parse."""
    tree = parse_text(text)
    return tuple(_tests(tree.body, "")) if tree else ()


def added_tests(before: str, after: str) -> tuple[TestFunction, ...]:
    """The tests of ``after`` whose names ``before`` does not have."""
    known = {test.name for test in tests_in(before)}
    return tuple(test for test in tests_in(after) if test.name not in known)


def _tests(body: list[ast.stmt], scope: str) -> Iterator[TestFunction]:
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if statement.name.startswith("test"):
                yield TestFunction(scope + statement.name, statement)
        elif isinstance(statement, ast.ClassDef) and not scope:
            yield from _tests(statement.body, f"{statement.name}.")


def count_in_answer(answer: str) -> int:
    """How many test functions a model's answer holds, also where it does not parse."""
    return len(set(re.findall(r"^[ \t]*(?:async[ \t]+)?def[ \t]+(test\w*)", answer, re.MULTILINE)))
