"""What ruff's rules for mistakes say of a draft: pyflakes, syntax, bugbear and pylint's errors."""

from __future__ import annotations

from autoglm_core.types import Cost, Document, Finding, Severity, Workspace
from autoglm_core.validators.baseline import Inspection, StaticValidator
from autoglm_core.validators.parsing import parse
from autoglm_core.validators.ruff_check import RuffCheck, parses
from autoglm_core.validators.ruff_server import Violation

_UNPARSED = "the file does not parse, so ruff's rules were not run"

# A mistake that fails, or does nothing, whenever the line is reached. All else is a warning.
_ERRORS = {
    "invalid-syntax": "does not parse",
    "F502": "% format with positional fields, given a mapping",
    "F503": "% format with named fields, given a tuple",
    "F504": "% format without the named arguments given",
    "F505": "% format that lacks a named argument",
    "F506": "% format that mixes positional and named fields",
    "F507": "% format with the wrong number of values",
    "F509": "% format with an unknown character",
    "F521": "str.format that is invalid",
    "F524": "str.format that lacks an argument",
    "F525": "str.format that mixes automatic and manual numbers",
    "F601": "`in` tuple comparison that pyflakes proves wrong",
    "F621": "too many expressions in a starred assignment",
    "F622": "two starred expressions in an assignment",
    "F631": "an assert on a tuple, which is always true",
    "F632": "`is` with a literal: compares identity, not value",
    "F633": "`>>` with print",
    "F634": "an if on a tuple, which is always true",
    "F701": "break outside a loop",
    "F702": "continue outside a loop",
    "F704": "yield outside a function",
    "F706": "return outside a function",
    "F707": "a bare except that is not the last",
    "F821": "undefined name",
    "F822": "undefined name in __all__",
    "F823": "local variable used before it is assigned",
    "B002": "`++n`, which Python does not have",
    "B016": "raises a literal, which fails with TypeError",
    "B029": "`except ():` catches nothing",
}
_ERROR_FAMILIES = ("E9", "PLE")
_NO_ERRORS = {"PLE0704": "a bare raise works in a function that an except block calls"}
_HINTS = {
    "F403": "star imports are a matter of style",
    "F405": "a name that may come from a star import",
    "B018": "an expression without use: common in notebooks and half-typed code",
    "B904": "`raise` without `from` loses the cause, no more",
    "B905": "zip without strict= is most often meant",
    "B006": "a mutable default is a trap, but works when it is not changed",
    "B028": "warnings without stacklevel point at the wrong line, no more",
}


class LintValidator(StaticValidator):
    """Reports undefined and unused names, formats that do not fit, and what is legal but surely not meant."""

    name = "lint"
    cost = Cost.FAST

    def __init__(self, ruff: RuffCheck | None = None) -> None:
        super().__init__()
        self._ruff = ruff or RuffCheck()

    async def aclose(self) -> None:
        """End ruff, and forget the baselines."""
        await self._ruff.aclose()
        await super().aclose()

    async def inspect(self, document: Document, workspace: Workspace) -> Inspection:
        """Ask ruff. Raises CannotInspectError when it cannot be run."""
        violations = await self._ruff.violations(document)
        findings = tuple(self._finding(v, document) for v in violations if not v.rule.startswith("S"))
        complete = parses(violations)
        return Inspection(findings, complete, "" if complete else _UNPARSED, "no lint findings")

    def _finding(self, violation: Violation, document: Document) -> Finding:
        badness = severity(violation.rule)
        if violation.rule == "F821" and parse(document.text).makes_names():
            badness = Severity.WARNING
        return Finding(self.name, violation.rule, badness, violation.span, violation.message)


def severity(rule: str) -> Severity:
    """How bad breaking a rule is."""
    if rule in _ERRORS or (rule.startswith(_ERROR_FAMILIES) and rule not in _NO_ERRORS):
        return Severity.ERROR
    return Severity.INFO if rule in _HINTS else Severity.WARNING
