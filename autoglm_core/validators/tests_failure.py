"""What went wrong in one test, in words for a reader and for the repair prompt."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from autoglm_core.validators.tests_evidence import Event, Frame
from autoglm_core.validators.tests_modules import parse_source

_LONGEST_VALUE = 300
_LONGEST_MESSAGE = 300
_LONGEST_DETAIL = 2000


@dataclass(frozen=True, slots=True)
class Failure:
    """A test that failed: ``test`` is the same in each run; ``line`` is a zero-based line of the document.

    ``raised`` is the type of the exception that ended a pytest test.
    """

    test: str
    rule: str
    message: str
    detail: str = ""
    line: int | None = None
    uses: frozenset[str] = frozenset()
    raised: str = ""

    def bounded(self) -> Failure:
        """This failure with its words cut to a length that fits a prompt."""
        detail = self.detail
        if len(detail) > _LONGEST_DETAIL:
            detail = detail[: _LONGEST_DETAIL // 2] + "\n...\n" + detail[-_LONGEST_DETAIL // 2 :]
        return replace(self, message=_cut(self.message, _LONGEST_MESSAGE), detail=detail)


@dataclass(frozen=True, slots=True)
class Sources:
    """The texts of the workspace's files by absolute path, to show the lines of a traceback."""

    root: Path
    document: Path
    texts: Mapping[str, str]

    def line(self, frame: Frame) -> str:
        """The line of a frame, stripped; empty where it is not known."""
        lines = self.texts.get(frame.file, "").split("\n")
        return lines[frame.line].strip() if 0 <= frame.line < len(lines) else ""

    def place(self, frame: Frame) -> str:
        """File and line of a frame as a reader of the workspace names it."""
        path = Path(frame.file)
        name = path.relative_to(self.root) if path.is_relative_to(self.root) else path.name
        return f"{name}, line {frame.line + 1}"

    def in_document(self, frames: tuple[Frame, ...]) -> int | None:
        """The line of the innermost frame that is in the document."""
        return next((frame.line for frame in reversed(frames) if frame.file == str(self.document)), None)

    def traceback(self, frames: tuple[Frame, ...]) -> str:
        """The frames in words, innermost last."""
        lines = [f"  {self.place(frame)}, in {frame.function}: {self.line(frame)}" for frame in frames]
        return "\n".join(["Traceback, innermost last:", *lines]) if lines else ""


def describe_error(test: str, name: str, event: Event, sources: Sources) -> Failure:
    """A failure of a pytest test, from the event that pytest's exception made."""
    frames = event.frames
    compared = event.inner("compared")
    text = event.text("text")
    kind = event.text("type")
    left, right = _short(compared.text("left")), _short(compared.text("right"))
    assertion = next((frame for frame in reversed(frames) if sources.line(frame).startswith("assert")), None)
    if kind == "AssertionError" and compared.text("op") == "==" and text.startswith("assert "):
        expected, got = (left, right) if assertion and _left_is_expected(assertion, sources) else (right, left)
        message, values = f"expected {expected}, got {got}", f"Expected: {expected}\nGot: {got}"
    elif kind == "AssertionError" and text:
        message, values = text.partition("\n")[0], text
    else:
        message = event.text("last").strip().rpartition("\n")[2] or kind
        values = text if text and text not in message else ""
    shown = f"In {sources.place(frames[-1])}: {sources.line(frames[-1])}" if frames else ""
    if assertion:
        shown = f"In {sources.place(assertion)}: {sources.line(assertion)}"
    trace = sources.traceback(frames) if len(frames) > 1 or not assertion else ""
    detail = "\n".join(filter(None, (shown, values, trace)))
    rule = "timeout" if kind == "TimeExceededError" else "test-failed"
    if rule == "timeout":
        message = "did not end in time (an endless loop?)"
    return Failure(test, rule, f"{name}: {message}", detail, sources.in_document(frames), raised=kind).bounded()


def describe_import(event: Event, sources: Sources, name: str) -> Failure:
    """A module that cannot be imported."""
    frames = event.frames
    last = event.text("last").strip().rpartition("\n")[2] or event.text("type")
    line = sources.in_document(frames)
    name = name if line is None else sources.document.name
    words = f"importing {name} fails: {last}"
    detail = "\n".join(filter(None, (sources.traceback(frames), "" if frames else event.text("text"))))
    return Failure(f"import {name}", "import-error", words, detail, line).bounded()


def _left_is_expected(frame: Frame, sources: Sources) -> bool:
    """Whether an assertion is written the other way round: a value on the left, a call on the right."""
    tree = parse_source(sources.texts.get(frame.file, ""))
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Assert) and node.lineno <= frame.line + 1 <= (node.end_lineno or node.lineno):
            test = node.test
            return isinstance(test, ast.Compare) and not _calls(test.left) and _calls(test.comparators[0])
    return False


def _calls(node: ast.AST) -> bool:
    return any(isinstance(each, ast.Call) for each in ast.walk(node))


def _short(value: str) -> str:
    return _cut(value, _LONGEST_VALUE)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 3] + "..."
