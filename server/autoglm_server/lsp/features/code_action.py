"""textDocument/codeAction: what AutoGLM could do here. Offers alone: no model is asked before one is chosen."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from autoglm_core.types import Cost, Problem, Span, Target
from autoglm_server.lsp.completing import KEPT
from autoglm_server.lsp.edits import workspace_edit
from autoglm_server.lsp.offers import ASK, FUNCTION_KINDS, function_offers
from autoglm_server.lsp.server import Server
from autoglm_server.lsp.snapshot import Snapshot
from autoglm_server.lsp.wish import EDIT, FIX, Wish

if TYPE_CHECKING:
    from autoglm_core.assistant import Assistant

EDIT_KIND = "refactor.rewrite.autoglm.edit"

_MOST_FIXES = 5
_REPAIR_S = 0.15
"""For all fixes by rule of a request together: the menu waits for them."""
_AUTO_FIX_S = 2.0
"""The same, where the user asked for quick fixes alone, as Auto Fix does: what comes later comes not at all."""
_TITLE_LENGTH = 80


def register(server: Server) -> None:
    """Offer actions of these kinds."""
    kinds = [lsp.CodeActionKind.QuickFix, *FUNCTION_KINDS, EDIT_KIND]
    options = lsp.CodeActionOptions(code_action_kinds=kinds, resolve_provider=True)
    server.answer(lsp.TEXT_DOCUMENT_CODE_ACTION, _code_action, options)


async def _code_action(server: Server, params: lsp.CodeActionParams) -> Sequence[lsp.CodeAction | lsp.Command] | None:
    snapshot = server.documents.snapshot(params.text_document.uri)
    if snapshot is None:
        return None
    only = params.context.only
    offers: list[lsp.CodeAction] = []
    async with server.session.assistant() as assistant:
        target = _target_at(assistant, snapshot, params.range)
        if target is not None and any(_is_wanted(kind, only) for kind in FUNCTION_KINDS):
            is_cell = server.documents.notebook_path(snapshot.uri) is not None
            found = function_offers(snapshot, target, is_cell=is_cell, asks=server.options.asks)
            offers += [offer for offer in found if _is_wanted(str(offer.kind), only)]
        if _is_wanted(lsp.CodeActionKind.QuickFix, only):
            diagnostics = params.context.diagnostics or await _own_findings(assistant, snapshot, params.range)
            patience = _AUTO_FIX_S if _is_auto_fix(params.context) else _REPAIR_S
            offers += await _repairs(server, assistant, snapshot, diagnostics, patience)
            offers += _fixes(snapshot, diagnostics)
        if _is_wanted(EDIT_KIND, only) and server.options.asks:
            offers.append(_edit(snapshot, params.range))
        path = server.documents.notebook_path(snapshot.uri) or snapshot.document.path
        reason = server.session.why_excluded(assistant, path, snapshot.workspace) if offers else ""
    if reason and not server.client.disabled_actions:
        return []
    for offer in offers:
        offer.disabled = lsp.CodeActionDisabled(f"{path.name} is not shown to any model: {reason}.") if reason else None
    return [fitting for offer in offers if (fitting := _fit(server, offer)) is not None]


def _is_wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Whether the client asks for this kind, or for one above it: ``refactor`` means ``refactor.rewrite`` too."""
    return only is None or any(not asked or kind == asked or kind.startswith(f"{asked}.") for asked in only)


def _is_auto_fix(context: lsp.CodeActionContext) -> bool:
    invoked = context.trigger_kind is lsp.CodeActionTriggerKind.Invoked
    return invoked and list(context.only or []) == [lsp.CodeActionKind.QuickFix]


def _target_at(assistant: Assistant, snapshot: Snapshot, region: lsp.Range) -> Target | None:
    """The innermost function around the cursor, if it is in the client's own text."""
    document = snapshot.document
    line = document.position(snapshot.offset(region.start))[0]

    def lines(span: Span) -> range:
        return range(document.position(span.start)[0], document.position(span.end)[0] + 1)

    around = [target for target in assistant.targets(document) if line in lines(target.span)]
    target = max(around, key=lambda found: found.span.start, default=None)
    return target if target is not None and target.span.start >= snapshot.start else None


