"""Asks for one name or one line anew, where it alone does not resolve or parse: the model fills in the middle.

It writes a dozen tokens instead of a function, and can spoil nothing around them. What it is worth on the names and
slips of syntax of DebugBench stands in benchmarks/README.md.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from autoglm_core.analysis.rewriting import renamed, rewritten
from autoglm_core.analysis.trees import parse_tree
from autoglm_core.types import (
    NAME_RULES,
    UNBOUND,
    Attempt,
    Context,
    Document,
    Draft,
    FimPrompt,
    Finding,
    Sampling,
    Span,
    Task,
)

_LONGEST_WORDS = 600
_LINE_TOKENS, _NAME_TOKENS = 96, 12
_WRONG = "# wrong:"
_NOT_OF_A_LINE = "outside"
"""What messages about a word in the wrong place say (``'return' outside function``): another line is missing."""
_NAME = re.compile(r"\s*([^\W\d]\w*(?:\.[^\W\d]\w*)*)")


@dataclass(frozen=True, slots=True)
class Gap:
    """What is to be written anew of an attempt's document: a line without its margin, or the name ``name``.

    ``shown``: the line stands as a comment above, as most of it is right. One that does not parse does not, as the
    model would write it again. ``lacking`` are the names that have no value in it: an answer that gives them one goes
    in front of the line.
    """

    document: Document
    span: Span
    name: str = ""
    shown: bool = False
    lacking: tuple[str, ...] = ()


def find_gap(attempt: Attempt | None, asked: int) -> Gap | None:
    """What is asked for, after so many such answers; None where one line is not enough, or was asked for already.

    First of all the first line that does not parse. Where all do, the one name that does not resolve, then its line;
    not one whose value nothing uses, as any value would pass; nor names that lack a first value, which the model gets
    wrong without the whole function before it.
    """
    if attempt is None or attempt.draft is None:
        return None
    document = attempt.draft.document
    wrong = [f for f in attempt.rejected_by if f.validator == "syntax" or f.rule == "invalid-syntax"]
    if wrong:
        line = min(document.position(finding.span.start)[0] for finding in wrong)
        if asked or any(_NOT_OF_A_LINE in finding.message for finding in wrong) or not document.line(line).strip():
            return None
        return Gap(document, _line_span(document, line))
    against = attempt.rejected_by or attempt.doubts
    if not against or any(finding.rule not in NAME_RULES for finding in against):
        return None
    gaps = list(_gaps(document, against))
    return gaps[asked] if asked < len(gaps) else None


def _gaps(document: Document, against: Sequence[Finding]) -> Iterator[Gap]:
    """What may be asked for where names do not resolve, in the order in which it is asked for."""
    spans = sorted({finding.span for finding in against}, key=lambda span: span.start)
    names = tuple(dict.fromkeys(document.text[span.start : span.end] for span in spans))
    lines = {document.position(span.start)[0] for span in spans}
    if len(lines) > 1 or any(finding.rule == UNBOUND for finding in against) or _is_idle(document, min(lines)):
        return
    if len(names) == 1 and names[0].isidentifier():
        yield Gap(document, spans[0], names[0])
    yield Gap(document, _line_span(document, lines.pop()), shown=True, lacking=names)


def ask_for_gap(task: Task, gap: Gap, context: Context, sampling: Sampling) -> FimPrompt:
    """The text around the gap: ``context`` is that around its span."""
    before, margin = context.before, _margin(gap)
    words = [f"# {each}\n" for each in task.instruction.strip()[:_LONGEST_WORDS].split("\n") if each]
    if gap.shown or gap.name:
        before = "".join(words) + before
    if gap.shown:
        before = f"{before}{_WRONG} {_text(gap)}\n{margin}# right:\n{margin}"
    few = min(sampling.max_tokens, _NAME_TOKENS if gap.name else _LINE_TOKENS)
    return FimPrompt(before, context.after, replace(sampling, max_tokens=few, stop=("\n",)))


def read_gap(task: Task, gap: Gap, answer: str) -> Draft:
    """The document with the answer in the gap. Raises ValueError where it is no name, or no code."""
    text, span = gap.document.text, gap.span
    if gap.name:
        match = _NAME.match(answer)
        if match is None or keyword.iskeyword(match[1]):
            raise ValueError("the answer is no name")
        return rewritten(task.document, renamed(text, span.start, gap.name, match[1]), answer)
    first = answer.strip().split("\n")[0].split(_WRONG)[0].rstrip()  # the pattern of comments may go on
    if not first or first.startswith("#"):
        raise ValueError("the answer is no code")
    names = ", ".join(gap.lacking)
    if names and re.match(rf"{re.escape(names)}\s*=(?!=)", first) and not _binds(_text(gap), gap.lacking):
        # The line itself is right.
        first = f"{first}{gap.document.newline}{_margin(gap)}{_text(gap)}"
    return rewritten(task.document, text[: span.start] + first + text[span.end :], answer)


def _binds(line: str, names: tuple[str, ...]) -> bool:
    """Whether a line gives one of the names a value, so that another such line is meant to stand in its place."""
    for text in (line, f"{line} pass"):
        try:
            nodes = ast.walk(parse_tree(text))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        return any(isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and n.id in names for n in nodes)
    return False


def _text(gap: Gap) -> str:
    return gap.document.text[gap.span.start : gap.span.end]


def _margin(gap: Gap) -> str:
    return gap.document.text[gap.document.text.rfind("\n", 0, gap.span.start) + 1 : gap.span.start]


def _is_idle(document: Document, line: int) -> bool:
    """Whether the line gives a value to a local name that nothing reads: what it was for is not to be seen."""
    try:
        tree = parse_tree(document.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    inside = [node for function in functions for node in ast.walk(function)]
    made = [node for node in inside if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.lineno == line + 1]
    targets = [each for node in made for each in (node.targets if isinstance(node, ast.Assign) else [node.target])]
    names = {each.id for each in targets if isinstance(each, ast.Name)}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)}
    used |= {name for node in inside if isinstance(node, (ast.Global, ast.Nonlocal)) for name in node.names}
    return len(names) == len(targets) > 0 and not names & used


def _line_span(document: Document, line: int) -> Span:
    text = document.line(line)
    start = document.offset(line, len(text) - len(text.lstrip()))
    return Span(start, document.offset(line, len(text.rstrip())))
