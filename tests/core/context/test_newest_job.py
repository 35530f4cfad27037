"""A thread that does the newest job."""

from __future__ import annotations

import threading
import time

import pytest

from autoglm_core.context.newest_job import NewestJob


def test_of_the_jobs_that_wait_the_last_one_is_done() -> None:
    thread: NewestJob[str] = NewestJob("test")
    started, go = threading.Event(), threading.Event()

    def first() -> str:
        started.set()
        go.wait(5)
        return "first"

    running = thread.submit(first)
    assert started.wait(5)
    waiting = [thread.submit(name.lower) for name in ("Second", "Third", "Fourth")]
    assert [future.done() for future in waiting] == [True, True, False]
    go.set()
    assert running.result(5) == "first"
    assert [future.result(5) for future in waiting] == [None, None, "fourth"]
    thread.close()


def test_a_job_that_fails_says_so_and_the_next_one_is_done() -> None:
    thread: NewestJob[int] = NewestJob("test")
    with pytest.raises(ZeroDivisionError):
        thread.submit(lambda: 1 // 0).result(5)
    assert thread.submit(lambda: 2).result(5) == 2
    thread.close()


def test_a_closed_thread_ends_and_does_nothing_more() -> None:
    thread: NewestJob[int] = NewestJob("ends-soon")
    thread.submit(lambda: 1).result(5)
    [own] = [one for one in threading.enumerate() if one.name == "ends-soon"]
    assert own.daemon
    thread.close()
    own.join(5)
    assert not own.is_alive()
    assert thread.submit(lambda: 1).result(5) is None


def test_after_a_job_it_rests_so_many_times_as_long() -> None:
    thread: NewestJob[float] = NewestJob("rests", rest=4.0)
    first = thread.submit(lambda: time.sleep(0.05) or time.monotonic()).result(5)
    second = thread.submit(time.monotonic).result(5)
    assert first is not None
    assert second is not None
    assert second - first >= 0.2
    thread.close()
