"""From an answer with a docstring to the target's own code with it: nothing else of the answer is taken."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap

from autoglm_core.analysis.functions import FunctionSource, parse_function
from autoglm_core.analysis.trees import parse_tree
from autoglm_core.prompts.answer import code_blocks, find_function
from autoglm_core.prompts.splice import reindent
from autoglm_core.types import Document, Replacement, Span, Target, Task

_WIDTH = 88
_NOT_SUMMARY = re.compile(r"\s*(?:>>>|:\w+|[-*] |[A-Z]\w+:\s*$|$)")
_SENTENCE = re.compile(r"(.+?[.!?])\s+(?=[A-Z`])(.+)", re.DOTALL)
_COMMON = (
    "accept add apply append ask assert assign attach build cache calculate call cast check choose clean clear close "
    "collect combine compare compute connect convert copy count create decode decrease define delete describe detect "
    "determine display divide download draw encode ensure evaluate execute extend extract fetch fill filter find "
    "flatten format generate get give group handle implement increase increment initialize insert iterate join list "
    "load look make map mark match measure merge move multiply normalize open order pack parse perform pick pop "
    "prepare print produce provide push put raise read receive record reduce register remove render repeat replace "
    "report represent request reset resolve retrieve return reverse rotate round run save scale search select send "
    "serialize set show shuffle sort split start stop store strip subtract sum swap take tell test transform "
    "translate trim turn update use validate verify wait wrap write yield"
)
_VERBS = frozenset(_COMMON.split())


def read_docstring(task: Task, answer: str) -> tuple[Replacement, ...]:
    """The answer's docstring at the head of the target, in place of the one that may be there.

    A summary in the third person ("Returns ...") is turned into the imperative. Raises ValueError when the
    answer holds no docstring.
    """
    target = task.target
    own = parse_function(task.document.text, target) if target else None
    if target is None or own is None:
        raise ValueError("the function does not parse as it is, so no docstring can be added to it")
    words = _docstring_in(answer, target)
    if not words.strip():
        raise ValueError(f"the answer holds no docstring of {own.node.name}")
    return (_insertion(task.document, target, own, _imperative(_with_summary(inspect.cleandoc(words)))),)


def _docstring_in(answer: str, target: Target) -> str:
    """The docstring of the answered function; else a string that stands alone, as models also answer."""
    code, found = find_function(answer, target.name)
    answered = parse_function(code, found) if found else None
    if answered is not None and answered.docstring is not None:
        return ast.get_docstring(answered.node, clean=True) or ""
    for block in code_blocks(answer):
        try:
            body = parse_tree(inspect.cleandoc(block)).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            return str(body[0].value.value) if isinstance(body[0].value.value, str) else ""
    return ""


def _insertion(document: Document, target: Target, own: FunctionSource, words: str) -> Replacement:
    old, first, newline = own.docstring, own.node.body[0], document.newline
    if old is not None:
        margin = _margin(document, own.start(old))
        return Replacement(Span(own.start(old), own.end(old)), _literal(words, margin, newline).removeprefix(margin))
    place = target.body.start
    between = document.text[place : own.start(first)]
    if "\n" in between or "\r" in between:
        literal = _literal(words, _margin(document, own.start(first)), newline)
        return Replacement(Span(place, place), newline + literal)
    # The body stands on the line of the header: it goes below the docstring.
    body = reindent(document.text[own.start(first) : target.body.end], target.indent, document, inside=True)
    margin = body[: len(body) - len(body.lstrip())]
    return Replacement(Span(place, target.body.end), newline + _literal(words, margin, newline) + newline + body)


def _margin(document: Document, offset: int) -> str:
    line = document.line(document.position(offset)[0])
    return line[: len(line) - len(line.lstrip())]


def _literal(words: str, margin: str, newline: str) -> str:
    """A docstring as source, its lines at a margin. Raises ValueError for text that no docstring can hold."""
    quotes = "'''" if '"""' in words else '"""'
    if quotes in words or "\0" in words:
        raise ValueError("the answer's docstring holds characters that a docstring cannot hold")
    prefix = "r" if "\\" in words else ""
    several = "\n" in words
    words += "\n" if several else " " if words.endswith((quotes[0], "\\")) else ""
    lines = f"{prefix}{quotes}{words}{quotes}".split("\n")
    return newline.join(margin + line if line.strip() else "" for line in lines)


def _with_summary(words: str) -> str:
    """The text with its first sentence on the first line, an empty line behind it, and a full stop at its end."""
    lines = words.split("\n")
    count = next((n for n, line in enumerate(lines) if n and _NOT_SUMMARY.match(line)), len(lines))
    summary, more = " ".join(line.strip() for line in lines[:count]), ""
    if len(summary) > _WIDTH and (match := _SENTENCE.match(summary)):
        summary, more = match[1], "\n".join(textwrap.wrap(match[2], _WIDTH))
    if re.search(r"[\w)`'\"\]]$", summary):
        summary += "."
    rest = "\n".join(lines[count:]).strip("\n")
    return "\n\n".join(part for part in (summary, more, rest) if part)


def _imperative(words: str) -> str:
    """The text with its first verb in the imperative, where it is a well-known one in the third person."""
    match = re.match(r"[A-Za-z]+", words)
    if match is None:
        return words
    verb = match[0].lower()
    for plain in (verb.removesuffix("s"), verb.removesuffix("es"), verb.removesuffix("ies") + "y"):
        if plain != verb and plain in _VERBS:
            return plain.capitalize() + words[match.end() :]
    return words
