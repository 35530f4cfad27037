"""Settings from the editor, live; folders that come and go."""

from __future__ import annotations

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

TEXT = "def add(a, b):\n    \n"
OFF = {"inline": {"enabled": False}}


def _changed(settings=None) -> lsp.DidChangeConfigurationParams:
    return lsp.DidChangeConfigurationParams(settings)


async def _until_inline(editor, uri: str, shown: bool) -> None:
    """Ask until the answer is the one expected: a change of settings is no request, so nothing says when it counts."""
    for _ in range(500):
        if (await editor.inline(uri, 1, 4) is not None) == shown:
            return
    raise AssertionError(f"inline completion is not {'shown' if shown else 'hidden'}")


async def test_initialization_options_are_the_first_layer_and_the_section_wins(start):
    editor = await start("return a + b", options=OFF)
    assert await editor.inline(editor.open("a.py", TEXT), 1, 4) is None
    other = await start("return a + b", options=OFF, settings={"inline": {"enabled": True}})
    assert await other.inline(other.open("a.py", TEXT), 1, 4) is not None


async def test_a_pulled_change_counts_at_once(start):
    editor = await start("return a + b")
    uri = editor.open("a.py", TEXT)
    assert await editor.inline(uri, 1, 4) is not None
    editor.set_configuration(OFF, section="autoglm")
    editor.workspace_did_change_configuration(_changed())
    await _until_inline(editor, uri, shown=False)


async def test_a_pushed_change_counts_where_the_client_cannot_be_asked(start):
    editor = await start("return a + b", like="plain", settings={"inline": {"debounce_ms": 0}})
    uri = editor.open("a.py", TEXT)
    assert (await editor.complete(uri, 1, 4)).items
    editor.workspace_did_change_configuration(_changed({"autoglm": {"inline": {"enabled": False}}}))
    for _ in range(500):
        if not (await editor.complete(uri, 1, 4)).items:
            return
    raise AssertionError("the pushed settings never counted")


async def test_vscode_is_asked_to_report_changes(start):
    editor = await start()
    await editor.until(lambda: editor.registrations)
    assert {registration.method for registration in editor.registrations} == {
        "workspace/didChangeConfiguration",
        "workspace/didChangeWatchedFiles",
    }


async def test_a_wrong_setting_is_told_and_those_before_stay_in_force(start):
    editor = await start("return a + b", settings={"inline": {"max_tokens": 50}})
    uri = editor.open("a.py", TEXT)
    assert await editor.inline(uri, 1, 4) is not None
    editor.set_configuration({"inline": {"max_tokens": "many"}}, section="autoglm")
    editor.workspace_did_change_configuration(_changed())
    message = await editor.said("inline.max_tokens")
    assert message.type is lsp.MessageType.Error
    assert await editor.inline(uri, 1, 4) is not None


async def test_settings_that_never_were_right_refuse_requests_until_they_are(start, refused):
    editor = await start("return a + b", settings={"no_such_setting": 1})
    uri = editor.open("a.py", TEXT)
    error = await refused(editor.inline(uri, 1, 4))
    assert "no_such_setting" in error.message
    editor.set_configuration({}, section="autoglm")
    editor.workspace_did_change_configuration(_changed())
    for _ in range(500):
        try:
            assert await editor.inline(uri, 1, 4) is not None
        except JsonRpcException as error:
            still_wrong = error.message
        else:
            return
        assert "no_such_setting" in still_wrong
    raise AssertionError("the mended settings never counted")


async def test_nulls_and_the_clients_own_keys_are_no_settings(start):
    settings = {"trace": {"server": "off"}, "server": {"command": ["x"]}, "inline": {"enabled": None}, "remote": None}
    editor = await start("return a + b", settings=settings)
    assert await editor.inline(editor.open("a.py", TEXT), 1, 4) is not None


async def test_the_workspaces_own_file_counts_and_what_it_may_not_set_is_told(start, tmp_path):
    root = tmp_path / "workspace"
    root.mkdir()
    (root / ".autoglm.toml").write_text('[inline]\nenabled = false\n[remote]\nurl = "http://example.com"\n')
    editor = await start("return a + b")
    uri = editor.open("a.py", TEXT)
    assert await editor.inline(uri, 1, 4) is None
    await editor.said("sets remote")
    (root / ".autoglm.toml").write_text("[inline]\nenabled = true\n")
    event = lsp.FileEvent((root / ".autoglm.toml").as_uri(), lsp.FileChangeType.Changed)
    editor.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([event]))
    await _until_inline(editor, uri, shown=True)


async def test_a_folder_that_is_added_brings_its_settings_and_takes_them_along(start, tmp_path):
    editor = await start("return a + b")
    uri = editor.open("a.py", TEXT)
    assert await editor.inline(uri, 1, 4) is not None
    second = tmp_path / "second"
    second.mkdir()
    (second / ".autoglm.toml").write_text("[inline]\nenabled = false\n")
    folder = lsp.WorkspaceFolder(second.as_uri(), "second")
    event = lsp.WorkspaceFoldersChangeEvent
    editor.workspace_did_change_workspace_folders(lsp.DidChangeWorkspaceFoldersParams(event([folder], [])))
    await _until_inline(editor, uri, shown=False)
    editor.workspace_did_change_workspace_folders(lsp.DidChangeWorkspaceFoldersParams(event([], [folder])))
    await _until_inline(editor, uri, shown=True)


async def test_each_file_belongs_to_its_own_folder(start, tmp_path):
    """With two folders, the ignore file of one says nothing about the other."""
    first, second = tmp_path / "workspace", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    (second / ".gitignore").write_text("a.py\n")
    editor = await start("return a + b", folders=[first, second])
    assert await editor.inline(editor.open("a.py", TEXT), 1, 4) is not None
    assert await editor.inline(editor.open((second / "a.py").as_uri(), TEXT), 1, 4) is None
