"""Examples that a function's documentation gives in prose: ``f([1, 2]) == 3``, ``f("a") ➞ "b"``, Input/Output.

Doctests are not read here (``validators.tests_doctests`` does that), but for those that no code can meet. Only what
is certain counts: a call of the function itself with literal arguments, a word or sign that means "gives", and a
literal value. Prose is less exact than code, so what reads these examples treats them as hints with a place, not as
tests.
"""

from __future__ import annotations

import ast
import doctest
import itertools
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from autoglm_core.analysis.trees import parse_tree

_GIVES = re.compile(
    r"""\s*(?:==?=?>?|-+>|➞|→|➜|⇒|⟹|:)\s*"""
    r"""|\s*,?\s*(?:(?:it|the\ function)\s+)?(?:should\s+|must\s+|will\s+|would\s+)?"""
    r"""(?:returns?|gives?|outputs?|be|equals?|evaluates?\ to|is(?:\ equal\ to)?|results?\ in|yields?)\s*:?\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_COMMENTED = re.compile(r"\s*#\s*(?:returns?|=>|->|==?|➞)?\s*:?\s*", re.IGNORECASE)
_INPUT = re.compile(
    r"^[\s\-*\d.)]*(?:(?:sample|example)\s*)?input\s*\d*\s*:?\s*(?P<input>.+?)\s*$"
    r"\s*^[\s\-*]*(?:(?:sample|example)\s*)?output\s*\d*\s*:?\s*(?P<output>[^\n]+)$",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_CASE = re.compile(r"^[\s\-*\d.)]*(?:for|if|when|given|with)\s+(?=\w+\s*=)", re.IGNORECASE)
_RESULT = re.compile(
    r"(?:,\s*|\s+)(?:then\s+)?(?:the\s+)?(?:result|output|answer|function|it|we|return(?:\s+value)?)?\s*"
    r"(?:should\s+|must\s+|will\s+)?(?:be|is|returns?|gives?|=+>|-+>|➞|→)\s*:?\s*",
    re.IGNORECASE,
)
_WORDS = {"true": "True", "false": "False", "none": "None", "null": "None"}
_LONGEST = 1000
_MOST_TRIED = 8
_MOST_CALLS = 60


@dataclass(frozen=True, slots=True)
class Example:
    """``call`` is an expression, ``value`` the literal that it should give; ``line`` counts in the docstring."""

    call: str
    value: str
    line: int


def find_examples(docstring: str, name: str, parameters: tuple[str, ...]) -> tuple[Example, ...]:
    """The examples in prose of a function's docstring, in text order, each call once.

    ``name`` is the function's plain name; ``parameters`` those that a caller passes. An example whose value
    contradicts an earlier one of the same call is left out, and so is that one.
    """
    found: dict[str, Example] = {}
    doubtful = set()
    doctests = _doctests(docstring)
    stated = {each.lineno for each in doctests or () if is_prose(each, name)}
    read = (
        *(_unread_doctests(docstring, name) if doctests is None else ()),
        *_calls(docstring, name, stated),
        *_pairs(docstring, name, parameters),
        *_cases(docstring, name, parameters),
    )
    for example in sorted(read, key=lambda example: example.line):
        known = found.setdefault(example.call, example)
        if known.value != example.value:
            doubtful.add(example.call)
    return tuple(example for example in found.values() if example.call not in doubtful)


def is_prose(example: doctest.Example, name: str) -> bool:
    """Whether a doctest states a value of a function and says that nothing is printed, so that no code can meet it.

    ``f(2) == 4`` prints True or False, and ``f(2) [4, 5]`` lacks a sign. What was meant is read as prose is.
    """
    source = example.source.strip()
    if example.want or "\n" in source or example.options.get(doctest.SKIP):
        return False
    try:
        node = parse_tree(source, mode="eval").body
    except (SyntaxError, ValueError):
        return False
    if isinstance(node, ast.Compare):
        call, values = node.left, node.comparators if isinstance(node.ops[0], ast.Eq) else []
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        between = source.encode()[node.value.end_col_offset or 0 :].partition(b"[")[0]
        call, values = node.value, [node.slice] if between.isspace() else []
    else:
        return False
    is_own = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == name
    return is_own and len(values) == 1 and all(map(_is_literal, [*values, *_given(call)]))


def _given(call: ast.expr) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)] if isinstance(call, ast.Call) else []


def _doctests(docstring: str) -> list[doctest.Example] | None:
    """The doctests of a docstring; None where doctest refuses it as a whole, as one of them is laid out wrongly."""
    try:
        return doctest.DocTestParser().get_examples(docstring)
    except ValueError:
        return None


def _unread_doctests(docstring: str, name: str) -> Iterator[Example]:
    """The doctests of a docstring that doctest refuses."""
    lines = docstring.split("\n")
    for number, (line, below) in enumerate(itertools.pairwise(lines)):
        call = line.strip().removeprefix(">>>").strip()
        value = _literal_at(below) if line.strip().startswith(">>>") else None
        if value is not None and call.startswith(f"{name}(") and _call_end(call, 0) == len(call):
            yield Example(call, value, number)


def _calls(docstring: str, name: str, stated: Collection[int]) -> Iterator[Example]:
    """The calls with a value in a line, outside of doctests but for the lines ``stated``."""
    for number, line in enumerate(docstring.split("\n")):
        for match in itertools.islice(re.finditer(rf"(?<![\w.]){re.escape(name)}\s*\(", line), _MOST_CALLS):
            if number not in stated and line[: match.start()].strip().startswith((">>>", "...")):
                continue
            end = _call_end(line, match.start())
            if end is None:
                continue
            call = line[match.start() : end]
            rest = line[end:].removeprefix("`")
            sign = (_COMMENTED if rest.lstrip().startswith("#") else _GIVES).match(rest)
            if sign is None or not sign.group().strip():
                continue
            value = _literal_at(rest[sign.end() :])
            if value is not None:
                yield Example(call, value, number)


def _pairs(docstring: str, name: str, parameters: tuple[str, ...]) -> Iterator[Example]:
    """``Input: numbers = [1, 2], k = 1`` with ``Output: [2]`` below it."""
    for match in _INPUT.finditer(docstring):
        arguments, value = _arguments(match["input"], parameters), _literal_at(match["output"])
        if arguments is not None and value is not None:
            yield Example(f"{name}({arguments})", value, docstring.count("\n", 0, match.start("input")))


def _cases(docstring: str, name: str, parameters: tuple[str, ...]) -> Iterator[Example]:
    """``For s = "abc", c = "b", the result should be ("ac", False)``."""
    for number, line in enumerate(docstring.split("\n")):
        opening = _CASE.match(line)
        if opening is None:
            continue
        for sign in _RESULT.finditer(line, opening.end()):
            given = line[opening.end() : sign.start()].strip().rstrip(",")
            arguments, value = _arguments(given, parameters), _literal_at(line[sign.end() :])
            if arguments is not None and value is not None:
                yield Example(f"{name}({arguments})", value, number)
                break


def _arguments(text: str, parameters: tuple[str, ...]) -> str | None:
    """The arguments that a line of input stands for; None where they do not fit the parameters."""
    text = text.strip().rstrip(".;")
    named = re.sub(r"(?<![=!<>])=(?!=)", "=", text)
    try:
        call = parse_tree(f"f({named})", mode="eval").body
    except (SyntaxError, ValueError):
        return None
    if not isinstance(call, ast.Call):
        return None
    if call.keywords and not call.args:
        given = {keyword.arg for keyword in call.keywords}
        if given == set(parameters) and all(map(_is_literal, (keyword.value for keyword in call.keywords))):
            return ", ".join(f"{keyword.arg}={ast.unparse(keyword.value)}" for keyword in call.keywords)
        return None
    if len(call.args) == len(parameters) and not call.keywords and all(map(_is_literal, call.args)):
        return ", ".join(map(ast.unparse, call.args))
    return None


def _call_end(line: str, start: int) -> int | None:
    """The end of the call with literal arguments that begins at ``start``; None where there is none."""
    ends = [match.end() for match in re.finditer(r"\)", line[start : start + _LONGEST])]
    # The bracket that closes it; after those that brackets inside of strings make likely, no more are tried.
    ends.sort(key=lambda end: (line.count("(", start, start + end) != line.count(")", start, start + end), end))
    for end in ends[:_MOST_TRIED]:
        try:
            call = parse_tree(line[start : start + end], mode="eval").body
        except (SyntaxError, ValueError):
            continue
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and all(map(_is_literal, _given(call))):
            return start + end
        return None
    return None


def _literal_at(text: str) -> str | None:
    """The longest literal that a text begins with, as Python writes it; None where there is none."""
    text = text[:_LONGEST].strip().strip("`").strip()
    word = re.match(r"[A-Za-z]+\b", text)
    if word:
        name = _WORDS.get(word.group().lower())
        rest = text[word.end() :].lstrip()
        return name if name and (not rest or rest[0] in ".,;!)(#`" or rest[:2] in ("if", "as")) else None
    ends = sorted({len(text), *(m.start() for m in re.finditer(r"[\s.,;#!`]|\Z", text))}, reverse=True)
    for end in (*ends[:_MOST_TRIED], *ends[-_MOST_TRIED:]):
        piece = text[:end].strip()
        if not piece or piece.endswith((",", ";", "!")) or re.search(r"\d\.$", piece):
            continue  # the punctuation of the sentence
        try:
            node = parse_tree(piece, mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            continue
        if _is_literal(node) and not _goes_on(text[end:], node):
            return ast.unparse(node)
        if not _is_literal(node):
            continue
    return None


def _goes_on(rest: str, node: ast.expr) -> bool:
    """Whether what follows a number makes it part of a longer phrase, so that it is not the value."""
    return isinstance(node, ast.Constant) and bool(re.match(r"\s*(?:[-+*/%^]|or\b|to\b|and\b)", rest))


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True
