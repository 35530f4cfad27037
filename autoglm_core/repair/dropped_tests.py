"""Leaves out the new tests that are wrong, where enough good ones remain: cheaper than to ask the model again."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from autoglm_core.analysis.added_tests import TestFunction, added_tests
from autoglm_core.analysis.functions import parse_text
from autoglm_core.types import Attempt, Document, Draft, Replacement, Span, Task, TaskKind

_LEAST = 2
_OF_ONE_TEST = frozenset({"new_tests", "hygiene"})
_OF_ALL = frozenset({"changes-unnoticed", "not-reached", "no-test", "existing-changed", "import-error"})


class DroppedTests:
    """An ``Improver`` for tests. What remains is judged again, so tests that notice too little are found out."""

    async def improve(self, task: Task, attempt: Attempt) -> Sequence[tuple[Draft, str]]:
        """The draft without the tests that findings stand at; none where they are about more, or too few remain."""
        draft = attempt.draft
        if task.kind is not TaskKind.TEST or draft is None or not attempt.rejected_by:
            return ()
        tests = added_tests(task.document.text, draft.document.text)
        wrong: set[str] = set()
        for finding in attempt.rejected_by:
            line = draft.document.position(finding.span.start)[0]
            test = next((test for test in tests if test.lines[0] <= line <= test.lines[1]), None)
            if finding.validator not in _OF_ONE_TEST or finding.rule in _OF_ALL or test is None:
                return ()
            wrong.add(test.name)
        if len(tests) - len(wrong) < _LEAST:
            return ()
        text = _without(draft.document.text, task.document.text, [test for test in tests if test.name in wrong])
        if parse_text(text) is None:
            return ()
        words = f"{', '.join(sorted(wrong))} {'was' if len(wrong) == 1 else 'were'} left out"
        change = (_difference(task.document, text),)
        return [(Draft(task.document.replaced(change), change, draft.answer), words)]


def _without(text: str, old: str, tests: list[TestFunction]) -> str:
    """The text without some tests, and without what the draft brought for them alone."""
    lines = text.split("\n")
    for test in sorted(tests, key=lambda test: -test.lines[0]):
        first, last = test.lines
        while first > 0 and lines[first - 1].lstrip().startswith("#"):
            first -= 1
        while last + 1 < len(lines) and not lines[last + 1].strip():
            last += 1
        lines[first : last + 1] = []
    text = "\n".join(lines)
    known = {ast.dump(statement) for statement in _body(old)}
    while (shorter := _without_one_unused(text, known)) is not None:
        text = shorter
    return text.rstrip() + ("\r\n" if "\r\n" in text else "\n")


def _without_one_unused(text: str, known: set[str]) -> str | None:
    """The text without its last import or helper that is new and not used; None where each is used."""
    lines = text.split("\n")
    for statement in reversed(_body(text)):
        names = _bound(statement)
        if ast.dump(statement) in known or not names or any(name.lower().startswith("test") for name in names):
            continue
        first = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", []))]) - 1
        last = statement.end_lineno or statement.lineno
        rest = "\n".join([*lines[:first], *lines[last:]])
        used = {name for name in names if re.search(rf"(?<![\w.]){re.escape(name)}\b", rest)}
        if used == names or "autouse" in "\n".join(lines[first:last]):
            continue
        kept = []
        if used and isinstance(statement, (ast.Import, ast.ImportFrom)):
            statement.names = [alias for alias in statement.names if _name(alias) in used]
            kept = [ast.unparse(statement)]
        elif used:
            continue
        elif not isinstance(statement, (ast.Import, ast.ImportFrom)):
            while last < len(lines) and not lines[last].strip():
                last += 1
        return "\n".join([*lines[:first], *kept, *lines[last:]])
    return None


def _bound(statement: ast.stmt) -> set[str]:
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {_name(alias) for alias in statement.names}
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {statement.name}
    if isinstance(statement, ast.Assign):
        return {target.id for target in statement.targets if isinstance(target, ast.Name)}
    return set()


def _name(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _body(text: str) -> list[ast.stmt]:
    tree = parse_text(text)
    return tree.body if tree else []


def _difference(document: Document, text: str) -> Replacement:
    """The new text as one replacement of what differs."""
    old = document.text
    start = next((n for n, (a, b) in enumerate(zip(old, text, strict=False)) if a != b), min(len(old), len(text)))
    most = min(len(old), len(text)) - start
    same = next((n for n in range(most) if old[-1 - n] != text[-1 - n]), most)
    return Replacement(Span(start, len(old) - same), text[start : len(text) - same])
