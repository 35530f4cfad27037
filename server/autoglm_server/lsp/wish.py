"""What a user chose: one argument that code actions carry as data and commands take, checked when it comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lsprotocol import types as lsp

from autoglm_core.types import Problem, Severity
from autoglm_server.lsp import failures
from autoglm_server.lsp.snapshot import Snapshot

IMPLEMENT = "autoglm.implement"
FIX = "autoglm.fix"
EDIT = "autoglm.edit"
TEST = "autoglm.test"
TYPES = "autoglm.types"
DOCUMENT = "autoglm.document"
REFACTOR = "autoglm.refactor"

COMMANDS = (IMPLEMENT, FIX, EDIT, TEST, TYPES, DOCUMENT, REFACTOR)
ON_FUNCTIONS = (IMPLEMENT, TEST, TYPES, DOCUMENT, REFACTOR)
"""Those that are about one function, named or at a position."""
INSTRUCTED = (EDIT, REFACTOR)
"""Those that cannot do without words of the user."""

_KEYS = {"uri", "version", "position", "name", "range", "diagnostics", "instruction", "wait"}
_LARGEST_NUMBER = 2**31 - 1
"""The largest uinteger of LSP, and so of a position."""

_SEVERITIES = {
    lsp.DiagnosticSeverity.Error: Severity.ERROR,
    lsp.DiagnosticSeverity.Warning: Severity.WARNING,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """One of the commands and what it is about.

    ``version`` is the document's when the user was asked; None: whatever it is now. ``name`` or ``position``
    say which function is meant, ``region`` and ``diagnostics`` what to fix or to edit. ``wait``: the
    command's answer comes when the work is done, not at once.
    """

    command: str
    uri: str
    version: int | None = None
    position: lsp.Position | None = None
    name: str = ""
    region: lsp.Range | None = None
    diagnostics: tuple[lsp.Diagnostic, ...] = ()
    instruction: str = ""
    wait: bool = True

    @classmethod
    def parse(cls, command: str, argument: Any) -> Wish:
        """Read the argument of a command. Raises JsonRpcException that says what does not fit."""
        if not isinstance(argument, Mapping):
            raise failures.invalid(f"{command} takes one object with uri and more, not {type(argument).__name__}.")
        if unknown := set(argument) - _KEYS:
            raise failures.invalid(f"{command} knows no {', '.join(sorted(unknown))}. It knows {sorted(_KEYS)}.")
        items = _read(argument, "diagnostics", Sequence, ())
        wish = cls(
            command,
            uri=_read(argument, "uri", str, ""),
            version=_read(argument, "version", int, None),
            position=_position(argument["position"], "position") if argument.get("position") is not None else None,
            name=_read(argument, "name", str, ""),
            region=_range(argument["range"], "range") if argument.get("range") is not None else None,
            diagnostics=tuple(_diagnostic(item) for item in items),
            instruction=_read(argument, "instruction", str, "").strip(),
            wait=_read(argument, "wait", bool, True),
        )
        wish.check()
        return wish

    def check(self) -> None:
        """Raise JsonRpcException when something is missing that the command cannot do without."""
        if not self.uri:
            raise failures.invalid(f"{self.command} needs uri, the document's.")
        if self.command in ON_FUNCTIONS and self.position is None and not self.name:
            raise failures.invalid(f"{self.command} needs position or name, to know which function is meant.")
        if self.command in INSTRUCTED and (not self.instruction or (self.command == EDIT and self.region is None)):
            place = "range" if self.command == EDIT else "name"
            raise failures.invalid(
                f"{self.command} needs {place}, and instruction: what to change, in words. "
                "The editor asks the user for it and sends the command again."
            )

    def dump(self) -> dict[str, Any]:
        """The argument as plain data, which ``parse`` reads."""
        data: dict[str, Any] = {"uri": self.uri, "wait": self.wait}
        if self.version is not None:
            data["version"] = self.version
        if self.position is not None:
            data["position"] = _plain(self.position)
        if self.region is not None:
            data["range"] = {"start": _plain(self.region.start), "end": _plain(self.region.end)}
        if self.diagnostics:
            data["diagnostics"] = [_plain_diagnostic(diagnostic) for diagnostic in self.diagnostics]
        texts = {"name": self.name, "instruction": self.instruction}
        return data | {key: text for key, text in texts.items() if text}

    def without_waiting(self) -> Wish:
        """The same, answered at once: for clients that block until a command is answered."""
        return replace(self, wait=False)

    def problems(self, snapshot: Snapshot) -> tuple[Problem, ...]:
        """The diagnostics in the core's words."""
        return tuple(
            Problem(
                snapshot.span(item.range),
                item.message,
                "" if item.code is None else str(item.code),
                item.source or "",
                _SEVERITIES.get(item.severity or lsp.DiagnosticSeverity.Error, Severity.INFO),
            )
            for item in self.diagnostics
        )


def _read(argument: Mapping[str, Any], key: str, kind: Any, default: Any) -> Any:
    value = argument.get(key)
    if value is None:
        return default
    fits = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
    if not fits or (kind is Sequence and isinstance(value, str)):
        raise failures.invalid(f"{key} must be of type {kind.__name__}, not {type(value).__name__}.")
    return value


def _position(value: Any, key: str) -> lsp.Position:
    line, character = (value.get("line"), value.get("character")) if isinstance(value, Mapping) else (None, None)
    if not isinstance(line, int) or not isinstance(character, int) or min(line, character) < 0:
        raise failures.invalid(f"{key} must hold line and character, whole numbers from 0.")
    return lsp.Position(min(int(line), _LARGEST_NUMBER), min(int(character), _LARGEST_NUMBER))


def _range(value: Any, key: str) -> lsp.Range:
    if not isinstance(value, Mapping):
        raise failures.invalid(f"{key} must hold start and end.")
    return lsp.Range(_position(value.get("start"), f"{key}.start"), _position(value.get("end"), f"{key}.end"))


def _diagnostic(value: Any) -> lsp.Diagnostic:
    if not isinstance(value, Mapping) or not isinstance(value.get("message"), str):
        raise failures.invalid("diagnostics must be a list of objects with range and message.")
    severity = value.get("severity", 1)
    code = value.get("code")
    return lsp.Diagnostic(
        _range(value.get("range"), "diagnostics.range"),
        value["message"],
        severity=lsp.DiagnosticSeverity(severity) if severity in (1, 2, 3, 4) else lsp.DiagnosticSeverity.Error,
        code=code if isinstance(code, (int, str)) else None,
        source=value["source"] if isinstance(value.get("source"), str) else None,
    )


def _plain(position: lsp.Position) -> dict[str, int]:
    return {"line": position.line, "character": position.character}


def _plain_diagnostic(diagnostic: lsp.Diagnostic) -> dict[str, Any]:
    data: dict[str, Any] = {
        "range": {"start": _plain(diagnostic.range.start), "end": _plain(diagnostic.range.end)},
        "message": diagnostic.message,
        "severity": int(diagnostic.severity or lsp.DiagnosticSeverity.Error),
    }
    if diagnostic.code is not None:
        data["code"] = diagnostic.code
    if diagnostic.source:
        data["source"] = diagnostic.source
    return data
