"""Inline completion, step by step: cache, debounce, context, engine, trim, validate, show."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from autoglm_core.config import InlineSettings
from autoglm_core.context.packing import estimate_tokens
from autoglm_core.errors import EngineError
from autoglm_core.inline.cache import Hit, Place, SuggestionCache
from autoglm_core.inline.checking import check, draft_of
from autoglm_core.inline.debounce import Debounce
from autoglm_core.inline.extent import Extent, extent_at
from autoglm_core.inline.flights import Flight, Flights
from autoglm_core.inline.generation import Answer, write_answer
from autoglm_core.inline.hole import Hole
from autoglm_core.inline.layout import Layout, PrefixMemory, widest_readable
from autoglm_core.inline.margin import Watch
from autoglm_core.inline.sources import InlineSources
from autoglm_core.inline.speed import EngineSpeed
from autoglm_core.inline.trimming import trim
from autoglm_core.metrics import Metrics
from autoglm_core.protocols import Engine, ValidatorRunner, WarmableEngine
from autoglm_core.types import (
    Attempt,
    AttemptKind,
    Cost,
    Document,
    Ending,
    Outcome,
    Sampling,
    Step,
    Task,
    Usage,
)

SECTION = "inline"
_READING_SHARE = 0.15
_PREFETCH_LONGEST = 400
_WARM = Sampling(temperature=0.8, top_p=0.95)
_MORE_DRAFTS, _MORE_DRAFTS_AT_ONCE = 1, 3
"""How many drafts are tried after one that was rejected: more where the user has asked and waits."""


@dataclass
class _Clock:
    """The steps of one request as they are taken."""

    metrics: Metrics
    steps: list[Step] = field(default_factory=list)

    @asynccontextmanager
    async def step(self, name: str) -> AsyncIterator[None]:
        """Measure one step, also when it is cancelled or fails."""
        started = time.monotonic()
        try:
            yield
        finally:
            seconds = time.monotonic() - started
            self.steps.append(Step(name, seconds))
            self.metrics.time(SECTION, name, seconds)


class InlinePipeline:
    """Continues documents at their cursors. Belongs to one event loop.

    ``runner`` has the validators; those up to FAST are run. Nothing comes out that one of them rejects.
    """

    def __init__(
        self,
        engine: Engine,
        sources: InlineSources,
        runner: ValidatorRunner,
        settings: InlineSettings,
        metrics: Metrics,
    ) -> None:
        self._engine = engine
        self._sources = sources
        self._runner = runner
        self._settings = settings
        self._metrics = metrics
        self.cache = SuggestionCache()
        self.speed = EngineSpeed()
        self._debounce = Debounce(settings.debounce_ms / 1000)
        self._flights = Flights()
        self._memory = PrefixMemory()
        self._warming: asyncio.Task[None] | None = None
        self._background: set[asyncio.Task[None]] = set()
        # What other models do with white space that was left out is not known: they get the text as it is.
        self._heals = isinstance(engine, WarmableEngine)
        # A remote model's time is somebody's money: it is asked for what is wanted alone.
        self._reads_ahead = settings.read_ahead and isinstance(engine, WarmableEngine)

    async def complete(self, task: Task, *, at_once: bool) -> Outcome:
        """What to insert at the task's cursor; an outcome without an accepted attempt: nothing.

        ``at_once``: the user asked by a key of its own, so nothing is waited for. Cancelling leaves the answer
        under way for a moment, as the next key mostly wants it too; ``stop`` ends it at once. Raises EngineError.
        """
        started = time.monotonic()
        document, offset = task.document, task.span.start
        before, after = document.text[:offset], document.text[offset:]
        clock = _Clock(self._metrics)
        self._metrics.count(SECTION, "requests")
        try:
            async with clock.step("cache"):
                hit = self.cache.find(document.path, before, after)
            if hit is not None and (hit.text or not at_once):
                self._metrics.count(SECTION, "from_cache" if hit.text else "known_empty")
                return self._rest(task, hit, clock, started)
            self._stop_warming()
            joined = self._flights.joinable(document.path, before, after)
            self._flights.stop_unwaited(besides=joined[0] if joined else None)
            if joined is not None:
                outcome = await self._join(task, *joined, clock, started)
                if outcome is not None:
                    return outcome
            self._flights.stop(document.path)
            if not at_once:
                self._debounce.key(document.path)
                async with clock.step("debounce"):
                    await self._debounce.wait(before, self.speed.latency_s)
            flight = self._begin(task, at_once, clock)
            outcome = await self._flights.follow(flight, "")
        except asyncio.CancelledError:
            self._metrics.count(SECTION, "cancelled")
            raise
        if outcome is None:
            return _nothing(task, Ending.ATTEMPTS, clock, started)
        if outcome.accepted is not None:
            self.speed.note_latency(time.monotonic() - started)
        return replace(outcome, steps=tuple(clock.steps), seconds=time.monotonic() - started)

    def prefetch(self, outcome: Outcome) -> None:
        """Prepare what comes after a suggestion is accepted, while the user still reads it.

        It gives way to every request, and its answer goes into the cache.
        """
        draft = outcome.draft
        if draft is None or len(draft.replacements) != 1 or not self._reads_ahead:
            return
        (replacement,) = draft.replacements
        if len(replacement.text) > _PREFETCH_LONGEST:
            return
        offset = replacement.span.start + len(replacement.text)
        span = type(replacement.span)(offset, offset)
        task = replace(outcome.task, document=draft.document, span=span)
        text = draft.document.text
        path = draft.document.path
        if self.cache.find(path, text[:offset], text[offset:]) or self._flights.joinable(
            path, text[:offset], text[offset:]
        ):
            return
        self._metrics.count(SECTION, "prefetched")
        self._begin(task, False, _Clock(Metrics()))

    def warm(self, task: Task) -> None:
        """Read what surrounds a cursor in the background, so that the next request there finds it read.

        Any request stops it. Where the engine cannot be warmed, nothing happens.
        """
        engine = self._engine
        if (
            not self._reads_ahead
            or not isinstance(engine, WarmableEngine)
            or extent_at(task.document, task.span.start) is None
        ):
            return
        self._stop_warming()
        self._warming = asyncio.create_task(self._warm(engine, task))
        self._background.add(self._warming)
        self._warming.add_done_callback(self._background.discard)

    def stop(self, path: Path) -> None:
        """Stop what is under way for a document, at once."""
        self._flights.stop(path)
        self._stop_warming()

    def reject(self, outcome: Outcome) -> None:
        """The user does not want a suggestion: it is not offered again at its place, unless asked for by a key."""
        document, offset = outcome.task.document, outcome.task.span.start
        place = Place.of(document.path, document.text[:offset], document.text[offset:])
        self.cache.reject(place, replace(outcome, accepted=None))

    def saved(self, document: Document) -> None:
        """A document was saved: suggestions were checked against its old text, and may learn from its new one."""
        self.cache.forget()
        self._sources.saved(document.path, document.text)

    def closed(self, path: Path) -> None:
        """A document was closed."""
        self._sources.closed(path)

    async def aclose(self) -> None:
        """Stop everything that runs."""
        self._stop_warming()
        await self._flights.aclose()
        await self._sources.aclose()
        if self._background:
            await asyncio.wait(set(self._background))

    async def _join(self, task: Task, flight: Flight, typed: str, clock: _Clock, started: float) -> Outcome | None:
        """What is left of an answer that was under way already; None when it does not fit any more."""
        async with clock.step("join"):
            await self._flights.follow(flight, typed)
            document, offset = task.document, task.span.start
            hit = self.cache.find(document.path, document.text[:offset], document.text[offset:])
        if hit is None:
            return None
        self._metrics.count(SECTION, "joined")
        return self._rest(task, hit, clock, started)

    def _rest(self, task: Task, hit: Hit, clock: _Clock, started: float) -> Outcome:
        """What is left of a suggestion, as an outcome for the place where the cursor is now."""
        seconds = time.monotonic() - started
        steps = tuple(clock.steps)
        accepted = hit.outcome.accepted
        if not hit.text or accepted is None:
            return replace(hit.outcome, task=task, accepted=None, steps=steps, seconds=seconds, cached=True)
        attempt = replace(accepted, draft=draft_of(task, hit.text, accepted.answer))
        attempts = tuple(attempt if each.number == attempt.number else each for each in hit.outcome.attempts)
        return replace(
            hit.outcome, task=task, attempts=attempts, accepted=attempt, steps=steps, seconds=seconds, cached=True
        )

    def _begin(self, task: Task, at_once: bool, clock: _Clock) -> Flight:
        document, offset = task.document, task.span.start
        flight = Flight(Place.of(document.path, document.text[:offset], document.text[offset:]))
        self._flights.begin(flight, asyncio.create_task(self._fly(task, at_once, clock, flight)))
        return flight

    async def _fly(self, task: Task, at_once: bool, clock: _Clock, flight: Flight) -> Outcome:
        """Make one suggestion, from the context to the verdict, and remember it."""
        started = time.monotonic()
        deadline = self._settings.deadline_ms / 1000
        attempts: list[Attempt] = []
        accepted: Attempt | None = None
        extent = extent_at(task.document, task.span.start)
        ending = Ending.NO_PLACE
        if extent is not None:
            try:
                async with asyncio.timeout(deadline):
                    accepted = await self._attempts(task, extent, at_once, clock, flight, attempts, started + deadline)
                ending = Ending.ATTEMPTS if accepted is None else Ending.ACCEPTED
            except TimeoutError:
                ending = Ending.DEADLINE
        outcome = Outcome(
            uuid.uuid4().hex[:12], task, tuple(attempts), accepted, ending, time.monotonic() - started,
            steps=tuple(clock.steps),
        )  # fmt: skip
        text = accepted.draft.replacements[0].text if accepted and accepted.draft else ""
        flight.wrote(text or flight.text)
        if ending is not Ending.DEADLINE:
            self.cache.put(flight.place, text, outcome)
        return outcome

    async def _attempts(
        self,
        task: Task,
        extent: Extent,
        at_once: bool,
        clock: _Clock,
        flight: Flight,
        attempts: list[Attempt],
        deadline: float,
    ) -> Attempt | None:
        """The first draft, and others where it is rejected and there is time for them."""
        async with clock.step("context"):
            layouts = await self._sources.layouts(task, self._settings.context_tokens)
            share = _READING_SHARE * (2 if at_once else 1)
            layout = widest_readable(
                layouts, self._memory, self.speed.readable(share * self._settings.deadline_ms / 1000)
            )
        found = await self._attempt(task, extent, layout, Sampling(), AttemptKind.DRAFT, clock, flight, attempts)
        longest = attempts[0].seconds if attempts else 0.0
        for seed in range(1, 1 + (_MORE_DRAFTS_AT_ONCE if at_once else _MORE_DRAFTS)):
            if found is not None or not attempts or time.monotonic() + longest > deadline:
                break
            warm = replace(_WARM, seed=seed)
            found = await self._attempt(task, extent, layout, warm, AttemptKind.FRESH, clock, None, attempts)
        return found

    async def _attempt(
        self,
        task: Task,
        extent: Extent,
        layout: Layout,
        sampling: Sampling,
        kind: AttemptKind,
        clock: _Clock,
        flight: Flight | None,
        attempts: list[Attempt],
    ) -> Attempt | None:
        """One draft with its verdicts, added to ``attempts``; the accepted one, or None."""
        sampling = replace(sampling, max_tokens=self._settings.max_tokens)
        if not self._heals and layout.owed:
            layout = replace(layout, near=layout.near + layout.owed, owed="")
        order = layout.reading_order
        slot = self._memory.slot_for(order)
        prompt = layout.prompt(sampling, slot)
        end = Watch(task.document, task.span.start, extent, layout.owed)
        unread = self._memory.unread(order)
        self._memory.note(slot, order)
        preparing: list[asyncio.Task[None]] = []

        spent = Usage()

        def wrote(text: str, usage: Usage) -> None:
            nonlocal spent
            spent = usage
            # While the model writes, the checks look at the document that the draft will be compared with.
            if text and not preparing:
                preparing.append(asyncio.create_task(self._runner.prepare(task, Cost.FAST)))
            if flight is not None:
                flight.wrote(text)

        try:
            async with clock.step("engine"):
                answer = await write_answer(self._engine, prompt, end, wrote)
        except EngineError:
            self._memory.clear()
            raise
        except asyncio.CancelledError:
            for task_ahead in preparing:
                task_ahead.cancel()
            # An engine that does not say how far it had read: at most all that was unread.
            read = spent.prompt_tokens - spent.cached_tokens if spent.prompt_tokens else unread
            self._count(read, spent.completion_tokens)
            raise
        self._memory.note(slot, order + answer.raw)
        self._learn(answer, unread)
        async with clock.step("trim"):
            hole = Hole(end.document, end.offset, end.extent, answer.usage.logprob, answer.finished)
            trimmed = trim(answer.text, hole)
            text = end.margin + trimmed.text
        attempt = Attempt(
            len(attempts) + 1, kind, prompt, answer=answer.raw, usage=answer.usage, engine=self._engine.name,
            node=self._engine.node, seconds=answer.usage.seconds,
            reason=f"trimmed: {', '.join(trimmed.steps)}" if trimmed.steps else "",
        )  # fmt: skip
        if not text.strip():
            attempts.append(replace(attempt, problem="nothing is left of the answer that fits at the cursor"))
            return None
        if kind is AttemptKind.FRESH and any(each.answer == answer.raw for each in attempts):
            attempts.append(replace(attempt, problem="the answer is the one before it"))
            return None
        async with clock.step("validate"):
            verdicts = await check(task, text, answer.raw, self._runner)
        for number, verdict in enumerate(verdicts):
            reason = "cut to what stands before the finding" if number else attempt.reason
            judged = replace(
                attempt, number=len(attempts) + 1, kind=AttemptKind.CHANGE if number else kind, draft=verdict.draft,
                reports=verdict.reports, rejected_by=verdict.against, reason=reason,
                seconds=0.0 if number else attempt.seconds + clock.steps[-1].seconds,
            )  # fmt: skip
            attempts.append(judged)
            if judged.passes:
                return judged
        return None

    def _learn(self, answer: Answer, unread: int) -> None:
        usage = answer.usage
        self.speed.note(usage)
        self._metrics.count(SECTION, "asked")
        self._count(
            usage.prompt_tokens - usage.cached_tokens if usage.prompt_tokens else unread, usage.completion_tokens
        )

    def _count(self, read: int, written: int) -> None:
        self._metrics.count(SECTION, "tokens_read", max(0, read))
        self._metrics.count(SECTION, "tokens_written", written)

    async def _warm(self, engine: WarmableEngine, task: Task) -> None:
        layouts = await self._sources.layouts(task, self._settings.context_tokens)
        await self._flights.rest()  # an answer under way has the engine for itself
        widest = layouts[0]
        order = widest.reading_order
        if self._memory.unread(order) <= 1:
            return
        slot = self._memory.slot_for(order)
        tokens, read, seconds = estimate_tokens(order), 0, 0.0
        try:
            async with aclosing(engine.warm(widest.prompt(Sampling(max_tokens=1), slot))) as pieces:
                async for usage in pieces:
                    piece = max(0, usage.prompt_tokens - usage.cached_tokens)
                    read, seconds = read + piece, seconds + usage.seconds
                    self._metrics.count(SECTION, "warmed_tokens", piece)
                    # As much as that is known now, also when a request stops it here.
                    self._memory.note(slot, order[: len(order) * usage.prompt_tokens // tokens])
        except EngineError:
            return  # the next request says what is wrong, where a user sees it
        finally:
            # Of all pieces together: a single one is too short to tell a speed.
            self.speed.note(Usage(read, 0, 0, seconds, seconds))
        self._memory.note(slot, order)

    def _stop_warming(self) -> None:
        if self._warming is not None and not self._warming.done():
            self._warming.cancel()


def _nothing(task: Task, ending: Ending, clock: _Clock, started: float) -> Outcome:
    steps = tuple(clock.steps)
    return Outcome(uuid.uuid4().hex[:12], task, (), None, ending, time.monotonic() - started, steps=steps)
