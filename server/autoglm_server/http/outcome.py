"""An outcome as the service's answer."""

from __future__ import annotations

from typing import Any, cast

from autoglm_core.assistant import Assistant
from autoglm_core.trace import finding_json, to_json, to_page
from autoglm_core.types import Draft, Outcome
from autoglm_server.http.schemas import FindingAnswer, GenerateAnswer, TraceAnswer
from autoglm_server.http.workspace import Checkout


def answer(assistant: Assistant, outcome: Outcome, place: Checkout, *, run_id: str, queued: float) -> GenerateAnswer:
    """The answer to a request. Only code that passed every check is in ``code``; drafts are in ``attempts``."""
    trace = to_json(outcome)
    draft = outcome.draft
    model = sum(attempt.usage.seconds for attempt in outcome.attempts)
    checks = sum(attempt.seconds - attempt.usage.seconds for attempt in outcome.attempts)
    result = {
        "id": run_id,
        "status": trace["status"],
        "ending": trace["ending"],
        "code": _code(assistant, outcome, draft) if draft else None,
        "file": {"path": place.path, "text": draft.document.text} if draft else None,
        "diff": trace["diff"],
        "findings": _findings(outcome),
        "attempts": trace["attempts"],
        "timings": {
            "total": round(queued + outcome.seconds, 3),
            "queued": round(queued, 3),
            "model": round(model, 3),
            "checks": round(checks, 3),
        },
    }
    # The checks name files in full; the caller knows them by the paths that it sent.
    return cast("GenerateAnswer", _without(result, f"{place.folder}/"))


def full_trace(outcome: Outcome, place: Checkout, *, run_id: str) -> TraceAnswer:
    """The trace as the page draws it, under the id of its run."""
    return cast("TraceAnswer", _without({**to_page(outcome), "id": run_id}, f"{place.folder}/"))


def _code(assistant: Assistant, outcome: Outcome, draft: Draft) -> str:
    """The whole definition for a target, else the text that was written."""
    target = outcome.task.target
    if target:
        found = [t for t in assistant.targets(draft.document) if t.name == target.name]
        if found:
            return draft.document.text[found[0].span.start : found[0].span.end]
    return "".join(replacement.text for replacement in draft.replacements).strip("\r\n") + "\n"


def _findings(outcome: Outcome) -> list[FindingAnswer]:
    last = outcome.accepted or (outcome.attempts[-1] if outcome.attempts else None)
    if last is None or last.draft is None:
        return []
    draft = last.draft
    shown = [f for f in last.findings if f.introduced] if outcome.accepted else last.rejected_by
    return [cast("FindingAnswer", finding_json(finding, draft)) for finding in shown]


def _without(value: Any, prefix: str) -> Any:
    if isinstance(value, str):
        return value.replace(prefix, "")
    if isinstance(value, list):
        return [_without(item, prefix) for item in value]
    if isinstance(value, dict):
        return {key: _without(item, prefix) for key, item in value.items()}
    return value
