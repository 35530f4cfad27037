"""Findings in words: what a model, or a person, needs to find the cause."""

from __future__ import annotations

from autoglm_core.types import Attempt, Document, Finding, Task

_MOST_FINDINGS = 3
"""A small model mends one thing at a time; the rest comes back in the next round if it is still there."""
_MOST_CHARACTERS = 1200


def describe_findings(attempt: Attempt) -> str:
    """The findings that rejected an attempt: the failing line, what was expected and what came."""
    draft = attempt.draft
    if draft is None:
        return attempt.problem
    return "\n".join(
        _describe(number, finding, draft.document)
        for number, finding in enumerate((attempt.rejected_by or attempt.doubts)[:_MOST_FINDINGS], start=1)
    )


def describe_problems(task: Task, existing: Attempt | None) -> str:
    """What is to be mended: the reported problems, and what our own checks found at the same place."""
    words: list[str] = []
    for problem in task.problems[:_MOST_FINDINGS]:
        line = task.document.position(problem.span.start)[0]
        rule = f" [{problem.rule}]" if problem.rule else ""
        words.append(f"{len(words) + 1}. In the line `{task.document.line(line).strip()}`: {problem.message}{rule}")
    said = {problem.message.splitlines()[0] for problem in task.problems if problem.message}
    found = existing.rejected_by or existing.doubts if existing and existing.draft else ()
    for finding in [f for f in found if f.message not in said][: _MOST_FINDINGS - len(words)]:
        words.append(_describe(len(words) + 1, finding, task.document))
    return "\n".join(words)


def _describe(number: int, finding: Finding, document: Document) -> str:
    line = document.line(document.position(finding.span.start)[0]).strip()
    place = f"In the line `{line}`: " if line else ""
    detail = finding.detail.strip()
    if len(detail) > _MOST_CHARACTERS:
        detail = detail[: _MOST_CHARACTERS // 2] + "\n...\n" + detail[-_MOST_CHARACTERS // 2 :]
    return f"{number}. {place}{finding.message}" + (f"\n{detail}" if detail else "")
