"""What a download tells its caller while it runs, and how the caller stops it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from autoglm_core.errors import ModelStoreError

_SECONDS_BETWEEN_REPORTS = 0.1


class Phase(StrEnum):
    """What is being done."""

    WAITING = "waiting for another process that downloads the same model"
    CONNECTING = "connecting"
    DOWNLOADING = "downloading"
    COPYING = "copying"
    VERIFYING = "verifying"


@dataclass(frozen=True, slots=True)
class Transfer:
    """How far a model is. ``done`` and ``total`` are bytes of the model's file.

    While VERIFYING, ``done`` counts the bytes hashed. While wheels of the mirror come in, which are
    compressed, ``done`` is a lower bound. ``note`` is a sentence for the user, at most once shown, such
    as why a source was left for the next one; ``source`` is empty where none is in use.
    """

    model: str
    phase: Phase
    source: str
    done: int
    total: int
    note: str = ""


class PullCancelledError(ModelStoreError):
    """The caller stopped the download; what has arrived is kept, and the next pull goes on from there."""


class SourceError(Exception):
    """One source could not deliver. It stays inside the store: the next source is tried."""


def unwatched(transfer: Transfer) -> None:
    """The progress of a caller who does not watch."""


def never() -> bool:
    """The answer of a caller who does not cancel."""
    return False


class Watch:
    """Reports to one caller, about ten times a second, and asks at each step whether to stop."""

    def __init__(
        self, model: str, total: int, progress: Callable[[Transfer], None], cancelled: Callable[[], bool]
    ) -> None:
        self._model = model
        self._total = total
        self._progress = progress
        self._cancelled = cancelled
        self._last = Transfer(model, Phase.CONNECTING, "", -1, total)
        self._last_at = 0.0

    def step(self, phase: Phase, source: str, done: int) -> None:
        """Report, unless the last report is fresh and alike. Raises PullCancelledError."""
        if self._cancelled():
            raise PullCancelledError(f"Stopped. `autoglm models pull {self._model}` goes on from where it was.")
        now = time.monotonic()
        alike = (phase, source) == (self._last.phase, self._last.source) and done != self._total
        if not (alike and now - self._last_at < _SECONDS_BETWEEN_REPORTS):
            self._send(Transfer(self._model, phase, source, done, self._total), now)

    def note(self, text: str) -> None:
        """Report a sentence at once."""
        last = self._last
        self._send(
            Transfer(self._model, last.phase, last.source, max(last.done, 0), self._total, text), time.monotonic()
        )

    def _send(self, transfer: Transfer, now: float) -> None:
        self._last, self._last_at = transfer, now
        self._progress(transfer)
