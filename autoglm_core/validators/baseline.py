"""Only what a draft introduces counts: findings are compared with those of the document without it."""

from __future__ import annotations

import asyncio
import re
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from autoglm_core.types import Cost, Document, Draft, Finding, Replacement, Report, Span, Task, Workspace
from autoglm_core.validators.baseline_moves import aligned_lines, is_expression, is_renamed

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
        self._asked: dict[Hashable, asyncio.Lock] = {}

    @abstractmethod
    async def inspect(self, document: Document, workspace: Workspace) -> Inspection:
        """Everything wrong with a Python document, old and new. Raises CannotInspectError."""

    async def aclose(self) -> None:
        """Forget the baselines."""
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

    async def prepare(self, task: Task) -> None:
        """Inspect the document without a draft, ahead of the draft: its check then takes half as long."""
        if task.document.language == "python":
            try:
                await self._baseline(task)
            except CannotInspectError:
                return  # the check of the draft will say so

    def _baseline_key(self, document: Document, workspace: Workspace) -> Hashable:
        """What an inspection of a document depends on; subclasses that read more than its text add to it."""
        return document.path, document.text

    def _thing(self, finding: Finding) -> Hashable:
        """What a finding is about, if an old finding about it excuses all new ones; None for most."""
        return None

    async def _baseline(self, task: Task) -> Inspection:
        key = self._baseline_key(task.document, task.workspace)
        if key not in self._baselines:
            async with self._asked.setdefault(key, asyncio.Lock()):
                try:
                    if key not in self._baselines:
                        self._baselines[key] = await self.inspect(task.document, task.workspace)
                finally:
                    self._asked.pop(key, None)
            while len(self._baselines) > _KEPT_BASELINES:
                self._baselines.popitem(last=False)
        self._baselines.move_to_end(key)
        return self._baselines[key]


def mark_introduced(before: Inspection, after: Inspection, document: Document, draft: Draft) -> tuple[Finding, ...]:
    """The findings of ``after``, ``introduced`` where ``before`` has no partner for them.

    A partner in text that the draft did not touch has the same rule at the same place, moved by the draft. Any
    other partner has the same rule and message, and is gone from its old place: on the line that goes on from its
    own, on a line of the same text, on one where names were changed, or in the same expression. Each old finding
    excuses one new one.
    """
    partners = _Partners(before, document, draft)
    old = {number for number, finding in enumerate(after.findings) if partners.take_unmoved(finding)}
    left = [number for number in range(len(after.findings)) if number not in old]
    if left and partners.loose:
        for take in (partners.take_aligned, partners.take_same_line, partners.take_rewritten):
            old |= {number for number in left if number not in old and take(after.findings[number])}
    drafted = drafted_spans(draft.replacements)
    marked = []
    for number, finding in enumerate(after.findings):
        # A baseline that syntax errors cut short says nothing of the text that the draft left alone. Whose
        # fault the next syntax error is then, the syntax validator finds out with more care.
        counts = before.complete or (finding.rule != INVALID_SYNTAX and touches(finding.span, drafted, draft.document))
        marked.append(replace(finding, introduced=number not in old and counts))
    return tuple(marked)


class _Partners:
    """The findings of the document without the draft, each to be taken as a partner once."""

    def __init__(self, before: Inspection, document: Document, draft: Draft) -> None:
        self._document, self._draft = document, draft
        self._drafted = drafted_spans(draft.replacements)
        self._unmoved: dict[tuple[str, int], list[Finding]] = {}
        self._gone: list[Finding] = []
        for finding in before.findings:
            start = moved_offset(finding.span.start, draft.replacements)
            if start is None:
                self._gone.append(finding)
            else:
                self._unmoved.setdefault((finding.rule, start), []).append(finding)

    @cached_property
    def loose(self) -> dict[tuple[str, str], list[Finding]]:
        """What is left once nothing more is taken as unmoved, by rule and message."""
        found: dict[tuple[str, str], list[Finding]] = {}
        for finding in (*self._gone, *(each for findings in self._unmoved.values() for each in findings)):
            found.setdefault(_saying(finding), []).append(finding)
        return found

    def take_unmoved(self, finding: Finding) -> bool:
        """A partner in text that the draft left alone.

        Where the draft goes on with the very word, it says the same only if its words are the same: the half-typed
        ``Zero`` is no excuse for ``ZeroDiveError``.
        """
        inside = any(
            finding.span.start <= span.start < finding.span.end and span.start < span.end for span in self._drafted
        )
        same = (lambda old: _saying(old) == _saying(finding)) if inside else (lambda _: True)
        return bool(_popped(self._unmoved.get((finding.rule, finding.span.start)), same))

    def take_aligned(self, finding: Finding) -> bool:
        """A partner on the line that this one goes on from, of the same text."""
        line = self._aligned.get(_line_number(finding, self._draft.document))
        return line is not None and self._take(finding, lambda old: _line_number(old, self._document) == line)

    def take_same_line(self, finding: Finding) -> bool:
        """A partner on any line of the same text: the draft moved it."""
        text = _line(finding, self._draft.document)
        return self._take(finding, lambda old: _line(old, self._document) == text)

    def take_rewritten(self, finding: Finding) -> bool:
        """A partner whose line was rewritten, but not what it is about."""
        if not touches(finding.span, drafted_spans(self._draft.replacements), self._draft.document):
            return False
        line, text = _line(finding, self._draft.document), _own_text(finding, self._draft.document)
        return self._take(
            finding,
            lambda old: (
                is_renamed(_line(old, self._document), line)
                or (is_expression(text) and _own_text(old, self._document) == text)
            ),
        )

    def _take(self, finding: Finding, fits: Callable[[Finding], bool]) -> bool:
        return bool(_popped(self.loose.get(_saying(finding)), fits))

    @cached_property
    def _aligned(self) -> dict[int, int]:
        return aligned_lines(self._document, self._draft.replacements)


def _popped(findings: list[Finding] | None, fits: Callable[[Finding], bool]) -> Finding | None:
    place = next((place for place, finding in enumerate(findings or ()) if fits(finding)), None)
    return None if place is None or findings is None else findings.pop(place)


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


def _saying(finding: Finding) -> tuple[str, str]:
    return finding.rule, _PLACES.sub("", finding.message)


def _line_number(finding: Finding, document: Document) -> int:
    return document.position(finding.span.start)[0]


def _line(finding: Finding, document: Document) -> str:
    return " ".join(document.line(_line_number(finding, document)).split())


def _own_text(finding: Finding, document: Document) -> str:
    return " ".join(document.text[finding.span.start : finding.span.end].split())
