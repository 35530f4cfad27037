"""codeAction/resolve: the loop with its progress, the edit, and what is said when there is none."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from autoglm_core.types import Document
from autoglm_server.lsp import convert

TEXT = "import os\n\n\ndef add(a, b):\n    ...\n\n\nprint(os.name)\n"
GOOD = "```python\ndef add(a, b):\n    return a + b\n```"
BAD = "```python\ndef add(a, b):\n    return a + undefined_name\n```"
SLOW = {"answer": GOOD + " slow" * 100, "token_delay_s": 30.0, "when": "def slow"}
SLOW_TEXT = TEXT.replace("add", "slow")


def applied(text: str, edits, encoding: str) -> str:
    """The text as a client makes it of the edits."""
    document = Document(Path("a.py"), text)
    for edit in sorted(edits, key=lambda e: (e.range.start.line, e.range.start.character), reverse=True):
        span = convert.to_span(document, edit.range, encoding)
        document = Document(document.path, document.text[: span.start] + edit.new_text + document.text[span.end :])
    return document.text


async def test_a_passing_draft_becomes_a_versioned_annotated_edit(start):
    editor = await start(GOOD)
    uri = editor.open("a.py", TEXT, version=3)
    action = await editor.code_action_resolve_async(await editor.action(uri, 3, "Implement"))
    (change,) = action.edit.document_changes
    assert (change.text_document.uri, change.text_document.version) == (uri, 3)
    assert applied(TEXT, change.edits, "utf-16") == TEXT.replace("...", "return a + b")
    (edit,) = change.edits
    assert edit.new_text == "    return a + b\n", "only the line that differs"
    assert "·" in action.edit.change_annotations[edit.annotation_id].label
    assert action.command.command == "autoglm.kept"
    assert await editor.command(action.command.command, *action.command.arguments) is None


async def test_progress_tells_the_stages_in_words(start):
    editor = await start(BAD, GOOD)
    uri = editor.open("a.py", TEXT)
    action = await editor.code_action_resolve_async(await editor.action(uri, 3, "Implement"))
    assert action.edit is not None
    await editor.until(lambda: "end" in editor.kinds())
    assert editor.kinds()[0] == "begin"
    assert editor.kinds()[-1] == "end"
    stages = editor.stages()
    assert any(stage.startswith("attempt 1 of 4: writing a draft") for stage in stages)
    assert any("attempt 2 of 4: trying again:" in stage and "undefined_name" in stage for stage in stages)


async def test_when_nothing_passes_the_user_is_told_why_and_nothing_changes(start):
    editor = await start(BAD, settings={"actions": {"attempts": 2}})
    uri = editor.open("a.py", TEXT)
    action = await editor.code_action_resolve_async(await editor.action(uri, 3, "Implement"))
    assert action.edit is None
    assert action.command is None
    message = await editor.said("Nothing was changed")
    assert message.type is lsp.MessageType.Warning
    assert "undefined_name" in message.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_astral_characters_and_crlf_survive_in_each_encoding(start, encoding):
    text = "S = '😀 é'\r\n\r\n\r\ndef add(a, b):\r\n    '''😀'''\r\n    ...\r\n\r\n\r\nT = '😀'\r\n"
    editor = await start(GOOD, encodings=[encoding])
    uri = editor.open("a.py", text)
    action = await editor.code_action_resolve_async(await editor.action(uri, 3, "Implement"))
    result = applied(text, action.edit.document_changes[0].edits, encoding)
    assert "return a + b\r\n" in result
    assert result.startswith("S = '😀 é'\r\n")
    assert result.endswith("T = '😀'\r\n")
    assert "\n" not in result.replace("\r\n", "")


async def test_a_fix_mends_the_diagnostic(start):
    text = "def add(a, b):\n    return a + c\n"
    editor = await start("```python\ndef add(a, b):\n    return a + b\n```")
    uri = editor.open("a.py", text)
    region = lsp.Range(lsp.Position(1, 15), lsp.Position(1, 16))
    diagnostic = lsp.Diagnostic(region, "Undefined name `c`", severity=lsp.DiagnosticSeverity.Error, source="ruff")
    offered = await editor.action(uri, 1, "Fix", diagnostics=[diagnostic])
    action = await editor.code_action_resolve_async(offered)
    assert applied(text, action.edit.document_changes[0].edits, "utf-16") == text.replace("c", "b")


async def test_a_document_that_changed_before_is_refused(start, refused):
    editor = await start(GOOD)
    uri = editor.open("a.py", TEXT)
    action = await editor.action(uri, 3, "Implement")
    editor.change(uri, 2, TEXT + "\n")
    error = await refused(editor.code_action_resolve_async(action))
    assert error.code == -32801
    assert "changed" in error.message
    # VS Code says nothing of this error by itself.
    await editor.said("changed")


async def test_a_document_that_changes_meanwhile_ends_the_loop(start, refused):
    editor = await start(SLOW)
    uri = editor.open("slow.py", SLOW_TEXT)
    asked = editor.send("codeAction/resolve", await editor.action(uri, 3, "Implement"), "first")
    await editor.until(lambda: "begin" in editor.kinds())
    editor.change(uri, 2, TEXT + "\n")
    async with asyncio.timeout(20):
        error = await refused(asked)
    assert error.code == -32801
    assert "changed while the answer was made" in error.message


async def test_another_document_may_change_meanwhile(start, refused):
    editor = await start(SLOW, GOOD)
    uri, other = editor.open("slow.py", SLOW_TEXT), editor.open("b.py", TEXT)
    asked = editor.send("codeAction/resolve", await editor.action(uri, 3, "Implement"), "first")
    await editor.until(lambda: "begin" in editor.kinds())
    editor.change(other, 2, TEXT + "\n")
    action = await editor.code_action_resolve_async(await editor.action(other, 3, "Implement"))
    assert action.edit is not None
    assert not asked.done()
    editor.cancel_request(lsp.CancelParams("first"))
    assert (await refused(asked)).code == -32800


async def test_cancelling_the_request_stops_the_loop(start, refused):
    editor = await start(SLOW, GOOD)
    uri = editor.open("slow.py", SLOW_TEXT)
    asked = editor.send("codeAction/resolve", await editor.action(uri, 3, "Implement"), "first")
    await editor.until(lambda: "begin" in editor.kinds())
    editor.cancel_request(lsp.CancelParams("first"))
    assert (await refused(asked)).code == -32800
    await editor.until(lambda: editor.kinds()[-1:] == ["end"])
    assert editor.stages()[-1] == "stopped"
    other = editor.open("b.py", TEXT)
    action = await editor.code_action_resolve_async(await editor.action(other, 3, "Implement"))
    assert action.edit is not None


async def test_the_progress_bars_own_button_stops_the_loop(start, refused):
    editor = await start(SLOW)
    uri = editor.open("slow.py", SLOW_TEXT)
    asked = editor.send("codeAction/resolve", await editor.action(uri, 3, "Implement"), "first")
    await editor.until(lambda: "begin" in editor.kinds())
    (token,) = editor.progress_reports
    editor.window_work_done_progress_cancel(lsp.WorkDoneProgressCancelParams(token))
    error = await refused(asked)
    assert error.code == -32800
    assert "You stopped it" in error.message


async def test_an_engine_lost_in_mid_answer_is_an_error_in_words(start, refused):
    editor = await start({"answer": GOOD, "lost_after": 2}, GOOD)
    uri = editor.open("a.py", TEXT)
    error = await refused(editor.code_action_resolve_async(await editor.action(uri, 3, "Implement")))
    assert error.code == -32803
    assert "scripted engine went away" in error.message
    action = await editor.code_action_resolve_async(await editor.action(uri, 3, "Implement"))
    assert action.edit is not None, "the next one is served"


async def test_an_excluded_file_is_refused_with_its_reason(start, refused):
    editor = await start(GOOD)
    (editor.root / ".gitignore").write_text("secret.py\n")
    uri = editor.open("secret.py", TEXT)
    error = await refused(editor.code_action_resolve_async(await editor.action(uri, 3, "Implement")))
    assert error.code == -32803
    assert ".gitignore" in error.message


async def test_foreign_or_broken_data_is_refused(start, refused):
    editor = await start(GOOD)
    for data in (
        None,
        "text",
        {"command": "autoglm.kept"},
        {"command": "autoglm.implement"},
        {"command": "autoglm.implement", "argument": {"uri": 3}},
        {"command": "autoglm.fix", "argument": {"uri": "file:///a.py", "diagnostics": [{"message": "x"}]}},
        {"command": "autoglm.implement", "argument": {"uri": "file:///a.py", "position": {"line": -1}}},
    ):
        error = await refused(editor.code_action_resolve_async(lsp.CodeAction("?", data=data)))
        assert error.code == -32602, data
