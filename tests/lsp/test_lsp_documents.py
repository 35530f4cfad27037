"""The texts that the server holds are the client's, whatever is typed where."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from autoglm_core.types import Document, Replacement, Span
from autoglm_server.lsp import convert
from autoglm_server.lsp.documents import Documents

PIECES = ["a", "é", "😀", "\n", "\r\n", "\f", "\u2028", "x = 1\n", ""]


def _open(text: str, uri: str = "file:///w/a.py", language: str = "python", encoding: str = "utf-16") -> Documents:
    kind = lsp.PositionEncodingKind(encoding)
    documents = Documents("file:///w", lsp.TextDocumentSyncKind.Incremental, [], kind)
    documents.put_text_document(lsp.TextDocumentItem(uri, language, 1, text))
    return documents


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_random_edits_leave_the_text_that_the_client_has(encoding):
    choose = random.Random(encoding)
    documents, text = _open("", encoding=encoding), ""
    for version in range(2, 400):
        here = Document(Path("a.py"), text)
        span = Span(*sorted(choose.randrange(len(text) + 1) for _ in range(2)))
        region = convert.to_range(here, span, encoding)
        span = convert.to_span(here, region, encoding)  # a place inside \r\n is no place of the protocol
        new = "".join(choose.choices(PIECES, k=choose.randrange(4)))
        text = here.replaced((Replacement(span, new),)).text
        change = lsp.TextDocumentContentChangePartial(region, new)
        documents.update_text_document(lsp.VersionedTextDocumentIdentifier(version, "file:///w/a.py"), change)
        assert documents.snapshot("file:///w/a.py").document.text == text


def test_a_change_beyond_the_end_of_a_line_is_clamped_to_it():
    documents = _open("ab\ncd\n")
    far = lsp.Position(0, 99)
    change = lsp.TextDocumentContentChangePartial(lsp.Range(far, far), "!")
    documents.update_text_document(lsp.VersionedTextDocumentIdentifier(2, "file:///w/a.py"), change)
    assert documents.snapshot("file:///w/a.py").document.text == "ab!\ncd\n"


def test_a_change_of_a_document_that_is_not_open_is_an_error():
    identifier = lsp.VersionedTextDocumentIdentifier(2, "file:///w/other.py")
    with pytest.raises(LookupError, match="never opened"):
        _open("").update_text_document(identifier, lsp.TextDocumentContentChangeWholeDocument("x"))


def test_a_snapshot_does_not_change_with_its_document():
    documents = _open("before")
    snapshot = documents.snapshot("file:///w/a.py")
    identifier = lsp.VersionedTextDocumentIdentifier(2, "file:///w/a.py")
    documents.update_text_document(identifier, lsp.TextDocumentContentChangeWholeDocument("after"))
    assert (snapshot.document.text, snapshot.version) == ("before", 1)


def test_other_open_files_are_handed_over_when_they_differ_from_the_disk(tmp_path):
    saved, unsaved = tmp_path / "saved.py", tmp_path / "unsaved.py"
    for path in (saved, unsaved):
        path.write_text("x = 1\n")
    documents = _open("import saved\n", (tmp_path / "a.py").as_uri())
    documents.put_text_document(lsp.TextDocumentItem(saved.as_uri(), "python", 1, "x = 1\n"))
    documents.put_text_document(lsp.TextDocumentItem(unsaved.as_uri(), "python", 1, "x = 2\n"))
    assert documents.snapshot((tmp_path / "a.py").as_uri()).workspace.unsaved == {unsaved: "x = 2\n"}


def test_an_untitled_document_gets_a_path_in_the_workspace():
    snapshot = _open("x = 1\n", "untitled:Untitled-1").snapshot("untitled:Untitled-1")
    assert snapshot.document.path == Path("/w/Untitled_1.py")


@pytest.mark.parametrize(
    ("uri", "language", "words"),
    [
        ("file:///w/other.py", "python", "not open"),
        ("file:///w/a.rs", "rust", "rust"),
        ("file:///w/large.py", "python", "1,000,000"),
    ],
)
def test_why_a_document_is_left_alone_is_said(uri, language, words):
    documents = _open("x" * 1_000_001, "file:///w/large.py")
    documents.put_text_document(lsp.TextDocumentItem("file:///w/a.rs", language, 1, "fn"))
    assert documents.snapshot(uri) is None
    assert words in documents.why_no_snapshot(uri)


def test_percent_signs_in_a_uri_are_one_document():
    documents = _open("x = 1\n", "file:///w/a%20b.py")
    assert documents.snapshot("file:///w/a b.py").document.path == Path("/w/a b.py")
