"""Holes and secrets that a draft would bring in: ruff's rules from bandit, injections, and known shapes of keys."""

from __future__ import annotations

import asyncio
import re

from autoglm_core.types import Cost, Document, Finding, Severity, Workspace
from autoglm_core.validators.baseline import CannotInspectError, Inspection, StaticValidator
from autoglm_core.validators.injection import Injection, UnreadableError, find_injections
from autoglm_core.validators.ruff_check import RuffCheck, parses
from autoglm_core.validators.ruff_server import Violation
from autoglm_core.validators.secrets import find_secrets

_UNPARSED = "the file does not parse, so it was searched for secrets alone"
_HARMLESS = "seems safe"  # how ruff words S602 and S605 where the command is a constant

# A rule that is in no table is a warning.
_ERRORS = {
    "S102": "exec runs whatever reaches it",
    "S201": "Flask's debugger lets visitors run code",
    "S301": "unpickling runs whatever the data says",
    "S302": "marshal crashes or worse on foreign data",
    "S307": "eval runs whatever reaches it",
    "S323": "an unverified TLS context trusts anybody",
    "S501": "without checking certificates, anybody can listen in",
    "S502": "a TLS version that is broken",
    "S503": "a TLS version that is broken, as a default",
    "S505": "a key too short to hold",
    "S506": "yaml.load builds whatever objects the text says",
    "S507": "an SSH host that nobody checked",
    "S602": "a shell reads the command: what users type in becomes commands",
    "S604": "a shell reads the command: what users type in becomes commands",
    "S605": "a shell reads the command: what users type in becomes commands",
    "S608": "values pasted into SQL become SQL: pass them as parameters",
    "S609": "a wildcard in a shell's command takes file names for options",
    "S610": "values pasted into SQL become SQL",
    "S611": "values pasted into SQL become SQL",
    "S701": "a template without escaping lets users write scripts",
    "S702": "a template without escaping lets users write scripts",
}
_HINTS = {
    "S101": "an assert is taken away by -O; fine where it states what cannot be otherwise",
    "S108": "a fixed name in /tmp: most often an example",
    "S110": "try, except, pass hides errors, no hole by itself",
    "S112": "try, except, continue hides errors, no hole by itself",
    "S310": "urlopen also opens file: addresses, a question of where the address comes from",
    "S311": "pseudo-random numbers are right for all but secrets",
    "S403": "importing pickle is no hole, loading with it is",
    "S404": "importing subprocess is no hole, a shell is",
    "S405": "importing an XML parser is no hole by itself",
    "S406": "importing an XML parser is no hole by itself",
    "S407": "importing an XML parser is no hole by itself",
    "S408": "importing an XML parser is no hole by itself",
    "S409": "importing an XML parser is no hole by itself",
    "S603": "a program started without a shell, which is the right way",
    "S606": "a program started without a shell, which is the right way",
    "S607": "a program found on PATH: most portable code does so",
}


# What ruff sees by the shape of one call, and the flow of values finds too.
_SAME = {
    "injection-sql": ("S608", "S610", "S611"),
    "injection-shell": ("S602", "S604", "S605", "S609"),
    "injection-code": ("S102", "S307"),
    "unsafe-deserialisation": ("S301", "S302", "S506"),
}
_RUNNERS = ("S102", "S301", "S302", "S307")
_CONSTANT_CALL = re.compile(r"""[\w.]+\(\s*(?:b?(?:"[^"\\\n]*"|'[^'\\\n]*'))?\s*\)""")


class SecurityValidator(StaticValidator):
    """Reports code that lets others in, and secrets written into code."""

    name = "security"
    cost = Cost.FAST

    def __init__(self, ruff: RuffCheck | None = None) -> None:
        super().__init__()
        self._ruff = ruff or RuffCheck()

    async def aclose(self) -> None:
        """End ruff, and forget the baselines."""
        await self._ruff.aclose()
        await super().aclose()

    async def inspect(self, document: Document, workspace: Workspace) -> Inspection:
        """Search for secrets and ask ruff; where it cannot be run, the secrets are found all the same."""
        findings = tuple(
            Finding(self.name, secret.rule, Severity.ERROR, secret.span, message)
            for secret in find_secrets(document.text)
            for message in [f"{secret.what} is written into the code: read it from the environment or a keyring"]
        )
        try:
            violations = await self._ruff.violations(document)
        except CannotInspectError as error:
            return Inspection(findings, skipped=str(error))
        tests = _is_test(document)
        findings += tuple(
            Finding(self.name, v.rule, _in_context(v, document), v.span, v.message)
            for v in violations
            if v.rule.startswith("S") and not (tests and v.rule == "S101")
        )
        complete = parses(violations)
        if not complete:
            return Inspection(findings, complete, _UNPARSED)
        try:
            flows = await asyncio.to_thread(find_injections, document)
        except UnreadableError as error:
            return Inspection(findings, skipped=f"no values were followed to where they could inject: {error}")
        findings += tuple(
            Finding(self.name, each.rule, each.severity, each.span, each.message)
            for each in flows
            if not _is_said(each, findings, document)
        )
        return Inspection(findings, summary="no security findings")


def severity(violation: Violation) -> Severity:
    """How bad breaking a rule is, in the way that ruff words it."""
    if violation.rule in _ERRORS and _HARMLESS not in violation.message:
        return Severity.ERROR
    return Severity.INFO if violation.rule in _HINTS else Severity.WARNING


def _is_said(flow: Injection, findings: tuple[Finding, ...], document: Document) -> bool:
    """Whether ruff says of the same lines what a flow says, as badly: once is enough."""
    first, last = (document.position(at)[0] for at in (flow.span.start, flow.span.end))
    return any(
        finding.rule in _SAME.get(flow.rule, ())
        and finding.severity >= flow.severity
        and first <= document.position(finding.span.start)[0] <= last
        for finding in findings
    )


def _in_context(violation: Violation, document: Document) -> Severity:
    """What runs or builds nothing but a text that stands in the code harms nobody."""
    constant = violation.rule in _RUNNERS and _CONSTANT_CALL.match(document.text, violation.span.start)
    return Severity.WARNING if constant else severity(violation)


def _is_test(document: Document) -> bool:
    name = document.path.name
    named = name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py"
    return named or bool({"tests", "test"} & set(document.path.parts[:-1]))
