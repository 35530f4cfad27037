"""Where the key of a remote endpoint comes from."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from textwrap import dedent

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from autoglm_core.config import RemoteSettings
from autoglm_core.engines.keys import describe_sources, find_key

REMOTE = RemoteSettings(url="https://api.example.org:8443/v1", model="m", key_env="SOME_KEY")


class Keys(KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password


class BrokenKeys(Keys):
    """A keyring whose service does not run."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked(f"{service} {username}")


class CrashingKeys(Keys):
    """A keyring with an error of its own kind."""

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError(f"no bus for {service} {username}")


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[Keys]:
    monkeypatch.delenv("SOME_KEY", raising=False)
    before, keys = keyring.get_keyring(), Keys()
    keyring.set_keyring(keys)
    yield keys
    keyring.set_keyring(before)


def test_the_environment_wins(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    keys.set_password("autoglm", "api.example.org", "from-keyring")
    monkeypatch.setenv("SOME_KEY", " from-environment\n")
    assert find_key(REMOTE) == "from-environment"


def test_the_keyring_is_asked_for_the_host(keys: Keys) -> None:
    keys.set_password("autoglm", "api.example.org", "from-keyring")
    assert find_key(REMOTE) == "from-keyring"


@pytest.mark.usefixtures("keys")
def test_no_key_is_no_error() -> None:
    assert find_key(REMOTE) is None
    assert find_key(RemoteSettings()) is None


@pytest.mark.parametrize("broken", [BrokenKeys, CrashingKeys])
@pytest.mark.usefixtures("keys")
def test_a_broken_keyring_is_no_error(broken: type[Keys], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    keyring.set_keyring(broken())
    assert find_key(REMOTE) is None
    assert "keyring could not be read" in caplog.text


def test_a_message_can_say_where_keys_are_looked_for() -> None:
    assert describe_sources(REMOTE) == (
        "in the environment variable SOME_KEY or with `keyring set autoglm api.example.org`"
    )


ASKING = dedent(
    """\
    import json, os, subprocess, sys
    import keyring
    keyring.set_keyring(keyring.backends.fail.Keyring())
    from autoglm_core.config import RemoteSettings
    from autoglm_core.engines.keys import find_key
    print(json.dumps([find_key(RemoteSettings(url=url, model="m", key_env="SOME_KEY")) for url in sys.argv[1:]]))
    print("left" if "AUTOGLM_EDITOR_KEYS" in os.environ else "taken", end="")
    """
)


def _ask_with(keys: str, *urls: str) -> tuple[list[str | None], str]:
    """What a process that an editor started with these keys finds, and whether its children would inherit them."""
    environment = {**os.environ, "AUTOGLM_EDITOR_KEYS": keys}
    environment.pop("SOME_KEY", None)
    command = [sys.executable, "-c", ASKING, *urls]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    found, left = done.stdout.split("\n")
    return json.loads(found), left


def test_an_editors_key_counts_for_its_origin_alone_and_is_not_inherited() -> None:
    keys = json.dumps({"https://api.example.org:8443": "secret", "http://[::1]:8000": "six", "https://x.org": "x"})
    urls = {
        "https://API.example.org:8443/v1/": "secret",
        "http://api.example.org:8443/v1": None,
        "https://api.example.org/v1": None,
        "https://api.example.org.evil.net:8443/v1": None,
        "http://[::1]:8000/v1": "six",
        "https://x.org:443/v1": "x",
        "https://x.org:notaport/v1": None,
        "": None,
    }
    assert _ask_with(keys, *urls) == (list(urls.values()), "taken")


@pytest.mark.parametrize("keys", ["", "no json", '["a"]', '{"https://x.org": 3}'])
def test_what_is_no_object_of_keys_is_taken_for_none(keys: str) -> None:
    assert _ask_with(keys, "https://x.org/v1") == ([None], "taken")
