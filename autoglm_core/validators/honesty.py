"""A draft that games its tests: that answers their inputs by heart, edits them, or reaches for their machinery.

Everything is found by reading. The tests of the workspace are read only where a draft has a branch or table of
literals at all, so most drafts cost a parse.
"""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Iterator

from autoglm_core.analysis.functions import FunctionNode, functions_by_name, parse_text
from autoglm_core.types import Cost, Document, Draft, Finding, Report, Severity, Span, Task, TaskKind
from autoglm_core.validators.baseline import drafted_spans, touches
from autoglm_core.validators.honesty_cases import may_special_case, special_cases
from autoglm_core.validators.honesty_edits import TestEdit, edits_of_doctests, edits_of_tests
from autoglm_core.validators.honesty_examples import (
    KnownAnswer,
    answers_in_documentation,
    answers_in_prose,
    answers_in_source,
)
from autoglm_core.validators.honesty_tampering import tampering
from autoglm_core.validators.places import header_span, line_span
from autoglm_core.validators.tests_selection import is_test_file
from autoglm_core.validators.tests_survey import survey

_MOST_FINDINGS = 8
_MAY_CHANGE_CODE_AWAY = (TaskKind.EDIT, TaskKind.REFACTOR)


class HonestyValidator:
    """The validator ``honesty``: rules ``special-cases-tests``, ``edits-tests`` and ``tampering``."""

    name = "honesty"
    cost = Cost.FAST
    # Whether grey text is shown no test decides, so it has none to game.
    kinds = frozenset(TaskKind) - {TaskKind.INLINE, TaskKind.COMPLETE}

    async def check(self, task: Task, draft: Draft) -> Report:
        """Read the draft beside the tests that it is judged by; nothing of it is run.

        Edits of tests are warnings where the user's own instruction is about that file or function, as theirs
        may be to change what is expected; errors otherwise. A draft that does not parse is ``skipped``.
        """
        if draft.document.language != "python":
            return Report(self.name, skipped=f"{draft.document.language} is not checked, only Python is")
        if task.kind is TaskKind.TEST:
            return Report(self.name, skipped="what the draft holds are tests, which hygiene and new_tests look at")
        try:
            return await asyncio.to_thread(self._check, task, draft)
        except RecursionError:
            return Report(self.name, skipped="the code is nested too deeply to be read")

    async def aclose(self) -> None:
        """Nothing is held."""

    def _check(self, task: Task, draft: Draft) -> Report:
        tree = parse_text(draft.document.text)
        if tree is None:
            return Report(self.name, skipped="the draft does not parse")
        findings = list(self._edits(task, draft))
        if not _is_of_tests(draft.document):
            old = parse_text(task.document.text)
            findings += self._tampering(tree, old, draft)
            findings += self._special_cases(tree, old, task, draft)
        summary = "tests are left as they are, and not answered by heart"
        return Report(self.name, tuple(findings[:_MOST_FINDINGS]), "" if findings else summary)

    def _edits(self, task: Task, draft: Draft) -> Iterator[Finding]:
        before, after = task.document.text, draft.document.text
        edits: tuple[TestEdit, ...] = ()
        if is_test_file(draft.document.path.name):
            edits = edits_of_tests(before, after)
        elif task.kind is not TaskKind.DOCUMENT:
            edits = edits_of_doctests(before, after, gone_too=task.kind not in _MAY_CHANGE_CODE_AWAY)
        severity = Severity.WARNING if task.kind is TaskKind.EDIT else Severity.ERROR
        for edit in edits:
            span = header_span(task, draft) if edit.line is None else line_span(draft.document, edit.line)
            yield Finding(self.name, "edits-tests", severity, span, f"The draft changes its tests: {edit.words}.")

    def _tampering(self, tree: ast.Module, old: ast.Module | None, draft: Draft) -> Iterator[Finding]:
        found = list(tampering(tree, old))
        known = {words for _, words in tampering(old, None)} if found and old else set()
        for node, words in found:
            span = _span(draft.document, node)
            if words not in known and _is_drafted(span, draft):
                yield Finding(self.name, "tampering", Severity.ERROR, span, f"The draft tampers with tests: {words}.")

    def _special_cases(self, tree: ast.Module, old: ast.Module | None, task: Task, draft: Draft) -> Iterator[Finding]:
        constants = _constants(tree)
        functions, earlier = functions_by_name(tree), functions_by_name(old) if old else {}
        suspects = {
            name: node
            for name, node in functions.items()
            if _is_drafted(_span(draft.document, node), draft) and may_special_case(node, constants)
        }
        if not suspects:
            return
        tests = _tests(task, draft)
        for name, node in suspects.items():
            answers = _answers(name, node, functions, task, draft, tests)
            cases = special_cases(node, constants, answers)
            before = special_cases(earlier[name], _constants(old), answers) if cases and old and name in earlier else ()
            known = {ast.dump(case.node) for case in before} | _texts(old) if cases else frozenset()
            for case in cases:
                span = _span(draft.document, case.node)
                if ast.dump(case.node) not in known and _is_drafted(span, draft):
                    words = f"{name} looks up the answers of its tests ({case.shown}) instead of working them out."
                    detail = f"`{ast.unparse(case.node)[:200]}`"
                    yield Finding(self.name, "special-cases-tests", Severity.ERROR, span, words, detail)


