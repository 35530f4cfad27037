"""A request's files as a workspace on disk for as long as the request runs."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from autoglm_core.types import Document, Workspace
from autoglm_server.http.schemas import GenerateRequest

NEW_FILE = "generated.py"


@dataclass(frozen=True, slots=True)
class Checkout:
    """The workspace of one request; ``path`` is the document's place in it, with forward slashes."""

    workspace: Workspace
    document: Document
    path: str

    @property
    def folder(self) -> Path:
        """The folder that holds the files."""
        return self.workspace.folders[0]


@asynccontextmanager
async def checkout(request: GenerateRequest) -> AsyncGenerator[Checkout, None]:
    """Write the files into a new folder that only this user can read; the folder is removed at the end."""
    folder = await asyncio.to_thread(_new_folder)
    try:
        texts = {file.path: file.text for file in request.files}
        path = request.target.path if request.target else _free(NEW_FILE, texts)
        if request.target and request.target.name and request.tests:
            texts[_free("test_request.py", texts)] = request.tests
        await asyncio.to_thread(_write, folder, texts)
        yield Checkout(Workspace((folder,)), Document(folder / path, texts.get(path, "")), path)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _new_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="autoglm-run-")).resolve()


def _write(folder: Path, texts: dict[str, str]) -> None:
    for path, text in texts.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())  # as bytes: line ends stay as they were sent


def _free(name: str, taken: dict[str, str]) -> str:
    stem, _, suffix = name.rpartition(".")
    number = 1
    while name in taken:
        number += 1
        name = f"{stem}_{number}.{suffix}"
    return name
