"""The actions on one function: where they are offered, and what editors get of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types as lsp

from autoglm_core.types import Document
from autoglm_server.lsp import convert

CLAMP = "def clamp(x, low, high):\n    if x < low:\n        return low\n    return min(x, high)\n"
TYPED = 'def half(x: int) -> int:\n    """Return half of x."""\n    return x // 2\n'
TESTS = (
    "```python\nfrom pkg import clamp\n\ndef test_low():\n    assert clamp(0, 1, 9) == 1\n\n"
    "def test_high():\n    assert clamp(10, 1, 9) == 9\n\ndef test_middle():\n    assert clamp(5, 1, 9) == 5\n```"
)
TYPES = "```python\ndef clamp(x: int, low: int, high: int) -> int:\n    return x\n```"
DOCSTRING = (
    "```python\ndef clamp(x, low, high):\n"
    '    """Returns x in its limits.\n\n    >>> clamp(3, 1, 2)\n    5\n    """\n```'
)
REFACTORED = "```python\ndef clamp(x, low, high):\n    return low if x < low else min(x, high)\n```"
OTHERWISE = "```python\ndef clamp(x, low, high):\n    return max(low, x)\n```"


def lay(editor, text: str = CLAMP, name: str = "pkg.py") -> str:
    """A file on the disk and open."""
    (editor.root / name).write_text(text, "utf-8")
    return editor.open(name, text, version=4)


def result(text: str, edit: lsp.TextDocumentEdit) -> str:
    """The text as a client makes it of the edits."""
    document = Document(Path("a.py"), text)
    for each in sorted(edit.edits, key=lambda e: (e.range.start.line, e.range.start.character), reverse=True):
        span = convert.to_span(document, each.range, "utf-16")
        document = Document(document.path, document.text[: span.start] + each.new_text + document.text[span.end :])
    return document.text


async def offered(editor, uri: str, line: int, *only: str) -> list[str]:
    return [action.title for action in await editor.actions(uri, line, only=only or None)]


async def test_each_action_is_offered_where_it_makes_sense(start):
    editor = await start()
    uri = lay(editor, f"{CLAMP}\n\n{TYPED}")
    assert await offered(editor, uri, 1) == [
        "Add types to clamp",
        "Add a docstring to clamp",
        "Write tests for clamp",
    ]
    assert await offered(editor, uri, 7) == ["Write tests for half"], "it has types and a docstring"
    stub = lay(editor, "def todo(x):\n    ...\n", "stub.py")
    assert await offered(editor, stub, 0) == ["Implement todo"]
    tests = lay(editor, "def test_it():\n    assert 1 + 1 == 2\n", "test_pkg.py")
    assert await offered(editor, tests, 0) == []
    broken = lay(editor, "def f(x):\n    y = 1\n    return (x\n", "broken.py")
    assert not [title for title in await offered(editor, broken, 0) if not title.startswith("Fix")]


async def test_methods_can_be_tested_and_inner_functions_cannot(start):
    editor = await start()
    text = (
        "class Stack:\n    def push(self, x):\n        def inner(y):\n            return y\n        return inner(x)\n"
    )
    uri = lay(editor, text)
    assert "Write tests for Stack.push" in await offered(editor, uri, 1)
    assert "Write tests for Stack.push.inner" not in await offered(editor, uri, 3)
    assert "Add types to Stack.push.inner" in await offered(editor, uri, 3)
    unsaved = editor.open("untitled:Untitled-1", CLAMP)
    assert "Write tests for clamp" not in await offered(editor, unsaved, 0), "nothing could import it"


async def test_the_kinds_are_those_announced(start):
    editor = await start()
    uri = lay(editor)
    known = editor.result.capabilities.code_action_provider.code_action_kinds
    for action in await editor.actions(uri, 0):
        assert action.kind in known
        assert await offered(editor, uri, 0, action.kind) == [action.title]
    assert await offered(editor, uri, 0, "refactor.rewrite") == ["Add types to clamp", "Add a docstring to clamp"]
    assert await offered(editor, uri, 0, "source") == []


async def test_refactor_is_offered_to_a_client_that_can_ask(start):
    editor = await start(REFACTORED, options={"asks": True})
    uri = lay(editor)
    action = await editor.action(uri, 0, "Refactor clamp")
    assert action.command.command == "autoglm.edit.ask"
    argument = dict(action.command.arguments[0])
    command = argument.pop("command")
    done = await editor.command(command, {**argument, "instruction": "use a conditional expression"})
    assert done["applied"] is True
    assert "does the same on" in done["summary"]
    (change,) = editor.edits[0].document_changes
    assert result(CLAMP, change) == "def clamp(x, low, high):\n    return low if x < low else min(x, high)\n"


async def test_fix_with_words_is_offered_to_a_client_that_can_ask(start):
    wrong = CLAMP.replace("min(x, high)", "max(x, high)")
    mended = f"```python\n{CLAMP}```"
    same = f"```python\n{wrong.replace('max(x, high)', 'x if x > high else high')}```"
    editor = await start(same, mended, options={"asks": True})
    uri = lay(editor, wrong)
    action = await editor.action(uri, 0, "Fix clamp")
    assert (action.kind, action.command.command) == ("refactor.rewrite.autoglm.fix", "autoglm.edit.ask")
    argument = dict(action.command.arguments[0])
    command = argument.pop("command")
    done = await editor.command(command, {**argument, "instruction": "a large x must give high"})
    assert done["applied"] is True, done
    (change,) = editor.edits[0].document_changes
    assert result(wrong, change) == CLAMP


async def test_fix_with_words_that_does_the_same_is_not_applied(start):
    editor = await start(REFACTORED, settings={"actions": {"attempts": 1}})
    uri = lay(editor)
    done = await editor.command("autoglm.fix", {"uri": uri, "name": "clamp", "instruction": "it is wrong"})
    assert done["applied"] is False
    assert "does the same as before" in done["summary"]
    assert editor.edits == []


async def test_fix_with_words_alone_needs_a_function(start):
    editor = await start(REFACTORED)
    done = await editor.command("autoglm.fix", {"uri": lay(editor), "instruction": "it is wrong"})
    assert done["applied"] is False
    assert "Say which function" in done["summary"]


async def test_a_refactoring_that_behaves_differently_is_not_applied(start):
    editor = await start(OTHERWISE, settings={"actions": {"attempts": 1}})
    uri = lay(editor, CLAMP.replace("x, low, high", "x: int, low: int, high: int"))
    done = await editor.command("autoglm.refactor", {"uri": uri, "name": "clamp", "instruction": "use max"})
    assert done["applied"] is False
    assert "before, and now" in done["summary"] or "lost its type" in done["summary"]
    assert editor.edits == []


async def test_a_refactoring_needs_an_instruction(start, refused):
    editor = await start(REFACTORED)
    error = await refused(editor.command("autoglm.refactor", {"uri": lay(editor), "name": "clamp"}))
    assert error.code == -32602
    assert "instruction" in error.message


async def test_types_become_a_versioned_edit_of_annotations_alone(start):
    editor = await start(TYPES)
    uri = lay(editor)
    action = await editor.code_action_resolve_async(await editor.action(uri, 0, "Add types"))
    (change,) = action.edit.document_changes
    assert change.text_document.version == 4
    wanted = CLAMP.replace("(x, low, high)", "(x: int, low: int, high: int) -> int")
    assert result(CLAMP, change) == wanted
    assert action.command.command == "autoglm.kept"


async def test_a_docstrings_wrong_example_is_corrected_without_the_model(start):
    editor = await start(DOCSTRING, settings={"actions": {"attempts": 1}})
    uri = lay(editor)
    action = await editor.code_action_resolve_async(await editor.action(uri, 0, "Add a docstring"))
    (change,) = action.edit.document_changes
    text = result(CLAMP, change)
    assert '    """Return x in its limits.\n\n    >>> clamp(3, 1, 2)\n    2\n    """\n' in text
    assert "1 corrected" in action.edit.change_annotations[change.edits[0].annotation_id].label


async def test_new_tests_come_in_a_new_file(start):
    editor = await start(TESTS)
    uri = lay(editor)
    action = await editor.code_action_resolve_async(await editor.action(uri, 0, "Write tests"))
    made, change = action.edit.document_changes
    assert isinstance(made, lsp.CreateFile)
    place = editor.root / "tests" / "test_pkg.py"
    assert made.uri == change.text_document.uri == place.as_uri()
    assert (made.options.overwrite, made.options.ignore_if_exists) == (False, False)
    assert change.text_document.version is None
    assert result("", change).startswith("from pkg import clamp\n\n\ndef test_low")
    label = action.edit.change_annotations[made.annotation_id].label
    assert "3 new tests pass" in label
    assert not place.exists(), "the editor makes it"
    assert any("Writing tests for clamp" in str(r.title) for rs in editor.progress_reports.values() for r in rs[:1])


async def test_new_tests_go_into_the_open_file_of_tests_with_its_version(start):
    editor = await start(TESTS)
    uri = lay(editor)
    before = "from pkg import clamp\n\n\ndef test_low():\n    assert clamp(1, 2, 3) == 2\n"
    tests = editor.open("test_pkg.py", before, version=9)
    action = await editor.code_action_resolve_async(await editor.action(uri, 0, "Write tests"))
    (change,) = action.edit.document_changes
    assert (change.text_document.uri, change.text_document.version) == (tests, 9)
    text = result(before, change)
    assert text.startswith(before), "what is there stays as it is"
    assert "def test_low_2" in text


async def test_tests_of_a_file_that_changed_meanwhile_are_not_used(start, refused):
    editor = await start({"answer": TESTS, "token_delay_s": 0.1})
    uri = lay(editor)
    tests = editor.open("test_pkg.py", "", version=1)
    asked = editor.send("codeAction/resolve", await editor.action(uri, 0, "Write tests"), "first")
    await editor.until(lambda: "begin" in editor.kinds())
    editor.change(tests, 2, "X = 1\n")
    error = await refused(asked)
    assert error.code == -32801
    assert "test_pkg.py changed" in error.message


async def test_an_editor_that_cannot_make_files_is_told_what_to_do(start):
    editor = await start(TESTS, like="emacs")
    uri = lay(editor)
    action = await editor.action(uri, 0, "Write tests")
    assert await editor.command(action.command.command, *action.command.arguments) is None
    message = await editor.said("Make the file")
    assert "tests/test_pkg.py" in message.message
    (editor.root / "tests").mkdir()
    (editor.root / "tests" / "test_pkg.py").touch()
    assert await editor.command(action.command.command, *action.command.arguments) is None
    await editor.until(lambda: editor.edits)
    assert "def test_high" in result("", editor.edits[0].document_changes[0])


@pytest.mark.parametrize("command", ["autoglm.test", "autoglm.types", "autoglm.document"])
async def test_a_function_must_be_named(start, refused, command):
    editor = await start()
    error = await refused(editor.command(command, {"uri": lay(editor)}))
    assert error.code == -32602
    assert "position or name" in error.message


async def test_cancelling_ends_the_run_of_the_tests(start, refused):
    endless = CLAMP + "\n\ndef wait():\n    while clamp(1, 0, 2):\n        pass\n    return 1\n"
    test = "def test_{0}():\n    assert wait() == 1\n\n"
    answer = f"```python\nfrom pkg import wait\n\n{test.format('a')}{test.format('b')}```"
    editor = await start(answer)
    uri = lay(editor, endless)
    asked = editor.send("codeAction/resolve", await editor.action(uri, 7, "Write tests"), "first")
    await editor.until(lambda: any("checking" in stage for stage in editor.stages()))
    editor.cancel_request(lsp.CancelParams("first"))
    assert (await refused(asked)).code == -32800
    await editor.until(lambda: editor.kinds()[-1:] == ["end"])


async def test_new_tests_are_shown_once_they_are_kept(start):
    editor = await start(TESTS)
    uri = lay(editor)
    done = await editor.command("autoglm.test", {"uri": uri, "name": "clamp"})
    assert done["applied"] is True
    place = (editor.root / "tests" / "test_pkg.py").as_uri()
    assert [shown.uri for shown in editor.shown_documents] == [place]
    action = await editor.code_action_resolve_async(await editor.action(uri, 0, "Write tests"))
    await editor.command(action.command.command, *action.command.arguments)
    assert [shown.uri for shown in editor.shown_documents] == [place, place]


@pytest.mark.parametrize(("preview", "asks"), [("never", False), ("several_places", False), ("other_files", True)])
async def test_an_edit_of_another_file_is_confirmed_as_the_setting_says(start, preview, asks):
    editor = await start(TESTS, settings={"actions": {"preview": preview}})
    uri = lay(editor)
    action = await editor.code_action_resolve_async(await editor.action(uri, 0, "Write tests"))
    (annotation,) = action.edit.change_annotations.values()
    assert annotation.needs_confirmation is asks


async def test_whoever_is_asked_takes_their_time_and_is_told_why_nothing_changed(start):
    editor = await start(TESTS, settings={"actions": {"preview": "other_files"}})
    editor.applies = False
    done = await editor.command("autoglm.test", {"uri": lay(editor), "name": "clamp"})
    assert done["applied"] is False
    await editor.said("only what you tick is applied")
    assert editor.shown_documents == []
