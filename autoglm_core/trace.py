"""An outcome in words, for people (Markdown) and for programs (JSON-ready values)."""

from __future__ import annotations

import difflib
import re
from typing import Any

from autoglm_core.metrics import Metrics
from autoglm_core.types import (
    Attempt,
    ChatPrompt,
    Document,
    Draft,
    Ending,
    Finding,
    Outcome,
    Prompt,
    Report,
    Step,
    fail_alike,
)


def evidence(attempt: Attempt) -> str:
    """What was looked at, in one line: ``parses · names resolve · 3 tests passed``. Never "correct"."""
    return " · ".join(report.summary for report in attempt.reports if report.summary and not report.skipped)


def diff(outcome: Outcome, draft: Draft) -> str:
    """The draft as a unified diff against the task's document; empty when nothing changes.

    Its lines are those of ``Document``: a form feed ends none.
    """
    name = outcome.task.document.path.name
    before, after = _lines(outcome.task.document), _lines(draft.document)
    return "\n".join(difflib.unified_diff(before, after, f"a/{name}", f"b/{name}", lineterm=""))


def why_rejected(outcome: Outcome) -> str:
    """One sentence a user can act on: which checks the last draft failed, or why there was none."""
    if outcome.ending is Ending.NO_FUNCTION:
        return "The checks find nothing wrong. Say which function is: by its name, or by a place in it."
    last = next((attempt for attempt in reversed(outcome.attempts) if attempt.by_model), None)
    last = last or (outcome.attempts[-1] if outcome.attempts else None)
    tried = sum(attempt.number > 0 for attempt in outcome.attempts)
    if last is None or (not last.problem and not last.rejected_by):
        return f"No draft was finished: {outcome.ending.value}."
    count = "1 draft was" if tried == 1 else f"{tried} drafts were"
    if last.problem:
        return f"{count} tried and none was usable; of the last one: {last.problem}."
    first = last.rejected_by[0]
    more = f", and {len(last.rejected_by) - 1} more" if len(last.rejected_by) > 1 else ""
    agree = " They all fail alike: what they are checked against may be wrong." if fail_alike(outcome.attempts) else ""
    words = f"{count} tried and none passed the checks; the last one fails {first.validator}: {first.message}{more}."
    return words + agree


def to_markdown(outcome: Outcome) -> str:
    """The whole trace as a document: each attempt with its diff, its findings and its cost."""
    task = outcome.task
    name = task.target.name if task.target else task.document.path.name
    lines = [
        f"# {task.kind.value} {name}: {outcome.ending.value}",
        "",
        f"{task.document.path.name} · {_plural(len(outcome.attempts), 'attempt')} · {outcome.seconds:.1f} s · "
        + outcome.id,
    ]
    if outcome.accepted and len(outcome.attempts) > 1:
        chosen = f": {outcome.chosen}" if outcome.chosen else ""
        lines += ["", f"Attempt {outcome.accepted.number} is shown{chosen}."]
    if outcome.steps:
        lines += ["", "Steps: " + " → ".join(f"{step.name} {_milliseconds(step)}" for step in outcome.steps)]
    if task.instruction:
        lines += ["", f"> {task.instruction}"]
    for attempt in outcome.attempts:
        lines += ["", *_attempt_lines(outcome, attempt)]
    return "\n".join(lines) + "\n"


def to_json(outcome: Outcome) -> dict[str, Any]:
    """The whole trace as plain data; offsets become one-based lines and columns in code points."""
    accepted = outcome.accepted
    return {
        "id": outcome.id,
        "kind": outcome.task.kind.value,
        "file": str(outcome.task.document.path),
        "target": outcome.task.target.name if outcome.task.target else None,
        "status": "accepted" if accepted else "rejected",
        "ending": outcome.ending.value,
        "seconds": round(outcome.seconds, 3),
        "accepted": accepted.number if accepted else None,
        "chosen": outcome.chosen,
        "best": outcome.best.number if outcome.best else None,
        "diff": diff(outcome, accepted.draft) if accepted and accepted.draft else "",
        "cached": outcome.cached,
        "steps": [{"name": step.name, "seconds": round(step.seconds, 6)} for step in outcome.steps],
        "attempts": [_attempt_json(outcome, attempt) for attempt in outcome.attempts],
    }


