"""A thread that does the newest job: of those that wait, only the last one is still wanted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

Result = TypeVar("Result")

_LONGEST_REST_S = 1.0


class NewestJob(Generic[Result]):
    """Runs jobs one at a time; a job that waits gives way to the next one.

    After each it rests ``rest`` times as long as the job took: a thread that computes keeps Python's lock from the
    others, which answer keys meanwhile.

    A daemon, unlike the threads of an executor: a job that never ends must not keep the program from ending.
    """

    def __init__(self, name: str, *, rest: float = 0.0) -> None:
        self._name = name
        self._rest = rest
        self._changed = threading.Condition()
        self._next: tuple[Callable[[], Result], Future[Result | None]] | None = None
        self._started = self._closed = False

    def submit(self, job: Callable[[], Result]) -> Future[Result | None]:
        """The job's result to come; None when it gave way to a newer job or the thread was closed."""
        future: Future[Result | None] = Future()
        with self._changed:
            given_way, self._next = self._next, None
            if not self._closed:
                self._next = (job, future)
                if not self._started:
                    self._started = True
                    threading.Thread(target=self._run, name=self._name, daemon=True).start()
                self._changed.notify()
        if given_way is not None:
            given_way[1].set_result(None)
        if self._closed:
            future.set_result(None)
        return future

    def close(self) -> None:
        """End the thread after the job that it is at."""
        with self._changed:
            self._closed = True
            waiting, self._next = self._next, None
            self._changed.notify()
        if waiting is not None:
            waiting[1].set_result(None)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._next is not None or self._closed)
                if self._next is None:
                    return
                (job, future), self._next = self._next, None
            started = time.monotonic()
            try:
                future.set_result(job())
            except BaseException as error:  # noqa: BLE001 - handed to the one who waits for the result
                future.set_exception(error)
            with self._changed:
                rest = min(_LONGEST_REST_S, self._rest * (time.monotonic() - started))
                self._changed.wait_for(lambda: self._closed, rest)
