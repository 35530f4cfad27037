"""Asks for one name or one line anew, where it alone does not resolve or parse: the model fills in the middle.

It writes a dozen tokens instead of a function, and can spoil nothing around them. What it is worth on the names and
slips of syntax of DebugBench stands in benchmarks/README.md.
"""

from __future__ import annotations

import ast
import keyword
import re
from dataclasses import dataclass, replace

from autoglm_core.analysis.rewriting import renamed, rewritten
from autoglm_core.analysis.trees import parse_tree
from autoglm_core.types import NAME_RULES, Attempt, Context, Document, Draft, FimPrompt, Sampling, Span, Task

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
    model would write it again.
    """

    document: Document
    span: Span
    name: str = ""
    shown: bool = False


def find_gap(attempt: Attempt | None, asked: int) -> Gap | None:
    """What is asked for, after so many such answers; None where one line is not enough, or was asked for already.

    First of all the first line that does not parse. Where all do, the one name that does not resolve, then its line;
    not one whose value nothing uses, as any value would pass.
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
    lines = {document.position(finding.span.start)[0] for finding in against}
    names = {document.text[f.span.start : f.span.end]: f.span for f in against}
    if len(lines) > 1 or _is_idle(document, min(lines)):
        return None
    if not asked and len(names) == 1 and (name := next(iter(names))).isidentifier():
        return Gap(document, names[name], name)
    if asked <= 1:
        return Gap(document, _line_span(document, lines.pop()), shown=True)
    return None


def ask_for_gap(task: Task, gap: Gap, context: Context, sampling: Sampling) -> FimPrompt:
    """The text around the gap: ``context`` is that around its span."""
    before = context.before
    if gap.shown or gap.name:
        words = task.instruction.strip()[:_LONGEST_WORDS]
        before = ("".join(f"# {each}\n" for each in words.split("\n")) if words else "") + before
    if gap.shown:
        start = gap.document.text.rfind("\n", 0, gap.span.start) + 1
        margin = gap.document.text[start : gap.span.start]
        before = f"{before}{_WRONG} {gap.document.text[gap.span.start : gap.span.end]}\n{margin}# right:\n{margin}"
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
    return rewritten(task.document, text[: span.start] + first + text[span.end :], answer)


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
