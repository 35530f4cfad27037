"""The finished rows of a run, a JSON line each: an interrupted run goes on where it was."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Hashable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import platformdirs

from autoglm_core.errors import SettingsError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    RowT = TypeVar("RowT", bound=DataclassInstance)
else:
    RowT = TypeVar("RowT")
KeyT = TypeVar("KeyT", bound=Hashable)


def usual_folder() -> Path:
    """Where runs are kept unless their user names another folder."""
    return platformdirs.user_cache_path("autoglm", appauthor=False) / "bench"


class RunFile(Generic[RowT, KeyT]):
    """Rows of a dataclass in a file, whose folder is made; ``key`` tells them apart.

    Raises SettingsError where there can be no file.
    """

    def __init__(self, path: Path, kind: type[RowT], key: Callable[[RowT], KeyT]) -> None:
        self._path = path
        self._kind = kind
        self._key = key
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.open("a").close()
        except OSError as error:
            raise SettingsError(f"The run cannot be kept in {path}: {error}. Name another folder by --work.") from error

    def rows(self) -> dict[KeyT, RowT]:
        """What is finished, by its key. A line that was torn by an interruption is left out."""
        found = {}
        for line in self._path.read_text("utf-8", "replace").splitlines():
            try:
                row = self._kind(**{name: _value(value) for name, value in json.loads(line).items()})
            except (ValueError, TypeError, AttributeError):
                continue
            found[self._key(row)] = row
        return found

    def clear(self) -> None:
        """Begin anew."""
        self._path.write_bytes(b"")

    def add(self, row: RowT) -> None:
        """Note a finished row."""
        with self._path.open("rb+") as file:
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                if file.read() != b"\n":
                    file.write(b"\n")  # after a torn line
            file.write((json.dumps(asdict(row)) + "\n").encode())


def _value(value: Any) -> Any:
    """Sequences of rows are tuples."""
    return tuple(value) if isinstance(value, list) else value
