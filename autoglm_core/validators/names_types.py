"""Do the names exist, and do the calls fit? ty says so, for the draft laid over its file."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import replace

from autoglm_core.types import Cost, Document, Draft, Finding, Report, Severity, Task, TaskKind, Workspace
from autoglm_core.validators.baseline import INVALID_SYNTAX, Inspection, StaticValidator
from autoglm_core.validators.new_files import is_unsaved_module
from autoglm_core.validators.parsing import parse
from autoglm_core.validators.ty_rules import DECISIVE_RULES, is_guarded, missing_thing, severity
from autoglm_core.validators.ty_server import TyServer

_IGNORE_COMMENT = re.compile(r"#(?=[^\n\r]*\bty\s*:\s*ignore)[^\n\r]*")

_OWN_ATTRIBUTE = re.compile(r"Object of type `Self@\w+` has no attribute `(\w+)`")
_MIXIN = re.compile(r"(?i)mix_?in")


class NamesTypesValidator(StaticValidator):
    """Reports unresolved names, imports and attributes, calls that do not fit, and types that clash."""

    name = "names_types"
    cost = Cost.FAST

    def __init__(self, ty: TyServer | None = None) -> None:
        super().__init__()
        self._ty = ty or TyServer(DECISIVE_RULES)

    async def inspect(self, document: Document, workspace: Workspace) -> Inspection:
        """Ask ty. Raises CannotInspectError when it cannot be started or does not answer."""
        # A comment of the draft may not silence what is wrong with it. Lengths stay, so that places do.
        text = _IGNORE_COMMENT.sub(lambda match: match[0].replace("ignore", "IGNORE"), document.text)
        asked = Document(document.path, text, document.version, document.language)
        findings, complete = [], True
        for diagnostic in await self._ty.diagnose(asked, workspace):
            rule, (message, _, more) = diagnostic.rule, diagnostic.message.partition("\n")
            if rule == INVALID_SYNTAX:
                complete = False
            badness = severity(rule, message)
            if rule == "import-not-found" and is_unsaved_module(message, document, workspace):
                continue
            if badness is Severity.ERROR:
                badness = _in_context(rule, message, text, diagnostic.span.start)
            # Where ty searched for a module is of no use to the model, and names the user's folders.
            detail = "" if rule == "import-not-found" else more.strip()
            findings.append(Finding(self.name, rule, badness, diagnostic.span, message, detail))
        return Inspection(tuple(findings), complete, summary="names and types resolve")

    async def check(self, task: Task, draft: Draft) -> Report:
        """As every static validator. New types that clash with the code or its callers are errors in themselves."""
        report = await super().check(task, draft)
        if task.kind is not TaskKind.TYPES:
            return report
        worse = tuple(
            replace(finding, severity=Severity.ERROR)
            if finding.introduced and finding.severity is Severity.WARNING
            else finding
            for finding in report.findings
        )
        return replace(report, findings=worse)

    async def aclose(self) -> None:
        """End ty."""
        await super().aclose()
        await self._ty.aclose()

    def _baseline_key(self, document: Document, workspace: Workspace) -> Hashable:
        return (document.path, document.text, workspace.folders, *workspace.unsaved.items(), self._ty.generation)

    def _thing(self, finding: Finding) -> Hashable:
        return missing_thing(finding.rule, finding.message)


def _in_context(rule: str, message: str, text: str, start: int) -> Severity:
    """An error is less bad where the code around it reckons with it."""
    parsed = parse(text)
    if is_guarded(rule, parsed.caught_at(start)):
        return Severity.INFO
    own_attribute = _OWN_ATTRIBUTE.match(message)
    if own_attribute:
        # A base class may use what its subclasses have, a mixin what it is mixed into has.
        owner = parsed.enclosing_class(start)
        if _MIXIN.search(owner) or parsed.subclass_defines(owner, own_attribute[1]):
            return Severity.WARNING
    return Severity.ERROR
