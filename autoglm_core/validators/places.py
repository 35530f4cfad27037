"""Where in a document a finding is placed: at the task's function, at a line, at a node of the syntax tree."""

from __future__ import annotations

import ast

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


def node_span(document: Document, node: ast.expr) -> Span:
    """The place of a node of Python's own tree, which counts lines from one, and columns in bytes of UTF-8."""
    start = _offset(document, node.lineno, node.col_offset)
    end = _offset(document, node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
    return Span(start, max(start, end))


def _offset(document: Document, line: int, bytes_before: int) -> int:
    text = document.line(min(line, document.line_count) - 1)
    return document.offset(line - 1, len(text.encode("utf-8", "replace")[:bytes_before].decode("utf-8", "ignore")))
