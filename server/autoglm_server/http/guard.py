"""Who may ask: the bearer key, and the Host header that keeps other web pages' names out."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from autoglm_server.http.errors import ApiError

OPEN_PATHS = frozenset({"/", "/page/trace.js", "/page/trace.css", "/healthz", "/openapi.json"})
"""Served without a key: they say nothing that the source code does not."""


@dataclass(frozen=True, slots=True)
class Access:
    """``key`` None asks for none. ``hosts`` None takes any Host header: for binds other than loopback."""

    key: str | None
    hosts: frozenset[str] | None


class Guard:
    """ASGI middleware: no request passes without the right host and the key."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 400 or 401."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope["path"], Headers(scope=scope))
        app = refusal.response() if refusal else self._app
        await app(scope, receive, send)

    def _refusal(self, path: str, headers: Headers) -> ApiError | None:
        host = _name(headers.get("host", ""))
        if self._access.hosts is not None and host not in self._access.hosts:
            # A page on the internet whose name resolves to 127.0.0.1 (DNS rebinding) sends its own name.
            return ApiError(400, "wrong_host", f"This service is not called {host!r}; ask it by its address.")
        if self._access.key is None or path in OPEN_PATHS:
            return None
        scheme, _, key = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(key.strip().encode(), self._access.key.encode()):
            return ApiError(
                401, "unauthorized", "Send the key that 'autoglm serve' printed: Authorization: Bearer KEY."
            )
        return None


def _name(host: str) -> str:
    """The host of a Host header, without its port: ``[::1]:8080`` is ``::1``."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].rstrip(".").lower()
