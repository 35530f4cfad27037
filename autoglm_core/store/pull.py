"""One model from the first source that can deliver it, checked before it appears under its name."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from autoglm_core.errors import ModelStoreError
from autoglm_core.store.catalogue import CatalogueModel
from autoglm_core.store.partial import PartialFile
from autoglm_core.store.transfer import Phase, SourceError, Watch
from autoglm_core.store.verification import hash_file, remember


class Source(Protocol):
    """A place that holds a model's bytes."""

    @property
    def name(self) -> str:
        """What messages call it."""
        ...

    def space_beside(self, model: CatalogueModel) -> int:
        """The bytes of disk that it needs beside the model's own file."""
        ...

    def fetch(self, model: CatalogueModel, partial: PartialFile, watch: Watch) -> None:
        """Append what is missing, until the file has its full length.

        Raises SourceError when this source cannot deliver, ModelStoreError when none could (a full disk).
        """
        ...


def fetch_model(model: CatalogueModel, final: Path, growing: Path, sources: Sequence[Source], watch: Watch) -> None:
    """Bring ``growing`` to its full length, check its hash, and give it the name ``final``.

    The caller holds the model's lock. Raises ModelStoreError that says what each source said;
    PullCancelledError when stopped. Either way ``growing`` is kept if it is a usable start.
    """
    failures = []
    with PartialFile(growing) as partial:
        for source in sources:
            try:
                _fetch_from(source, model, partial, watch)
            except SourceError as error:
                failures.append(f"{source.name}: {error}")
                if source is not sources[-1]:
                    watch.note(f"{source.name} cannot be used ({error}); trying the {sources[len(failures)].name}.")
            else:
                partial.finish(final)
                remember(final, model.sha256)
                return
        kept = f" {partial.size:,} bytes are kept, and the next pull goes on from there." if partial.size else ""
    raise ModelStoreError(
        f"{model.name} could not be downloaded. "
        + " ".join(f"{failure.rstrip('.')}." for failure in failures)
        + f" Check the network and the settings of proxies, or fetch {model.file} elsewhere and give it with"
        + f" `autoglm models pull {model.name} --from FILE`."
        + kept
    )


def _fetch_from(source: Source, model: CatalogueModel, partial: PartialFile, watch: Watch) -> None:
    while True:
        resumed = partial.size > 0
        if partial.size < model.bytes:
            _check_space(source, model, partial)
            source.fetch(model, partial, watch)
        sha256 = hash_file(partial.path, lambda done: watch.step(Phase.VERIFYING, source.name, done))
        if sha256 == model.sha256:
            return
        partial.truncate(0)
        if not resumed:
            raise SourceError(f"what it sent is not the model: its SHA-256 is {sha256}, not {model.sha256}")
        # The fault may lie in the start that was found, from another source or before a crash.
        watch.note("The downloaded file is damaged; starting again from nothing.")


def _check_space(source: Source, model: CatalogueModel, partial: PartialFile) -> None:
    needed = model.bytes - partial.size + source.space_beside(model)
    free = shutil.disk_usage(partial.path.parent).free
    if free < needed:
        raise ModelStoreError(
            f"{needed:,} bytes of free disk are needed in {partial.path.parent} to download {model.name}, but only "
            f"{free:,} are free. Make room, or name another folder in AUTOGLM_MODELS."
        )
