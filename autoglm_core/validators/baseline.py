"""Only what a draft introduces counts: findings are compared with those of the document without it."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import Counter, OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

from autoglm_core.types import Cost, Document, Draft, Finding, Replacement, Report, Span, Task, Workspace

_KEPT_BASELINES = 16
INVALID_SYNTAX = "invalid-syntax"
"""What ty and ruff call text that does not parse."""
_PLACES = re.compile(r"\blines? \d+(?:-\d+)?|\bcolumn \d+|:\d+:\d+")


class CannotInspectError(Exception):
    """A validator cannot look at a document; the message is the reason, as ``Report.skipped`` shows it."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a static validator sees in one document.

    ``complete`` False: syntax errors hid part of the document, so what appears once they are gone may be
    old. ``skipped``: why nothing but the syntax was looked at, empty otherwise. ``summary``: what to say of a
    draft that introduces nothing.
    """

    findings: tuple[Finding, ...] = ()
    complete: bool = True
    skipped: str = ""
    summary: str = ""


class StaticValidator(ABC):
    """A validator that reads documents and runs nothing: subclasses say what they see in one."""

    name: str
    cost: Cost

    def __init__(self) -> None:
        self._baselines: OrderedDict[Hashable, Inspection] = OrderedDict()

    @abstractmethod
    async def inspect(self, document: Document, workspace: Workspace) -> Inspection:
        """Everything wrong with a Python document, old and new. Raises CannotInspectError."""

    async def aclose(self) -> None:
        """Forget the baselines; no process is kept running."""
        self._baselines.clear()

    async def check(self, task: Task, draft: Draft) -> Report:
        """Inspect the draft and, only if something is wrong with it, the document without the draft."""
        if draft.document.language != "python":
            return Report(self.name, skipped=f"{draft.document.language} is not checked, only Python is")
        try:
            after = await self.inspect(draft.document, task.workspace)
            unchanged = draft.document.text == task.document.text
            before = after if unchanged or not after.findings else await self._baseline(task)
        except CannotInspectError as error:
            return Report(self.name, skipped=str(error))
        findings = mark_introduced(before, after, task.document, draft)
        known = {self._thing(finding) for finding in before.findings} - {None}
        findings = tuple(replace(f, introduced=False) if self._thing(f) in known else f for f in findings)
        new = any(finding.introduced for finding in findings)
        return Report(self.name, findings, "" if new else after.summary, "" if new else after.skipped)

    def _baseline_key(self, document: Document, workspace: Workspace) -> Hashable:
        """What an inspection of a document depends on; subclasses that read more than its text add to it."""
        return document.path, document.text

    def _thing(self, finding: Finding) -> Hashable:
        """What a finding is about, if an old finding about it excuses all new ones; None for most."""
        return None

    async def _baseline(self, task: Task) -> Inspection:
        key = self._baseline_key(task.document, task.workspace)
        if key not in self._baselines:
            self._baselines[key] = await self.inspect(task.document, task.workspace)
            while len(self._baselines) > _KEPT_BASELINES:
                self._baselines.popitem(last=False)
        self._baselines.move_to_end(key)
        return self._baselines[key]


def mark_introduced(before: Inspection, after: Inspection, document: Document, draft: Draft) -> tuple[Finding, ...]:
    """The findings of ``after``, ``introduced`` where ``before`` has no partner for them.

    A partner in text that the draft did not touch has the same rule at the same place, moved by the draft.
    A partner elsewhere has the same rule and message on a line of the same text: the draft moved or repeated
    the line, and each old finding excuses one new one.
    """
    moved: Counter[tuple[str, int]] = Counter()
    old_places: dict[tuple[str, int], list[Finding]] = {}
    loose = []
    for finding in before.findings:
        start = moved_offset(finding.span.start, draft.replacements)
        if start is None:
            loose.append(finding)
        else:
            moved[finding.rule, start] += 1
            old_places.setdefault((finding.rule, start), []).append(finding)
    marked: dict[int, bool] = {}
    for number, finding in enumerate(after.findings):
        key = (finding.rule, finding.span.start)
        if moved[key]:
            moved[key] -= 1
            old_places[key].pop()
            marked[number] = False
    loose += [finding for left in old_places.values() for finding in left]
    excuses = Counter(_identity(finding, document) for finding in loose)
    drafted = drafted_spans(draft.replacements)
    for number, finding in enumerate(after.findings):
        if number in marked:
            continue
        identity = _identity(finding, draft.document)
        old = excuses[identity] > 0
        excuses[identity] -= old
        # A baseline that syntax errors cut short says nothing of the text that the draft left alone. Whose
        # fault the next syntax error is then, the syntax validator finds out with more care.
        counts = before.complete or (finding.rule != INVALID_SYNTAX and touches(finding.span, drafted, draft.document))
        marked[number] = not old and counts
    return tuple(replace(finding, introduced=marked[number]) for number, finding in enumerate(after.findings))


def moved_offset(offset: int, replacements: Sequence[Replacement]) -> int | None:
    """Where an offset of the old text is in the new text; None if its character was replaced."""
    shift = 0
    for replacement in replacements:
        if replacement.span.end <= offset:
            shift += len(replacement.text) - (replacement.span.end - replacement.span.start)
        elif replacement.span.start <= offset:
            return None
    return offset + shift


def drafted_spans(replacements: Sequence[Replacement]) -> tuple[Span, ...]:
    """Where the replacements' texts are in the new text."""
    spans, shift = [], 0
    for replacement in sorted(replacements, key=lambda r: (r.span.start, r.span.end)):
        start = replacement.span.start + shift
        spans.append(Span(start, start + len(replacement.text)))
        shift += len(replacement.text) - (replacement.span.end - replacement.span.start)
    return tuple(spans)


def touches(span: Span, drafted: Sequence[Span], document: Document) -> bool:
    """Whether a span shares a line with one of the drafted spans."""
    first, last = document.position(span.start)[0], document.position(span.end)[0]
    lines = [(document.position(each.start)[0], document.position(each.end)[0]) for each in drafted]
    return any(first <= end and start <= last for start, end in lines)


def _identity(finding: Finding, document: Document) -> tuple[str, str, str]:
    line = document.line(document.position(finding.span.start)[0])
    return finding.rule, _PLACES.sub("", finding.message), " ".join(line.split())
