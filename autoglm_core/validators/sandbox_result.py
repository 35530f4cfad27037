"""How a program in the sandbox ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Limit(StrEnum):
    """A limit that ended the program, in words that follow "it"."""

    WALL = "did not end in time"
    CPU = "used up its CPU time"
    MEMORY = "used too much memory"
    PROCESSES = "started too many processes"
    OUTPUT = "wrote too much output"


@dataclass(frozen=True, slots=True)
class SandboxResult:
    """The end of a program, as bubblewrap and the kernel tell it from outside, and what it wrote.

    ``exit_code`` is None when a ``signal`` killed it or when we did, for the ``limit`` that it hit.
    ``channel`` is what it wrote to the descriptor for results. All bytes are the program's own words:
    evidence, never a verdict.
    """

    exit_code: int | None
    signal: int | None
    stdout: bytes
    stderr: bytes
    channel: bytes
    limit: Limit | None
    seconds: float

    @property
    def timed_out(self) -> bool:
        """Whether it ran longer than the wall time, or used up its CPU time."""
        return self.limit in (Limit.WALL, Limit.CPU)
