"""A model file that is not whole yet: always a prefix of the right bytes, whatever wrote it."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

from autoglm_core.errors import ModelStoreError


class PartialFile:
    """A growing file. Only whole runs of right bytes are appended, so any source can continue it.

    Used under the model's lock: no other process writes it at the same time.
    """

    def __init__(self, path: Path) -> None:
        """Open or make the file."""
        self.path = path
        # Unbuffered: when a write fails, all bytes that count as written are in the file, and no others.
        self._file = open(path, "ab", buffering=0)  # noqa: SIM115 -- closed by __exit__
        self.size = self._file.seek(0, os.SEEK_END)

    def append(self, chunk: bytes) -> None:
        """Write bytes at the end. Raises ModelStoreError when the disk takes no more; the rest is kept."""
        left = memoryview(chunk)
        while left:
            try:
                written = self._file.write(left)
            except OSError as error:
                raise self._failed(error) from error
            self.size += written or 0
            left = left[written:]

    def truncate(self, size: int) -> None:
        """Keep the first ``size`` bytes alone."""
        try:
            self._file.truncate(size)
        except OSError as error:
            raise self._failed(error) from error
        self.size = size

    def finish(self, final: Path) -> None:
        """Put the file on the disk for good, then under its name, in one step."""
        try:
            os.fsync(self._file.fileno())
            self._file.close()
            os.replace(self.path, final)
            _sync_folder(final.parent)
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> ModelStoreError:
        return ModelStoreError(
            f"Writing {self.path} failed after {self.size:,} bytes: {error.strerror}. Make room on that disk, or name "
            f"another folder in AUTOGLM_MODELS, and pull again: what has arrived is kept."
        )

    def __enter__(self) -> PartialFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if not self.size:
            self.path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make a new name last through a power cut, where folders can be opened for that."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
