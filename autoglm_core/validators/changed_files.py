"""Which Python files of a folder changed on the disk: ty is told, as it watches nothing itself."""

from __future__ import annotations

import os
import time
from pathlib import Path

_SUFFIXES = (".py", ".pyi", ".toml")
_PRUNED = frozenset({"__pycache__", "node_modules", "site-packages", "venv"})
_MOST_FILES = 20_000
# A large folder takes long to look at: then a look may be this old, so that most checks need none.
_QUICK_S, _STALE_S = 0.02, 5.0


class FolderWatch:
    """Remembers the times of a folder's files. Hidden folders and environments are left out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._times: dict[str, int] = {}
        self._looked_at = 0.0
        self._took_s = 0.0

    def changes(self) -> tuple[Path, ...]:
        """What was made, changed or removed since the last call; at the first call, nothing.

        Blocks for as long as walking the folder takes; a folder with more than 20,000 files is not walked to
        its end.
        """
        started = time.monotonic()
        if self._took_s > _QUICK_S and started - self._looked_at < _STALE_S:
            return ()
        first, old = not self._looked_at, self._times
        self._times = self._look()
        self._looked_at = time.monotonic()
        self._took_s = self._looked_at - started
        if first:
            return ()
        changed = {path for path, changed_ns in self._times.items() if old.get(path) != changed_ns}
        return tuple(Path(path) for path in sorted(changed | (old.keys() - self._times.keys())))

    def _look(self) -> dict[str, int]:
        times: dict[str, int] = {}
        left = [str(self._folder)]
        while left and len(times) < _MOST_FILES:
            try:
                with os.scandir(left.pop()) as entries:
                    for entry in entries:
                        if entry.is_dir(follow_symlinks=False):
                            if not entry.name.startswith(".") and entry.name not in _PRUNED:
                                left.append(entry.path)
                        elif entry.name.endswith(_SUFFIXES):
                            times[entry.path] = entry.stat().st_mtime_ns
            except OSError:
                continue  # a folder that may not be read, or went away: ty sees nothing in it either
        return times
