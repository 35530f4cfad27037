"""What the editor says about itself and its settings, as plain data, before anything is checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CLIENT_KEYS = ("client", "server", "trace")
"""Keys of the editor's section that are the client's own: how it starts this server, and what it logs."""

_NO_SETTINGS = ("trusted", "asks", "offersModels", "appliesEdits")


class EditorOptions:
    """initializationOptions and the editor's section ``autoglm``.

    initializationOptions hold settings, and keys that are none: ``trusted`` (false: nothing of this
    workspace is run, not even in the sandbox), ``asks`` (true: the client has the command
    ``autoglm.edit.ask``, which asks the user for an instruction), ``offersModels`` (true: the client
    offers to fetch a model that is not there, so typing need not be told of it) and ``appliesEdits`` (true: the
    client takes workspace/applyEdit although it says otherwise, as Vim's ALE does).
    """

    def __init__(self) -> None:
        self.trusted = True
        self.asks = False
        self.offers_models = False
        self.applies_edits = False
        self.first: dict[str, Any] = {}
        self.section: dict[str, Any] = {}

    def read(self, options: Any) -> None:
        """Take the initializationOptions."""
        if not isinstance(options, Mapping):
            return
        self.trusted = options.get("trusted") is not False
        self.asks = options.get("asks") is True
        self.offers_models = options.get("offersModels") is True
        self.applies_edits = options.get("appliesEdits") is True
        self.first = {key: value for key, value in options.items() if key not in _NO_SETTINGS}

    def layer(self) -> dict[str, Any]:
        """The editor's layer of the settings: the section over the first options."""
        return _merge(_own(self.first), _own(self.section))


def _own(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in _without_nulls(data).items() if key not in CLIENT_KEYS}


def _without_nulls(data: Mapping[str, Any]) -> dict[str, Any]:
    """Editors send null for a setting that nobody set."""
    return {
        key: _without_nulls(value) if isinstance(value, Mapping) else value
        for key, value in data.items()
        if value is not None
    }


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged
