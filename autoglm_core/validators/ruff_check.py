"""One ruff call for all that ruff is asked, shared by the validators of lint and of security."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from dataclasses import dataclass

from ruff import find_ruff_bin  # type: ignore[import-untyped]  # ruff's package has no type information

from autoglm_core.types import Document, Span
from autoglm_core.validators.baseline import INVALID_SYNTAX, CannotInspectError
from autoglm_core.validators.child_process import kill_child

_RULES = "F,E9,B,PLE,S"
_KEPT_ANSWERS = 32
_TIMEOUT_S = 20.0
# --isolated and --ignore-noqa: neither the workspace's settings nor a comment of the draft silences a rule.
# The youngest grammar: whether the workspace's Python has it, ty knows.
_OPTIONS = ("check", "--isolated", "--ignore-noqa", "--no-cache", "--quiet", "--exit-zero", "--no-fix")


@dataclass(frozen=True, slots=True)
class Violation:
    """One finding of ruff, in the offsets of the document; ``rule`` is its code, or ``invalid-syntax``."""

    rule: str
    message: str
    span: Span


class RuffCheck:
    """Runs ruff on texts and remembers its last answers. ``rules`` is what ruff's ``--select`` takes."""

    def __init__(self, command: str = "", *, rules: str = _RULES) -> None:
        self._command = command
        self._rules = rules
        self._answers: OrderedDict[tuple[str, str], tuple[Violation, ...]] = OrderedDict()
        self._asked: dict[tuple[str, str], asyncio.Lock] = {}

    async def violations(self, document: Document) -> tuple[Violation, ...]:
        """What ruff says of a document; two who ask for the same text at the same time share one call.

        Raises CannotInspectError when ruff cannot be run. Cancelling ends the process.
        """
        key = (document.path.name, document.text)
        if key not in self._answers:
            async with self._asked.setdefault(key, asyncio.Lock()):
                try:
                    if key not in self._answers:
                        self._answers[key] = await self._run(document)
                finally:
                    self._asked.pop(key, None)
            while len(self._answers) > _KEPT_ANSWERS:
                self._answers.popitem(last=False)
        self._answers.move_to_end(key)
        return self._answers[key]

    async def _run(self, document: Document) -> tuple[Violation, ...]:
        # The name without its folder: ruff reads no file, and no rule asked for here depends on the folder.
        suffix = ".pyi" if document.path.suffix == ".pyi" else ".py"
        command = (self._command or find_ruff_bin(), *_OPTIONS, "--select", self._rules, "--target-version", "py314")
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(
                *command, "--output-format", "json", "--stdin-filename", document.path.stem + suffix, "-",
                stdin=pipe, stdout=pipe, stderr=pipe,
            )  # fmt: skip
        except OSError as error:
            raise CannotInspectError(f"ruff cannot be started: {error}") from error
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                # A lone surrogate has no UTF-8: "?" takes its place, so that later code points keep theirs.
                output, errors = await process.communicate(document.text.encode("utf-8", "replace"))
        except TimeoutError as error:
            raise CannotInspectError(f"ruff gave no answer within {_TIMEOUT_S:.0f} s") from error
        finally:
            if process.returncode is None:
                kill_child(process)
                await process.wait()
        try:
            return tuple(_violation(item, document) for item in json.loads(output))
        except (ValueError, KeyError, TypeError) as error:
            words = errors.decode("utf-8", "replace").strip()[-300:]
            raise CannotInspectError(f"ruff gave no answer that can be read: {words or error}") from error


def parses(violations: tuple[Violation, ...]) -> bool:
    """Whether ruff could read the text; else it looked at nothing but the syntax."""
    return all(violation.rule != INVALID_SYNTAX for violation in violations)


def _violation(item: dict[str, dict[str, int]], document: Document) -> Violation:
    start, end = (document.offset(at["row"] - 1, at["column"] - 1) for at in (item["location"], item["end_location"]))
    return Violation(str(item["code"] or INVALID_SYNTAX), str(item["message"]), Span(start, max(start, end)))
