"""The page that is served to browsers: the files of ``page/``, which the client's build has written."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

_FOLDER = Path(__file__).with_name("page")
# Not left to the system's own table, which may say something else: browsers run no script under another name.
_KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        # Text of models and of workspaces is shown: nothing may turn a string into markup or code.
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _SECURITY_POLICY,
    "Cache-Control": "no-cache",  # another release may serve another page at this address
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def page_file(name: str) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint that serves one file of the page."""

    async def serve(request: Request) -> Response:
        file = _FOLDER / name
        # Whole and not streamed: the files are small, and what is sent is then what the length says.
        content = await asyncio.to_thread(file.read_bytes)
        return Response(content, headers=_HEADERS, media_type=_KINDS[file.suffix])

    return serve
