"""The requests being worked on: a small queue, their stages as they come, and their traces afterwards."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from autoglm_core.assistant import Assistant
from autoglm_core.errors import AutoGLMError
from autoglm_core.types import Stage
from autoglm_server.http.errors import ApiError, from_core
from autoglm_server.http.outcome import answer, full_trace
from autoglm_server.http.schemas import (
    GenerateAnswer,
    GenerateRequest,
    RunAnswer,
    RunStatus,
    RunSummary,
    TraceAnswer,
)
from autoglm_server.http.work import generate
from autoglm_server.http.workspace import checkout

_KEPT_RUNS = 200
_LONGEST_TITLE = 120
_OPEN: tuple[RunStatus, ...] = ("queued", "running")


@dataclass
class Run:
    """One request from its arrival on; what GET /v1/runs/{id} shows. ``title`` says what was asked, in a line."""

    title: str = ""
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    status: RunStatus = "queued"
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    stage: str = "waiting for its turn"
    result: GenerateAnswer | None = None
    trace: TraceAnswer | None = None
    error: ApiError | None = None
    _began: float = field(default_factory=time.monotonic)
    _ended: float | None = None

    @property
    def seconds(self) -> float:
        """Since its arrival, until its end."""
        return (self._ended or time.monotonic()) - self._began

    def end(self, status: RunStatus, stage: str) -> None:
        """Set the last status, and stop the clock."""
        self.status, self.stage, self._ended = status, stage, time.monotonic()

    def summary(self) -> RunSummary:
        """As a list shows it."""
        return {
            "id": self.id,
            "title": self.title,
            "status": self.status,
            "started_at": self.started_at.isoformat(timespec="milliseconds"),
            "seconds": round(self.seconds, 3),
            "stage": self.stage,
        }

    def full(self) -> RunAnswer:
        """With the trace."""
        error = self.error
        detail = {"code": error.code, "message": error.message, "field": error.field} if error else None
        return {**self.summary(), "result": self.result, "error": detail}  # type: ignore[typeddict-item]


class Runs:
    """Works on at most ``at_once`` requests, lets ``waiting`` more wait, and refuses the rest."""

    def __init__(self, assistant: Assistant, *, at_once: int = 2, waiting: int = 8) -> None:
        self._assistant = assistant
        self._turns = asyncio.Semaphore(at_once)
        self._room = at_once + waiting
        self._runs: OrderedDict[str, Run] = OrderedDict()

    def __getitem__(self, run_id: str) -> Run:
        """A run by its id. Raises KeyError when it is unknown or forgotten."""
        return self._runs[run_id]

    def all(self) -> tuple[Run, ...]:
        """The remembered runs, oldest first."""
        return tuple(self._runs.values())

    def admit(self, request: GenerateRequest) -> Run:
        """Take a place in the queue, given back at the end of ``work``. Raises ApiError 429 when all are taken."""
        busy = sum(run.status in _OPEN for run in self._runs.values())
        if busy >= self._room:
            raise ApiError(429, "busy", f"{busy} requests are being worked on already; try again in some seconds.")
        run = Run(_title(request))
        self._runs[run.id] = run
        self._forget()
        return run

    async def work(self, run: Run, request: GenerateRequest, progress: Callable[[Stage], None]) -> GenerateAnswer:
        """Do what is asked. Raises ApiError; cancelling it stops the model and the checks."""

        def note(stage: Stage) -> None:
            run.stage = f"attempt {stage.attempt} of {stage.attempts}: {stage.message}"
            progress(stage)

        try:
            async with self._turn() as queued:
                run.status = "running"
                run.result = await self._generate(run, request, note, queued)
            run.end(run.result["status"], run.result["ending"])
        except asyncio.CancelledError:
            run.end("cancelled", "the client hung up")
            raise
        except AutoGLMError as error:
            run.error = from_core(error)
            run.end("failed", run.error.message)
            raise run.error from error
        except Exception:
            run.error = ApiError(500, "internal_error", "The service failed; its log says why.")
            run.end("failed", run.error.message)
            raise
        return run.result

    async def _generate(
        self, run: Run, request: GenerateRequest, progress: Callable[[Stage], None], queued: float
    ) -> GenerateAnswer:
        async with checkout(request) as place:
            outcome = await generate(self._assistant, request, place, progress)
            run.trace = full_trace(outcome, place, run_id=run.id)
            return answer(self._assistant, outcome, place, run_id=run.id, queued=queued)

    @asynccontextmanager
    async def _turn(self) -> AsyncGenerator[float, None]:
        """Wait for a turn; yields how many seconds that took."""
        began = time.monotonic()
        async with self._turns:
            yield time.monotonic() - began

    def _forget(self) -> None:
        """Drop the oldest runs that have ended."""
        surplus = len(self._runs) - _KEPT_RUNS
        for run in [run for run in self._runs.values() if run.status not in _OPEN][: max(0, surplus)]:
            del self._runs[run.id]


def _title(request: GenerateRequest) -> str:
    """The function and its file, else how the description begins."""
    if request.target and request.target.name:
        return f"{request.target.name} in {request.target.path}"
    first = request.description.strip().splitlines()[0]
    return first if len(first) <= _LONGEST_TITLE else first[: _LONGEST_TITLE - 1] + "…"
