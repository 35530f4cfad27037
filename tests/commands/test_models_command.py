"""``autoglm models``: what is listed, and refusals. Downloads are tested with the store."""

from __future__ import annotations

import json

import pytest

SMALL = "qwen2.5-coder-0.5b"


def test_list_shows_what_is_not_here(autoglm):
    done = autoglm.run("models", "list")
    assert done.returncode == 0
    assert SMALL in done.stdout
    assert "not here" in done.stdout
    assert "Apache-2.0" in done.stdout


def test_list_as_json(autoglm):
    models = json.loads(autoglm.run("models", "list", "--json").stdout)
    small = next(model for model in models if model["name"] == SMALL)
    assert (small["state"], small["bytes"], small["present"]) == ("absent", 491_400_064, 0)
    assert small["path"].startswith(autoglm.environment["XDG_DATA_HOME"])


@pytest.mark.parametrize("action", ["path", "verify"])
def test_a_model_that_is_not_here_says_how_to_get_it(autoglm, action):
    done = autoglm.run("models", action, SMALL)
    assert done.returncode == 3
    assert f"autoglm models pull {SMALL}" in done.stderr
    assert done.stdout == ""


def test_a_partial_model_is_listed_with_its_share_and_removed(autoglm):
    path = autoglm.folder.parent / "XDG_DATA_HOME" / "autoglm" / "models"
    path.mkdir(parents=True)
    with (path / "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf.partial").open("wb") as file:
        file.truncate(245_700_032)  # half, as a hole that takes no room
    assert "50 % here" in autoglm.run("models", "list").stdout
    done = autoglm.run("models", "remove", SMALL)
    assert done.returncode == 0
    assert "246 MB freed" in done.stderr
    assert "not here" in autoglm.run("models", "list").stdout


def test_a_path_of_ones_own_is_printed(autoglm):
    file = autoglm.file("own.gguf", b"GGUF....")
    done = autoglm.run("models", "path", "own.gguf")
    assert (done.returncode, done.stdout) == (0, f"{file}\n")


def test_a_copy_that_is_no_such_model_is_refused(autoglm):
    file = autoglm.file("own.gguf", b"GGUF....")
    done = autoglm.run("models", "pull", SMALL, "--from", file)
    assert done.returncode == 3
    assert "own.gguf" in done.stderr
    assert "not here" in autoglm.run("models", "list").stdout


@pytest.mark.parametrize("arguments", [("pull", "--from", "nowhere", SMALL), ("pull", "--from", "own.gguf")])
def test_a_wrong_source_is_told(autoglm, arguments):
    autoglm.file("own.gguf", b"GGUF....")
    assert autoglm.run("models", *arguments).returncode == 2


def test_an_unknown_model_is_answered_with_the_known_ones(autoglm):
    done = autoglm.run("models", "pull", "gpt-9")
    assert done.returncode == 3
    assert SMALL in done.stderr
