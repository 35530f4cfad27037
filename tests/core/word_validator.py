"""A real, tiny validator for tests of what is around validators: it objects to forbidden words."""

from __future__ import annotations

import re

from autoglm_core.types import Cost, Draft, Finding, Report, Severity, Span, Task


class WordValidator:
    """Finds the word ``wrong`` (an error) and the word ``odd`` (a warning)."""

    name = "words"
    cost = Cost.INSTANT

    async def check(self, task: Task, draft: Draft) -> Report:
        findings = tuple(
            Finding(
                self.name,
                match.group(),
                Severity.ERROR if match.group() == "wrong" else Severity.WARNING,
                Span(*match.span()),
                f"the word {match.group()} stands here",
                introduced=match.group() not in task.document.text,
            )
            for match in re.finditer(r"\b(wrong|odd)\b", draft.document.text)
        )
        return Report(self.name, findings, "words read")

    async def aclose(self) -> None:
        """Nothing is held."""
