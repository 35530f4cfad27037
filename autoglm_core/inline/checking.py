"""Step 6, validate: the INSTANT and FAST validators, and what still stands of a text that one objects to."""

from __future__ import annotations

from dataclasses import dataclass

from autoglm_core.protocols import ValidatorRunner
from autoglm_core.types import Cost, Draft, Finding, Replacement, Report, Task

_FEWEST_CHARACTERS = 3


@dataclass(frozen=True, slots=True)
class Checked:
    """A text with what the validators say of it."""

    draft: Draft
    text: str
    reports: tuple[Report, ...]
    against: tuple[Finding, ...]


def draft_of(task: Task, text: str, answer: str) -> Draft:
    """The task's document with the text at its cursor."""
    fitted = text.replace("\r\n", "\n").replace("\n", task.document.newline)
    replacements = (Replacement(task.span, fitted),)
    return Draft(task.document.replaced(replacements), replacements, answer)


async def check(task: Task, text: str, answer: str, runner: ValidatorRunner) -> tuple[Checked, ...]:
    """The text's verdict; where it is rejected, the verdict on the lines before the first finding beside it.

    The last one is what counts. Cutting once is enough: what stands before the first finding was looked at
    already, and rarely depends on what came behind it.
    """
    whole = await _checked(task, text, answer, runner)
    if not whole.against:
        return (whole,)
    kept = before_finding(task, whole)
    if kept is None:
        return (whole,)
    return whole, await _checked(task, kept, answer, runner)


def before_finding(task: Task, checked: Checked) -> str | None:
    """The whole lines of the text before the first finding against it; None when nothing worth showing is left."""
    start = task.span.start
    at = min((max(0, f.span.start - start) for f in checked.against if f.span.end >= start), default=0)
    shown = checked.draft.replacements[0].text
    kept = shown[: min(at, len(shown))]
    cut = kept.rfind("\n")
    kept = kept[:cut].rstrip().replace("\r\n", "\n") if cut >= 0 else ""
    return kept if len(kept.strip()) >= _FEWEST_CHARACTERS else None


async def _checked(task: Task, text: str, answer: str, runner: ValidatorRunner) -> Checked:
    draft = draft_of(task, text, answer)
    reports = await runner.run(task, draft, Cost.FAST)
    return Checked(draft, text, reports, runner.rejecting(reports))
