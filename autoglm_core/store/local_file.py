"""A file that the user has already, as a source."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autoglm_core.store.catalogue import CatalogueModel
from autoglm_core.store.partial import PartialFile
from autoglm_core.store.transfer import Phase, SourceError, Watch
from autoglm_core.store.verification import hash_file

_CHUNK = 4 << 20


@dataclass(frozen=True, slots=True)
class LocalFile:
    """Copies a file in, if it is the model: a wrong one touches nothing that was downloaded."""

    path: Path

    @property
    def name(self) -> str:
        """What messages call this source."""
        return str(self.path)

    def space_beside(self, model: CatalogueModel) -> int:
        """The bytes of disk needed beside the model's own file: none."""
        return 0

    def fetch(self, model: CatalogueModel, partial: PartialFile, watch: Watch) -> None:
        """Copy the file from its start. Raises SourceError when it is not the model."""
        try:
            size = self.path.stat().st_size
            if size != model.bytes:
                raise SourceError(f"it has {size:,} bytes, but {model.name} has {model.bytes:,}")
            sha256 = hash_file(self.path, lambda done: watch.step(Phase.VERIFYING, self.name, done))
            if sha256 != model.sha256:
                raise SourceError(f"its SHA-256 is {sha256}, but that of {model.name} is {model.sha256}")
            with self.path.open("rb", buffering=0) as file:
                partial.truncate(0)
                while chunk := file.read(_CHUNK):
                    partial.append(chunk)
                    watch.step(Phase.COPYING, self.name, partial.size)
        except OSError as error:
            raise SourceError(f"it cannot be read: {error.strerror}") from error
