"""The service on a socket: address, key, start and end."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import secrets
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import uvicorn

from autoglm_core.assistant import Assistant
from autoglm_core.errors import SettingsError
from autoglm_server.http.app import create_app
from autoglm_server.http.guard import Access

_GRACE_S = 3
_SHORTEST_KEY = 16


def serve(
    assistant: Assistant, host: str, port: int, key: str | None, ready: Callable[[str], None] = lambda url: None
) -> None:
    """Serve until SIGINT or SIGTERM; ``ready`` is told the URL once the socket listens.

    ``port`` 0 takes a free one. Raises SettingsError when the address cannot be had, or when it would let
    anybody in: without a key only loopback is served.
    """
    if key is None and not is_loopback(host):
        raise SettingsError(f"Without a key only loopback is served, and {host} is not. Leave --no-auth out.")
    listener = listen(host, port)
    names = frozenset({"localhost", "127.0.0.1", "::1", host.lower()}) if is_loopback(host) else None
    app = create_app(assistant, Access(key, names))
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    with contextlib.closing(listener):
        ready(url_of(listener))
        asyncio.run(uvicorn.Server(config).serve([listener]))


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises SettingsError that says why there is none."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(128)
        except OSError:
            listener.close()
            raise
    except (OSError, OverflowError) as error:
        raise SettingsError(f"{host}:{port} cannot be served: {error}. Choose another --host or --port.") from error
    return listener


def url_of(listener: socket.socket) -> str:
    """Where a client on this machine finds the service."""
    host, port = listener.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"


def is_loopback(host: str) -> bool:
    """True for localhost and the loopback addresses."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def new_key() -> str:
    """A random key of 256 bits."""
    return secrets.token_urlsafe(32)


def key_from_file(path: Path) -> str:
    """The key in a file, made with a new one if there is no file; only this user may read it.

    Raises SettingsError when others could read it, or it holds no key.
    """
    try:
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _read_key(path)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            key = new_key()
            file.write(key + "\n")
            return key
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The key file {path} cannot be used: {error}.") from error


def _read_key(path: Path) -> str:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise SettingsError(f"Others can read the key file {path}. Run: chmod 600 {path}")
    key = path.read_text("ascii").strip()
    if len(key) < _SHORTEST_KEY or not key.isprintable() or " " in key:
        raise SettingsError(f"The key in {path} must be one word of at least {_SHORTEST_KEY} characters.")
    return key
