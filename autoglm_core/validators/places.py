"""Where in a document a finding is placed: at the task's function, at a line."""

from __future__ import annotations

from autoglm_core.targets import list_targets
from autoglm_core.types import Document, Draft, Span, Task
from autoglm_core.validators.baseline import drafted_spans


def header_span(task: Task, draft: Draft) -> Span:
    """The line of the function's ``def`` in the draft; the first drafted line where it is not there any more."""
    document = draft.document
    name = task.target.name if task.target else ""
    found = [target for target in list_targets(document) if target.name == name]
    if found:
        header = found[-1].header
        start = found[-1].span.start + max(0, header.find("def "))
        return line_span(document, document.position(start)[0])
    spans = drafted_spans(draft.replacements)
    return line_span(document, document.position(min(spans[0].start if spans else 0, len(document.text)))[0])


def line_span(document: Document, line: int) -> Span:
    """A zero-based line without its indentation."""
    span = document.line_span(line, line)
    shown = document.text[span.start : span.end]
    return Span(span.start + len(shown) - len(shown.lstrip()), span.end)
