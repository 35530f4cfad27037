"""The command line as a whole: help, versions, errors, and how little it imports."""

from __future__ import annotations

import subprocess
import sys

import pytest

from autoglm_server.cli import COMMANDS, main


@pytest.mark.parametrize("command", list(COMMANDS))
def test_each_command_has_help_with_the_exit_codes(capsys, command):
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    assert "exit codes:" in capsys.readouterr().out


def test_help_lists_the_commands(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    assert all(f"  {command} " in text for command in COMMANDS)


@pytest.mark.parametrize("arguments", [["version"], ["--version"]])
def test_the_version(capsys, arguments):
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith("autoglm ")


def test_no_command_shows_the_help(capsys):
    assert main([]) == 2
    assert "implement" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["implement"], ["implement", "a.py:f", "--attempts", "0"], ["serve", "--port", "70000"],
     ["implement", "a.py:f", "--deadline", "soon"], ["models", "paint"], ["serve", "--no-auth", "--key-file", "k"]],
)  # fmt: skip
def test_a_wrong_command_line_is_two(capsys, arguments):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: autoglm" in capsys.readouterr().err


def test_a_wrong_setting_is_named(autoglm):
    autoglm.file(".autoglm.toml", "[actions]\nattemps = 3\n")
    autoglm.file("pyproject.toml", "")
    autoglm.file("m.py", "def f():\n    ...\n")
    done = autoglm.run("implement", "m.py:f", "--script", autoglm.script("x"))
    assert done.returncode == 2
    assert "actions.attemps" in done.stderr


def test_a_setting_that_a_workspace_may_not_make_is_told(autoglm):
    autoglm.file(".autoglm.toml", '[remote]\nurl = "http://192.0.2.1/v1"\n')
    autoglm.file("pyproject.toml", "")
    autoglm.file("m.py", "def one() -> int:\n    ...\n")
    answer = "```python\ndef one() -> int:\n    return 1\n```"
    done = autoglm.run("implement", "m.py:one", "--yes", "--script", autoglm.script(answer))
    assert done.returncode == 0, done.stderr
    assert "remote" in done.stderr


def test_the_command_line_itself_imports_next_to_nothing():
    code = (
        "import sys; before = set(sys.modules); import autoglm_server.cli\n"
        "print(*sorted(set(sys.modules) - before - {'autoglm_server', 'autoglm_server.cli'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    roots = {name.partition(".")[0] for name in done.stdout.split()}
    assert roots <= set(sys.stdlib_module_names) - {"asyncio", "json", "importlib", "subprocess", "typing"}


def test_a_reader_that_goes_away_is_no_error(autoglm):
    command = f"{sys.executable} -m autoglm_server models list --json | true"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=autoglm.folder,
        env=autoglm.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""


def test_a_node_without_its_model_says_how_to_get_it(autoglm):
    done = autoglm.run("node", "--model", "qwen2.5-coder-0.5b")
    assert done.returncode == 3
    assert "autoglm models pull qwen2.5-coder-0.5b" in done.stderr
    assert done.stdout == ""
