"""One ruff call for all that ruff is asked, shared by the validators of lint and of security."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from autoglm_core.types import Document
from autoglm_core.validators.baseline import INVALID_SYNTAX
from autoglm_core.validators.ruff_server import RuffServer, Violation

_RULES = "F,E9,B,PLE,S"
_KEPT_ANSWERS = 32


class RuffCheck:
    """Asks ruff about texts and remembers its last answers. ``rules`` is what ruff's ``--select`` takes."""

    def __init__(self, command: str = "", *, rules: str = _RULES) -> None:
        self._server = RuffServer(rules.split(","), command)
        self._answers: OrderedDict[tuple[str, str], tuple[Violation, ...]] = OrderedDict()
        self._asked: dict[tuple[str, str], asyncio.Lock] = {}
        self.questions = 0
        """How often ruff itself was asked."""

    async def violations(self, document: Document) -> tuple[Violation, ...]:
        """What ruff says of a document; two who ask for the same text at the same time share one call.

        Raises CannotInspectError when ruff cannot be run.
        """
        key = (document.path.name, document.text)
        if key not in self._answers:
            async with self._asked.setdefault(key, asyncio.Lock()):
                try:
                    if key not in self._answers:
                        self.questions += 1
                        self._answers[key] = await self._server.diagnose(document)
                finally:
                    self._asked.pop(key, None)
            while len(self._answers) > _KEPT_ANSWERS:
                self._answers.popitem(last=False)
        self._answers.move_to_end(key)
        return self._answers[key]

    async def aclose(self) -> None:
        """End ruff; calling it again does nothing."""
        await self._server.aclose()


def parses(violations: tuple[Violation, ...]) -> bool:
    """Whether ruff could read the text; else it looked at nothing but the syntax."""
    return all(violation.rule != INVALID_SYNTAX for violation in violations)
