"""``autoglm doctor``: what it finds, and snippets that the editors' own parsers take."""

from __future__ import annotations

import http.server
import json
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import pytest

from autoglm_server.commands.diagnosis.editors import EDITORS, snippet

COMMAND = '/opt/a "folder"/é/autoglm'


def test_what_is_missing_is_told_with_what_to_do(autoglm):
    done = autoglm.run("doctor")
    assert done.returncode == 3  # no model is here
    assert "autoglm models pull qwen2.5-coder-0.5b" in " ".join(done.stdout.split())
    for word in ("python", "xllamacpp", "ruff", "ty", "sandbox", "memory", "settings"):
        assert f" {word} " in done.stdout


def test_json_holds_the_same(autoglm):
    done = autoglm.run("doctor", "--json")
    found = json.loads(done.stdout)
    assert {check["name"] for check in found["engines"]} >= {"inline", "actions"}
    assert all(set(check) == {"name", "state", "detail"} for check in found["installed"])
    ruff = next(check for check in found["installed"] if check["name"] == "ruff")
    assert ruff["state"] == "good"


class _Endpoint(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.headers["Authorization"] == "Bearer s3cret-key" else 401)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.mark.parametrize(("key", "code", "answer"), [("s3cret-key", 0, "answers 200"), ("wr0ng-key", 3, "answers 401")])
def test_a_remote_endpoint_is_asked_and_the_key_is_not_shown(autoglm, key, code, answer):
    with http.server.HTTPServer(("127.0.0.1", 0), _Endpoint) as endpoint:
        threading.Thread(target=endpoint.serve_forever).start()
        try:
            _use_remote(autoglm, f"http://127.0.0.1:{endpoint.server_port}/v1")
            done = autoglm.run("doctor", AUTOGLM_API_KEY=key)
        finally:
            endpoint.shutdown()
    assert done.returncode == code, done.stdout + done.stderr
    assert answer in done.stdout
    assert key not in done.stdout + done.stderr


def test_an_endpoint_that_is_down_is_bad(autoglm):
    _use_remote(autoglm, "http://127.0.0.1:9/v1")
    done = autoglm.run("doctor")
    assert done.returncode == 3
    assert "cannot be reached" in done.stdout


def _use_remote(autoglm, url):
    folder = autoglm.folder.parent / "XDG_CONFIG_HOME" / "autoglm"
    folder.mkdir()
    engines = '[inline]\nengine = "remote"\n[actions]\nengine = "remote"\n'
    (folder / "config.toml").write_text(f'[remote]\nurl = "{url}"\nmodel = "m"\n{engines}')


@pytest.mark.parametrize("editor", EDITORS)
def test_a_snippet_is_printed_alone(autoglm, editor):
    done = autoglm.run("doctor", "--editor", editor)
    assert done.returncode == 0
    assert done.stdout == snippet(editor)[1]
    assert done.stderr.startswith("Paste into ")
    assert "@AUTOGLM@" not in done.stdout


def test_the_snippet_for_vscode_is_json():
    settings = json.loads(snippet("vscode", COMMAND)[1])
    assert COMMAND in str(settings)


def test_the_snippet_for_helix_is_toml():
    languages = tomllib.loads(snippet("helix", COMMAND)[1])
    server = languages["language-server"]["autoglm"]
    assert (server["command"], server["args"]) == (COMMAND, ["lsp"])
    assert languages["language"][0]["language-servers"][-1] == "autoglm"


def test_the_snippet_for_emacs_is_one_balanced_text():
    text = snippet("emacs", "/opt/autoglm")[1]
    code = "\n".join(line for line in text.splitlines() if not line.startswith(";"))
    depths, depth = [], 0
    for letter in code:
        depth += (letter == "(") - (letter == ")")
        depths.append(depth)
    assert min(depths) == 0
    assert depths[-1] == 0
    assert '("/opt/autoglm" "lsp")' in code


@pytest.mark.editor
def test_the_snippet_for_neovim_runs_in_neovim(tmp_path):
    neovim = Path(sys.executable).with_name("nvim")
    if not neovim.exists():
        pytest.skip("there is no wheel of Neovim for this platform")
    file = tmp_path / "init.lua"
    check = "\nio.write(vim.json.encode(vim.lsp.config.autoglm.cmd), ' ', tostring(vim.lsp.is_enabled('autoglm')))\n"
    file.write_text(snippet("neovim", COMMAND)[1] + check)
    done = subprocess.run([neovim, "--headless", "-l", file], capture_output=True, text=True, check=True)
    assert done.stdout == json.dumps([COMMAND, "lsp"], ensure_ascii=False, separators=(",", ":")) + " true"
