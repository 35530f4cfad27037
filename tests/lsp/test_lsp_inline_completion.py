"""textDocument/inlineCompletion over stdio."""

from __future__ import annotations

import asyncio

import pytest
from lsprotocol import types as lsp

TEXT = "def add(a, b):\n    \n"
SLOW = {"answer": "return " + "a + " * 200 + "b", "token_delay_s": 30.0, "when": "def slow"}


async def test_an_accepted_draft_is_shown_where_the_cursor_is(start):
    editor = await start("return a + b")
    uri = editor.open("a.py", TEXT)
    item = await editor.inline(uri, 1, 4)
    assert item.insert_text == "return a + b"
    assert item.range == lsp.Range(lsp.Position(1, 4), lsp.Position(1, 4))


async def test_a_draft_that_fails_its_checks_is_not_shown(start):
    editor = await start("return undefined_name + b")
    uri = editor.open("a.py", TEXT)
    assert await editor.inline(uri, 1, 4) is None


@pytest.mark.parametrize(
    ("encoding", "character"), [("utf-8", 17), ("utf-16", 15), ("utf-32", 14)], ids=lambda value: str(value)
)
async def test_astral_characters_and_crlf_in_each_encoding(start, encoding, character):
    editor = await start("a + b", encodings=[encoding])
    line = "    s = '😀' + "
    assert len(line) == 14
    uri = editor.open("a.py", f"def add(a, b):\r\n{line}\r\n")
    item = await editor.inline(uri, 1, character)
    assert editor.result.capabilities.position_encoding == encoding
    assert item.range.start == lsp.Position(1, character)


async def test_accepting_and_rejecting_are_recorded(start):
    editor = await start("return a + b")
    uri = editor.open("a.py", TEXT)
    item = await editor.inline(uri, 1, 4)
    assert item.command.command == "autoglm.kept"
    assert await editor.command(item.command.command, *item.command.arguments) is None
    assert await editor.command("autoglm.rejected", "no such outcome") is None


async def test_the_selected_item_of_the_list_is_continued(start):
    editor = await start('.join("a", "b")')
    uri = editor.open("a.py", "import os\n\nos.pa\n")
    region = lsp.Range(lsp.Position(2, 3), lsp.Position(2, 5))
    item = await editor.inline(uri, 2, 5, selected=lsp.SelectedCompletionInfo(region, "path"))
    assert item.insert_text == 'path.join("a", "b")'
    assert item.range == region


async def test_a_selected_item_that_does_not_end_at_the_cursor_is_left_alone(start):
    editor = await start('.join("a", "b")')
    uri = editor.open("a.py", "import os\n\nos.pa\n")
    region = lsp.Range(lsp.Position(2, 3), lsp.Position(2, 4))
    assert await editor.inline(uri, 2, 5, selected=lsp.SelectedCompletionInfo(region, "path")) is None


async def test_cancelling_stops_the_answer_and_the_next_is_served(start, refused):
    editor = await start(SLOW, "return a + b")
    slow = editor.open("slow.py", "def slow(a, b):\n    \n")
    asked = editor.send("textDocument/inlineCompletion", editor.inline_params(slow, 1, 4), "first")
    editor.cancel_request(lsp.CancelParams("first"))
    assert (await refused(asked)).code == -32800
    uri = editor.open("a.py", TEXT)
    assert (await editor.inline(uri, 1, 4)).insert_text == "return a + b"


async def test_a_newer_request_ends_the_one_before_it(start):
    editor = await start(SLOW, "return a + b")
    uri = editor.open("slow.py", "def slow(a, b):\n    \n")
    asked = editor.send("textDocument/inlineCompletion", editor.inline_params(uri, 1, 4), "first")
    newer = editor.send("textDocument/inlineCompletion", editor.inline_params(uri, 0, 0), "second")
    async with asyncio.timeout(20):
        assert await asked is None
    editor.cancel_request(lsp.CancelParams("second"))
    with pytest.raises(Exception, match="cancel"):
        await newer


async def test_typing_on_ends_the_request_about_the_old_text(start):
    editor = await start(SLOW, "return a + b")
    uri = editor.open("slow.py", "def slow(a, b):\n    \n")
    asked = editor.send("textDocument/inlineCompletion", editor.inline_params(uri, 1, 4), "first")
    editor.change(uri, 2, "def add(a, b):\n    r\n")
    async with asyncio.timeout(20):
        assert await asked is None


async def test_only_automatic_requests_wait_for_a_pause(start):
    editor = await start("return a + b", settings={"inline": {"debounce_ms": 3_600_000}})
    uri = editor.open("a.py", TEXT)
    automatic = editor.send("textDocument/inlineCompletion", editor.inline_params(uri, 1, 4, automatic=True), "first")
    assert (await editor.inline(uri, 1, 4)).insert_text == "return a + b"
    assert await automatic is None, "the invoked request took its place"


async def test_an_engine_lost_in_mid_answer_is_told_once_and_the_server_lives(start, refused):
    lost = {"answer": "return a + b", "lost_after": 1, "when": "def lost"}
    editor = await start(lost, lost, lost, "return a + b", settings={"inline": {"debounce_ms": 0}})
    gone = editor.open("lost.py", "def lost(a, b):\n    \n")
    assert await editor.inline(gone, 1, 4, automatic=True) is None
    assert await editor.inline(gone, 1, 4, automatic=True) is None
    told = [message for message in editor.messages if "scripted engine went away" in message.message]
    assert len(told) == 1
    error = await refused(editor.inline(gone, 1, 4))
    assert error.code == -32803
    assert "scripted engine went away" in error.message
    uri = editor.open("a.py", TEXT)
    assert (await editor.inline(uri, 1, 4)).insert_text == "return a + b"


async def test_documents_that_are_not_python_secret_or_unknown_get_nothing(start):
    editor = await start("return a + b")
    (editor.root / ".gitignore").write_text("ignored.py\n")
    assert await editor.inline(editor.open("a.rs", "fn add() {\n}\n", language="rust"), 0, 3) is None
    assert await editor.inline(editor.open("ignored.py", TEXT), 1, 4) is None
    assert await editor.inline("file:///never/opened.py", 0, 0) is None


async def test_an_untitled_document_is_completed(start):
    editor = await start("return a + b")
    uri = editor.open("untitled:Untitled-1", TEXT)
    assert (await editor.inline(uri, 1, 4)).insert_text == "return a + b"


async def test_switched_off_it_answers_nothing(start):
    editor = await start("return a + b", settings={"inline": {"enabled": False}})
    assert await editor.inline(editor.open("a.py", TEXT), 1, 4) is None
