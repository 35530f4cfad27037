"""Asks one improver after the other."""

from __future__ import annotations

from collections.abc import Sequence

from autoglm_core.protocols import Improver
from autoglm_core.types import Attempt, Draft, Task


class SeveralImprovers:
    """The first that knows something has its way."""

    def __init__(self, improvers: Sequence[Improver]) -> None:
        self._improvers = tuple(improvers)

    async def improve(self, task: Task, attempt: Attempt) -> Sequence[tuple[Draft, str]]:
        """As each improver does."""
        for improver in self._improvers:
            if improved := await improver.improve(task, attempt):
                return improved
        return ()
