"""workspace/executeCommand: the work without resolve, verdicts, traces."""

from __future__ import annotations

import stat
from pathlib import Path

from lsprotocol import types as lsp
from pygls.uris import to_fs_path

TEXT = "def add(a, b):\n    ...\n"
GOOD = "```python\ndef add(a, b):\n    return a + b\n```"
BAD = "```python\ndef add(a, b):\n    return a + undefined_name\n```"
SLOW = {"answer": GOOD + " slow" * 100, "token_delay_s": 30.0}


def _implement(uri: str, **more) -> dict:
    return {"uri": uri, "version": 1, "name": "add", **more}


def _private_text(uri: str) -> str:
    path = Path(to_fs_path(uri))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return path.read_text("utf-8")


async def test_a_command_has_its_edit_applied_and_says_what_was_checked(start):
    editor = await start(GOOD, like="emacs")
    uri = editor.open("a.py", TEXT)
    result = await editor.command("autoglm.implement", _implement(uri))
    assert result["applied"] is True
    assert result["summary"]
    (edit,) = editor.edits
    assert edit.document_changes[0].text_document.version == 1
    assert edit.document_changes[0].edits[0].new_text == "    return a + b\n"


async def test_the_command_of_an_action_is_answered_before_the_work_is_done(start):
    editor = await start({"answer": GOOD, "token_delay_s": 0.05}, like="emacs")
    uri = editor.open("a.py", TEXT)
    action = await editor.action(uri, 0, "Implement")
    assert await editor.command(action.command.command, *action.command.arguments) is None
    assert not editor.edits
    await editor.until(lambda: editor.edits)


async def test_an_edit_follows_its_instruction(start):
    editor = await start("```python\ndef add(a: int, b: int) -> int:\n    return a + b\n```")
    uri = editor.open("a.py", "def add(a, b):\n    return a + b\n")
    region = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    result = await editor.command("autoglm.edit", {"uri": uri, "range": region, "instruction": "add types"})
    assert result["applied"] is True
    assert "a: int" in editor.edits[0].document_changes[0].edits[0].new_text


async def test_an_edit_without_an_instruction_says_what_is_missing(start, refused):
    editor = await start(GOOD)
    uri = editor.open("a.py", TEXT)
    region = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    error = await refused(editor.command("autoglm.edit", {"uri": uri, "range": region}))
    assert error.code == -32602
    assert "instruction" in error.message


async def test_fix_without_diagnostics_mends_what_our_validators_find(start):
    editor = await start("```python\ndef add(a, b):\n    return a + b\n```")
    uri = editor.open("a.py", "def add(a, b):\n    return a + c\n")
    assert (await editor.command("autoglm.fix", {"uri": uri}))["applied"] is True


async def test_fix_of_code_without_faults_changes_nothing(start):
    editor = await start(GOOD)
    uri = editor.open("a.py", "def add(a, b):\n    return a + b\n")
    result = await editor.command("autoglm.fix", {"uri": uri})
    assert result["applied"] is False
    assert "nothing is wrong" in result["summary"]
    assert not editor.edits


async def test_a_client_that_never_answers_apply_edit_holds_nothing_up(start):
    editor = await start(GOOD, like="plain")
    editor.applies = None
    uri = editor.open("a.py", TEXT)
    (command,) = await editor.actions(uri, 0)
    assert await editor.command(command.command, *command.arguments) is None
    await editor.until(lambda: editor.edits)
    assert editor.edits[0].changes[uri][0].new_text == "    return a + b\n"
    assert [a.title for a in await editor.actions(uri, 0)] == ["Implement add"]


async def test_an_editor_that_refuses_the_edit_is_reported(start):
    editor = await start(GOOD)
    editor.applies = False
    result = await editor.command("autoglm.implement", _implement(editor.open("a.py", TEXT)))
    assert result["applied"] is False
    await editor.said("the test says no")


async def test_cancelling_a_command_stops_its_work(start, refused):
    editor = await start(SLOW)
    uri = editor.open("a.py", TEXT)
    params = lsp.ExecuteCommandParams("autoglm.implement", [_implement(uri)])
    asked = editor.send("workspace/executeCommand", params, "first")
    await editor.until(lambda: "begin" in editor.kinds())
    editor.cancel_request(lsp.CancelParams("first"))
    assert (await refused(asked)).code == -32800
    await editor.until(lambda: editor.kinds()[-1:] == ["end"])
    assert not editor.edits


