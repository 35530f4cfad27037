"""Edits hold only the lines that differ, in the form that the client understands."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from autoglm_core.types import Document, Workspace
from autoglm_server.lsp.capabilities import ClientCapabilities
from autoglm_server.lsp.edits import (
    changed_lines,
    is_scattered,
    needs_confirmation,
    new_file_edit,
    workspace_edit,
)
from autoglm_server.lsp.snapshot import Snapshot

FULL = ClientCapabilities(document_changes=True, change_annotations=True)


def _snapshot(text: str, start: int = 0) -> Snapshot:
    return Snapshot("file:///a.py", 7, Document(Path("/a.py"), text, 7), Workspace(), "utf-16", start)


def _after(text: str) -> Document:
    return Document(Path("/a.py"), text)


def test_only_changed_lines_are_replaced():
    before = "import os\n\n\ndef f():\n    ...\n\n\nx = 1\n"
    after = before.replace("...", "return 1")
    (edit,) = changed_lines(_after(before), _after(after))
    assert before[edit.span.start : edit.span.end] == "    ...\n"
    assert edit.text == "    return 1\n"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_edits_of_random_texts_lead_to_the_new_text(newline):
    choose = random.Random(newline)
    for _ in range(300):
        before, after = (newline.join(choose.choices("ab\f😀", k=choose.randrange(9))) for _ in range(2))
        document = Document(Path("/a.py"), before)
        assert document.replaced(changed_lines(document, _after(after))).text == after


def test_the_most_careful_form_is_versioned_and_annotated():
    edit = workspace_edit(_snapshot("a\nb\n"), _after("a\nc\n"), "parses · 3 tests passed", FULL)
    (change,) = edit.document_changes
    assert (change.text_document.uri, change.text_document.version) == ("file:///a.py", 7)
    (text_edit,) = change.edits
    annotation = edit.change_annotations[text_edit.annotation_id]
    assert annotation.label == "parses · 3 tests passed"
    assert annotation.needs_confirmation is False
    assert text_edit.range == lsp.Range(lsp.Position(1, 0), lsp.Position(2, 0))


def test_without_annotations_the_edit_is_still_versioned():
    edit = workspace_edit(_snapshot("a\n"), _after("b\n"), "parses", ClientCapabilities(document_changes=True))
    assert edit.document_changes[0].text_document.version == 7
    assert edit.change_annotations is None
    assert isinstance(edit.document_changes[0].edits[0], lsp.TextEdit)


def test_the_plainest_client_gets_plain_changes():
    edit = workspace_edit(_snapshot("a\n"), _after("b\n"), "parses", ClientCapabilities())
    assert edit.document_changes is None
    assert edit.changes["file:///a.py"][0].new_text == "b\n"


def test_a_cell_is_edited_in_its_own_positions():
    edit = workspace_edit(_snapshot("import os\na\n", start=10), _after("import os\nb\n"), "", ClientCapabilities())
    assert edit.changes["file:///a.py"][0].range == lsp.Range(lsp.Position(0, 0), lsp.Position(1, 0))


def test_a_change_of_another_cell_is_refused():
    with pytest.raises(ValueError, match="another cell"):
        workspace_edit(_snapshot("import os\na\n", start=10), _after("import re\nb\n"), "", ClientCapabilities())


@pytest.mark.parametrize("confirm", [False, True])
def test_an_edit_is_confirmed_when_it_should_be(confirm):
    edits = (
        workspace_edit(_snapshot("a\n"), _after("b\n"), "parses", FULL, confirm=confirm),
        new_file_edit("file:///b.py", "b\n", "parses", FULL, confirm=confirm),
    )
    assert [needs_confirmation(edit) for edit in edits] == [confirm, confirm]


def test_without_annotations_nothing_can_be_confirmed():
    plain = ClientCapabilities(document_changes=True)
    assert not needs_confirmation(workspace_edit(_snapshot("a\n"), _after("b\n"), "parses", plain, confirm=True))


def test_places_that_do_not_fit_on_a_screen_are_scattered():
    text = "".join(f"x{n} = {n}\n" for n in range(100))
    near = text.replace("x10 = 10", "x10 = 0").replace("x50 = 50", "x50 = 0")
    far = near.replace("x51 = 51", "x51 = 0")
    assert not is_scattered(_after(text), _after(text))
    assert not is_scattered(_after(text), _after(near))
    assert is_scattered(_after(text), _after(far))
