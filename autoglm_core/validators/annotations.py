"""Judges added types: nothing but annotations may change, and none may be missing."""

from __future__ import annotations

import ast
import difflib
from collections import Counter

from autoglm_core.analysis.functions import (
    RETURN,
    FunctionNode,
    functions_by_name,
    parse_text,
    typed_parameters,
    untyped,
)
from autoglm_core.types import Cost, Draft, Finding, Report, Severity, Task, TaskKind
from autoglm_core.validators.places import header_span

_IMPORTS = (ast.Import, ast.ImportFrom)


class AnnotationsValidator:
    """The validator ``annotations``. Whether the types fit the code is for ``names_types`` to say."""

    name = "annotations"
    cost = Cost.INSTANT
    kinds = frozenset({TaskKind.TYPES})

    async def check(self, task: Task, draft: Draft) -> Report:
        """Compare the syntax trees without annotations and new imports; then look for types that are missing."""
        before, after = parse_text(task.document.text), parse_text(draft.document.text)
        if before is None or after is None:
            return Report(self.name, skipped="the file does not parse, so it cannot be compared")
        name = task.target.name if task.target else ""
        node = functions_by_name(after).get(name)
        findings = [*self._changes(task, draft, before, after)]
        if node is not None:
            findings += self._missing(task, draft, name, node)
        return Report(self.name, tuple(findings), "" if findings else "only annotations were added")

    async def aclose(self) -> None:
        """Nothing is held."""

    def _changes(self, task: Task, draft: Draft, before: ast.Module, after: ast.Module) -> list[Finding]:
        old, new = _code(before, before), _code(after, before)
        if old == new:
            return []
        lost = next((line[1:].strip() for line in difflib.ndiff(old, new) if line[:1] in "-+"), "")
        message = f"adding types changed the code itself: see `{lost[:120]}`"
        return [Finding(self.name, "code-changed", Severity.ERROR, header_span(task, draft), message)]

    def _missing(self, task: Task, draft: Draft, name: str, node: FunctionNode) -> list[Finding]:
        span = header_span(task, draft)
        findings = []
        for part in untyped(name, node):
            words = "the result has no type" if part == RETURN else f"the parameter `{part}` has no type"
            findings.append(Finding(self.name, "untyped", Severity.ERROR, span, words))
        types = {p.arg: p.annotation for p in typed_parameters(name, node)} | {RETURN: node.returns}
        for part, annotation in types.items():
            if _is_any(annotation):
                words = "the type of the result" if part == RETURN else f"the type of `{part}`"
                message = f"{words} is Any, which says nothing: take a narrower one where the code allows it"
                findings.append(Finding(self.name, "bare-any", Severity.WARNING, span, message))
        return findings


def _code(tree: ast.Module, base: ast.Module) -> list[str]:
    """The lines of a program without its annotations, and without the imports that ``base`` has not."""
    known = Counter(ast.dump(statement) for statement in base.body if isinstance(statement, _IMPORTS))
    copy = _WithoutTypes().visit(parse_text(ast.unparse(tree)) or ast.Module([], []))
    body = []
    for statement in copy.body:
        if isinstance(statement, _IMPORTS):
            if not known[ast.dump(statement)]:
                continue
            known[ast.dump(statement)] -= 1
        body.append(statement)
    return ast.unparse(ast.Module(body, [])).split("\n")


class _WithoutTypes(ast.NodeTransformer):
    """Takes the annotations of parameters and results out."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        """A parameter without its type."""
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """A function without the type of its result."""
        node.returns = None
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """The same."""
        node.returns = None
        return self.generic_visit(node)


def _is_any(annotation: ast.expr | None) -> bool:
    name = annotation.attr if isinstance(annotation, ast.Attribute) else getattr(annotation, "id", "")
    return name == "Any"
