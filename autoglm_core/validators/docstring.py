"""Judges an added docstring: nothing but it may change, and it begins as docstrings do (PEP 257)."""

from __future__ import annotations

import ast
import doctest
import re

from autoglm_core.analysis.functions import FunctionNode, functions_by_name, parse_text
from autoglm_core.types import Cost, Draft, Finding, Report, Severity, Task, TaskKind
from autoglm_core.validators.baseline import CannotInspectError
from autoglm_core.validators.places import header_span
from autoglm_core.validators.ruff_check import RuffCheck

# pydocstyle's rules as ruff has them: what makes the first line no summary is an error, the rest style.
_ERRORS = {
    "D205": "the first line must be one sentence, with an empty line behind it",
    "D401": "the first line must be in the imperative: say `Return`, not `Returns`",
    "D402": "the first line must say what the function does, not repeat its signature",
    "D419": "the docstring is empty",
}
_WARNINGS = {"D403": "the first word should begin with a capital", "D415": "the first line should end with a full stop"}


class DocstringValidator:
    """The validator ``docstring``. Whether its examples hold is for ``tests`` to say."""

    name = "docstring"
    cost = Cost.FAST
    kinds = frozenset({TaskKind.DOCUMENT})

    def __init__(self, ruff: RuffCheck | None = None) -> None:
        self._ruff = ruff or RuffCheck(rules=",".join([*_ERRORS, *_WARNINGS]))

    async def check(self, task: Task, draft: Draft) -> Report:
        """Compare the syntax trees without the docstring; ask ruff about its form."""
        before, after = parse_text(task.document.text), parse_text(draft.document.text)
        if before is None or after is None:
            return Report(self.name, skipped="the file does not parse, so it cannot be compared")
        name = task.target.name if task.target else ""
        node = functions_by_name(after).get(name)
        span = header_span(task, draft)
        findings = []
        if _without_docstring(before, name) != _without_docstring(after, name):
            message = "adding a docstring changed the code itself: only the docstring may be new"
            findings.append(Finding(self.name, "code-changed", Severity.ERROR, span, message))
        if node is None or ast.get_docstring(node) is None:
            words = f"{name} has no docstring"
            findings.append(Finding(self.name, "no-docstring", Severity.ERROR, span, words))
            return Report(self.name, tuple(findings))
        try:
            findings += await self._form(draft, node)
        except CannotInspectError as error:
            if not findings:
                return Report(self.name, skipped=f"only the code was compared, which is the same: {error}")
        summary = "only the docstring is new" + _changed_examples(draft, ast.get_docstring(node) or "")
        return Report(self.name, tuple(findings), "" if findings else summary)

    async def aclose(self) -> None:
        """End ruff."""
        await self._ruff.aclose()

    async def _form(self, draft: Draft, node: FunctionNode) -> list[Finding]:
        first, last = node.body[0].lineno - 1, (node.body[0].end_lineno or node.body[0].lineno) - 1
        findings = []
        for violation in await self._ruff.violations(draft.document):
            line = draft.document.position(violation.span.start)[0]
            if first <= line <= last and violation.rule in (_ERRORS | _WARNINGS):
                badness = Severity.ERROR if violation.rule in _ERRORS else Severity.WARNING
                message = (_ERRORS | _WARNINGS)[violation.rule]
                findings.append(Finding(self.name, violation.rule, badness, violation.span, message))
        return findings


def _changed_examples(draft: Draft, docstring: str) -> str:
    """What the trace says of examples that are not as the model wrote them."""
    written, kept = _examples(draft.answer), _examples(docstring)
    changed = sum(source in kept and kept[source] != want for source, want in written.items())
    gone = sum(source not in kept for source in written)
    words = [f"{count} {what}" for count, what in ((changed, "corrected"), (gone, "left out")) if count]
    return f" (of the model's examples {', '.join(words)})" if words else ""


def _examples(text: str) -> dict[str, str]:
    """The expected values by example, in a docstring or in an answer that holds one."""
    found: list[doctest.Example] = []
    for part in re.split(r"\"{3}|'{3}", text):  # the parser does not know where a docstring ends
        try:
            found += doctest.DocTestParser().get_examples(part)
        except ValueError:
            continue
    return {example.source.strip(): example.want.strip() for example in found}


def _without_docstring(tree: ast.Module, name: str) -> str:
    """The program in a form that layout does not change, without the docstring of one function."""
    copy = parse_text(ast.unparse(tree)) or tree
    node = functions_by_name(copy).get(name)
    if node is not None and ast.get_docstring(node, clean=False) is not None:
        node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(copy)
