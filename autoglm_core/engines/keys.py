"""The key of a remote endpoint: from the environment or the system keyring, never from a workspace."""

from __future__ import annotations

import logging
import os
from urllib.parse import urlsplit

from autoglm_core.config import RemoteSettings

SERVICE = "autoglm"
"""The service under which the system keyring holds keys; the user name is the host of the endpoint."""

_log = logging.getLogger(__name__)


def find_key(remote: RemoteSettings) -> str | None:
    """The key of the endpoint, or None where neither the environment nor the keyring has one.

    A key in the environment wins. Spaces and line breaks around a key are cut off.
    """
    key = os.environ.get(remote.key_env, "").strip() if remote.key_env else ""
    return key or _from_keyring(urlsplit(remote.url).hostname or "") or None


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
