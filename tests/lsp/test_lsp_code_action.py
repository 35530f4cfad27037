"""textDocument/codeAction: offers that cost no model."""

from __future__ import annotations

from lsprotocol import types as lsp

STUBS = '''\
def add(a, b):
    """Add."""
    ...


class Stack:
    def push(self, item):
        raise NotImplementedError

    def done(self):
        return 1
'''


def _diagnostic(line: int, message: str) -> lsp.Diagnostic:
    region = lsp.Range(lsp.Position(line, 0), lsp.Position(line, 5))
    return lsp.Diagnostic(region, message, severity=lsp.DiagnosticSeverity.Error, source="pyright", code="E1")


async def test_implement_is_offered_in_a_stub_and_nowhere_else(start):
    editor = await start()
    uri = editor.open("a.py", STUBS)
    action = await editor.action(uri, 1, "Implement")
    assert action.title == "Implement add"
    assert action.kind == "refactor.rewrite.autoglm.implement"
    assert action.is_preferred
    assert action.tags == (lsp.CodeActionTag.LlmGenerated,)
    assert action.edit is None
    assert [a.title for a in await editor.actions(uri, 6)] == ["Implement Stack.push"]
    assert not [a for a in await editor.actions(uri, 9) if a.title.startswith("Implement")]


async def test_the_data_names_document_version_and_target(start):
    editor = await start()
    uri = editor.open("a.py", STUBS, version=7)
    argument = (await editor.action(uri, 6, "Implement")).data["argument"]
    assert (argument["uri"], argument["version"], argument["name"]) == (uri, 7, "Stack.push")


async def test_each_diagnostic_is_offered_a_fix(start):
    editor = await start()
    uri = editor.open("a.py", "x = 1\n")
    diagnostics = [_diagnostic(0, "first\nwith more"), _diagnostic(0, "second " * 40)]
    actions = await editor.actions(uri, 0, diagnostics=diagnostics)
    assert actions[0].title == "Fix: first"
    assert actions[0].kind == "quickfix"
    assert actions[0].diagnostics[0].message == "first\nwith more"
    assert not actions[0].is_preferred
    assert len(actions[1].title) < 100


async def test_without_diagnostics_our_own_syntax_errors_are_offered(start):
    editor = await start()
    uri = editor.open("a.py", "x = 1\n\n\ndef f(:\n    return 1\n")
    assert any(action.title.startswith("Fix: ") for action in await editor.actions(uri, 3))
    assert await editor.actions(uri, 0) == [], "the error is elsewhere"


async def test_only_the_kinds_asked_for_are_offered(start):
    editor = await start()
    uri = editor.open("a.py", STUBS)

    async def titles(*only: str) -> list[str]:
        return [a.title for a in await editor.actions(uri, 0, only=only, diagnostics=[_diagnostic(0, "wrong")])]

    assert await titles("quickfix") == ["Fix: wrong"]
    assert await titles("refactor") == ["Implement add"]
    assert await titles("refactor.rewrite.autoglm.implement") == ["Implement add"]
    assert await titles("refactor.extract") == []
    assert await titles("source") == []
    assert await titles("") == ["Implement add", "Fix: wrong"]


async def test_in_an_excluded_file_actions_are_disabled_with_the_reason(start):
    editor = await start()
    (editor.root / ".gitignore").write_text("secret.py\n")
    action = await editor.action(editor.open("secret.py", STUBS), 0, "Implement")
    assert ".gitignore" in action.disabled.reason
    assert (await editor.action(editor.open("a.py", STUBS), 0, "Implement")).disabled is None


async def test_a_client_without_disabled_actions_is_offered_none_there(start):
    editor = await start(like="neovim")
    (editor.root / ".gitignore").write_text("secret.py\n")
    assert await editor.actions(editor.open("secret.py", STUBS), 0) == []


async def test_edit_is_offered_to_a_client_that_can_ask_for_an_instruction(start):
    editor = await start(options={"asks": True})
    uri = editor.open("a.py", "x = 1\n")
    action = await editor.action(uri, 0, "Edit with an instruction")
    assert action.command.command == "autoglm.edit.ask"
    assert action.command.arguments[0]["range"]["start"] == {"line": 0, "character": 0}
    assert await editor.code_action_resolve_async(action) == action, "Neovim resolves it before it runs the command"


async def test_a_client_without_resolve_gets_a_command(start):
    editor = await start(like="emacs")
    uri = editor.open("a.py", STUBS)
    action = await editor.action(uri, 0, "Implement")
    assert action.data is None
    assert action.tags is None
    assert action.command.command == "autoglm.implement"
    assert action.command.arguments[0]["wait"] is False


async def test_a_client_without_literals_gets_bare_commands(start):
    editor = await start(like="plain")
    uri = editor.open("a.py", STUBS)
    (command,) = await editor.actions(uri, 0)
    assert isinstance(command, lsp.Command)
    assert command.command == "autoglm.implement"


async def test_nothing_is_offered_for_other_languages_and_documents_too_large(start):
    editor = await start()
    assert await editor.actions(editor.open("a.rs", "fn add() {}\n", language="rust"), 0) == []
    large = editor.open("large.py", STUBS + "# x\n" * 2_500_000)
    assert await editor.actions(large, 0) == []
    assert await editor.inline(large, 0, 0) is None
