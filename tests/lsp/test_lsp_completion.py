"""textDocument/completion for clients without inline completion."""

from __future__ import annotations

from lsprotocol import types as lsp

TEXT = "def add(a, b):\n    ret\n"


async def test_one_item_that_the_client_cannot_filter_away(start):
    editor = await start("urn a + b", like="neovim")
    uri = editor.open("a.py", TEXT)
    (item,) = (await editor.complete(uri, 1, 7)).items
    assert item.label == "return a + b"
    assert item.filter_text == "return a + b"
    assert item.text_edit.range == lsp.Range(lsp.Position(1, 4), lsp.Position(1, 7))
    assert item.sort_text > "zzz"
    assert item.command.command == "autoglm.kept"


async def test_later_lines_of_a_snippet_leave_the_indentation_to_the_client(start):
    editor = await start("for x in a:\n        print(f'${x}')\n    return a", like="neovim")
    uri = editor.open("a.py", "def f(a):\n    \n")
    (item,) = (await editor.complete(uri, 1, 4)).items
    assert item.insert_text_format is lsp.InsertTextFormat.Snippet
    assert item.text_edit.new_text == "for x in a:\n    print(f'\\${x\\}')\nreturn a"
    assert item.label == "for x in a:", "clients write it into the text while it is chosen"
    assert item.detail == "AutoGLM, checked, 3 lines"


async def test_a_client_without_snippets_gets_plain_text(start):
    editor = await start("for x in a:\n        print(x)\n    return a", like="emacs")
    uri = editor.open("a.py", "def f(a):\n    \n")
    (item,) = (await editor.complete(uri, 1, 4)).items
    assert item.insert_text_format is lsp.InsertTextFormat.PlainText
    assert item.text_edit.new_text == "for x in a:\n        print(x)\n    return a"
    assert item.documentation.startswith("for x in a:")


async def test_documentation_comes_at_once_where_it_cannot_be_resolved(start):
    editor = await start("return a + b", like="neovim")
    (item,) = (await editor.complete(editor.open("a.py", "def add(a, b):\n    \n"), 1, 4)).items
    assert "return a + b" in item.documentation.value
    assert "```" in item.documentation.value
    resolved = await editor.completion_item_resolve_async(item)
    checks = resolved.documentation.value.rpartition("```")[2]
    assert checks.strip(), "what was checked is said under the code"


async def test_nothing_to_show_is_an_empty_list_to_be_asked_again(start):
    editor = await start("return undefined_name", like="neovim")
    found = await editor.complete(editor.open("a.py", "def add(a, b):\n    \n"), 1, 4)
    assert not found.items
    assert found.is_incomplete


async def test_prose_and_unknown_languages_get_no_list(start):
    editor = await start("x", like="neovim")
    assert await editor.complete(editor.open("a.md", "local x\n", language="markdown"), 0, 3) is None
    assert await editor.complete(editor.open("a.zz", "local x\n", language="zz"), 0, 3) is None


async def test_a_foreign_item_is_refused(start, refused):
    editor = await start("x", like="neovim")
    for data in (None, {"other": 1}, {"outcome": 3}):
        item = lsp.CompletionItem("print", data=data)
        assert (await refused(editor.completion_item_resolve_async(item))).code == -32602


async def test_an_item_of_a_forgotten_outcome_comes_back_as_it_was(start):
    editor = await start("x", like="neovim")
    item = lsp.CompletionItem("print", data={"outcome": "0123456789ab"})
    assert (await editor.completion_item_resolve_async(item)).documentation is None
