"""The key of a remote endpoint: from the environment, the editor or the system keyring, never from a workspace."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from autoglm_core.config import RemoteSettings

SERVICE = "autoglm"
"""The service under which the system keyring holds keys; the user name is the host of the endpoint."""

EDITOR_VARIABLE = "AUTOGLM_EDITOR_KEYS"
"""The environment variable by which an editor hands its stored keys over: a JSON object of origins and keys."""

_PORTS = {"http": 80, "https": 443}

_log = logging.getLogger(__name__)


def _take_from_environment() -> Mapping[str, str]:
    """The editor's keys by origin. Taken out of the environment: what this process starts must not inherit them."""
    try:
        keys = json.loads(os.environ.pop(EDITOR_VARIABLE, "{}"))
    except ValueError:
        keys = None
    if isinstance(keys, dict) and all(isinstance(key, str) for key in keys.values()):
        return keys
    _log.warning("%s is no JSON object of origins and keys, so no key comes from it.", EDITOR_VARIABLE)
    return {}


_FROM_EDITOR = _take_from_environment()


def find_key(remote: RemoteSettings) -> str | None:
    """The key of the endpoint, or None where neither the environment, the editor nor the keyring has one.

    A key in the environment wins. An editor's key counts for the origin (scheme, host and port) that it was
    given for, and for no other. Spaces and line breaks around a key are cut off.
    """
    key = os.environ.get(remote.key_env, "").strip() if remote.key_env else ""
    key = key or _FROM_EDITOR.get(_origin(remote.url), "").strip()
    return key or _from_keyring(urlsplit(remote.url).hostname or "") or None


def _origin(url: str) -> str:
    """The origin of a URL as browsers write it: lower case, without the scheme's own port; empty when it has none."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return ""
    if not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != _PORTS.get(parts.scheme) else "")


def describe_sources(remote: RemoteSettings) -> str:
    """Where a key is looked for, in words for an error message."""
    host = urlsplit(remote.url).hostname or "the endpoint's host"
    keyring = f"with `keyring set {SERVICE} {host}`"
    return f"in the environment variable {remote.key_env} or {keyring}" if remote.key_env else keyring


def _from_keyring(host: str) -> str:
    if not host:
        return ""
    try:
        import keyring  # slow, and needed only where no variable is set

        return (keyring.get_password(SERVICE, host) or "").strip()
    except Exception as error:  # noqa: BLE001 - a boundary: each keyring backend raises errors of its own
        # Many endpoints need no key, and many machines have no keyring: the endpoint will say if it wants one.
        _log.info("The system keyring could not be read (%s), so no key comes from it.", type(error).__name__)
        return ""
