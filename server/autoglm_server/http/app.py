"""The application: which path is answered by what."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from autoglm_core.assistant import Assistant, silent
from autoglm_core.types import Stage
from autoglm_server.http.errors import ApiError, answer_error
from autoglm_server.http.guard import Access, Guard
from autoglm_server.http.openapi import describe
from autoglm_server.http.page_files import page_file
from autoglm_server.http.parsing import parse_generate, read_json
from autoglm_server.http.runs import Run, Runs
from autoglm_server.http.schemas import GenerateRequest, HealthAnswer, MetricsAnswer, RunList
from autoglm_server.http.streaming import (
    HANGUP_STATUS,
    ClientGoneError,
    Events,
    EventStream,
    unless_hung_up,
    wants_events,
)


def create_app(assistant: Assistant, access: Access, *, at_once: int = 2, waiting: int = 8) -> Starlette:
    """The service around an assistant, which it closes when it ends.

    ``at_once`` requests are worked on, ``waiting`` more may wait, the next one is answered 429.
    """
    service = _Service(assistant, Runs(assistant, at_once=at_once, waiting=waiting))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None, None]:
        yield
        await assistant.aclose()

    app = Starlette(
        routes=[
            Route("/", page_file("index.html")),
            Route("/page/trace.js", page_file("trace.js")),
            Route("/page/trace.css", page_file("trace.css")),
            Route("/healthz", _health),
            Route("/openapi.json", _openapi),
            Route("/v1/generate", service.generate, methods=["POST"]),
            Route("/v1/runs", service.runs),
            Route("/v1/runs/{id}", service.run),
            Route("/v1/runs/{id}/trace", service.trace),
            Route("/v1/metrics", service.metrics),
        ],
        middleware=[Middleware(Guard, access=access)],
        exception_handlers={ApiError: answer_error, HTTPException: answer_error, Exception: answer_error},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # another path is another path, and a POST is not sent twice
    return app


class _Service:
    """The endpoints that need the assistant."""

    def __init__(self, assistant: Assistant, runs: Runs) -> None:
        self._assistant = assistant
        self._runs = runs

    async def generate(self, request: Request) -> Response:
        wanted = parse_generate(await read_json(request))
        run = self._runs.admit(wanted)
        if wanted.stream or wants_events(request):
            events = Events()
            return EventStream(events, self._stream(run, wanted, events))
        try:
            return JSONResponse(await unless_hung_up(request.receive, self._runs.work(run, wanted, silent)))
        except ClientGoneError:
            return Response(status_code=HANGUP_STATUS)

    async def _stream(self, run: Run, wanted: GenerateRequest, events: Events) -> None:
        def stage(stage: Stage) -> None:
            events.send("stage", {"attempt": stage.attempt, "attempts": stage.attempts, "message": stage.message})

        events.send("run", {"id": run.id})
        try:
            answer = await self._runs.work(run, wanted, stage)
        except ApiError as error:
            events.send("error", error.body())
            return
        except Exception:
            # The status line is long gone: the stream itself must say so, and the log has the rest.
            if run.error:
                events.send("error", run.error.body())
            raise
        for attempt in answer["attempts"]:
            events.send("attempt", attempt)
        events.send("outcome", answer)

    async def runs(self, request: Request) -> Response:
        listed: RunList = {"runs": [run.summary() for run in self._runs.all()]}
        return JSONResponse(listed)

    async def run(self, request: Request) -> Response:
        return JSONResponse(self._run(request).full())

    async def trace(self, request: Request) -> Response:
        run = self._run(request)
        if run.trace is None:
            raise ApiError(404, "no_trace", f"The run {run.id!r} is {run.status}: it has no trace.", "id")
        return JSONResponse(run.trace)

    async def metrics(self, request: Request) -> Response:
        figures: MetricsAnswer = self._assistant.metrics.as_json()
        return JSONResponse(figures)

    def _run(self, request: Request) -> Run:
        run_id: Any = request.path_params["id"]
        try:
            return self._runs[run_id]
        except KeyError:
            raise ApiError(404, "not_found", f"There is no run {run_id!r}, or it is forgotten.", "id") from None


async def _health(request: Request) -> Response:
    answer: HealthAnswer = {"status": "ok"}
    return JSONResponse(answer)


async def _openapi(request: Request) -> Response:
    return JSONResponse(describe(str(request.base_url).rstrip("/")))