def to_page(outcome: Outcome) -> dict[str, Any]:
    """What the page of a trace needs: ``to_json``, the text ``before``, the task's ``lines``, and each prompt.

    Of grey text the engine saw what surrounds the cursor: its prompt is the texts around the hole.
    """
    task, data = outcome.task, to_json(outcome)
    first, last = task.document.position(task.span.start)[0], task.document.position(task.span.end)[0]
    prompts = [_prompt_json(attempt.prompt) for attempt in outcome.attempts]
    return {
        **data,
        "instruction": task.instruction,
        "ended_at": round(outcome.ended_at, 3),
        "before": "\n".join(_lines(task.document)),
        "lines": [first + 1, last + 1],
        "attempts": [{**attempt, "prompt": prompt} for attempt, prompt in zip(data["attempts"], prompts, strict=True)],
    }


def to_summary(outcome: Outcome) -> dict[str, Any]:
    """An outcome as a list shows it."""
    task = outcome.task
    return {
        "id": outcome.id,
        "kind": task.kind.value,
        "file": str(task.document.path),
        "target": task.target.name if task.target else None,
        "status": "accepted" if outcome.accepted else "rejected",
        "ending": outcome.ending.value,
        "seconds": round(outcome.seconds, 3),
        "attempts": len(outcome.attempts),
        "ended_at": round(outcome.ended_at, 3),
    }


def measure(outcome: Outcome, metrics: Metrics) -> None:
    """Count an outcome in the metrics, in a section of its task's kind: what it took, and where the time went."""
    section, attempts = outcome.task.kind.value, outcome.attempts
    metrics.count(section, "requests")
    metrics.count(section, "accepted" if outcome.accepted else "rejected")
    metrics.count(section, "attempts", len(attempts))
    metrics.count(section, "tokens_read", sum(a.usage.prompt_tokens - a.usage.cached_tokens for a in attempts))
    metrics.count(section, "tokens_cached", sum(a.usage.cached_tokens for a in attempts))
    metrics.count(section, "tokens_written", sum(a.usage.completion_tokens for a in attempts))
    metrics.time(section, "total", outcome.seconds)
    for attempt in attempts:
        if attempt.usage.seconds:
            metrics.time(section, "model", attempt.usage.seconds)
        # The same program as before has that one's reports, which took no time again.
        for report in attempt.reports if attempt.same_as is None else ():
            if not report.skipped:
                metrics.time(section, report.validator, report.seconds)


def _lines(document: Document) -> list[str]:
    """The lines of a document, without the empty one after a last line break."""
    lines = [document.line(number) for number in range(document.line_count)]
    return lines if lines[-1] else lines[:-1]


def _prompt_json(prompt: Prompt | None) -> list[dict[str, str]]:
    if prompt is None:
        return []
    if isinstance(prompt, ChatPrompt):
        messages = [{"role": message.role, "content": message.content} for message in prompt.messages]
        return messages + ([{"role": "assistant", "content": prompt.prefill}] if prompt.prefill else [])
    after = [{"role": "suffix", "content": prompt.suffix}] if prompt.suffix is not None else []
    return [{"role": "prefix", "content": prompt.prefix}, *after]


def _milliseconds(step: Step) -> str:
    return f"{1000 * step.seconds:.1f} ms"


def finding_json(finding: Finding, draft: Draft) -> dict[str, Any]:
    """One finding as plain data, placed in the draft's document."""
    line, column = draft.document.position(finding.span.start)
    end_line, end_column = draft.document.position(finding.span.end)
    return {
        "validator": finding.validator,
        "rule": finding.rule,
        "severity": finding.severity.name.lower(),
        "line": line + 1,
        "column": column + 1,
        "end_line": end_line + 1,
        "end_column": end_column + 1,
        "message": finding.message,
        "detail": finding.detail,
        "introduced": finding.introduced,
    }


