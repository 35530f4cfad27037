"""Which models a machine with little memory gets."""

from pathlib import Path

import pytest

from autoglm_core.config import Settings, parse_settings
from autoglm_core.engines.memory import SMALL_MODEL, choose_models

GB = 10**9


@pytest.mark.usefixtures("runtime")
def test_enough_memory_gives_the_models_of_the_settings() -> None:
    assert choose_models(Settings(), 6 * GB) == ("qwen2.5-coder-0.5b", "qwen2.5-coder-1.5b", None)


@pytest.mark.usefixtures("runtime")
def test_little_memory_gives_the_small_model_and_says_so() -> None:
    inline, actions, notice = choose_models(Settings(), int(5.9 * GB))
    assert (inline, actions) == (SMALL_MODEL, SMALL_MODEL)
    assert notice
    assert "5.9 GB of free memory" in notice
    assert "models.min_free_memory_gb" in notice


@pytest.mark.usefixtures("runtime")
def test_the_limit_is_a_setting() -> None:
    settings = parse_settings([{"models": {"min_free_memory_gb": 2}}])
    assert choose_models(settings, 3 * GB)[1] == "qwen2.5-coder-1.5b"
    assert choose_models(settings, 1 * GB)[1] == SMALL_MODEL


@pytest.mark.usefixtures("runtime")
def test_nothing_is_said_where_nothing_changes() -> None:
    small = parse_settings([{"models": {"actions": SMALL_MODEL}}])
    assert choose_models(small, 0) == (SMALL_MODEL, SMALL_MODEL, None)
    remote = parse_settings([{"actions": {"engine": "remote"}}])
    assert choose_models(remote, 0) == ("qwen2.5-coder-0.5b", "qwen2.5-coder-1.5b", None)


def test_an_unsafe_runtime_folder_is_left_to_the_engine_to_tell(runtime: Path) -> None:
    runtime.mkdir()
    runtime.chmod(0o777)
    assert choose_models(Settings(), 0)[0] == SMALL_MODEL
