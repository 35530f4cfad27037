"""Settings: what users may change, with defaults, checked before anything uses them.

Layers, later ones win: defaults, the user's file, the workspace's file, the editor's configuration, the
command line. What runs programs or names an endpoint counts from the user's own layers alone: a cloned
repository must not be able to send code elsewhere (``without_unsafe``).
"""

from __future__ import annotations

import dataclasses
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import platformdirs

from autoglm_core.errors import SettingsError

EngineChoice = Literal["embedded", "remote"]
Rejects = Literal["error", "warning", "info", "never"]
PreviewChoice = Literal["never", "several_places", "other_files"]


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which models are used: a name from the catalogue, a path of a GGUF file or of a model folder."""

    inline: str = "qwen2.5-coder-0.5b"
    actions: str = "qwen2.5-coder-1.5b"
    folder: str = ""
    min_free_memory_gb: float = 6.0


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """The process that holds an embedded model. ``threads`` 0: one for each physical core."""

    idle_minutes: float = 10.0
    threads: int = 0
    context_tokens: int = 8192
    slots: int = 2


@dataclass(frozen=True, slots=True)
class RemoteSettings:
    """An OpenAI-compatible endpoint. The key comes from ``key_env`` or from the system keyring.

    ``fim``: ``tokens`` sends the model's FIM tokens to /completions, ``suffix`` uses the field ``suffix``,
    ``chat`` asks in words through /chat/completions where the endpoint has no completions.
    """

    url: str = ""
    model: str = ""
    key_env: str = "AUTOGLM_API_KEY"
    fim: Literal["tokens", "suffix", "chat"] = "suffix"
    connect_timeout_s: float = 5.0
    read_timeout_s: float = 60.0
    retries: int = 2


@dataclass(frozen=True, slots=True)
class InlineSettings:
    """Grey text and completion items.

    ``read_ahead``: while the user rests or reads, the engine reads what surrounds the cursor and prepares what
    follows a suggestion; off saves power. ``other_files``: signatures and similar functions of the workspace's other
    files stand in the prompt, where it has room.
    """

    enabled: bool = True
    engine: EngineChoice = "embedded"
    deadline_ms: int = 4000
    debounce_ms: int = 75
    max_tokens: int = 96
    context_tokens: int = 1024
    read_ahead: bool = True
    other_files: bool = True


@dataclass(frozen=True, slots=True)
class ActionSettings:
    """Implement, fix, edit, test, generate.

    ``escalate``: when the embedded model's drafts all fail, the last one is asked of the remote endpoint.
    ``preview``: which edits an editor shows before it makes them: none, those of places of a file that are far apart,
    or also those of files other than the one that the user is in.
    """

    engine: EngineChoice = "embedded"
    deadline_s: float = 180.0
    attempts: int = 4
    max_tokens: int = 1024
    context_tokens: int = 4096
    escalate: bool = False
    preview: PreviewChoice = "several_places"


@dataclass(frozen=True, slots=True)
class ValidatorSettings:
    """``rejects``: the least severity of an introduced finding that keeps a draft from being shown."""

    enabled: bool = True
    rejects: Rejects = "error"


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Limits for code that runs in the sandbox."""

    cpu_s: float = 10.0
    wall_s: float = 30.0
    memory_mb: int = 3072
    file_mb: int = 64
    processes: int = 64
    output_kb: int = 256