def _attempt_json(outcome: Outcome, attempt: Attempt) -> dict[str, Any]:
    draft = attempt.draft
    return {
        "number": attempt.number,
        "kind": attempt.kind.value,
        "reason": attempt.reason,
        "same_as": attempt.same_as,
        "engine": attempt.engine,
        "node": attempt.node,
        "seconds": round(attempt.seconds, 3),
        "model_seconds": round(attempt.usage.seconds, 3),
        "logprob": attempt.usage.logprob,
        "prompt_tokens": attempt.usage.prompt_tokens,
        "cached_tokens": attempt.usage.cached_tokens,
        "completion_tokens": attempt.usage.completion_tokens,
        "problem": attempt.problem,
        "answer": attempt.answer,
        "diff": diff(outcome, draft) if draft else "",
        "rejected_by": [finding_json(finding, draft) for finding in attempt.rejected_by] if draft else [],
        "reports": [_report_json(report, draft) for report in attempt.reports] if draft else [],
    }


def _report_json(report: Report, draft: Draft) -> dict[str, Any]:
    return {
        "validator": report.validator,
        "summary": report.summary,
        "skipped": report.skipped,
        "seconds": round(report.seconds, 4),
        "findings": [finding_json(finding, draft) for finding in report.findings],
    }


def _attempt_lines(outcome: Outcome, attempt: Attempt) -> list[str]:
    usage = attempt.usage
    cost = [f"{attempt.seconds:.1f} s"]
    if attempt.by_model and attempt.number:
        cost += [
            f"{usage.completion_tokens} tokens written",
            f"{usage.prompt_tokens} read ({usage.cached_tokens} from the cache)",
            f"{attempt.engine} on {attempt.node}",
        ]
    title = f"## Attempt {attempt.number}: {attempt.kind.value}" if attempt.number else "## The code as it is"
    lines = [title, "", " · ".join(cost)]
    if attempt.reason:
        lines += ["", f"Why this round: {attempt.reason}."]
    if attempt.same_as is not None:
        lines += ["", f"The same program as attempt {attempt.same_as}, so nothing was run again."]
    if attempt.problem:
        lines += ["", f"No draft: {attempt.problem}.", *_fenced(attempt.answer)]
    if attempt.draft and attempt.number:
        lines += _fenced(diff(outcome, attempt.draft), "diff")
    lines += [""]
    for report in attempt.reports:
        lines += _report_lines(report, attempt)
    if attempt.number and attempt.draft:
        verdict = (
            "Accepted." if not attempt.rejected_by else f"Rejected: {_plural(len(attempt.rejected_by), 'finding')}."
        )
        lines += ["", verdict]
    if isinstance(attempt.prompt, ChatPrompt):
        lines += ["", "<details><summary>Prompt</summary>", ""]
        for message in attempt.prompt.messages:
            lines += [f"**{message.role}**", *_fenced(message.content)]
        lines += ["", "</details>"]
    return lines


def _report_lines(report: Report, attempt: Attempt) -> list[str]:
    if report.skipped:
        return [f"- {report.validator}: not looked at, {report.skipped}"]
    against = [finding for finding in report.findings if finding in attempt.rejected_by]
    mark = "✗" if against else "✓"
    summary = report.summary or _plural(len(report.findings), "finding")
    lines = [f"- {mark} {report.validator}: {summary}, {report.seconds * 1000:.0f} ms"]
    for finding in report.findings:
        if attempt.draft is None:
            continue
        line = attempt.draft.document.position(finding.span.start)[0] + 1
        weight = "" if finding in against else " (does not count)"
        lines.append(f"  - line {line}, {finding.rule or finding.severity.name.lower()}: {finding.message}{weight}")
        if finding.detail:
            lines += ["    " + text if text else "" for text in _fenced(finding.detail)]
    return lines


def _fenced(text: str, language: str = "") -> list[str]:
    """A code fence longer than any run of backticks inside: the text is a model's, and may hold fences."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * max(3, longest + 1)
    return ["", fence + language, *text.splitlines(), fence]


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
