"""docs/helix.md: the structure of its blocks, as Helix reads languages.toml; Helix itself is not started."""

from __future__ import annotations

import tomllib
from typing import Any

from autoglm_core.config import parse_settings
from autoglm_server.commands.diagnosis.editors import snippet


def test_the_first_block_is_what_doctor_prints(blocks: Any) -> None:
    assert blocks("helix.md", "toml")[0] == snippet("helix", "autoglm")[1]


def test_the_blocks_are_one_file_that_starts_the_server_for_python(blocks: Any) -> None:
    languages = tomllib.loads("\n".join(blocks("helix.md", "toml")))
    server = languages["language-server"]["autoglm"]
    assert set(server) <= {"command", "args", "config", "environment", "timeout", "required-root-patterns"}
    assert [server["command"], *server["args"]] == ["autoglm", "lsp"]
    (python,) = languages["language"]
    assert (python["name"], python["language-servers"][-1]) == ("python", "autoglm")
    settings = parse_settings([server["config"]])
    assert (settings.actions.attempts, settings.inline.max_tokens) == (3, 64)
