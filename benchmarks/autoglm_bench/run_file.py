"""The finished problems of a run, a JSON line each: an interrupted run goes on where it was."""

from __future__ import annotations

import json
import os
from pathlib import Path

from autoglm_bench.figures import Row, as_data
from autoglm_core.errors import SettingsError


class RunFile:
    """Rows in a file, whose folder is made. Raises SettingsError where there can be none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.open("a").close()
        except OSError as error:
            raise SettingsError(f"The run cannot be kept in {path}: {error}. Name another folder by --work.") from error

    def rows(self) -> dict[str, Row]:
        """What is finished, by id. A line that was torn by an interruption is left out."""
        found = {}
        for line in self._path.read_text("utf-8", "replace").splitlines():
            try:
                data = json.loads(line)
                row = Row(**data | {"kinds": tuple(data["kinds"])})
            except (ValueError, TypeError, KeyError):
                continue
            found[row.id] = row
        return found

    def clear(self) -> None:
        """Begin anew."""
        self._path.write_bytes(b"")

    def add(self, row: Row) -> None:
        """Note a finished problem."""
        with self._path.open("rb+") as file:
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                if file.read() != b"\n":
                    file.write(b"\n")  # after a torn line
            file.write((json.dumps(as_data(row)) + "\n").encode())
