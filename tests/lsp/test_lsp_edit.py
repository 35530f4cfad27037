"""autoglm/edit: the edit of a command comes back and is not applied."""

from __future__ import annotations

import pytest
from lsprotocol import types as lsp

TEXT = "def add(a, b):\n    return a + b\n"
TYPED = "```python\ndef add(a: int, b: int) -> int:\n    return a + b\n```"
BAD = "```python\ndef add(a, b):\n    return a + undefined_name\n```"
SLOW = {"answer": TYPED + " slow" * 100, "token_delay_s": 30.0}
HERE = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}


def wish(uri: str, **more) -> dict:
    argument = {"uri": uri, "version": 1, "range": HERE, "instruction": "add types", **more}
    return {"command": "autoglm.edit", "argument": argument}


async def ask(editor, params) -> object:
    return await editor.send("autoglm/edit", params, "edit")


async def verdicts(editor) -> int:
    return (await editor.send("autoglm/status", {}, "status")).keptToday


async def test_the_edit_comes_with_what_was_checked_and_is_not_applied(start):
    editor = await start(TYPED)
    uri = editor.open("a.py", TEXT)
    answer = await ask(editor, wish(uri))
    (change,) = answer.edit.documentChanges
    assert (change.textDocument.uri, change.textDocument.version) == (uri, 1)
    assert change.edits[0].newText == "def add(a: int, b: int) -> int:\n"
    assert "parses" in answer.summary
    assert editor.edits == []
    assert await verdicts(editor) == 0
    await editor.command("autoglm.kept", answer.outcome)
    assert await verdicts(editor) == 1


async def test_nothing_is_to_be_confirmed_again(start):
    far = "```python\nimport math\n\n\ndef circle(r):\n    return math.pi * r * r\n```"
    settings = {"actions": {"preview": "several_places"}}
    text = '"""Doc."""\n' + "X = 1\n" * 60 + "\n\ndef circle(r):\n    return 3 * r * r\n"
    place = {"start": {"line": 63, "character": 0}, "end": {"line": 63, "character": 0}}

    def asks(edit) -> bool:
        return edit.changeAnnotations.autoglm.needsConfirmation

    editor = await start(far, settings=settings)
    uri = editor.open("a.py", text)
    assert asks((await ask(editor, wish(uri, range=place, instruction="use pi"))).edit) is False
    await editor.command("autoglm.edit", wish(uri, range=place, instruction="use pi")["argument"])
    assert editor.edits[0].change_annotations["autoglm"].needs_confirmation is True, "sixty lines apart"


async def test_without_a_good_draft_there_is_no_edit_and_the_user_is_told(start):
    editor = await start(BAD, settings={"actions": {"attempts": 1}})
    answer = await ask(editor, wish(editor.open("a.py", TEXT)))
    assert answer.edit is None
    assert "undefined_name" in answer.summary
    await editor.said("Nothing was changed")


async def test_cancelling_stops_the_model(start, refused):
    editor = await start(SLOW)
    asked = editor.send("autoglm/edit", wish(editor.open("a.py", TEXT)), "edit")
    await editor.until(lambda: "begin" in editor.kinds())
    editor.cancel_request(lsp.CancelParams("edit"))
    assert (await refused(asked)).code == -32800
    await editor.until(lambda: editor.kinds()[-1:] == ["end"])


async def test_typing_on_refuses_the_answer(start, refused):
    editor = await start(SLOW)
    uri = editor.open("a.py", TEXT)
    asked = editor.send("autoglm/edit", wish(uri), "edit")
    await editor.until(lambda: "begin" in editor.kinds())
    editor.change(uri, 2, "# new\n" + TEXT)
    assert (await refused(asked)).code == -32801


@pytest.mark.parametrize("params", [{}, {"command": "autoglm.metrics"}, {"command": "autoglm.edit"}, None])
async def test_what_does_not_fit_is_said(start, refused, params):
    editor = await start()
    assert (await refused(ask(editor, params))).code == -32602


async def test_a_refactoring_comes_the_same_way_with_its_evidence(start):
    before = "def clamp(x: int, low: int) -> int:\n    if x < low:\n        return low\n    return x\n"
    editor = await start("```python\ndef clamp(x: int, low: int) -> int:\n    return max(x, low)\n```")
    argument = {"uri": editor.open("a.py", before), "name": "clamp", "instruction": "use max"}
    answer = await ask(editor, {"command": "autoglm.refactor", "argument": argument})
    assert "does the same on" in answer.summary
    assert answer.edit.documentChanges[0].edits[0].newText == "    return max(x, low)\n"
    assert editor.edits == []
