"""Settings: layers, checks, and what a workspace may not set."""

from pathlib import Path
from typing import Any

import pytest

from autoglm_core.config import Settings, parse_settings, read_settings_file, without_unsafe
from autoglm_core.errors import SettingsError


def test_no_layers_give_the_defaults() -> None:
    assert parse_settings([]) == Settings()


def test_later_layers_win_key_by_key() -> None:
    settings = parse_settings([{"actions": {"attempts": 2, "deadline_s": 9}}, {"actions": {"attempts": 3}}])
    assert settings.actions.attempts == 3
    assert settings.actions.deadline_s == 9.0


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ({"inlin": {}}, "no setting inlin.*Known here: .*inline"),
        ({"inline": {"speed": 1}}, "no setting inline.speed.*deadline_ms"),
        ({"inline": 3}, "inline is 3, but it must be a table"),
        ({"inline": {"enabled": 1}}, "inline.enabled is 1, but it must be true or false"),
        ({"inline": {"deadline_ms": 1.5}}, "a whole number"),
        ({"inline": {"deadline_ms": True}}, "a whole number"),
        ({"inline": {"deadline_ms": 0}}, "a larger number"),
        ({"actions": {"deadline_s": "10"}}, "actions.deadline_s is '10', but it must be a number"),
        ({"inline": {"engine": "cloud"}}, "one of embedded, remote"),
        ({"inline": {"engine": ["remote"]}}, "one of embedded, remote"),
        ({"exclude": "*.py"}, "a list of strings"),
        ({"exclude": ["a", 1]}, "a list of strings"),
        ({"models": {"inline": None}}, "a string"),
        ({"validators": {"lint": {"rejects": "all"}}}, "validators.lint.rejects.*one of error"),
    ],
)
def test_a_bad_setting_is_named_with_what_would_fit(layer: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        parse_settings([layer])


def test_validators_have_settings_by_name_and_defaults_otherwise() -> None:
    settings = parse_settings([{"validators": {"lint": {"rejects": "warning"}, "tests": {"enabled": False}}}])
    assert settings.validator("lint").rejects == "warning"
    assert not settings.validator("tests").enabled
    assert settings.validator("syntax").enabled


def test_a_workspace_may_not_name_endpoints_nor_weaken_checks() -> None:
    layer = {
        "remote": {"url": "http://evil.example"},
        "inline": {"engine": "remote", "debounce_ms": 5},
        "validators": {"security": {"enabled": False}},
        "exclude": ["*.sql"],
    }
    kept, dropped = without_unsafe(layer)
    assert kept == {"inline": {"debounce_ms": 5}, "exclude": ["*.sql"]}
    assert set(dropped) == {"remote", "inline.engine", "validators"}
    assert layer["remote"], "the caller's own data is left alone"


def test_what_is_excluded_adds_up_and_a_workspace_takes_nothing_back() -> None:
    layer, dropped = without_unsafe({"exclude": ["!*.pem", "*.csv"]})
    assert dropped == ("exclude with !",)
    assert parse_settings([{"exclude": ["*.sql"]}, layer]).exclude == ("*.sql", "*.csv")


def test_a_missing_file_is_no_settings(tmp_path: Path) -> None:
    assert read_settings_file(tmp_path / "none.toml") == {}


@pytest.mark.parametrize("content", [b"a = [", b"\xff\xfe"])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match="config.toml cannot be read"):
        read_settings_file(file)
