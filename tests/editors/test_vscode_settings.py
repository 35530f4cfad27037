"""The settings that the VS Code extension contributes are those of the core, with its defaults and its limits."""

from __future__ import annotations

import dataclasses
import json
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from autoglm_core.bootstrap import build_assistant
from autoglm_core.config import UNSAFE_IN_WORKSPACE, HistorySettings, Settings, ValidatorSettings, parse_settings
from autoglm_core.errors import SettingsError
from autoglm_core.types import Cost, Document, Draft, Span, Task, TaskKind

EXTENSION = Path(__file__).parents[2] / "client-vscode"
CLIENT_ONLY = ("server.", "trace.")
JSON_TYPES = {bool: "boolean", str: "string", int: "integer", float: "number"}


def _contributed() -> dict[str, dict[str, Any]]:
    package = json.loads((EXTENSION / "package.json").read_text("utf-8"))
    pages = package["contributes"]["configuration"]
    found = {key: schema for page in pages for key, schema in page["properties"].items()}
    assert sum(len(page["properties"]) for page in pages) == len(found), "a setting is contributed twice"
    return {key.removeprefix("autoglm."): schema for key, schema in found.items()}


CONTRIBUTED = _contributed()
WORDS = json.loads((EXTENSION / "package.nls.json").read_text("utf-8"))
CORE = {key: schema for key, schema in CONTRIBUTED.items() if not key.startswith(CLIENT_ONLY)}


def _fields(kind: Any, prefix: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The settings of a section with their types and defaults; a mapping by names is left to its own test."""
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        hint = hints[field.name]
        if dataclasses.is_dataclass(hint):
            yield from _fields(hint, f"{prefix}{field.name}.")
        elif field.default is not dataclasses.MISSING:
            yield prefix + field.name, hint, field.default


FIELDS = {key: (hint, default) for key, hint, default in _fields(Settings)}
FIELDS |= {
    f"validators.{key.split('.')[1]}.{name}": (hint, default)
    for key in CORE
    if key.startswith("validators.")
    for name, hint, default in _fields(ValidatorSettings)
}


def _nested(key: str, value: Any) -> dict[str, Any]:
    for name in reversed(key.split(".")):
        value = {name: value}
    return typing.cast("dict[str, Any]", value)


def test_every_setting_of_the_core_is_contributed_and_no_other() -> None:
    assert set(CORE) == set(FIELDS)


async def test_every_validator_can_be_set(tmp_path: Path) -> None:
    named = {key.split(".")[1] for key in CORE if key.startswith("validators.")}
    script = tmp_path / "script.json"
    script.write_text("[]", "utf-8")
    assistant = build_assistant(Settings(history=HistorySettings(enabled=False)), script=script)
    draft = Draft(Document(tmp_path / "empty.py", ""), ())
    try:
        reports = await assistant._runner.run(Task(TaskKind.FIX, draft.document, Span(0, 0)), draft, Cost.SLOW)
    finally:
        await assistant.aclose()
    assert named == {report.validator for report in reports}


@pytest.mark.parametrize("key", sorted(FIELDS))
def test_type_and_default_are_those_of_the_core(key: str) -> None:
    hint, default = FIELDS[key]
    schema = CORE[key]
    if typing.get_origin(hint) is Literal:
        assert schema["enum"] == list(typing.get_args(hint))
        assert len(schema["enumDescriptions"]) == len(schema["enum"])
    elif typing.get_origin(hint) is tuple:
        assert (schema["type"], schema["items"]) == ("array", {"type": "string"})
        default = list(default)
    else:
        assert schema["type"] == JSON_TYPES[hint]
    assert schema["default"] == default


@pytest.mark.parametrize("key", sorted(key for key, schema in CORE.items() if schema["type"] in ("integer", "number")))
def test_the_least_number_that_the_editor_allows_is_the_least_that_the_core_takes(key: str) -> None:
    schema = CORE[key]
    step = 1 if schema["type"] == "integer" else 0.001
    least = schema.get("minimum", step)
    parse_settings([_nested(key, least)])
    with pytest.raises(SettingsError, match=key):
        parse_settings([_nested(key, least - step)])


@pytest.mark.parametrize("key", sorted(CONTRIBUTED))
def test_what_a_workspace_may_not_set_is_scoped_to_the_machine(key: str) -> None:
    unsafe = any(key == name or key.startswith(f"{name}.") for name in (*UNSAFE_IN_WORKSPACE, "server"))
    assert CONTRIBUTED[key]["scope"] == ("machine" if unsafe else "window")


@pytest.mark.parametrize("key", sorted(CONTRIBUTED))
def test_every_setting_is_described_in_a_sentence(key: str) -> None:
    assert WORDS[CONTRIBUTED[key]["markdownDescription"].strip("%")].endswith(".")


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((EXTENSION.parent / "package-lock.json").read_text("utf-8"))
    resolved = {package["resolved"] for package in lock["packages"].values() if "resolved" in package}
    assert resolved == {"client-vscode"}
