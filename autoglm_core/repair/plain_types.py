"""Takes ``| None`` off annotations that a model added it to without need: the default is not None."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from autoglm_core.analysis.rewriting import rewritten
from autoglm_core.analysis.trees import parse_tree
from autoglm_core.types import Attempt, Draft, Task, TaskKind

_NONE = re.compile(r"\s*\|\s*None\b|\bNone\s*\|\s*")
_OPTIONAL = re.compile(r"\b(?:typing\.)?Optional\[(.*)\]$", re.DOTALL)


class PlainTypes:
    """An ``Improver`` of tasks that add types: small models like to write ``float | None = 0``."""

    async def improve(self, task: Task, attempt: Attempt) -> Sequence[tuple[Draft, str]]:
        """The draft without ``None`` in parameters' types whose default is another value."""
        if task.kind is not TaskKind.TYPES or attempt.draft is None or task.target is None:
            return ()
        if not any(finding.validator == "names_types" for finding in attempt.rejected_by):
            return ()
        text = attempt.draft.document.text
        plain = _plain(text, task.target.name.rpartition(".")[2])
        if plain == text:
            return ()
        return [(rewritten(task.document, plain), "`None` is taken out of types whose default is another value")]


def _plain(text: str, name: str) -> str:
    try:
        tree = parse_tree(text)
    except (SyntaxError, ValueError):
        return text
    edits = []
    for function in ast.walk(tree):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and function.name == name:
            arguments = [*function.args.posonlyargs, *function.args.args]
            pairs = list(zip(reversed(arguments), reversed(function.args.defaults), strict=False))
            pairs += [(a, d) for a, d in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True) if d]
            edits += [
                argument.annotation for argument, default in pairs if argument.annotation and not _is_none(default)
            ]
    lines = text.splitlines(keepends=True)
    for node in sorted(edits, key=lambda each: (-each.lineno, -each.col_offset)):
        if node.end_lineno != node.lineno or not lines[node.lineno - 1].isascii():
            continue
        line = lines[node.lineno - 1]
        old = line[node.col_offset : node.end_col_offset]
        new = _OPTIONAL.sub(r"\1", _NONE.sub("", old))
        lines[node.lineno - 1] = line[: node.col_offset] + new + line[node.end_col_offset :]
    return "".join(lines)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
