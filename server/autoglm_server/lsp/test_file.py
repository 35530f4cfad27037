"""The file that new tests go into: open in the editor, on the disk, or still to be made."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types as lsp
from pygls.uris import to_fs_path

from autoglm_core.analysis.test_files import find_test_file
from autoglm_core.errors import StaleDocumentError
from autoglm_core.types import Document
from autoglm_server.lsp import failures
from autoglm_server.lsp.edits import new_file_edit, workspace_edit
from autoglm_server.lsp.snapshot import Snapshot

if TYPE_CHECKING:
    from autoglm_server.lsp.server import Server


@dataclass(frozen=True, slots=True)
class TestFile:
    """The file as it was at the asking. Not ``exists``: the client has to make it."""

    __test__ = False  # not a test class, whatever its name says to pytest

    snapshot: Snapshot
    exists: bool

    async def edit(self, server: Server, after: Document, label: str, *, confirm: bool) -> lsp.WorkspaceEdit:
        """What leads to ``after``, shown first with ``confirm``. Raises StaleDocumentError when the file changed."""
        snapshot = self.snapshot
        now = _opened(server, snapshot.document.path)
        if now is None:
            text = await asyncio.to_thread(_read, snapshot.document.path)
            same = text is None if not self.exists else text == snapshot.document.text
        else:
            same = self.exists and now.document.text == snapshot.document.text
            snapshot = now
        if not same:
            name = snapshot.document.path.name
            raise StaleDocumentError(f"{name} changed while the tests were written, so they were not used.")
        if not self.exists:
            return new_file_edit(snapshot.uri, after.text, label, server.client, confirm=confirm)
        return workspace_edit(snapshot, after, label, server.client, confirm=confirm)


async def find_tests(server: Server, snapshot: Snapshot) -> TestFile:
    """The file of tests of a module. Raises JsonRpcException when the client would have to make it and cannot."""
    found = await asyncio.to_thread(find_test_file, snapshot.document, snapshot.workspace)
    held = _opened(server, found.path)
    if held is not None:
        return TestFile(held, exists=True)
    exists = await asyncio.to_thread(found.path.exists)
    root = snapshot.workspace.folder_of(snapshot.document.path)
    name = found.path.relative_to(root) if found.path.is_relative_to(root) else found.path
    if exists and await asyncio.to_thread(_read, found.path) is None:
        raise failures.failed(f"The tests belong into {name}, which cannot be read as UTF-8 text.")
    if not exists and not server.client.creates_files:
        raise failures.failed(
            f"The tests belong into {name}, which does not exist, and this editor lets no language server make "
            "files. Make the file, empty, and ask again."
        )
    return TestFile(Snapshot(found.path.as_uri(), None, found, snapshot.workspace, snapshot.encoding), exists)


def _opened(server: Server, path: Path) -> Snapshot | None:
    """The file as the editor holds it open; None where it does not."""
    for uri in server.documents.text_documents:
        held = to_fs_path(uri)
        if held and Path(held) == path:
            return server.documents.snapshot(uri)
    return None


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
