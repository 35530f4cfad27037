"""The socket and the key: what is served where, and to whom."""

from __future__ import annotations

import stat

import pytest

from autoglm_core.bootstrap import build_assistant
from autoglm_core.config import parse_settings
from autoglm_core.errors import SettingsError
from autoglm_server.http.server import is_loopback, key_from_file, listen, new_key, serve, url_of


def test_a_new_key_file_is_for_this_user_alone(tmp_path):
    file = tmp_path / "key"
    key = key_from_file(file)
    assert len(key) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert key_from_file(file) == key


@pytest.mark.parametrize(
    ("mode", "text"), [(0o644, "k" * 32), (0o600, "short"), (0o600, ""), (0o600, "two words " * 4)]
)
def test_a_weak_key_file_is_refused(tmp_path, mode, text):
    file = tmp_path / "key"
    file.write_text(text)
    file.chmod(mode)
    with pytest.raises(SettingsError, match=str(file)):
        key_from_file(file)


def test_a_key_file_that_cannot_be_made_is_named(tmp_path):
    with pytest.raises(SettingsError, match="missing"):
        key_from_file(tmp_path / "missing" / "key")


def test_keys_differ():
    assert new_key() != new_key()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost", "LocalHost"])
def test_loopback(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "localhost.example", ""])
def test_not_loopback(host):
    assert not is_loopback(host)


def test_without_a_key_only_loopback_is_served(tmp_path):
    script = tmp_path / "script.json"
    script.write_text("[]")
    assistant = build_assistant(parse_settings([{"history": {"enabled": False}}]), script=script)
    with pytest.raises(SettingsError, match="loopback"):
        serve(assistant, "0.0.0.0", 0, None)


def test_a_port_in_use_is_named():
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        assert url_of(listener) == f"http://127.0.0.1:{port}"
        with pytest.raises(SettingsError, match=str(port)):
            listen("127.0.0.1", port)


def test_an_address_that_is_not_ours_is_named():
    with pytest.raises(SettingsError, match=r"192\.0\.2\.1"):
        listen("192.0.2.1", 0)
