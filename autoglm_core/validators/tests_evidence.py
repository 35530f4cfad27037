"""What a run of doctests or pytest left behind, read with distrust: the verdict is made here, outside."""

from __future__ import annotations

import json
import re
import secrets
import signal
from dataclasses import dataclass, field
from typing import Any

from autoglm_core.validators.sandbox_result import Limit, SandboxResult

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_LEAST_STATUS, _MOST_STATUS = 64, 113


@dataclass(frozen=True, slots=True)
class Secrets:
    """What only the harness knows inside: the token of its events and the status that it ends with."""

    token: str = field(default_factory=lambda: secrets.token_hex(16))
    status: int = field(default_factory=lambda: _LEAST_STATUS + secrets.randbelow(_MOST_STATUS - _LEAST_STATUS))


@dataclass(frozen=True, slots=True)
class Frame:
    """A place in the workspace's code that an exception came through; ``line`` is zero-based."""

    file: str
    line: int
    function: str


@dataclass(frozen=True, slots=True)
class Event:
    """One line that the harness wrote; absent fields are empty."""

    kind: str
    facts: dict[str, Any]

    def text(self, name: str) -> str:
        """A field that should be text, without control characters; empty if it is none."""
        return readable(self.facts.get(name))

    def number(self, name: str) -> int:
        """A field that should be a whole number; -1 if it is none."""
        value = self.facts.get(name)
        return value if isinstance(value, int) else -1

    def inner(self, name: str) -> Event:
        """A field that should be an object."""
        value = self.facts.get(name)
        return Event(self.kind, value if isinstance(value, dict) else {})

    def names(self, name: str) -> tuple[str, ...]:
        """A field that should be a list of texts."""
        value = self.facts.get(name)
        return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()

    @property
    def frames(self) -> tuple[Frame, ...]:
        """The frames of an exception, outermost first."""
        rows = self.facts.get("frames")
        return tuple(
            Frame(readable(row[0]), row[1] - 1, readable(row[2]))
            for row in (rows if isinstance(rows, list) else ())
            if isinstance(row, list) and len(row) == 3 and isinstance(row[1], int) and row[1] > 0
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """The events of one run, up to the first that cannot be the harness's own.

    ``ended`` says that the harness came to its own end; ``cause`` says in words why not, to follow "the run",
    and ``rule`` classifies it. ``forged`` says that something else wrote results.
    """

    events: tuple[Event, ...]
    ended: bool
    cause: str
    rule: str
    forged: bool


def read_evidence(result: SandboxResult, known: Secrets) -> Evidence:
    """Read the events of a run; nothing in them is believed to be well-formed."""
    events: list[Event] = []
    forged = False
    lines = result.channel.split(b"\n")
    for line in lines[:-1]:
        try:
            facts = json.loads(line)
        except (ValueError, RecursionError):
            facts = None
        if not isinstance(facts, dict) or facts.get("token") != known.token or facts.get("number") != len(events) + 1:
            forged = True
            break
        events.append(Event(str(facts.get("event")), facts))
    whole = bool(events) and events[-1].kind == "end" and not lines[-1]
    ended = whole and not forged and result.exit_code == known.status and result.limit is None
    cause, rule = ("", "") if ended else _cause(result)
    return Evidence(tuple(events), ended, cause, rule, forged or (whole and not ended and result.limit is None))


def readable(value: object) -> str:
    """Text without what a terminal or an editor would act on; empty for anything else."""
    return _CONTROL.sub("", value) if isinstance(value, str) else ""


def _cause(result: SandboxResult) -> tuple[str, str]:
    if result.limit in (Limit.WALL, Limit.CPU):
        return f"{result.limit} (an endless loop?)", "timeout"
    if result.limit:
        return str(result.limit), "limit"
    if result.signal:
        try:
            name = signal.Signals(result.signal).name
        except ValueError:
            name = f"signal {result.signal}"
        return f"was killed by {name}", "crash"
    return f"ended the process itself, with exit status {result.exit_code}", "crash"
