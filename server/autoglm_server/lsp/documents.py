"""The open documents, notebooks and folders, and snapshots of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lsprotocol import types as lsp
from pygls.uris import to_fs_path
from pygls.workspace import TextDocument
from pygls.workspace import Workspace as PyglsWorkspace

from autoglm_core.types import Document, Replacement, Workspace
from autoglm_server.lsp import convert
from autoglm_server.lsp.snapshot import Snapshot

LARGEST_DOCUMENT = 1_000_000
"""Code points. Beyond it parsing takes seconds on every request, so larger documents are left alone."""


class Documents(PyglsWorkspace):
    """What the editor holds open. Changes are applied by the line ends of LSP.

    pygls splits lines as str.splitlines does, at form feeds and U+2028 too, and takes a column beyond the end
    of a line for the one before its end: a single such change would leave the text wrong for good.
    """

    trusted: bool = True

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._compared: dict[str, _Compared] = {}

    def update_text_document(
        self, text_doc: lsp.VersionedTextDocumentIdentifier, change: lsp.TextDocumentContentChangeEvent
    ) -> None:
        """Apply one change. Raises LookupError for a document that is not open."""
        if unquote(text_doc.uri) not in self.text_documents:
            raise LookupError(f"{text_doc.uri} was changed but never opened")
        if isinstance(change, lsp.TextDocumentContentChangePartial):
            held = Document(Path(), self.get_text_document(text_doc.uri).source)
            span = convert.to_span(held, change.range, self._encoding)
            text = held.replaced((Replacement(span, change.text),)).text
            change = lsp.TextDocumentContentChangeWholeDocument(text=text)
        super().update_text_document(text_doc, change)

    def folder_paths(self) -> tuple[Path, ...]:
        """The open folders on this machine's disk, else the root that older clients give."""
        paths = [to_fs_path(folder.uri) for folder in self.folders.values()]
        found = tuple(Path(path) for path in paths if path)
        return found or ((Path(self.root_path),) if self.root_path else ())

    def snapshot(self, uri: str, *, any_language: bool = False) -> Snapshot | None:
        """The document as it is now; None when it is not open, not Python (``any_language``: prose), or too large."""
        held = self.text_documents.get(unquote(uri))
        if held is None or not (_is_python(held) or (any_language and _is_code(held))):
            return None
        above = "".join(self._cells_above(uri)) if _is_python(held) else ""
        if len(above) + len(held.source) > LARGEST_DOCUMENT:
            return None
        folders = self.folder_paths()
        path = _path(held, folders, self._notebook_of(uri))
        language = "python" if _is_python(held) else (held.language_id or "").lower()
        document = Document(path, above + held.source, held.version, language)
        workspace = Workspace(folders, self._unsaved(besides=unquote(uri)), self.trusted)
        return Snapshot(uri, held.version, document, workspace, self._encoding, len(above))

    def why_no_snapshot(self, uri: str) -> str:
        """The reason in a sentence, for a request that needs one."""
        held = self.text_documents.get(unquote(uri))
        if held is None:
            return f"{uri} is not open in the editor. Open it and ask again."
        if not _is_python(held):
            return f"AutoGLM writes Python, and {uri} is {held.language_id or 'of no known language'}."
        return f"{uri} is longer than {LARGEST_DOCUMENT:,} characters, which is too long to check while you wait."

    def notebook_path(self, uri: str) -> Path | None:
        """The file of the notebook that a cell belongs to; None for other documents."""
        notebook = self._notebook_of(uri)
        path = to_fs_path(notebook.uri) if notebook else None
        return Path(path) if path else None

    @property
    def _encoding(self) -> str:
        return str(getattr(self.position_encoding, "value", self.position_encoding))

    def _notebook_of(self, uri: str) -> lsp.NotebookDocument | None:
        return self.get_notebook_document(cell_uri=uri)

    def _cells_above(self, uri: str) -> list[str]:
        """The texts of the notebook's Python cells before this one, each ended by a line break."""
        notebook = self._notebook_of(uri)
        texts: list[str] = []
        for cell in notebook.cells if notebook else ():
            if unquote(cell.document) == unquote(uri):
                break
            held = self.text_documents.get(unquote(cell.document))
            if cell.kind == lsp.NotebookCellKind.Code and held is not None and _is_python(held):
                texts.append(held.source if held.source.endswith("\n") or not held.source else held.source + "\n")
        return texts

    def is_current(self, snapshot: Snapshot) -> bool:
        """Whether the text is still the one that was copied; costs nothing, unlike another copy."""
        held = self.text_documents.get(unquote(snapshot.uri))
        return held is not None and held.version == snapshot.version and held.source == snapshot.own.text

    def _unsaved(self, besides: str) -> dict[Path, str]:
        """The other open files whose text is not the one on the disk.

        Asked with each key for every open document: a file is compared again only when it or its text changed.
        """
        for uri in self._compared.keys() - self.text_documents.keys():
            del self._compared[uri]
        unsaved = {}
        for uri, held in self.text_documents.items():
            if uri == besides:
                continue
            known = self._compared.get(uri)
            if known is None or known.version != held.version:
                known = self._compared[uri] = _Compared(_absolute(held.uri), held.version)
            if known.path is not None and not known.is_saved(held.source):
                unsaved[known.path] = held.source
        return unsaved


def _is_python(document: TextDocument) -> bool:
    if document.language_id:
        return document.language_id.lower().startswith("python")
    return document.path.endswith((".py", ".pyi"))


def _is_code(document: TextDocument) -> bool:
    """Whether completions have a place in it: a language whose syntax can be checked."""
    from autoglm_core.languages import is_prose, known_as  # tree-sitter: not at start-up

    language, path = (document.language_id or "").lower(), Path(document.path)
    return bool(known_as(language, path)) and not is_prose(language, path)


def _path(document: TextDocument, folders: tuple[Path, ...], notebook: lsp.NotebookDocument | None) -> Path:
    """The path that a document is judged under: its own, or a name of its own where it has no file."""
    path = to_fs_path(document.uri)
    if path and os.path.isabs(path) and notebook is None:
        return Path(path)
    home = folders[0] if folders else Path.cwd()
    if notebook is not None:
        file = Path(to_fs_path(notebook.uri) or home / "notebook.ipynb")
        # No validator may take the cell for the notebook's own format, nor for a module that exists.
        return file.with_name(f"{file.stem}_cell.py")
    name = "".join(character if character.isalnum() else "_" for character in Path(document.path).stem)
    return home / f"{name or 'untitled'}.py"


def _absolute(uri: str) -> Path | None:
    path = to_fs_path(uri)
    return Path(path) if path and os.path.isabs(path) else None


@dataclass(slots=True)
class _Compared:
    """A version of an open document, compared with its file as that was at ``stamp``."""

    path: Path | None
    version: int | None
    stamp: tuple[int, int, int] | None = None
    saved: bool = False

    def is_saved(self, text: str) -> bool:
        """Whether the file holds this text; it is read only when its stamp is another one."""
        assert self.path is not None  # noqa: S101 - asked of files alone
        try:
            status = os.stat(self.path)
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            if stamp != self.stamp or self.version is None:
                held = text.encode("utf-8", "surrogatepass")
                # The size tells most changes without reading the file.
                self.saved = status.st_size == len(held) and self.path.read_bytes() == held
                self.stamp = stamp
        except OSError:
            return False
        return self.saved