async def _own_findings(assistant: Assistant, snapshot: Snapshot, region: lsp.Range) -> list[lsp.Diagnostic]:
    """What our instant validators find on the lines asked about; others' diagnostics make it unnecessary."""
    problems = await assistant.problems(snapshot.document, snapshot.workspace, Cost.INSTANT)
    found = [_diagnostic(snapshot, problem) for problem in problems if problem.span.start >= snapshot.start]
    return [d for d in found if d.range.start.line <= region.end.line and region.start.line <= d.range.end.line]


def _diagnostic(snapshot: Snapshot, problem: Problem) -> lsp.Diagnostic:
    return lsp.Diagnostic(
        snapshot.range(problem.span),
        problem.message,
        severity=lsp.DiagnosticSeverity.Error,
        code=problem.rule or None,
        source=problem.source,
    )


async def _repairs(
    server: Server,
    assistant: Assistant,
    snapshot: Snapshot,
    diagnostics: Sequence[lsp.Diagnostic],
    patience_s: float,
) -> list[lsp.CodeAction]:
    """Fixes by rule that have passed their checks already, so that they can be preferred; as many as there is time."""
    from autoglm_core.trace import evidence

    offers: list[lsp.CodeAction] = []
    if server.session.why_excluded(assistant, snapshot.document.path, snapshot.workspace):
        return offers
    end = time.monotonic() + patience_s
    for diagnostic in diagnostics[:_MOST_FIXES]:
        outcome = await server.mends.find(assistant, snapshot, diagnostic, max(0.0, end - time.monotonic()))
        if outcome is not None and outcome.accepted is not None and outcome.draft is not None:
            what = outcome.accepted.reason.partition(": ")[2].replace("`", "")
            try:
                edit = workspace_edit(snapshot, outcome.draft.document, evidence(outcome.accepted), server.client)
            except ValueError:  # in another cell of the notebook
                continue
            command = lsp.Command("AutoGLM: kept", KEPT, arguments=[outcome.id])
            offers.append(
                lsp.CodeAction(
                    what[:1].upper() + what[1:],
                    lsp.CodeActionKind.QuickFix,
                    diagnostics=[diagnostic],
                    is_preferred=True,
                    edit=edit,
                    command=command,
                )
            )
    return list({str(offer.title): offer for offer in offers}.values())


def _fixes(snapshot: Snapshot, diagnostics: Sequence[lsp.Diagnostic]) -> Iterator[lsp.CodeAction]:
    for diagnostic in diagnostics[:_MOST_FIXES]:
        words = diagnostic.message.strip().partition("\n")[0]
        short = words if len(words) <= _TITLE_LENGTH else words[: _TITLE_LENGTH - 1] + "…"
        wish = Wish(FIX, snapshot.uri, snapshot.version, region=diagnostic.range, diagnostics=(diagnostic,))
        # Never preferred: a fix by rule, which other servers offer, is better where there is one.
        yield lsp.CodeAction(
            f"Fix: {short}", lsp.CodeActionKind.QuickFix, diagnostics=[diagnostic], is_preferred=False, data=_data(wish)
        )


def _edit(snapshot: Snapshot, region: lsp.Range) -> lsp.CodeAction:
    title = "Edit with an instruction…"
    argument = Wish(EDIT, snapshot.uri, snapshot.version, region=region).dump()
    return lsp.CodeAction(title, EDIT_KIND, command=lsp.Command(title, ASK, arguments=[argument]))


def _data(wish: Wish) -> dict[str, object]:
    return {"command": wish.command, "argument": wish.dump()}


def _fit(server: Server, action: lsp.CodeAction) -> lsp.CodeAction | lsp.Command | None:
    """The action in the form that this client can carry out; None when it cannot."""
    client = server.client
    if client.llm_tag and action.edit is None:
        action.tags = [lsp.CodeActionTag.LlmGenerated]
    if not client.preferred_actions:
        action.is_preferred = None
    if not client.action_literals and action.edit is not None:
        return None  # such a client takes commands alone
    if action.command is None and not client.lazy_edits and isinstance(action.data, dict):
        # No codeAction/resolve: a command, answered at once, whose edit comes as workspace/applyEdit.
        argument = {**action.data["argument"], "wait": False}
        action.command = lsp.Command(action.title, action.data["command"], arguments=[argument])
        action.data = None
    return action if client.action_literals or action.command is None else action.command
