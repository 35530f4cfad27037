"""A problem of a benchmark in two halves: what the loop may see, and what scores its answer.

The two are different types, and only ``Visible`` is ever given to the assistant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from autoglm_core.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Visible:
    """What the loop sees: the document, the function, and for a fix the user's words. No scoring test."""

    text: str
    target: str
    fix: bool = False
    instruction: str = ""


@dataclass(frozen=True, slots=True)
class Hidden:
    """What scores a program, as Python source.

    ``checks`` run behind the program, in its namespace, and raise where it is wrong; the first one is the
    benchmark's own, the others are stricter. ``reference`` runs before the program, in a namespace of its own that
    checks know as ``reference``: it works out the right answers.
    """

    checks: tuple[str, ...]
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. ``group`` is its class of bug, empty where there is none."""

    id: str
    visible: Visible
    hidden: Hidden
    group: str = ""


@dataclass(frozen=True, slots=True)
class ProblemSet:
    """The problems of one file, in its order; ``digest`` is the file's SHA-256."""

    name: str
    file: str
    digest: str
    problems: tuple[Problem, ...]

    def chosen(self, only: Iterable[str] = (), limit: int | None = None) -> tuple[Problem, ...]:
        """The problems that a run is about, in order. Raises SettingsError if there is none, or not all of ``only``."""
        wanted = set(only)
        strangers = sorted(wanted - {problem.id for problem in self.problems})
        if strangers:
            raise SettingsError(f"No problem of {self.file} is called {', '.join(strangers)}.")
        left = [problem for problem in self.problems if not wanted or problem.id in wanted]
        if not left:
            raise SettingsError(f"{self.file} holds no problem.")
        return tuple(left if limit is None else left[:limit])
