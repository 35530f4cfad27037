"""Does the draft still parse? Python's own compiler says so, and tree-sitter where the file is half typed."""

from __future__ import annotations

import re
import sys
import textwrap
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from autoglm_core.analysis.margins import margin_of
from autoglm_core.types import Cost, Document, Draft, Finding, Report, Severity, Span, Task, TaskKind
from autoglm_core.validators.baseline import drafted_spans, moved_offset
from autoglm_core.validators.parsing import ParseError, parse
from autoglm_core.validators.syntax_elsewhere import check_elsewhere

_RULE = "syntax-error"
_LINE_NUMBERS = re.compile(r" ?\(detected at line \d+\)| on line \d+")
_MISPLACED = ("unindent does not match", "unexpected indent", "inconsistent use of tabs")
_HANGS_ON_OTHERS = ("expected an indented block", "no binding for nonlocal")  # what stands around may give them
# From here on the compiler knows ``type X = ...``, ``def f[T]`` and nested quotes in f-strings: before, it is no judge.
_YOUNGER_FROM = (3, 12)


@dataclass(frozen=True, slots=True)
class _CompileError:
    """What the compiler says, without line numbers; line and columns are zero-based code points."""

    message: str
    line: int
    column: int
    end_line: int
    end_column: int


class SyntaxValidator:
    """Finds what a draft breaks in the syntax; a file that was broken before is held to less.

    Python is read by its compiler, other languages by tree-sitter's grammars.
    """

    name = "syntax"
    cost = Cost.INSTANT

    async def check(self, task: Task, draft: Draft) -> Report:
        """Compile the draft, without running it. Errors that stood in the task's document are not introduced."""
        document = draft.document
        if document.language != "python":
            return check_elsewhere(self.name, task, draft)
        error = _compile_error(document.text)
        if error is None or _too_young_for_us(error, document.text):
            return Report(self.name, summary="parses")
        before = _compile_error(task.document.text)
        findings = _findings(document, error)
        if before is None:
            return Report(self.name, findings[:1])
        introduced = _introduced_in_broken_file(task.document, before, draft, error)
        marked = tuple(replace(f, introduced=f.span.start in introduced) for f in findings)
        if not introduced:
            own = _wrong_alone(draft) or _left(task, before, draft, findings)
            return Report(self.name, _exact(marked) + own, "" if own else "the file did not parse before either")
        return Report(self.name, _exact(marked))

    async def aclose(self) -> None:
        """Nothing is kept running."""


def _findings(document: Document, error: _CompileError) -> tuple[Finding, ...]:
    """The compiler's one error, then the places on other lines that tree-sitter cannot read."""
    findings = [_finding(document, _span(document, error), error.message)]
    lines = {error.line}
    for each in parse(document.text).errors():
        line = document.position(each.span.start)[0]
        if line not in lines:
            lines.add(line)
            wanted = f"`{each.missing}` is missing" if each.missing else "the text does not parse from here"
            findings.append(_finding(document, each.span, wanted))
    return tuple(findings)


