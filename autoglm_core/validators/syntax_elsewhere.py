"""Does a draft in another language than Python still parse? tree-sitter's grammars say so."""

from __future__ import annotations

from collections.abc import Sequence

from autoglm_core.languages import known_as, syntax_errors
from autoglm_core.types import Document, Draft, Finding, Report, Severity, Span, Task
from autoglm_core.validators.baseline import drafted_spans, moved_offset

_RULE = "syntax-error"


def check_elsewhere(name: str, task: Task, draft: Draft) -> Report:
    """The report of the validator ``name`` on a draft in a language that has a grammar.

    A grammar recovers from an error somewhere behind it, so old text may seem wrong in new places: an error is the
    draft's own if it touches the draft and was not there before, or if there are more errors than before.
    """
    document = draft.document
    language = known_as(document.language, document.path)
    if not language:
        return Report(name, skipped=f"{document.language or document.path.suffix or 'the file'} has no known grammar")
    errors = _errors(document, language)
    if not errors:
        return Report(name, summary="parses")
    old = _errors(task.document, language)
    moved = {moved_offset(start, draft.replacements) for start, _ in old}
    drafted = drafted_spans(draft.replacements)
    new = [error for error in errors if error[0] not in moved]
    more = len(errors) > len(old)
    findings = tuple(
        _finding(document, error, introduced=error in new and (more or _touches(error, drafted))) for error in errors
    )
    if not any(finding.introduced for finding in findings):
        return Report(name, findings, "the file did not parse before either")
    return Report(name, findings)


def _errors(document: Document, language: str) -> list[tuple[int, int]]:
    return syntax_errors(language, document.path, document.text)


def _touches(error: tuple[int, int], spans: Sequence[Span]) -> bool:
    return any(span.start <= error[1] and error[0] <= span.end for span in spans)


def _finding(document: Document, error: tuple[int, int], *, introduced: bool) -> Finding:
    start, end = error
    line = document.position(start)[0]
    detail = f"line {line + 1}: {document.line(line).strip()}"
    message = "Syntax error: the text does not parse from here"
    return Finding("syntax", _RULE, Severity.ERROR, Span(start, max(start, end)), message, detail, introduced)
