"""Typing through what was suggested, over stdio: what is asked of the model, and what is never shown."""

from __future__ import annotations

import asyncio

import pytest
from lsprotocol import types as lsp

TEXT = "def add(first, second):\n    return \n"
QUICK = {"inline": {"debounce_ms": 0}}


def typed(character: int, text: str) -> lsp.TextDocumentContentChangePartial:
    """A key at a column of line 1."""
    here = lsp.Position(1, character)
    return lsp.TextDocumentContentChangePartial(range=lsp.Range(here, here), text=text)


async def counters(editor) -> dict[str, int]:
    return (await editor.command("autoglm.metrics"))["inline"]


async def test_a_suggestion_stays_while_it_is_typed_and_asks_no_model(start):
    editor = await start("first + second", settings=QUICK)
    uri = editor.open("a.py", TEXT)
    item = await editor.inline(uri, 1, 11, automatic=True)
    assert item.insert_text == "first + second"
    for number, character in enumerate("first +"):
        editor.change(uri, number + 2, typed(11 + number, character))
        rest = await editor.inline(uri, 1, 12 + number, automatic=True)
        assert rest.insert_text == "first + second"[number + 1 :]
        assert rest.command.arguments == item.command.arguments, "the same suggestion, so one verdict"
    found = await counters(editor)
    assert found["asked"] == 1
    assert found["from_cache"] == 7


async def test_a_partial_accept_keeps_the_rest_and_backspace_finds_the_old_answer(start):
    editor = await start("first + second", settings=QUICK)
    uri = editor.open("a.py", TEXT)
    assert (await editor.inline(uri, 1, 11, automatic=True)).insert_text == "first + second"
    editor.change(uri, 2, typed(11, "first "))
    assert (await editor.inline(uri, 1, 17, automatic=True)).insert_text == "+ second"
    there = lsp.Range(lsp.Position(1, 11), lsp.Position(1, 17))
    editor.change(uri, 3, lsp.TextDocumentContentChangePartial(range=there, text=""))
    assert (await editor.inline(uri, 1, 11, automatic=True)).insert_text == "first + second"
    assert (await counters(editor))["asked"] == 1


async def test_the_next_key_joins_the_answer_under_way(start):
    slow = {"answer": "first + second", "token_delay_s": 0.3}
    editor = await start(slow, settings=QUICK)
    uri = editor.open("a.py", TEXT)
    await editor.command("autoglm.metrics")  # it has started
    early = editor.send("textDocument/inlineCompletion", editor.inline_params(uri, 1, 11, automatic=True), "early")
    await asyncio.sleep(0.2)
    editor.change(uri, 2, typed(11, "f"))
    assert (await editor.inline(uri, 1, 12, automatic=True)).insert_text == "irst + second"
    assert await early is None
    found = await counters(editor)
    assert (found["asked"], found["joined"]) == (1, 1)


async def test_a_change_elsewhere_in_the_document_forgets_the_suggestion(start):
    editor = await start("first + second", "second", settings=QUICK)
    uri = editor.open("a.py", TEXT)
    assert (await editor.inline(uri, 1, 11, automatic=True)).insert_text == "first + second"
    editor.change(uri, 2, "def add(other, second):\n    return \n")
    item = await editor.inline(uri, 1, 11, automatic=True)
    assert item.insert_text == "second"
    assert (await counters(editor))["asked"] == 2


async def test_saving_a_file_forgets_what_was_checked_against_the_old_one(start):
    editor = await start("first + second", settings=QUICK)
    uri = editor.open("a.py", TEXT)
    assert (await editor.inline(uri, 1, 11, automatic=True)).insert_text == "first + second"
    other = editor.open("b.py", "x = 1\n")
    editor.text_document_did_save(lsp.DidSaveTextDocumentParams(lsp.TextDocumentIdentifier(other)))
    assert (await editor.inline(uri, 1, 11, automatic=True)).insert_text == "first + second"
    assert (await counters(editor))["asked"] == 2


async def test_what_the_user_rejected_is_not_offered_again(start):
    editor = await start("first + second", settings=QUICK)
    uri = editor.open("a.py", TEXT)
    item = await editor.inline(uri, 1, 11, automatic=True)
    await editor.command("autoglm.rejected", *item.command.arguments)
    assert await editor.inline(uri, 1, 11, automatic=True) is None
    assert (await counters(editor))["asked"] == 1
    assert (await editor.inline(uri, 1, 11)).insert_text == "first + second", "asked for by a key of its own"


@pytest.mark.parametrize(
    ("name", "language", "text", "line", "character", "good", "bad"),
    [
        ("a.ts", "typescript", "function f(a: number) {\n  return \n}\n", 1, 9, "a + 1;", "a + ) 1;"),
        ("a.rs", "rust", "fn f(a: i32) -> i32 {\n    \n}\n", 1, 4, "a + 1", "a + + ]"),
        ("a.go", "go", "package p\n\nfunc f(a int) int {\n\treturn \n}\n", 3, 8, "a + 1", "a + )"),
    ],
)
async def test_other_languages_get_what_parses(start, name, language, text, line, character, good, bad):
    editor = await start(good)
    item = await editor.inline(editor.open(name, text, language=language), line, character)
    assert item.insert_text == good
    editor = await start(bad)
    item = await editor.inline(editor.open(name, text, language=language), line, character)
    assert item is None or item.insert_text != bad


@pytest.mark.parametrize(("name", "language"), [("a.md", "markdown"), (".env", "dotenv"), ("notes.txt", "plaintext")])
async def test_prose_and_secrets_get_nothing(start, name, language):
    editor = await start("first + second")
    assert await editor.inline(editor.open(name, "some words \n", language=language), 0, 11) is None
    assert (await editor.command("autoglm.metrics")).get("inline", {}).get("asked", 0) == 0


async def test_no_stale_answer_is_shown_while_many_documents_are_typed_in(start):
    editor = await start({"answer": "first + second", "token_delay_s": 0.02}, settings=QUICK)
    uris = [editor.open(f"m{number}.py", TEXT) for number in range(8)]
    asked, version = [], 1
    for step, character in enumerate("first + x"):
        version += 1
        for number, uri in enumerate(uris):
            editor.change(uri, version, typed(11 + step, character))
            identity = f"{number}-{step}"
            params = editor.inline_params(uri, 1, 12 + step, automatic=True)
            asked.append((step, editor.send("textDocument/inlineCompletion", params, identity)))
            if step:
                editor.cancel_request(lsp.CancelParams(f"{number}-{step - 1}"))
        await asyncio.sleep(0.05)
    answers = await asyncio.gather(*(answer for _, answer in asked), return_exceptions=True)
    shown = [
        (step, answer.items[0].insert_text)
        for (step, _), answer in zip(asked, answers, strict=True)
        if isinstance(answer, lsp.InlineCompletionList) and answer.items
    ]
    for step, text in shown:
        # What is left of the answer behind what was typed by then; or, on a slow machine, the whole of a new one.
        left = "first + second".removeprefix("first + x"[: step + 1])
        assert text.strip() in (left.strip(), "first + second"), step
    found = await counters(editor)
    assert found["requests"] >= 8
    async with asyncio.timeout(20):
        assert await editor.leave() == 0