def _is_of_tests(document: Document) -> bool:
    return is_test_file(document.path.name) or document.path.name == "conftest.py"


def _tests(task: Task, draft: Draft) -> tuple[str, ...]:
    """The sources of the tests that reach the draft: those that the caller brought, and the workspace's."""
    found = survey(task, draft)
    paths = dict.fromkeys(test.file for test in found.tests)
    return (task.tests, *(found.texts[path] for path in paths if path in found.texts))


def _answers(
    name: str,
    node: FunctionNode,
    functions: dict[str, FunctionNode],
    task: Task,
    draft: Draft,
    tests: tuple[str, ...],
) -> tuple[KnownAnswer, ...]:
    """What a function is known to answer, and so do those that hand all their parameters on to it, in order."""
    found = list(_own_answers(name, node, task, draft, tests))
    for other, caller in functions.items():
        if other != name and _hands_on(caller, name.rpartition(".")[2], node):
            inner, outer = _positional(node), _positional(caller)
            for answer in _own_answers(other, caller, task, draft, tests):
                renamed = {inner[outer.index(key)]: value for key, value in answer.arguments.items() if key in outer}
                found.append(KnownAnswer(renamed, answer.expected))
    return tuple(found)


def _own_answers(
    name: str, node: FunctionNode, task: Task, draft: Draft, tests: tuple[str, ...]
) -> Iterator[KnownAnswer]:
    for text in dict.fromkeys((task.document.text, draft.document.text)):
        yield from answers_in_documentation(text, name, node)
    for text in tests:
        yield from answers_in_source(text, name, node)
    if task.kind is TaskKind.GENERATE:  # an edit's own words may well ask for a special case
        yield from answers_in_prose(task.instruction, name, node)


def _positional(node: FunctionNode) -> list[str]:
    return [each.arg for each in (*node.args.posonlyargs, *node.args.args)]


def _hands_on(caller: FunctionNode, name: str, called: FunctionNode) -> bool:
    given = _positional(caller)
    if len(given) != len(_positional(called)):
        return False
    calls = [each for each in ast.walk(caller) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)]
    return any(
        isinstance(call.func, ast.Name)
        and call.func.id == name
        and [each.id for each in call.args if isinstance(each, ast.Name)] == given
        for call in calls
    )


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """The expressions that a module gives a name to."""
    found: dict[str, ast.expr] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            found.update({each.id: statement.value for each in statement.targets if isinstance(each, ast.Name)})
        elif isinstance(statement, ast.AnnAssign) and statement.value and isinstance(statement.target, ast.Name):
            found[statement.target.id] = statement.value
    return found


def _texts(old: ast.Module | None) -> frozenset[str]:
    """The comparisons and tables that stood before, wherever they did."""
    if old is None:
        return frozenset()
    kinds = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Dict, ast.List, ast.Tuple, ast.Set)
    return frozenset(ast.dump(node) for node in ast.walk(old) if isinstance(node, kinds))


def _is_drafted(span: Span, draft: Draft) -> bool:
    return touches(span, drafted_spans(draft.replacements), draft.document)


def _span(document: Document, node: ast.AST) -> Span:
    """The lines of a node: from its first, without the indentation, to the end of its last."""
    first = getattr(node, "lineno", 1) - 1
    last = (getattr(node, "end_lineno", None) or first + 1) - 1
    return Span(line_span(document, first).start, document.line_span(last, last).end)
