"""Finds functions of a workspace that are like what is being written; built and kept up to date in the background."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from autoglm_core.context.choice import MORE, SteadyChoice, snippet_of
from autoglm_core.context.exclusion import Exclusions
from autoglm_core.context.pieces import Piece, pieces_of
from autoglm_core.context.python_files import (
    MOST_BYTES,
    FileState,
    Survey,
    file_state,
    in_folders,
    python_files,
    read_regular,
)
from autoglm_core.context.retrieval import InvertedIndex, words
from autoglm_core.types import Snippet, Workspace

_log = logging.getLogger(__name__)

_MOST_PIECES = 40_000
_REASONS_LAST_S, _MOST_REASONS = 1.0, 1000
_WORK_SECONDS, _REST_SECONDS = 0.005, 0.003
"""The thread rests after so much work, so that keys typed meanwhile are answered in time."""


@dataclass(frozen=True, slots=True)
class IndexCounts:
    """What the index holds, and how many files it left out, and why."""

    files: int = 0
    pieces: int = 0
    excluded: int = 0
    too_large: int = 0
    too_many: int = 0
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class _File:
    """A file in the index; ``state`` None: its text came from an editor, the disk has not been looked at since."""

    state: FileState | None
    numbers: tuple[int, ...]
    readable: bool = True


class CodeIndex:
    """The functions, methods and class heads of a workspace's Python files, found by the words that they use."""

    def __init__(self, exclusions: Exclusions) -> None:
        self._exclusions = exclusions
        self._lock = threading.Lock()
        self._index = InvertedIndex()
        self._files: dict[Path, _File] = {}
        self._pieces: dict[int, tuple[Path, Piece]] = {}
        self._choice = SteadyChoice()
        self._survey = Survey()
        self._workspace: Workspace | None = None
        self._ready = False
        self._known_reasons: dict[Path, tuple[float, bool]] = {}
        self._closed = threading.Event()
        # One thread: what is asked of it is done in the order of the asking.
        self._thread = ThreadPoolExecutor(1, "code-index")

    @property
    def ready(self) -> bool:
        """Whether the workspace has been gone through once; before that, nothing is similar."""
        return self._ready

    @property
    def counts(self) -> IndexCounts:
        """What is in the index now."""
        with self._lock:
            unreadable = sum(not file.readable for file in self._files.values())
            survey = self._survey
            return IndexCounts(
                len(self._files) - unreadable,
                len(self._pieces),
                survey.excluded,
                survey.too_large,
                survey.too_many,
                unreadable,
            )

    async def refresh(self, workspace: Workspace) -> None:
        """Read what is new or has changed on the disk, and drop what is gone or excluded by now.

        Cancelling stops it between two files; what was read stays, and the next call goes on from there.
        """
        stopped = threading.Event()
        work = asyncio.get_running_loop().run_in_executor(self._thread, self._refresh, workspace, stopped)
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            stopped.set()
            raise

    def update(self, path: Path, text: str) -> None:
        """Take a saved file's text, in the background. Does nothing before the first ``refresh``."""
        self._later(lambda: self._update(path, text))

    def reread(self, path: Path) -> None:
        """Take a file as it is on the disk, in the background: its editor has closed it. Drops one that is gone."""
        self._later(lambda: self._reread(path))

    async def settled(self) -> None:
        """Wait until what was asked before is done."""
        await asyncio.get_running_loop().run_in_executor(self._thread, lambda: None)

    def close(self) -> None:
        """Stop the thread after the file that it is at. Nothing may be asked afterwards."""
        self._closed.set()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def similar(self, query_text: str, *, besides: Path, count: int, tokens: int) -> tuple[Snippet, ...]:
        """At most ``count`` pieces most similar to a text, in at most about ``tokens`` tokens, best first.

        None of the file ``besides``, which the caller is in. The order of words in the query and how often they stand
        there do not matter. What was answered last is answered again, in its order, while it is still similar: an
        answer that changes with a word would have to be read anew by the model.
        """
        with self._lock:
            workspace = self._workspace
            if not self._ready or workspace is None or count < 1:
                return ()
            own = frozenset(self._files[besides].numbers) if besides in self._files else frozenset[int]()
            ranked = self._index.best(set(words(query_text)), count * MORE, own)
            found = self._choice.choose(besides, [self._pieces[number] for number in ranked], count, tokens)
        # Looked at again: what was let in may be ignored since.
        return tuple(snippet_of(path, piece, workspace) for path, piece in found if not self._ignored(path, workspace))

    def _later(self, work: Callable[[], None]) -> None:
        if not self._closed.is_set():
            self._thread.submit(self._reported, work)

    def _reported(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:  # in a thread of its own nobody else would see it
            _log.exception("the code index could not take a file")
            raise

    def _refresh(self, workspace: Workspace, stopped: threading.Event) -> None:
        survey, pause = Survey(), _Pause()
        with self._lock:
            self._workspace = workspace
        there: set[Path] = set()
        for path, state in python_files(workspace, self._exclusions, survey):
            if stopped.is_set() or self._closed.is_set():
                return
            there.add(path)
            known = self._files.get(path)
            if known is None or known.state != state:
                self._read(path, state, pause)
        for path in [path for path in self._files if path not in there]:
            self._drop(path)
        with self._lock:
            self._survey, self._ready = survey, True

    def _read(self, path: Path, state: FileState, pause: _Pause) -> None:
        pieces = []
        try:
            for one in pieces_of(path, read_regular(path)):
                pieces.append(one)
                pause.take()
            self._put(path, state, pieces)
        except (OSError, ValueError) as error:
            _log.info("%s is not in the code index: %s", path, error)
            self._put(path, state, [], readable=False)

    def _update(self, path: Path, text: str) -> None:
        workspace = self._workspace
        if workspace is None or path.suffix != ".py" or not in_folders(path, workspace):
            return
        if self._reason(path, workspace):
            self._drop(path)
            return
        if len(text) > MOST_BYTES:
            self._drop(path)
            return
        try:
            self._put(path, None, list(pieces_of(path, text)))
        except ValueError:
            self._put(path, None, [], readable=False)

    def _reread(self, path: Path) -> None:
        workspace = self._workspace
        state = file_state(path)
        wanted = workspace is not None and path.suffix == ".py" and in_folders(path, workspace)
        if workspace is None or not wanted or state is None or self._reason(path, workspace):
            self._drop(path)
        else:
            self._read(path, state, _Pause())

    def _put(
        self, path: Path, state: FileState | None, pieces: list[tuple[Piece, list[str]]], *, readable: bool = True
    ) -> None:
        with self._lock:
            self._take_out(path)
            numbers = []
            for piece, terms in pieces[: max(0, _MOST_PIECES - len(self._pieces))]:
                number = self._index.add(terms)
                self._pieces[number] = (path, piece)
                numbers.append(number)
            self._files[path] = _File(state, tuple(numbers), readable)

    def _drop(self, path: Path) -> None:
        with self._lock:
            self._take_out(path)
            self._files.pop(path, None)

    def _take_out(self, path: Path) -> None:
        known = self._files.get(path)
        for number in known.numbers if known is not None else ():
            self._index.remove(number)
            del self._pieces[number]

    def _ignored(self, path: Path, workspace: Workspace) -> bool:
        """As ``_reason``, for each key: the files that say so are read again after a second."""
        now = time.monotonic()
        at, ignored = self._known_reasons.get(path, (-_REASONS_LAST_S, False))
        if now - at >= _REASONS_LAST_S:
            ignored = bool(self._reason(path, workspace))
            if len(self._known_reasons) >= _MOST_REASONS:
                self._known_reasons.clear()
            self._known_reasons[path] = (now, ignored)
        return ignored

    def _reason(self, path: Path, workspace: Workspace) -> str:
        return self._exclusions.reason(path, workspace)


class _Pause:
    """Gives the other threads of the process their turn."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def take(self) -> None:
        if time.monotonic() - self._since >= _WORK_SECONDS:
            time.sleep(_REST_SECONDS)
            self._since = time.monotonic()
