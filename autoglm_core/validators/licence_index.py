"""The fingerprints of installed packages in a SQLite file: written by one process, read by all."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import platformdirs

_FORMAT = 1  # of the tables and of the fingerprints in them: another one is built anew
_SCHEMA = """
create table sources (
    id integer primary key, name text not null, version text not null, used real not null, prints integer not null,
    unique (name, version)
);
create table files (id integer primary key, source integer not null, path text not null);
create index files_of_source on files (source);
create table prints (hash integer not null, file integer not null, primary key (hash, file)) without rowid;
"""
_MOST_BYTES = 256 << 20
_MOST_PLACES = 64  # of one fingerprint: what stands in more files is common
COMMON = 3
"""In so many packages a fingerprint is nobody's."""

Key = tuple[str, str]
"""Name and version of a source."""


@dataclass(frozen=True, slots=True)
class Place:
    """A file that has a fingerprint: ``path`` is relative to the root of its package."""

    source: Key
    path: str


def index_file() -> Path:
    """Where the index of this user is kept: it can be deleted at any time, and is built again."""
    return platformdirs.user_cache_path("autoglm", appauthor=False) / "licence-index.sqlite3"


class FingerprintIndex:
    """Reads the index. A file that is missing, damaged or of another format holds nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def known(self, keys: Collection[Key]) -> frozenset[Key]:
        """Those of some sources that are in the index."""
        try:
            with self._open() as database:
                rows = database.execute("select name, version from sources").fetchall()
        except sqlite3.Error:
            return frozenset()
        return frozenset(rows) & frozenset(keys)

    def places(self, hashes: Sequence[int], keys: Collection[Key]) -> Mapping[int, tuple[Place, ...]]:
        """Where each of some fingerprints stands in some of the sources; what many packages have is left out.

        Raises sqlite3.Error when the file cannot be read.
        """
        wanted = frozenset(keys)
        found: dict[int, tuple[Place, ...]] = {}
        with self._open() as database:
            for value in dict.fromkeys(hashes):
                rows = database.execute(
                    "select s.name, s.version, f.path from prints p join files f on f.id = p.file "
                    "join sources s on s.id = f.source where p.hash = ? limit ?",
                    (value, _MOST_PLACES),
                ).fetchall()
                if len({name for name, _, _ in rows}) < COMMON and len(rows) < _MOST_PLACES:
                    places = tuple(Place((name, version), path) for name, version, path in rows)
                    found[value] = tuple(place for place in places if place.source in wanted)
        return {value: places for value, places in found.items() if places}

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True, timeout=2)) as database:
            if database.execute("pragma user_version").fetchone() != (_FORMAT,):
                raise sqlite3.DatabaseError("the index has another format")
            yield database


class IndexWriter:
    """Adds sources to the index, each in one transaction: a process that is killed leaves whole sources behind.

    Only one process may write; a damaged file is built anew.
    """

    def __init__(self, path: Path, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._database = self._opened(path)
        except sqlite3.Error:
            for name in (path, *(path.with_name(path.name + end) for end in ("-journal", "-wal", "-shm"))):
                name.unlink(missing_ok=True)
            self._database = self._opened(path)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def keep(self, keys: Collection[Key]) -> frozenset[Key]:
        """Note that these sources are in use, and return those that are there."""
        with self._database:
            self._database.executemany(
                "update sources set used = ? where name = ? and version = ?", [(time.time(), *key) for key in keys]
            )
        rows = self._database.execute("select name, version from sources").fetchall()
        return frozenset(rows) & frozenset(keys)

    def add(self, key: Key, files: Mapping[str, Collection[int]]) -> bool:
        """Store the fingerprints of a source's files; False if the index is full, and the source is stored empty."""
        room = self._make_room(sum(len(prints) for prints in files.values()) * 24)
        kept = files if room else {}
        with self._database:
            row = (*key, time.time(), sum(len(prints) for prints in kept.values()))
            source = self._database.execute(
                "insert into sources (name, version, used, prints) values (?, ?, ?, ?)", row
            ).lastrowid
            rows: list[tuple[int, int]] = []
            for path, prints in kept.items():
                file = self._database.execute(
                    "insert into files (source, path) values (?, ?)", (source, path)
                ).lastrowid
                rows += [(value, file or 0) for value in set(prints)]
            # In the order of the tree: neighbours are written together.
            self._database.executemany("insert or ignore into prints values (?, ?)", sorted(rows))
        return room

    def _make_room(self, more: int) -> bool:
        """Drop what was not used for a week, the oldest first, until there is room."""
        while self._size() + more > self._most_bytes:
            oldest = self._database.execute(
                "select id from sources where used < ? and prints > 0 order by used limit 1", (time.time() - 7 * 86400,)
            ).fetchone()
            if oldest is None:
                return False
            with self._database:
                self._database.execute(
                    "delete from prints where file in (select id from files where source = ?)", oldest
                )
                self._database.execute("delete from files where source = ?", oldest)
                self._database.execute("delete from sources where id = ?", oldest)
        return True

    def _size(self) -> int:
        pages, free, size = (
            self._database.execute(f"pragma {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)

    def _opened(self, path: Path) -> sqlite3.Connection:
        database = sqlite3.connect(path, timeout=10)
        try:
            os.chmod(path, 0o600)
            if database.execute("pragma quick_check(1)").fetchone() != ("ok",):
                raise sqlite3.DatabaseError("the index is damaged")
            version = database.execute("pragma user_version").fetchone()[0]
            if version == 0:
                database.executescript(f"begin; {_SCHEMA} pragma user_version = {_FORMAT}; commit;")
            elif version != _FORMAT:
                raise sqlite3.DatabaseError("the index has another format")
        except BaseException:
            database.close()
            raise
        return database
