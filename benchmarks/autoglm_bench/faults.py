"""Which of the suggestions that were shown do not parse or do not resolve: judged afterwards, by tools as processes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import tree_sitter_python
from ruff import find_ruff_bin  # type: ignore[import-untyped]  # it has no type information
from tree_sitter import Language, Parser

from autoglm_core.errors import SettingsError

_PARSER = Parser(Language(tree_sitter_python.language()))
_RUFF_RULES = ("F821",)
_TY_RULES = ("unresolved-reference", "missing-attribute", "missing-module-member", "import-not-found")

_Position = tuple[int, int]
"""Line and column, both from 1."""


class Shown(Protocol):
    """A text that was shown at a cursor."""

    @property
    def before(self) -> str:
        """The document before it."""
        ...

    @property
    def text(self) -> str:
        """What was shown."""
        ...

    @property
    def after(self) -> str:
        """The document behind it."""
        ...


@dataclass(frozen=True, slots=True)
class _Fault:
    rule: str
    message: str
    start: _Position
    end: _Position


def find_faults(shown: Sequence[Shown], folder: Path) -> list[str]:
    """For each suggestion why it is invalid, empty if it is not: ``syntax``, or the rule that is new with it.

    A half-typed file has faults of its own, so the document is compared with itself without the suggestion: more
    places that tree-sitter cannot read, a name that ruff does not know (F821), or one that ty cannot resolve. The
    fault must touch the suggestion: where the document parses with it alone, ruff tells of old faults only there.
    The texts are written into ``folder``, which has no other Python files. Raises SettingsError when a tool fails.
    """
    for number, each in enumerate(shown):
        (folder / f"with_{number}.py").write_text(each.before + each.text + each.after, "utf-8")
        (folder / f"without_{number}.py").write_text(each.before + each.after, "utf-8")
    found: dict[str, list[_Fault]] = {}
    if shown:
        _run_ruff(folder, found)
        _run_ty(folder, found)
    return [
        _reason(each, found.get(f"with_{number}.py", []), found.get(f"without_{number}.py", []))
        for number, each in enumerate(shown)
    ]


def _reason(shown: Shown, having: Sequence[_Fault], lacking: Sequence[_Fault]) -> str:
    if _syntax_errors(shown.before + shown.text + shown.after) > _syntax_errors(shown.before + shown.after):
        return "syntax"
    start, end = _position(shown.before), _position(shown.before + shown.text)
    old = Counter((fault.rule, fault.message) for fault in lacking)
    count = Counter((fault.rule, fault.message) for fault in having)
    for fault in having:
        kind = (fault.rule, fault.message)
        if count[kind] > old[kind] and fault.start < end and fault.end > start:
            return fault.rule
    return ""


def _position(before: str) -> _Position:
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _syntax_errors(text: str) -> int:
    left, count = [_PARSER.parse(text.encode()).root_node], 0
    while left:
        node = left.pop()
        count += node.is_error or node.is_missing
        left += node.children if node.has_error else []
    return count


def _run_ruff(folder: Path, found: dict[str, list[_Fault]]) -> None:
    command = [find_ruff_bin(), "check", "--isolated", "--no-cache", "--exit-zero", "--output-format", "json"]
    for item in _run([*command, "--select", ",".join(_RUFF_RULES), str(folder)]):
        if item["code"] in _RUFF_RULES:
            start, end = ((item[key]["row"], item[key]["column"]) for key in ("location", "end_location"))
            fault = _Fault(item["code"], item["message"], start, end)
            found.setdefault(Path(item["filename"]).name, []).append(fault)


def _run_ty(folder: Path, found: dict[str, list[_Fault]]) -> None:
    command = [str(Path(sys.executable).with_name("ty")), "check", "--exit-zero", "--output-format", "gitlab"]
    for item in _run([*command, "--python", sys.prefix, "--project", str(folder), str(folder)]):
        if item["check_name"] in _TY_RULES:
            places = item["location"]["positions"]
            start, end = ((places[key]["line"], places[key]["column"]) for key in ("begin", "end"))
            fault = _Fault(item["check_name"], item["description"], start, end)
            found.setdefault(Path(item["location"]["path"]).name, []).append(fault)


def _run(command: Sequence[str]) -> list[dict[str, Any]]:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return list(json.loads(done.stdout))
    except (OSError, subprocess.CalledProcessError, ValueError) as error:
        said = getattr(error, "stderr", None) or ""
        raise SettingsError(f"{Path(command[0]).name} could not judge the suggestions: {error}. {said}") from error
