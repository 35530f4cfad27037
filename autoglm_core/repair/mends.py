"""Mends by rule what is wrong with a document: slips of syntax, names that do not resolve."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

from autoglm_core.analysis.rewriting import renamed
from autoglm_core.analysis.trees import parse_tree
from autoglm_core.repair.imports import import_for, with_import
from autoglm_core.repair.into_class import into_class
from autoglm_core.repair.names import in_python, meant_names
from autoglm_core.repair.statements import as_loop, bound_so, first_value, started, without_statement
from autoglm_core.repair.syntax import mend_syntax
from autoglm_core.types import MISSING_TARGET, NAME_RULES, UNBOUND, Document, Finding, Severity, Span

_QUOTED = re.compile(r"[`'\"](\w+)[`'\"]")
_ASKED = re.compile(r"`(\w+\.\w+)` is asked for")
_CALLED = re.compile(r"(?<![\w.])([^\W\d]\w*)\(\Z")
_MOST = 6
"""Readings of one document that are worth a check each."""


def mend(document: Document, findings: Sequence[Finding]) -> list[tuple[str, str]]:
    """Texts that may be what was meant, the likeliest first, each with what was changed; none where none is known.

    Where several names do not resolve, each reading changes one of them to another candidate.
    """
    old = document.text
    if mended := mend_syntax(old, _MOST):
        return [(text, "mend the syntax") for text in mended]
    named = [(f, match[1]) for f in findings if f.rule in NAME_RULES and (match := _QUOTED.search(f.message))]
    unknown = [(name, finding.span.start) for finding, name in named if finding.rule != UNBOUND]
    missing: dict[str, list[int]] = {}
    for name, place in unknown:
        missing.setdefault(name, []).append(place)
    made: dict[str, str] = {}
    for asked in (match[1] for f in findings if f.rule == MISSING_TARGET and (match := _ASKED.search(f.message))):
        if (inside := into_class(document, asked)) is not None:
            made.setdefault(inside, f"make it `{asked}`")
    for name, place in unknown:
        line = old.count("\n", 0, place)
        if len(missing[name]) > 1 or import_for(name, old) is not None:  # who wrote it twice meant it so
            _rename(made, old, name, line)
        if in_python(old, name, place) is not None:
            _drop(made, old, name, line)
        if (looped := as_loop(old, name, place)) is not None:
            made.setdefault(looped, f"loop with `{name}`")
    for each, words in _with_names(old, missing):
        made.setdefault(each, ", ".join(words))
    alone = len({name for _, name in named}) == 1  # a line that gave several names a value is the model's to write
    for finding, name in named:
        line = old.count("\n", 0, finding.span.start)
        if finding.rule != UNBOUND:
            _rename(made, old, name, line)
            _drop(made, old, name, line)
            if (begun := first_value(old, name, line)) is not None:
                made.setdefault(*begun)
        if alone and (begun := started(old, name, line)) is not None:
            made.setdefault(*begun)
    for finding in findings:
        certain = finding.rule == "invalid-argument-type" and finding.severity is Severity.ERROR
        if certain and (bare := _unwrapped(old, finding.span)) is not None:
            made.setdefault(*bare)
    made.pop(old, None)
    return list(made.items())[:_MOST]


def _rename(made: dict[str, str], text: str, name: str, line: int) -> None:
    if (bound := bound_so(text, name, line)) is not None:
        made.setdefault(bound[0], f"rename `{bound[1]}` to `{name}`")


def _drop(made: dict[str, str], text: str, name: str, line: int) -> None:
    if (left := without_statement(text, name, line)) is not None:
        made.setdefault(left[0], f"drop `{left[1]}`, which does nothing in a class")


def _unwrapped(text: str, argument: Span) -> tuple[str, str] | None:
    """The text with the one argument of a call in its place, as it does not fit, and what was done."""
    called = _CALLED.search(text[: argument.start])
    given, behind = text[argument.start : argument.end], text[argument.end : argument.end + 2]
    if called is None or not behind.startswith(")"):
        return None
    try:
        plain = isinstance(parse_tree(given, mode="eval").body, (ast.Name, ast.Constant, ast.Call, ast.Attribute))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not plain or behind[1:].isidentifier():
        given = f"({given})"
    bare = text[: called.start()] + given + text[argument.end + 1 :]
    return bare, f"take what `{called[1]}` is given for its value"


def _with_names(text: str, missing: Mapping[str, list[int]]) -> list[tuple[str, list[str]]]:
    """The text with names that resolve, in several readings; ``missing`` are the names that do not, with places."""
    imports = {name: statement for name in missing if (statement := import_for(name, text))}
    names = sorted(missing, key=lambda name: -max(missing[name]))
    foreign = [name for name in names if in_python(text, name, max(missing[name])) is not None]
    known = {
        name: meant
        for name in names
        if name not in imports
        and name not in foreign
        and (meant := meant_names(text, name, text.count("\n", 0, max(missing[name]))))
    }
    readings = [{name: meant[0] for name, meant in known.items()}]
    readings += [readings[0] | {name: other} for name, meant in known.items() for other in meant[1:]]
    # From the end of the text, so that places stay what they are; all of a line are changed at once.
    lines = {(text.count("\n", 0, place), name): place for name in names for place in missing[name]}
    placed = sorted(((place, name) for (_, name), place in lines.items()), reverse=True)
    made = []
    for reading in readings:
        new, said = text, []
        for place, name in placed:
            if name in foreign:
                new = in_python(new, name, place) or new
                said.append(f"write what `{name}` is in Python")
            elif name in reading:
                new = renamed(new, place, name, reading[name])
                said.append(f"change `{name}` to `{reading[name]}`")
        for name in imports:
            new = with_import(new, imports[name])
            said.append(f"add `{imports[name]}`")
        made.append((new, list(dict.fromkeys(said))))
    return made
