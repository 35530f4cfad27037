"""Do the names exist, and do the calls fit? ty says so, for the draft laid over its file."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Hashable, Iterator
from dataclasses import replace

from autoglm_core.analysis.trees import node_span, parse_tree
from autoglm_core.analysis.unbound import unbound_locals
from autoglm_core.targets import list_targets
from autoglm_core.types import (
    MISSING_TARGET,
    UNBOUND,
    Cost,
    Document,
    Draft,
    Finding,
    Replacement,
    Report,
    Severity,
    Span,
    Task,
    TaskKind,
    Workspace,
)
from autoglm_core.validators.baseline import INVALID_SYNTAX, CannotInspectError, Inspection, StaticValidator
from autoglm_core.validators.new_files import is_unsaved_module
from autoglm_core.validators.parsing import parse
from autoglm_core.validators.ty_nearby import module_advice, nearest
from autoglm_core.validators.ty_rules import DECISIVE_RULES, is_guarded, missing_thing, severity
from autoglm_core.validators.ty_server import TyServer

_MISSING = ("unresolved-reference", "missing-attribute", "missing-module-member")
_MOST_ADVICE = 3
_LAST_NAME = re.compile(r"\w+\Z")
_IGNORE_COMMENT = re.compile(r"#(?=[^\n\r]*\bty\s*:\s*ignore)[^\n\r]*")

_OWN_ATTRIBUTE = re.compile(r"Object of type `Self@\w+` has no attribute `(\w+)`")
_PRIVATE_MODULE = re.compile(r"Cannot resolve imported module `(_\w+)`")
_MIXIN = re.compile(r"(?i)mix_?in")
_OF_NONE = "Object of type `None` has no attribute"
_PLACE = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_ELSEWHERE = re.compile(r"^[ \t]*(?:async[ \t]+)?(?:def|class)\b|\b(?:await|yield)\b", re.MULTILINE)

_WHOLE = (TaskKind.IMPLEMENT, TaskKind.FIX, TaskKind.EDIT, TaskKind.GENERATE, TaskKind.REFACTOR)
_NEVER_RETURNS = "Function always implicitly returns `None`"


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
        diagnosed, unbound = await asyncio.gather(
            self._ty.diagnose(asked, workspace), asyncio.to_thread(_unbound_locals, document)
        )
        for diagnostic in diagnosed:
            rule, (message, _, more) = diagnostic.rule, diagnostic.message.partition("\n")
            if rule == INVALID_SYNTAX:
                complete = False
            badness = severity(rule, message)
            if rule == "import-not-found" and is_unsaved_module(message, document, workspace):
                continue
            if message.startswith(_OF_NONE) and _was_just_set_to_none(text, diagnostic.span):
                badness = Severity.ERROR
            if badness is Severity.ERROR:
                badness = _in_context(rule, message, text, diagnostic.span.start)
            # Where ty searched for a module is of no use to the model, and names the user's folders.
            detail = "" if rule == "import-not-found" else more.strip()
            findings.append(Finding(self.name, rule, badness, diagnostic.span, message, detail))
        told = {finding.span.start for finding in findings if finding.rule == "unresolved-reference"}
        for name, span in unbound:
            if span.start in told:
                continue
            badness = _in_context("unresolved-reference", "", text, span.start)
            findings.append(Finding(self.name, UNBOUND, badness, span, f"Name `{name}` is used before it has a value"))
        return Inspection(tuple(findings), complete, summary="names and types resolve")

    async def check(self, task: Task, draft: Draft) -> Report:
        """As every static validator; some new findings are worse in what is written to its end: see ``_is_worse``."""
        report = await self._advised(await super().check(task, draft), task, draft)
        worse = tuple(
            replace(finding, severity=Severity.ERROR)
            if finding.introduced and finding.severity is Severity.WARNING and _is_worse(finding, task.kind)
            else finding
            for finding in report.findings
        )
        return replace(report, findings=(*worse, *_missing_target(task, draft)))

    async def _advised(self, report: Report, task: Task, draft: Draft) -> Report:
        """The report with what was probably meant added to the new errors: to the first few, as each is a question.

        Only now: the message is what tells whether a finding is new, and what is near may change with the draft.
        """
        found, asked = [], 0
        for finding in report.findings:
            advice = ""
            if finding.introduced and finding.severity is Severity.ERROR and asked < _MOST_ADVICE:
                asked += finding.rule in (*_MISSING, "import-not-found")
                advice = await self._advice(finding, draft.document, task.workspace)
            found.append(replace(finding, message=f"{finding.message}; {advice}") if advice else finding)
        return replace(report, findings=tuple(found))

    async def _advice(self, finding: Finding, document: Document, workspace: Workspace) -> str:
        if finding.rule == "import-not-found":
            return await asyncio.to_thread(module_advice, finding.message, document, workspace)
        name = _LAST_NAME.search(document.text[finding.span.start : finding.span.end])
        if finding.rule not in _MISSING or name is None:
            return ""
        start = finding.span.start + name.start()
        try:
            if finding.rule == "unresolved-reference":
                # Before its first letter ty may not see the function around the name, behind it names that begin
                # otherwise are left out: so both.
                known = [name for at in (start, start + 1) for name in await self._ty.names_at(document, workspace, at)]
            else:
                without = document.replaced((Replacement(Span(start, start + len(name[0])), ""),))
                known = list(await self._ty.names_at(without, workspace, start))
        except CannotInspectError:
            return ""  # the finding stands without it
        near = nearest(name[0], known)
        return f"did you mean `{near}`?" if near else ""

    async def aclose(self) -> None:
        """End ty."""
        await super().aclose()
        await self._ty.aclose()

    def _baseline_key(self, document: Document, workspace: Workspace) -> Hashable:
        return (document.path, document.text, workspace.folders, *workspace.unsaved.items(), self._ty.generation)

    def _thing(self, finding: Finding) -> Hashable:
        return missing_thing(finding.rule, finding.message)


def _unbound_locals(document: Document) -> list[tuple[str, Span]]:
    """The local names that are used before they can have a value, with their places: ty asks whether they may."""
    try:
        found = unbound_locals(parse_tree(document.text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [(node.id, node_span(document, node)) for node in found]


def _missing_target(task: Task, draft: Draft) -> Iterator[Finding]:
    """That the method which a fix is asked for is none yet. It is old: a draft that leaves it so has mended nothing."""
    targets = {target.name: target for target in list_targets(draft.document)}
    plain = targets.get(task.wanted.rpartition(".")[2])
    if task.kind is TaskKind.FIX and "." in task.wanted and task.wanted not in targets and plain is not None:
        words = f"`{task.wanted}` is asked for, and `{plain.name}` stands outside of any class"
        span = Span(plain.span.start, plain.span.start + len(plain.header.split("\n")[0]))
        yield Finding(NamesTypesValidator.name, MISSING_TARGET, Severity.ERROR, span, words, introduced=False)


def _is_worse(finding: Finding, kind: TaskKind) -> bool:
    """Whether a new finding that is a warning elsewhere is an error of this kind of task.

    A function with a type to return that is written to its end and never returns is unfinished: ty finds none in the
    packages of ``ty_rules``, where stubs are told apart. At a cursor the rest is still to be typed.
    """
    if kind is TaskKind.TYPES:
        return True
    return kind in _WHOLE and finding.rule == "invalid-implicit-return" and finding.message.startswith(_NEVER_RETURNS)


def _was_just_set_to_none(text: str, span: Span) -> bool:
    """Whether what is None where it is used was made so above, in the same function, and nothing else can have set it.

    ``None`` is often an attribute's first value, and ty cannot see who changes it from outside.
    """
    place, dot, _ = text[span.start : span.end].rpartition(".")
    if not dot or not _PLACE.fullmatch(place):
        return False
    made = list(re.finditer(rf"^[ \t]*{re.escape(place)}[ \t]*=[ \t]*None\b", text[: span.start], re.MULTILINE))
    if not made:
        return False
    between = text[made[-1].end() : span.start]
    # A method of the same object, or whoever is given the object, may set its attributes.
    owner = re.escape(place.partition(".")[0])
    return not _ELSEWHERE.search(between) and not re.search(
        rf"(?:\b{owner}|super\(\))\.\w+\(|[(,=]\s*{owner}\s*[,)]", between
    )


def _in_context(rule: str, message: str, text: str, start: int) -> Severity:
    """An error is less bad where the code around it reckons with it."""
    parsed = parse(text)
    if is_guarded(rule, parsed.caught_at(start)):
        return Severity.INFO
    if rule == "unresolved-reference" and parsed.makes_names():
        return Severity.WARNING
    if (
        rule == "import-not-found"
        and (missing := _PRIVATE_MODULE.match(message))
        and missing[1] in sys.stdlib_module_names
    ):
        return Severity.WARNING  # ty has no types of the library's private modules
    own_attribute = _OWN_ATTRIBUTE.match(message)
    if own_attribute:
        # A base class may use what its subclasses have, a mixin what it is mixed into has, and any class what a
        # function that makes its objects has set on them.
        owner, name = parsed.enclosing_class(start), own_attribute[1]
        set_elsewhere = re.search(rf"(?<!\bself)\.{name}\s*(?:,[^=\n]*)?=(?!=)", text)
        private = name.startswith("_") and parsed.has_foreign_base(owner)  # which types of libraries leave out
        if _MIXIN.search(owner) or private or set_elsewhere or parsed.subclass_defines(owner, name):
            return Severity.WARNING
    return Severity.ERROR
