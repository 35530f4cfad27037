"""What goes over the wire: the request as a frozen dataclass, the answers as typed dictionaries.

``openapi.py`` writes the API's description from these types, so a type is the only place to change.
Limits stand beside the types that they bound, and ``parsing.py`` enforces the same constants.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypedDict

MAX_BODY_BYTES = 1 << 20
MAX_DESCRIPTION = 20_000
MAX_FILES = 64
MAX_PATH = 200
MAX_ATTEMPTS = 10
MAX_DEADLINE_S = 600.0


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the workspace in which the code is written and checked."""

    path: Annotated[
        str, {"description": "relative, with forward slashes, without '..'", "minLength": 1, "maxLength": MAX_PATH}
    ]
    text: Annotated[str, {"description": "the whole text of the file"}]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the code goes: a function to implement, or with ``name`` null, the end of a file."""

    path: Annotated[str, {"description": "one of the files, or a new one", "minLength": 1, "maxLength": MAX_PATH}]
    name: Annotated[str | None, {"description": "the function or method, as in 'Stack.push'"}] = None


@dataclass(frozen=True, slots=True)
class GenerateRequest:
    """What to write, and everything that it may be checked against."""

    description: Annotated[str, {"description": "what the code must do", "minLength": 1, "maxLength": MAX_DESCRIPTION}]
    files: Annotated[tuple[SourceFile, ...], {"description": "the workspace", "maxItems": MAX_FILES}] = ()
    target: Annotated[Place | None, {"description": "null: new code in generated.py"}] = None
    tests: Annotated[str, {"description": "pytest source that the code must pass; it imports the file's module"}] = ""
    instruction: Annotated[str, {"description": "how to write it: a style, a limit", "maxLength": MAX_DESCRIPTION}] = ""
    attempts: Annotated[
        int | None, {"description": "drafts at most; null: the setting", "minimum": 1, "maximum": MAX_ATTEMPTS}
    ] = None
    deadline_s: Annotated[
        float | None, {"description": "seconds at most; null: the setting", "minimum": 1, "maximum": MAX_DEADLINE_S}
    ] = None
    stream: Annotated[bool, {"description": "answer with server-sent events, as 'Accept: text/event-stream'"}] = False


class FindingAnswer(TypedDict):
    """One thing wrong with a draft. Lines and columns count from 1, in code points."""

    validator: str
    rule: str
    severity: Literal["info", "warning", "error"]
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    detail: str
    introduced: Annotated[bool, {"description": "false: the file had it without the draft"}]


class ReportAnswer(TypedDict):
    """What one validator looked at, or why it did not."""

    validator: str
    summary: str
    skipped: str
    seconds: float
    findings: list[FindingAnswer]


class AttemptAnswer(TypedDict):
    """A draft, its findings, and what it cost."""

    number: int
    kind: Literal["existing code", "first draft", "repair", "fresh draft", "one line anew", "small change"]
    reason: Annotated[str, {"description": "why this round was made"}]
    same_as: Annotated[int | None, {"description": "the attempt that is the same program, so that nothing was run"}]
    engine: str
    node: str
    seconds: float
    model_seconds: Annotated[float, {"description": "of these, the model's"}]
    logprob: Annotated[float | None, {"description": "mean log-probability of the tokens, where the engine says"}]
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    problem: Annotated[str, {"description": "why the answer held no usable code"}]
    answer: Annotated[str, {"description": "the model's own words, unchecked"}]
    diff: str
    rejected_by: list[FindingAnswer]
    reports: list[ReportAnswer]


class FileAnswer(TypedDict):
    """The file with the accepted code in it."""

    path: str
    text: str


class Timings(TypedDict):
    """Seconds: ``total`` from the request on, of which waiting in the queue, the model, and the checks."""

    total: float
    queued: float
    model: float
    checks: float


class GenerateAnswer(TypedDict):
    """The outcome. ``code`` and ``file`` are null unless a draft passed every check."""

    id: str
    status: Literal["accepted", "rejected"]
    ending: Annotated[str, {"description": "why the loop ended, in words"}]
    code: str | None
    file: FileAnswer | None
    diff: str
    findings: Annotated[list[FindingAnswer], {"description": "of the accepted draft; else what rejected the last one"}]
    attempts: list[AttemptAnswer]
    timings: Timings


class ErrorDetail(TypedDict):
    """What went wrong, and what to do about it."""

    code: str
    message: str
    field: str | None


class ErrorAnswer(TypedDict):
    """Every answer that is not 2xx."""

    error: ErrorDetail


RunStatus = Literal["queued", "running", "accepted", "rejected", "cancelled", "failed"]


class RunSummary(TypedDict):
    """One request, past or present."""

    id: str
    title: Annotated[str, {"description": "what was asked, in a line"}]
    status: RunStatus
    started_at: Annotated[str, {"format": "date-time"}]
    seconds: float
    stage: Annotated[str, {"description": "where it stands, in words"}]


class RunAnswer(RunSummary):
    """One request with its trace, once it has ended."""

    result: GenerateAnswer | None
    error: ErrorDetail | None


class RunList(TypedDict):
    """The latest requests, oldest first."""

    runs: list[RunSummary]


class PromptPart(TypedDict):
    """What the model read: one turn of a chat, or the text before and after a hole."""

    role: Literal["system", "user", "assistant", "prefix", "suffix"]
    content: str


class TraceAttempt(AttemptAnswer):
    """An attempt with what the model was told."""

    prompt: Annotated[list[PromptPart], {"description": "empty where no model was asked"}]


class StepAnswer(TypedDict):
    """One step of the inline pipeline."""

    name: str
    seconds: float


class TraceAnswer(TypedDict):
    """How a request came out, with all that the page draws."""

    id: str
    kind: str
    file: Annotated[str, {"description": "the path that was sent, or the new file's"}]
    target: str | None
    instruction: str
    status: Literal["accepted", "rejected"]
    ending: str
    seconds: float
    ended_at: Annotated[float, {"description": "seconds since the epoch"}]
    accepted: Annotated[int | None, {"description": "the number of the attempt that is shown"}]
    chosen: Annotated[str, {"description": "how it was chosen where several passed"}]
    best: int | None
    diff: str
    cached: bool
    steps: list[StepAnswer]
    before: Annotated[str, {"description": "the file without the code; lines end with a line feed"}]
    lines: Annotated[list[int], {"description": "the first and last line that may change, from 1"}]
    attempts: list[TraceAttempt]


class DurationAnswer(TypedDict):
    """The latest durations of one step, 2,000 at most."""

    n: int
    p50_ms: float
    p95_ms: float


class SectionAnswer(TypedDict):
    """Figures about one kind of request: any number of counters by their names, and durations by step."""

    steps: dict[str, DurationAnswer]


MetricsAnswer = dict[str, SectionAnswer]
"""Counters and durations since the service started, by kind of request."""

EXTRA_KEYS: dict[type, type] = {SectionAnswer: int}
"""Classes with more keys than those they name, and the type of these."""


class HealthAnswer(TypedDict):
    """The service answers."""

    status: Literal["ok"]


class RunEvent(TypedDict):
    """Event ``run``, the first of a stream."""

    id: str


class StageEvent(TypedDict):
    """Event ``stage``: the loop goes on; ``attempt`` of ``attempts``, from 1."""

    attempt: int
    attempts: int
    message: str


EVENTS: dict[str, type] = {
    "run": RunEvent,
    "stage": StageEvent,
    "attempt": AttemptAnswer,
    "outcome": GenerateAnswer,
    "error": ErrorAnswer,
}
"""The kinds of server-sent events with the types of their data, in the order of a stream."""
