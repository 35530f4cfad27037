"""How an engine stands, as far as is known without asking it anything: what a status line shows."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol, runtime_checkable


class EngineState(StrEnum):
    """IDLE: not asked yet, or let go of; an embedded model is loaded at its first use."""

    IDLE = "idle"
    LOADING = "loading"
    READY = "ready"
    OFFLINE = "offline"


class Condition:
    """The state of one engine, with whoever wants to hear of its changes.

    ``address`` is the endpoint's URL, without credentials; empty while there is none. ``problem`` says in a
    sentence why an engine is offline.
    """

    def __init__(self, state: EngineState = EngineState.IDLE, address: str = "") -> None:
        self.state = state
        self.address = address
        self.problem = ""
        self._watchers: list[Callable[[], None]] = []

    def watch(self, told: Callable[[], None]) -> None:
        """Call ``told`` at each change; it must return at once."""
        self._watchers.append(told)

    def become(self, state: EngineState, problem: str = "") -> None:
        """Note a state; those who watch are told if it is news."""
        if (state, problem) != (self.state, self.problem):
            self.state, self.problem = state, problem
            for told in self._watchers:
                told()


@runtime_checkable
class ConditionedEngine(Protocol):
    """An engine that notes how it stands."""

    @property
    def condition(self) -> Condition:
        """How it stands."""
        ...

    async def look(self) -> None:
        """Find out whether the node answers, and note it. Loads no model, and never raises EngineError."""
        ...
