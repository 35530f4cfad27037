"""Licences as SPDX expressions, their classes, and which of them go together. No legal advice: a reason to look."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from license_expression import (
    AND,
    OR,
    ExpressionError,
    LicenseWithExceptionSymbol,
    Licensing,
    get_license_index,
    get_spdx_licensing,
)

from autoglm_core.types import Severity

_MOST_ALTERNATIVES = 16
_LONGEST_NAME = 120  # a longer field holds the licence's text, not its name


class Use(StrEnum):
    """What a project does with the code of another one."""

    IMPORT = "import"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence as an SPDX expression; empty where none is stated, or none that is known."""

    expression: str = ""
    stated: bool = True

    def __str__(self) -> str:
        return self.expression.replace("LicenseRef-", "") or ("a licence that we do not know" if self.stated else "")


NO_LICENCE = Licence(stated=False)


def read_licence(expression: str | None, text: str | None = None, classifiers: Iterable[str] = ()) -> Licence:
    """The licence that metadata state: ``License-Expression``, else ``License``, else the classifiers.

    Several classifiers mean that the user may choose (``OR``), as most packages mean them.
    """
    for stated in (expression, text):
        if stated and (found := _expression(stated)):
            return Licence(found)
    known = _matrix()["classifiers"]
    ids = [name for each in classifiers if (name := known.get(each.rpartition(" :: ")[2]))]
    if ids:
        return Licence(" OR ".join(dict.fromkeys(ids)))
    if text and (found := recognise(text)):
        return Licence(found)
    return Licence() if expression or text else NO_LICENCE


def recognise(text: str) -> str:
    """The SPDX identifier of the text of a licence, by how it begins; empty where it is none that we know."""
    head = " ".join(text[:3000].split()).casefold()
    for known in _matrix()["texts"]:
        if all(words.casefold() in head for words in known["has"]):
            return str(known["licence"])
    return ""


def judge(project: Licence, source: Licence, use: Use) -> Severity | None:
    """How bad it is that a project uses code under the source's licence in a way; None where it is fine.

    Of licences that the source offers (``OR``) the one that goes best counts, of those that hold together
    (``AND``) the one that goes worst. A project that offers several must go with each of them.
    """
    worst: Severity | None = None
    for offered in _alternatives(project.expression):
        choices = (_worst(offered, required, project.stated, use) for required in _alternatives(source.expression))
        worst = max(worst, min(choices, key=_rank), key=_rank)
    return worst


def classes(licence: Licence) -> frozenset[str]:
    """The classes of the licences in an expression: public, permissive, weak, strong, network, restricted, unknown."""
    return frozenset(_class(key) for keys in _alternatives(licence.expression) for key in keys)


def _worst(project: Sequence[str], source: Sequence[str], stated: bool, use: Use) -> Severity | None:
    # A project whose parts are under several licences takes whatever one of them takes.
    return max((min((_pair(p, s, stated, use) for p in project), key=_rank) for s in source), key=_rank)


def _pair(project: str, source: str, stated: bool, use: Use) -> Severity | None:
    if use is Use.IMPORT and project == source and source:
        return None
    if any(project in pair["project"] and source in pair["source"] for pair in _matrix()["apart"]):
        return Severity.ERROR
    # A project that states a licence that we do not know, or its own, keeps all rights as far as we can tell.
    row = _class(project) if project else "none"
    row = "restricted" if row == "unknown" or (stated and not project) else row
    word: str = _matrix()[use.value][row][_class(source)]
    return None if word == "fine" else Severity[word.upper()]


def _rank(severity: Severity | None) -> int:
    return severity or 0


@cache
def _class(key: str) -> str:
    data = _matrix()
    if not key:
        return "unknown"
    if key in data["classes"]:
        return str(data["classes"][key])
    base, _, exception = key.partition(" WITH ")
    if exception:
        # An exception takes back some of what a copyleft licence asks: linking is allowed.
        softens = _category(exception) == "weak" and _class(base) in ("strong", "network")
        return "weak" if softens else _class(base)
    return _category(key)


def _category(key: str) -> str:
    return str(_matrix()["categories"].get(_categories().get(key.casefold(), ""), "unknown"))


@cache
def _alternatives(expression: str) -> tuple[tuple[str, ...], ...]:
    """An expression as a choice among sets of licences that hold together; one unknown one for no expression."""
    if not expression:
        return (("",),)
    return tuple(_choices(_spdx().parse(expression))[:_MOST_ALTERNATIVES])


def _choices(node: Any) -> list[tuple[str, ...]]:
    if isinstance(node, OR):
        return [choice for part in node.args for choice in _choices(part)]
    if isinstance(node, AND):
        found: list[tuple[str, ...]] = [()]
        for part in node.args:
            found = [(*left, *right) for left in found for right in _choices(part)][:_MOST_ALTERNATIVES]
        return found
    if isinstance(node, LicenseWithExceptionSymbol):
        return [(f"{node.license_symbol.key} WITH {node.exception_symbol.key}",)]
    return [(str(node.key),)]


@cache
def _expression(stated: str) -> str:
    """What somebody wrote as an SPDX expression of licences that are known; empty where it is none."""
    stated = stated.strip()
    if len(stated) > _LONGEST_NAME:
        return ""
    plain = re.sub(r"[^\w+]+", " ", stated.casefold().replace("licence", "license"))
    known = _matrix()["names"].get(" ".join(re.sub(r"\blicensed?\b", " ", plain).split()))
    if known:
        return str(known)
    pieces = re.split(r"\s*/\s*|\s*,\s*", stated)
    if len(pieces) > 1 and all(pieces):
        parts = [_expression(piece) for piece in pieces]
        return " OR ".join(dict.fromkeys(parts)) if all(parts) else ""
    try:
        parsed = _spdx().parse(stated)
        keys = [] if parsed is None else _spdx().license_keys(parsed)
    except (ExpressionError, AttributeError, ValueError):
        return ""
    known_refs = _matrix()["classes"]
    if not keys or any(key.casefold() not in _categories() and key not in known_refs for key in keys):
        return ""
    return str(parsed)


@cache
def _spdx() -> Licensing:
    return get_spdx_licensing()


@cache
def _categories() -> dict[str, str]:
    """Category of ScanCode by SPDX identifier, in lower case."""
    found: dict[str, str] = {}
    for each in get_license_index():
        for key in (each.get("spdx_license_key"), *each.get("other_spdx_license_keys", ())):
            if key:
                found.setdefault(key.casefold(), each["category"])
    return found


@cache
def _matrix() -> dict[str, Any]:
    data = resources.files(__package__).joinpath("licence_matrix.toml").read_text("utf-8")
    return tomllib.loads(data)
