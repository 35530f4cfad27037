"""What the templates of single kinds of task need beside what all of them have."""

from __future__ import annotations

from autoglm_core.analysis.functions import parse_function, typed_parameters
from autoglm_core.prompts.new_tests import module_under_test
from autoglm_core.prompts.splice import top_level_place
from autoglm_core.types import Task, TaskKind

_MOST_CHARACTERS = 6000


def system_template(task: Task) -> str:
    """The name of the template of the system message."""
    return "system_tests" if task.kind is TaskKind.TEST else "system"


def words_for(task: Task) -> dict[str, str]:
    """The values of ``$module``, ``$owner``, ``$code`` (tests) and ``$example`` (docstrings)."""
    if task.target is None:
        return {}
    if task.kind is TaskKind.TEST and task.subject is not None:
        owner = task.target.name.partition(".")[0]
        return {"module": module_under_test(task), "owner": owner, "code": _code(task)}
    if task.kind is TaskKind.DOCUMENT:
        return {"example": _example(task)}
    return {}


def _code(task: Task) -> str:
    """The module under test if it is short, else the function or class that the target stands in."""
    text = task.subject.text if task.subject else ""
    if task.subject is None or task.target is None or len(text) <= _MOST_CHARACTERS:
        return text.strip()
    start = top_level_place(task.subject, task.target.span.start)
    begin = start if task.target.span.end - start <= _MOST_CHARACTERS else task.target.span.start
    return text[begin : task.target.span.end].rstrip()


def _example(task: Task) -> str:
    """How a call of the function begins."""
    assert task.target is not None  # noqa: S101 - asked by the caller
    own = parse_function(task.document.text, task.target)
    *owner, name = task.target.name.split(".")
    call = ".".join([*(f"{each}(...)" for each in owner), name])
    return f"{call}({', '.join(p.arg for p in typed_parameters(task.target.name, own.node)) if own else '...'})"