@dataclass(frozen=True, slots=True)
class LicenceSettings:
    """What drafts are compared with, and under which licence the project itself stands.

    ``project`` is an SPDX expression; empty: ``pyproject.toml`` or a LICENSE file says it. ``folders`` are folders
    of code that drafts may not repeat, beside the packages of the workspace's environment.
    """

    project: str = ""
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HistorySettings:
    """The record of what was accepted and rejected. It stays on this machine."""

    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. ``exclude`` holds gitignore patterns of files that are never read into a prompt.

    ``code_lens``: commands above functions, in editors that show such.
    """

    models: ModelSettings = ModelSettings()
    node: NodeSettings = NodeSettings()
    remote: RemoteSettings = RemoteSettings()
    inline: InlineSettings = InlineSettings()
    actions: ActionSettings = ActionSettings()
    validators: Mapping[str, ValidatorSettings] = field(default_factory=dict)
    sandbox: SandboxSettings = SandboxSettings()
    licence: LicenceSettings = LicenceSettings()
    history: HistorySettings = HistorySettings()
    exclude: tuple[str, ...] = ()
    code_lens: bool = False

    def validator(self, name: str) -> ValidatorSettings:
        """The settings of one validator, the defaults where the user said nothing."""
        return self.validators.get(name, ValidatorSettings())


UNSAFE_IN_WORKSPACE = (
    *("models", "node", "remote", "inline.engine", "actions.engine", "actions.escalate", "sandbox", "validators"),
    *("licence",),
)
"""Keys that name programs, files or endpoints, or weaken the checks: a workspace may not set them."""

_POSITIVE = {
    "node.idle_minutes",
    "node.context_tokens",
    "node.slots",
    "remote.connect_timeout_s",
    "remote.read_timeout_s",
    "inline.deadline_ms",
    "inline.max_tokens",
    "inline.context_tokens",
    "actions.deadline_s",
    "actions.attempts",
    "actions.max_tokens",
    "actions.context_tokens",
    "sandbox.cpu_s",
    "sandbox.wall_s",
    "sandbox.memory_mb",
    "sandbox.file_mb",
    "sandbox.processes",
    "sandbox.output_kb",
}


def parse_settings(layers: typing.Iterable[Mapping[str, Any]]) -> Settings:
    """Merge layers of plain data (TOML, JSON) into settings; later layers win, key by key, and lists add up.

    Raises SettingsError that names the first key that is unknown or does not fit, and what would.
    """
    merged: dict[str, Any] = {}
    for layer in layers:
        merged = _merge(merged, layer)
    return typing.cast("Settings", _parse(Settings, merged, ""))


def without_unsafe(layer: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """A workspace's layer without the keys that only the user may set, and the names of those dropped."""
    kept, dropped = _merge({}, layer), []
    for key in UNSAFE_IN_WORKSPACE:
        section, _, name = key.partition(".")
        holder = kept.get(section, {}) if name else kept
        if isinstance(holder, dict) and holder.pop(name or section, None) is not None:
            dropped.append(key)
    patterns = kept.get("exclude")
    if isinstance(patterns, list) and any(str(pattern).startswith("!") for pattern in patterns):
        kept["exclude"] = [pattern for pattern in patterns if not str(pattern).startswith("!")]
        dropped.append("exclude with !")
    return kept, tuple(dropped)


def user_settings_file() -> Path:
    """Where the user's own settings are: ``config.toml`` in the platform's configuration folder."""
    return platformdirs.user_config_path("autoglm", appauthor=False) / "config.toml"


def read_settings_file(path: Path) -> dict[str, Any]:
    """The plain data of a TOML settings file; empty where there is no file.

    Raises SettingsError when it cannot be read or is no TOML.
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error}. Mend or remove it.") from error


def _merge(base: Mapping[str, Any], layer: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in layer.items():
        old = merged.get(key)
        if isinstance(value, Mapping):
            merged[key] = _merge(old if isinstance(old, Mapping) else {}, value)
        elif isinstance(value, list) and isinstance(old, list):
            merged[key] = old + value  # a layer may exclude more, never less
        else:
            merged[key] = value
    return merged


def _parse(kind: Any, value: Any, key: str) -> Any:
    origin = typing.get_origin(kind)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _parse_section(kind, value, key)
    if origin is Literal:
        return _expect(value in typing.get_args(kind), value, key, "one of " + ", ".join(typing.get_args(kind)))
    if origin is tuple:
        strings = isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)
        return tuple(_expect(strings, value, key, "a list of strings"))
    if origin is not None:  # the one mapping: validators by name
        _expect(isinstance(value, Mapping), value, key, "a table")
        return {name: _parse(typing.get_args(kind)[1], item, f"{key}.{name}") for name, item in value.items()}
    if kind is bool:
        return _expect(isinstance(value, bool), value, key, "true or false")
    if kind is str:
        return _expect(isinstance(value, str), value, key, "a string")
    number = isinstance(value, int if kind is int else (int, float)) and not isinstance(value, bool)
    _expect(number, value, key, "a whole number" if kind is int else "a number")
    return kind(_expect(value > 0 if key in _POSITIVE else value >= 0, value, key, "a larger number"))


def _parse_section(kind: type, value: Any, key: str) -> Any:
    _expect(isinstance(value, Mapping), value, key or "settings", "a table")
    hints = typing.get_type_hints(kind)
    prefix = f"{key}." if key else ""
    for name in value:
        if name not in hints:
            raise SettingsError(f"There is no setting {prefix}{name}. Known here: {', '.join(sorted(hints))}.")
    return kind(**{name: _parse(hints[name], item, prefix + name) for name, item in value.items()})


def _expect(fits: bool, value: Any, key: str, wanted: str) -> Any:
    if not fits:
        raise SettingsError(f"The setting {key} is {value!r}, but it must be {wanted}.")
    return value
