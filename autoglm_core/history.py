"""What users kept and rejected, in a SQLite file on this machine: what later choices learn from."""

from __future__ import annotations

import logging
import sqlite3
import time
from pathlib import Path

import platformdirs

from autoglm_core.errors import SettingsError
from autoglm_core.types import AttemptKind, Outcome, Verdict

_SCHEMA = """
create table if not exists verdicts (
    outcome text not null,
    at real not null,
    kind text not null,
    language text not null,
    engine text not null,
    attempts integer not null,
    seconds real not null,
    completion_tokens integer not null,
    characters integer not null,
    verdict text not null,
    primary key (outcome, verdict)
)
"""

_ROUNDS = """
create table if not exists rounds (
    failure text not null,
    kind text not null,
    won integer not null,
    lost integer not null,
    primary key (failure, kind)
)
"""
_NOTE = """
insert into rounds values (?, ?, ?, ?)
on conflict (failure, kind) do update set won = won + excluded.won, lost = lost + excluded.lost
"""
_COUNTS = "select won, lost from rounds where failure = ? and kind = ?"
_INSERT = "insert or ignore into verdicts values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_KEPT_SINCE = "select count(*) from verdicts where verdict = ? and at >= ?"
_log = logging.getLogger(__name__)


def history_file() -> Path:
    """Where the history of this user is kept."""
    return platformdirs.user_state_path("autoglm", appauthor=False) / "history.sqlite3"


class History:
    """Figures about shown suggestions; never their text, nor the user's code or file names."""

    def __init__(self, path: Path | None) -> None:
        """Open or make the file; ``path`` None keeps the record in memory alone.

        Raises SettingsError when the file cannot be opened.
        """
        try:
            if path:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path or ":memory:", timeout=2.0, isolation_level=None)
            self._database.execute("pragma journal_mode = wal")
            self._database.execute(_SCHEMA)
            self._database.execute(_ROUNDS)
        except (OSError, sqlite3.Error) as error:
            raise SettingsError(
                f"The history {path} cannot be opened ({error}). Remove the file, or set history.enabled to false."
            ) from error

    def record(self, outcome: Outcome, verdict: Verdict) -> None:
        """Note a verdict on an outcome; the same verdict again changes nothing."""
        characters = sum(len(r.text) for r in outcome.draft.replacements) if outcome.draft else 0
        row = (
            outcome.id,
            time.time(),
            outcome.task.kind.value,
            outcome.task.document.language,
            outcome.accepted.engine if outcome.accepted else "",
            sum(attempt.number > 0 for attempt in outcome.attempts),
            outcome.seconds,
            sum(attempt.usage.completion_tokens for attempt in outcome.attempts),
            characters,
            verdict.value,
        )
        try:
            self._database.execute(_INSERT, row)
        except sqlite3.Error:  # a full disk or a locked file must not cost the user the suggestion
            _log.exception("The verdict on a suggestion was not recorded")

    def counts(self) -> dict[Verdict, int]:
        """How often each verdict was given."""
        rows = self._database.execute("select verdict, count(*) from verdicts group by verdict")
        return {Verdict(verdict): count for verdict, count in rows}

    def kept_since(self, moment: float) -> int:
        """How many suggestions were kept since a moment, in seconds since the epoch."""
        try:
            row = self._database.execute(_KEPT_SINCE, (Verdict.KEPT.value, moment)).fetchone()
        except sqlite3.Error:
            _log.exception("The kept suggestions were not counted")
            return 0
        return int(row[0])

    def rounds(self, failure: str, kind: AttemptKind) -> tuple[int, int]:
        """How many rounds of a kind after a failure were won, and how many were lost."""
        asked = (failure, kind.value)
        try:
            row = self._database.execute(_COUNTS, asked).fetchone()
        except sqlite3.Error:
            _log.exception("The record of rounds was not read")
            return 0, 0
        return (row[0], row[1]) if row else (0, 0)

    def note_round(self, failure: str, kind: AttemptKind, *, won: bool) -> None:
        """Record one round of the loop: what it followed, and whether it made the draft good."""
        try:
            self._database.execute(_NOTE, (failure, kind.value, int(won), int(not won)))
        except sqlite3.Error:  # a full disk or a locked file must not cost the user the suggestion
            _log.exception("A round was not recorded")

    def close(self) -> None:
        """Close the file; calling it again does nothing."""
        self._database.close()
