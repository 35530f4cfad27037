"""Signatures of what is in reach at a cursor and stands elsewhere: by jedi, in a thread of its own, remembered."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autoglm_core.context.exclusion import Exclusions
from autoglm_core.context.newest_job import NewestJob
from autoglm_core.context.python_files import FileState
from autoglm_core.context.reach_question import Places, Question, ask
from autoglm_core.context.signatures import Signature, look_up
from autoglm_core.types import Document, Snippet, Workspace

_log = logging.getLogger(__name__)

_MOST_ANSWERS = 64
_LASTING_SECONDS = 60.0
"""After this an answer is looked up anew: a file that did not exist may define a name now."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What was found, the states of the files that it was found in, and when, in monotonic seconds."""

    found: tuple[Signature, ...]
    states: tuple[FileState | None, ...]
    at: float


class Reach:
    """Answers which functions, classes and attributes of the workspace are in reach at a cursor.

    jedi reads the workspace's code and never runs it, nor starts the workspace's interpreter.
    """

    def __init__(self, exclusions: Exclusions) -> None:
        self._exclusions = exclusions
        self._thread: NewestJob[_Answer] = NewestJob("jedi-reach", rest=3.0)
        self._answers: OrderedDict[Question, _Answer] = OrderedDict()
        self._latest: dict[Path, tuple[str, tuple[Signature, ...]]] = {}
        self._under_way: dict[Question, asyncio.Future[_Answer | None]] = {}

    async def signatures(
        self, document: Document, offset: int, workspace: Workspace, *, seconds: float
    ) -> tuple[Snippet, ...]:
        """Signatures with the first line of their documentation, at most three lines each.

        First those of names that the function around the cursor uses, in the order of their first use, so that what
        is typed adds to the end and the model need not read the others again; then the function that is called at the
        cursor, then the attributes of the object before the dot. Only what stands in other files of the open folders;
        of the call also the standard library. After ``seconds`` it answers with what it knew last of this function;
        the look-up goes on, and the next key has its result.
        """
        if document.language != "python":
            return ()
        question, places = ask(document, offset)
        answer = self._known(question)
        if answer is None:
            answer = await self._found(question, places, document, offset, workspace, seconds)
        if answer is not None:
            found = answer.found
            self._latest[document.path] = (question.function, found)
        else:
            function, latest = self._latest.get(document.path, ("", ()))
            found = latest if function == question.function else ()
        # Asked again with each key: what was found may be excluded since.
        return tuple(one.snippet for one in found if not self._excluded(one, workspace))

    def forget(self, path: Path) -> None:
        """Drop what is remembered of a document that was closed."""
        self._latest.pop(path, None)
        for question in [question for question in self._answers if question.path == path]:
            del self._answers[question]

    def close(self) -> None:
        """Let the thread end. Later questions are answered with what is known."""
        self._thread.close()

    async def _found(
        self, question: Question, places: Places, document: Document, offset: int, workspace: Workspace, seconds: float
    ) -> _Answer | None:
        """The answer, None if it does not come in time."""
        under_way = self._under_way.get(question)
        if under_way is None:
            job = partial(self._look_up, document, offset, workspace, places)
            under_way = asyncio.wrap_future(self._thread.submit(job))
            self._under_way[question] = under_way
            under_way.add_done_callback(partial(self._done, question))
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.shield(under_way)
        except TimeoutError:
            return None

    def _done(self, question: Question, future: asyncio.Future[_Answer | None]) -> None:
        """Remember an answer, also when nobody waits for it any more."""
        self._under_way.pop(question, None)
        answer = None if future.cancelled() or future.exception() is not None else future.result()
        if answer is not None:
            self._answers[question] = answer
            if len(self._answers) > _MOST_ANSWERS:
                self._answers.popitem(last=False)

    def _known(self, question: Question) -> _Answer | None:
        answer = self._answers.get(question)
        if answer is None or time.monotonic() - answer.at > _LASTING_SECONDS:
            return None
        return answer if answer.states == tuple(_state(one.path) for one in answer.found) else None

    def _look_up(self, document: Document, offset: int, workspace: Workspace, places: Places) -> _Answer:
        """In jedi's thread."""
        started = time.monotonic()
        try:
            found = look_up(document, offset, workspace, places, self._exclusions)
        except Exception:  # noqa: BLE001 - jedi on hostile or half-typed code: context is a help, not a need
            _log.exception("jedi could not read around %s", document.path)
            found = ()
        return _Answer(found, tuple(_state(one.path) for one in found), started)

    def _excluded(self, one: Signature, workspace: Workspace) -> bool:
        return one.path is not None and bool(self._exclusions.reason(one.path, workspace))


def _state(path: Path | None) -> FileState | None:
    """The state of a file; None for what stands in none, or is gone."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return FileState(found.st_mtime_ns, found.st_size) if found is not None else None
