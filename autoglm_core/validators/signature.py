"""Judges a refactored function's parameters: everybody who calls it must be able to go on."""

from __future__ import annotations

import ast
from dataclasses import dataclass

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


class SignatureValidator:
    """The validator ``signature``: parameters may be added if they need not be given, nothing else may change."""

    name = "signature"
    cost = Cost.INSTANT
    kinds = frozenset({TaskKind.REFACTOR})

    async def check(self, task: Task, draft: Draft) -> Report:
        """Compare the parameters of the function before and after."""
        before, after = parse_text(task.document.text), parse_text(draft.document.text)
        name = task.target.name if task.target else ""
        old = functions_by_name(before).get(name) if before else None
        if after is None or old is None:
            return Report(self.name, skipped="the file does not parse, so signatures cannot be compared")
        new = functions_by_name(after).get(name)
        span = header_span(task, draft)
        if new is None:
            gone = Finding(self.name, "gone", Severity.ERROR, span, f"the function {name} is gone, or has another name")
            return Report(self.name, (gone,))
        findings = [Finding(self.name, "incompatible", Severity.ERROR, span, words) for words in _problems(old, new)]
        had = {RETURN, *(parameter.arg for parameter in typed_parameters(name, old))} - set(untyped(name, old))
        lost = had & set(untyped(name, new))
        for part in sorted(lost):
            words = "the result has lost its type" if part == RETURN else f"the parameter `{part}` has lost its type"
            findings.append(Finding(self.name, "type-lost", Severity.ERROR, span, words))
        findings += [Finding(self.name, "default", Severity.WARNING, span, words) for words in _defaults(old, new)]
        return Report(self.name, tuple(findings), "" if findings else "can be called as before")

    async def aclose(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True, slots=True)
class _Parameter:
    """``place`` counts those that can be given by position; ``default`` is its source, None where there is none."""

    name: str
    place: int | None
    by_name: bool
    default: str | None


def _problems(old: FunctionNode, new: FunctionNode) -> list[str]:
    problems = []
    if isinstance(old, ast.AsyncFunctionDef) is not isinstance(new, ast.AsyncFunctionDef):
        problems.append(f"whether its result is awaited changed: it was {_kind(old)}, and is {_kind(new)}")
    after = {parameter.name: parameter for parameter in _parameters(new)}
    before = {parameter.name for parameter in _parameters(old)}
    for parameter in _parameters(old):
        now = after.get(parameter.name)
        if now is None and (parameter.by_name or not _at(new, parameter.place)):
            problems.append(f"the parameter `{parameter.name}` is gone: who gives it by its name fails")
        elif now is not None and now.place != parameter.place:
            problems.append(f"the parameter `{parameter.name}` is at another place, so positional arguments go wrong")
        elif now is not None and parameter.by_name and not now.by_name:
            problems.append(f"the parameter `{parameter.name}` cannot be given by its name any more")
        elif now is not None and parameter.default is not None and now.default is None:
            problems.append(f"the parameter `{parameter.name}` has lost its default, so calls as before fail")
    problems += [
        f"the new parameter `{parameter.name}` has no default, so calls as before fail"
        for parameter in after.values()
        if parameter.name not in before and parameter.default is None and not _at(old, parameter.place)
    ]
    for star, had, has in (("*", old.args.vararg, new.args.vararg), ("**", old.args.kwarg, new.args.kwarg)):
        if had is not None and has is None:
            problems.append(f"it takes no `{star}{had.arg}` any more")
    return problems


def _defaults(old: FunctionNode, new: FunctionNode) -> list[str]:
    """Defaults that are written otherwise; whether they do otherwise, only running the function tells."""
    after = {parameter.name: parameter.default for parameter in _parameters(new)}
    return [
        f"the default of `{parameter.name}` was {parameter.default}, and is {after[parameter.name]}"
        for parameter in _parameters(old)
        if parameter.default is not None
        and after.get(parameter.name, parameter.default) not in (None, parameter.default)
    ]


def _kind(node: FunctionNode) -> str:
    return "a coroutine function" if isinstance(node, ast.AsyncFunctionDef) else "a plain function"


def _parameters(node: FunctionNode) -> list[_Parameter]:
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    required = len(positional) - len(arguments.defaults)
    found = []
    for place, parameter in enumerate(positional):
        default = ast.unparse(arguments.defaults[place - required]) if place >= required else None
        found.append(_Parameter(parameter.arg, place, place >= len(arguments.posonlyargs), default))
    for parameter, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        found.append(_Parameter(parameter.arg, None, True, ast.unparse(value) if value else None))
    return found


def _at(node: FunctionNode, place: int | None) -> bool:
    """Whether something can be given at a place: a positional-only parameter may have another name."""
    return place is not None and place < len(node.args.posonlyargs) + len(node.args.args)