def _exact(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Without those that begin further above and hold the compiler's place: the same error, known less well."""
    first, *others = findings
    same = [f for f in others if f.span.start < first.span.start <= f.span.end]
    first = replace(first, introduced=first.introduced or any(finding.introduced for finding in same))
    return (first, *(finding for finding in others if finding not in same))


def _finding(document: Document, span: Span, message: str) -> Finding:
    line = document.position(span.start)[0]
    detail = f"line {line + 1}: {document.line(line).strip()}"
    return Finding("syntax", _RULE, Severity.ERROR, span, f"Syntax error: {message}", detail)


def _introduced_in_broken_file(
    document: Document, before: _CompileError, draft: Draft, after: _CompileError
) -> frozenset[int]:
    """The starts of the errors that are the draft's own, in a file that did not parse without it either.

    Parsers lose their way after an error, so that old text seems wrong in new places. An error counts if it
    starts on a line of the draft, was not there before, and the draft's lines do not parse alone either.
    """
    new = draft.document
    lines = [(new.position(span.start)[0], new.position(span.end)[0]) for span in drafted_spans(draft.replacements)]
    alone = [parse(textwrap.dedent("\n".join(map(new.line, range(first, last + 1))))) for first, last in lines]
    fragile = any(each.broken for each in alone)
    starts = set()
    start = _span(new, after).start
    same = before.message == after.message and _start_after(document, before, draft) == start
    if _on(after.line, lines) and not same and (fragile or after.message.startswith(_MISPLACED)):
        starts.add(start)
    if fragile:
        old = {_moved(error, draft) for error in parse(document.text).errors()}
        starts |= {
            error.span.start
            for error in parse(new.text).errors()
            if _on(new.position(error.span.start)[0], lines) and (error.span.start, error.missing) not in old
        }
    return frozenset(starts)


def _wrong_alone(draft: Draft) -> tuple[Finding, ...]:
    """Errors of the draft's own lines where the grammar can read them by themselves, and the compiler cannot.

    Such lines are whole statements, so that no error elsewhere in the file can be the reason.
    """
    document, found = draft.document, []
    for span in drafted_spans(draft.replacements):
        first, last = document.position(span.start)[0], document.position(span.end)[0]
        alone = textwrap.dedent("\n".join(map(document.line, range(first, last + 1))))
        if not alone.strip() or parse(alone).broken:
            continue
        # Where they stand is not known: a module, or a loop in a function of either kind.
        places = ("", "async def f():\n while 1:\n", "def f():\n while 1:\n")
        errors = [_compile_error(place + textwrap.indent(alone, "  " if place else "")) for place in places]
        error = errors[-1]
        if error is None or None in errors or _too_young_for_us(error, alone):
            continue
        if error.message.startswith(_HANGS_ON_OTHERS):
            continue
        line = min(first + max(0, error.line - 2), last)
        indent = len(document.line(line)) - len(document.line(line).lstrip())
        found.append(
            _finding(document, Span(document.offset(line, indent), document.offset(line, 1 << 30)), error.message)
        )
    return tuple(found)


def _left(task: Task, before: _CompileError, draft: Draft, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What still keeps the text from being read after a fix of what kept it before, where that is the fix's affair.

    So is what stands in the region and could not be seen before, and what stands behind it where the text around the
    region can be read: the parsers lost their way in the region then.
    """
    old, new = task.document, draft.document
    lines = old.position(task.span.start)[0], old.position(max(task.span.start, task.span.end - 1))[0]
    if task.kind is not TaskKind.FIX or new.text == old.text or not _on(before.line, [lines]):
        return ()
    end = len(new.text) - (len(old.text) - task.span.end)
    moved = [
        _moved(error, draft)[0]
        for error in parse(old.text).errors()
        if old.position(error.span.start)[0] != before.line
    ]
    known = {new.position(place)[0] for place in moved if place is not None}
    inside = tuple(
        finding
        for finding in findings
        if task.span.start <= finding.span.start <= end and new.position(finding.span.start)[0] not in known
    )
    behind = tuple(finding for finding in findings[:1] if finding.span.start > end)
    return inside or (behind if _parses_around(old, task.span) else ())


def _parses_around(document: Document, region: Span) -> bool:
    """Whether a text can be read without a region, or with an empty statement in its place."""
    first, last = document.position(region.start)[0], document.position(max(region.start, region.end - 1))[0]
    margins = {text[: margin_of(text)] for text in (document.line(first), document.line(last))}
    start, end = document.offset(first, 0), document.offset(last + 1, 0) if last + 1 < document.line_count else None
    behind = document.text[end:] if end is not None else ""
    fillers = ("", *(f"{margin}pass{document.newline}" for margin in margins))
    return any(_compile_error(document.text[:start] + filler + behind) is None for filler in fillers)


def _on(line: int, lines: Sequence[tuple[int, int]]) -> bool:
    return any(first <= line <= last for first, last in lines)


def _moved(error: ParseError, draft: Draft) -> tuple[int | None, str]:
    return moved_offset(error.span.start, draft.replacements), error.missing


def _start_after(document: Document, error: _CompileError, draft: Draft) -> int | None:
    return moved_offset(_span(document, error).start, draft.replacements)


def _span(document: Document, error: _CompileError) -> Span:
    start = document.offset(error.line, error.column)
    return Span(start, max(start, document.offset(error.end_line, error.end_column)))


def _too_young_for_us(error: _CompileError, text: str) -> bool:
    if sys.version_info >= _YOUNGER_FROM:
        return False
    parsed = parse(text)
    return not parsed.broken and (error.message.startswith("f-string") or error.line in parsed.lines_of_type_syntax())


@lru_cache(maxsize=64)
def _compile_error(text: str) -> _CompileError | None:
    """What keeps Python from compiling a text, None if it compiles. Nothing of it is run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text.removeprefix("\ufeff"), "<draft>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return _from_syntax_error(error)
    except (ValueError, OverflowError) as error:  # null bytes, lone surrogates, numbers out of range
        return _CompileError(str(error), 0, 0, 0, 0)
    except (RecursionError, MemoryError):
        return _CompileError("the code is nested too deeply", 0, 0, 0, 0)
    return None


def _from_syntax_error(error: SyntaxError) -> _CompileError:
    line, column = max(0, (error.lineno or 1) - 1), max(0, (error.offset or 1) - 1)
    # The compiler gives 0 or -1 for an end that it does not know.
    known = (error.end_lineno or 0) > 0 and (error.end_offset or 0) > 0
    end_line, end_column = ((error.end_lineno or 0) - 1, (error.end_offset or 0) - 1) if known else (line, column)
    return _CompileError(_LINE_NUMBERS.sub("", error.msg), line, column, end_line, end_column)
