"""The initialize requests of real editors: each gets actions in a form that it can carry out, and stays free meanwhile.

Those of Neovim, eglot 1.9 and ALE were recorded; those of Helix and the newer eglot are written from their sources.
"""

from __future__ import annotations

import pytest

TEXT = "def add(a, b):\n    ...\n"
RIGHT = "```python\ndef add(a, b):\n    return a + b\n```"
SLOW = {"answer": RIGHT, "token_delay_s": 0.05}


@pytest.mark.parametrize("client", ["eglot-1.9", "eglot-1.17", "helix-25.07"])
async def test_a_client_that_resolves_not_or_at_a_standstill_gets_a_command_answered_at_once(start, client):
    editor = await start(SLOW, like=client)
    uri = editor.open("a.py", TEXT)
    action = await editor.action(uri, 0, "Implement")
    assert action.data is None
    assert action.edit is None
    # Helix resolves what has no edit, command or not: it comes back as it was.
    if client != "eglot-1.9":
        assert await editor.code_action_resolve_async(action) == action
    assert await editor.command(action.command.command, *action.command.arguments) is None
    assert not editor.edits, "the client is free before the work is done"
    await editor.until(lambda: editor.edits)
    (change,) = editor.edits[0].document_changes
    assert change.text_document.version == 1
    assert change.edits[0].new_text == "    return a + b\n"


async def test_ale_takes_edits_although_it_says_otherwise(start):
    editor = await start(RIGHT, like="ale-3.3", options={"appliesEdits": True})
    editor.applies = None  # it never answers, either
    uri = editor.open("a.py", TEXT)
    action = await editor.action(uri, 0, "Implement")
    assert await editor.command(action.command.command, *action.command.arguments) is None
    await editor.until(lambda: editor.edits)
    assert editor.edits[0].changes[uri][0].new_text == "    return a + b\n"


async def test_neovim_resolves_and_works_on(start):
    editor = await start(RIGHT, like="neovim-0.11")
    uri = editor.open("a.py", TEXT)
    action = await editor.action(uri, 0, "Implement")
    assert action.command is None
    resolved = await editor.code_action_resolve_async(action)
    assert resolved.edit.document_changes[0].text_document.version == 1
    assert resolved.command.command == "autoglm.kept"


@pytest.mark.parametrize("client", ["eglot-1.9", "eglot-1.17", "helix-25.07", "neovim-0.11"])
async def test_each_gets_the_list_and_its_documentation(start, client):
    editor = await start("return a + b", like=client)
    assert editor.result.capabilities.completion_provider.resolve_provider
    (item,) = (await editor.complete(editor.open("a.py", "def add(a, b):\n    \n"), 1, 4)).items
    documented = item if item.documentation else await editor.completion_item_resolve_async(item)
    text = documented.documentation
    assert "return a + b" in (text if isinstance(text, str) else text.value)
