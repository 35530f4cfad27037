"""Commands above functions: where they stand, that they follow the setting, and what they do."""

from __future__ import annotations

import time
from pathlib import Path

from lsprotocol import types as lsp

from autoglm_core.types import Document, Workspace
from autoglm_server.lsp.features.code_lens import lenses
from autoglm_server.lsp.snapshot import Snapshot

TEXT = (
    "from abc import ABC, abstractmethod\n\n\n"
    "def todo(x):\n    ...\n\n\n"
    "class Shape(ABC):\n    @abstractmethod\n    def area(self) -> float:\n        ...\n\n"
    "    def twice(self) -> float:\n        def inner():\n            return 2\n        return inner() * self.area()\n"
)
ON = {"code_lens": True}
TODO = "```python\ndef todo(x):\n    return x\n```"
SLOW = {"answer": TODO + " slow" * 100, "token_delay_s": 30.0}


async def shown(editor, uri: str) -> list[lsp.CodeLens]:
    params = lsp.CodeLensParams(lsp.TextDocumentIdentifier(uri))
    return list(await editor.text_document_code_lens_async(params) or [])


def titles(found: list[lsp.CodeLens]) -> list[tuple[int, str]]:
    return [(lens.range.start.line, lens.command.title) for lens in found]


async def test_stubs_are_implemented_and_functions_with_a_body_tested(start):
    editor = await start(settings=ON)
    assert editor.result.capabilities.code_lens_provider.resolve_provider is False
    found = await shown(editor, editor.open("shapes.py", TEXT))
    assert titles(found) == [(3, "Implement"), (12, "Write tests")], "neither the abstract method nor the inner one"


async def test_tests_are_not_tested_and_what_no_model_may_see_has_no_lens(start):
    editor = await start(settings=ON)
    in_tests = editor.open("test_shapes.py", "def test_it():\n    assert True\n\n\ndef later():\n    ...\n")
    assert titles(await shown(editor, in_tests)) == [(4, "Implement")]
    (editor.root / ".gitignore").write_text("hidden.py\n")
    assert await shown(editor, editor.open("hidden.py", TEXT)) == []


async def test_they_are_off_by_default_and_come_and_go_with_the_setting(start):
    editor = await start()
    uri = editor.open("shapes.py", TEXT)
    assert await shown(editor, uri) == []
    for refreshes, on in enumerate((True, False), start=1):
        editor.set_configuration({"code_lens": on}, section="autoglm")
        editor.workspace_did_change_configuration(lsp.DidChangeConfigurationParams({}))
        await editor.until(lambda wanted=refreshes: editor.lens_refreshes == wanted)
        assert bool(await shown(editor, uri)) is on


async def test_a_client_without_code_lenses_is_offered_none(start):
    editor = await start(like="neovim", settings=ON)
    assert editor.result.capabilities.code_lens_provider is None


async def test_a_click_applies_the_edit_and_finds_its_function_after_edits_elsewhere(start):
    editor = await start(TODO, settings=ON)
    uri = editor.open("shapes.py", TEXT)
    lens = (await shown(editor, uri))[0]
    editor.change(uri, 2, "import os\n" + TEXT)
    done = await editor.command(lens.command.command, *lens.command.arguments)
    assert done["applied"] is True
    (change,) = editor.edits[0].document_changes
    assert (change.text_document.version, change.edits[0].range.start.line) == (2, 5)


async def test_of_two_functions_of_one_name_the_one_below_the_lens_is_meant(start):
    editor = await start("```python\ndef twin():\n    return 1\n```", settings=ON)
    uri = editor.open("twins.py", "def twin():\n    ...\n\n\ndef twin():\n    ...\n")
    lens = (await shown(editor, uri))[0]
    await editor.command(lens.command.command, *lens.command.arguments)
    assert editor.edits[0].document_changes[0].edits[0].range.start.line == 1


async def test_the_work_of_a_click_shows_its_progress_and_can_be_stopped(start, refused):
    editor = await start(SLOW, settings=ON)
    uri = editor.open("shapes.py", TEXT)
    command = (await shown(editor, uri))[0].command
    params = lsp.ExecuteCommandParams(command.command, command.arguments)
    asked = editor.send("workspace/executeCommand", params, "click")
    await editor.until(lambda: "begin" in editor.kinds())
    (token,) = editor.progress_reports
    editor.window_work_done_progress_cancel(lsp.WorkDoneProgressCancelParams(token))
    assert "You stopped it" in (await refused(asked)).message
    assert editor.edits == []


def test_a_file_of_2600_lines_takes_a_fraction_of_a_second():
    functions = "".join(
        f"class C{n}:\n    def f{n}(self, x):\n        y = x + 1\n        return y\n\n\n" for n in range(433)
    )
    document = Document(Path("/w/large.py"), functions)
    snapshot = Snapshot("file:///w/large.py", 1, document, Workspace(), "utf-16")
    started = time.monotonic()
    found = lenses(snapshot, is_cell=False, wait=True)
    seconds = time.monotonic() - started
    assert document.line_count > 2590
    assert len(found) == 433
    assert seconds < 1.0, f"{seconds:.3f} s"  # 0.05 s on two slow cores: what is quadratic would take many


def test_a_banner_in_a_body_holds_nobody_up():
    text = f"def f(x):\n    {'#' * 300}\n    return x\n\n\ndef g(x):\n    {'#' * 300}\n    ...\n"
    snapshot = Snapshot(
        "file:///w/a.py", 1, Document(Path("/w/a.py"), text), Workspace((Path("/w"),)), lsp.PositionEncodingKind.Utf16
    )
    assert titles(lenses(snapshot, is_cell=False, wait=False)) == [(0, "Write tests"), (5, "Implement")]