async def test_a_command_that_runs_on_is_stopped_through_its_progress(start):
    editor = await start(SLOW)
    uri = editor.open("a.py", TEXT)
    assert await editor.command("autoglm.implement", _implement(uri, wait=False)) is None
    await editor.until(lambda: "begin" in editor.kinds())
    (token,) = editor.progress_reports
    editor.window_work_done_progress_cancel(lsp.WorkDoneProgressCancelParams(token))
    await editor.said("You stopped it")


async def test_an_untrusted_workspace_runs_nothing(start):
    editor = await start(GOOD, options={"trusted": False})
    text = 'def add(a, b):\n    """Add.\n\n    >>> add(2, 3)\n    5\n    """\n    ...\n'
    result = await editor.command("autoglm.implement", _implement(editor.open("a.py", text)))
    assert result["applied"] is True
    assert "passed" not in result["summary"]
    assert "tests: not looked at" in (await editor.command("autoglm.showTrace"))["markdown"]


async def test_a_document_that_changed_is_refused_in_words(start, refused):
    editor = await start(GOOD)
    uri = editor.open("a.py", TEXT, version=2)
    assert (await refused(editor.command("autoglm.implement", _implement(uri)))).code == -32801
    await editor.said("changed since the action was offered")


async def test_leaving_while_a_command_runs_leaves_no_process(start):
    editor = await start(SLOW)
    uri = editor.open("a.py", TEXT)
    assert await editor.command("autoglm.implement", _implement(uri, wait=False)) is None
    await editor.until(lambda: "begin" in editor.kinds())
    assert await editor.leave() == 0


async def test_a_wrong_argument_says_what_would_fit(start, refused):
    editor = await start(GOOD)
    for argument, words in (
        (None, "one object"),
        ([], "one object"),
        ({"name": "add"}, "needs uri"),
        ({"uri": "file:///nowhere.py", "name": "add"}, "not open"),
        ({"uri": "file:///nowhere.py", "surprise": 1}, "knows no surprise"),
        ({"uri": "file:///nowhere.py"}, "position or name"),
        ({"uri": "file:///nowhere.py", "name": "add", "version": True}, "version must be of type int"),
        ({"uri": "file:///nowhere.py", "name": "add", "diagnostics": "x"}, "diagnostics must be of type Sequence"),
    ):
        error = await refused(editor.command("autoglm.implement", argument))
        assert words in error.message
        assert error.code in (-32602, -32803)


async def test_an_unknown_function_names_those_there_are(start, refused):
    editor = await start(GOOD)
    uri = editor.open("a.py", TEXT)
    error = await refused(editor.command("autoglm.implement", {"uri": uri, "name": "subtract"}))
    assert "add" in error.message


async def test_an_unknown_command_is_refused(start, refused):
    editor = await start(GOOD)
    assert (await refused(editor.command("autoglm.none"))).code == -32602


async def test_the_trace_of_the_last_outcome_is_shown_and_private(start):
    editor = await start(BAD, GOOD)
    uri = editor.open("a.py", TEXT)
    await editor.command("autoglm.implement", _implement(uri))
    trace = await editor.command("autoglm.showTrace")
    assert "undefined_name" in trace["markdown"], "the attempt that failed is in it"
    assert [shown.uri for shown in editor.shown_documents] == [trace["uri"]]
    assert _private_text(trace["uri"]) == trace["markdown"]


async def test_a_trace_can_be_asked_for_by_its_outcome(start):
    editor = await start(GOOD, like="emacs")
    uri = editor.open("a.py", TEXT)
    result = await editor.command("autoglm.implement", _implement(uri))
    trace = await editor.command("autoglm.showTrace", result["outcome"])
    assert result["outcome"] in trace["markdown"]
    assert not editor.shown_documents, "this client cannot show documents: it has the text"


async def test_without_an_outcome_there_is_no_trace(start, refused):
    editor = await start(GOOD)
    assert "no trace yet" in (await refused(editor.command("autoglm.showTrace"))).message


async def test_a_verdict_needs_an_id(start, refused):
    editor = await start(GOOD)
    for command in ("autoglm.kept", "autoglm.rejected"):
        assert (await refused(editor.command(command))).code == -32602
        assert await editor.command(command, "0123456789ab") is None, "a forgotten outcome is no error"
