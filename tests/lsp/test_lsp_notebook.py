"""Cells of Jupyter notebooks."""

from __future__ import annotations

from lsprotocol import types as lsp

CODE, MARKUP = lsp.NotebookCellKind.Code, lsp.NotebookCellKind.Markup


def _open(editor, *cells: tuple[lsp.NotebookCellKind, str, str], name: str = "n.ipynb") -> list[str]:
    notebook = (editor.root / name).as_uri()
    uris = [f"{notebook.replace('file:', 'vscode-notebook-cell:')}#{number}" for number in range(len(cells))]
    editor.notebook_document_did_open(
        lsp.DidOpenNotebookDocumentParams(
            lsp.NotebookDocument(
                notebook,
                "jupyter-notebook",
                1,
                [lsp.NotebookCell(kind, uri) for uri, (kind, _, _) in zip(uris, cells, strict=True)],
            ),
            [lsp.TextDocumentItem(uri, lang, 1, text) for uri, (_, lang, text) in zip(uris, cells, strict=True)],
        )
    )
    return uris


async def test_names_of_the_cells_above_are_known(start):
    editor = await start("greeting.upper()")
    cells = _open(
        editor,
        (CODE, "python", "greeting = '😀 hi'"),
        (MARKUP, "markdown", "# greeting ="),
        (CODE, "python", "\nprint('é')\nshout = "),
    )
    item = await editor.inline(cells[2], 2, 8)
    assert item.insert_text == "greeting.upper()"
    assert item.range.start == lsp.Position(2, 8)


async def test_a_name_of_no_cell_is_found_out(start):
    editor = await start("nowhere.upper()")
    cells = _open(editor, (CODE, "python", "greeting = 'hi'"), (CODE, "python", "shout = "))
    assert await editor.inline(cells[1], 0, 8) is None


async def test_a_function_in_a_cell_is_implemented_there(start):
    editor = await start("```python\ndef add(a, b):\n    return a + b\n```")
    cells = _open(editor, (CODE, "python", "import os"), (CODE, "python", "def add(a, b):\n    ...\n"))
    action = await editor.code_action_resolve_async(await editor.action(cells[1], 0, "Implement"))
    (change,) = action.edit.document_changes
    assert change.text_document.uri == cells[1]
    assert change.edits[0].range == lsp.Range(lsp.Position(1, 0), lsp.Position(2, 0))
    assert await editor.actions(cells[0], 0) == [], "what stands in another cell is not offered"


async def test_a_change_that_needs_another_cell_is_refused(start, refused):
    editor = await start("```python\nimport math\n\n\ndef add(a, b):\n    return math.fsum([a, b])\n```")
    cells = _open(editor, (CODE, "python", "import os\nx = 1\n"), (CODE, "python", "def add(a, b):\n    ...\n"))
    error = await refused(editor.code_action_resolve_async(await editor.action(cells[1], 0, "Implement")))
    assert "another cell" in error.message


async def test_an_ignored_notebook_is_shown_to_no_model(start):
    editor = await start("greeting.upper()")
    (editor.root / ".gitignore").write_text("*.ipynb\n")
    cells = _open(editor, (CODE, "python", "greeting = 'hi'\nshout = "))
    assert await editor.inline(cells[0], 1, 8) is None


async def test_cells_that_change_move_and_close_break_nothing(start):
    editor = await start("1")
    cells = _open(editor, (CODE, "python", "x = "), (CODE, "python", "y = "))
    notebook = lsp.VersionedNotebookDocumentIdentifier(2, (editor.root / "n.ipynb").as_uri())
    text = lsp.NotebookDocumentCellContentChanges(
        lsp.VersionedTextDocumentIdentifier(2, cells[1]), [lsp.TextDocumentContentChangeWholeDocument("z = ")]
    )
    change = lsp.NotebookDocumentChangeEvent(cells=lsp.NotebookDocumentCellChanges(text_content=[text]))
    editor.notebook_document_did_change(lsp.DidChangeNotebookDocumentParams(notebook, change))
    assert (await editor.inline(cells[1], 0, 4)).insert_text == "1"
    removed = lsp.NotebookDocumentCellChangeStructure(
        lsp.NotebookCellArrayChange(0, 1, []), did_close=[lsp.TextDocumentIdentifier(cells[0])]
    )
    change = lsp.NotebookDocumentChangeEvent(cells=lsp.NotebookDocumentCellChanges(structure=removed))
    editor.notebook_document_did_change(lsp.DidChangeNotebookDocumentParams(notebook, change))
    assert await editor.inline(cells[0], 0, 4) is None
    closing = lsp.DidCloseNotebookDocumentParams(
        lsp.NotebookDocumentIdentifier(notebook.uri), [lsp.TextDocumentIdentifier(cells[1])]
    )
    editor.notebook_document_did_close(closing)
    assert await editor.inline(cells[1], 0, 4) is None
