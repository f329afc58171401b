"""Streamlit's own scripts and styles, sent compressed; and the figures' script announced with the page.

Streamlit sends its static files as they are (the figures' script alone has 4.7 MB) and the browser asks for that script
only when the first figure arrives. Compressed once and announced in the head of the page, a first visit over a slow
line takes half the time.
"""

from __future__ import annotations

import gzip
import threading
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from anyio.to_thread import run_sync
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from outreach_results.server.streamlit_internals import STATIC_FOLDER, first_files, preloaded_scripts

_TYPES = {".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml"}
_LEVEL = 9


class CompressedAssets:
    """ASGI middleware: sends the compressible static files, and announces scripts in the head of pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        asset = _asset_of(scope["path"])
        headers = Headers(scope=scope)
        if asset and "range" not in headers and "gzip" in headers.get("accept-encoding", ""):
            response = await run_sync(_compressed_response, asset, headers.get("if-none-match"))
            await response(scope, receive, send)
        else:
            await self._app(scope, receive, _announcing(send))


def warm() -> None:
    """Compress what every visitor needs, in the background, before the first one comes."""
    threading.Thread(target=_warm, name="assets", daemon=True).start()


def _warm() -> None:
    for path in (*preloaded_scripts(), *first_files()):
        _compressed(STATIC_FOLDER / path)


def _asset_of(path: str) -> Path | None:
    """The file that a path names, if it is one of those compressed here."""
    if not path.startswith("/static/"):
        return None
    file = (STATIC_FOLDER / path[1:]).resolve()
    return file if file.suffix in _TYPES and file.is_relative_to(STATIC_FOLDER) and file.is_file() else None


def _compressed_response(file: Path, if_none_match: str | None) -> Response:
    body, etag = _compressed(file)
    headers = {
        "ETag": etag,
        "Cache-Control": "public, immutable, max-age=31536000",  # the names hold a hash of the content
        "Vary": "Accept-Encoding",
    }
    if if_none_match == etag:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers | {"Content-Encoding": "gzip"}, media_type=_TYPES[file.suffix])


@lru_cache(maxsize=300)
def _compressed(file: Path) -> tuple[bytes, str]:
    body = gzip.compress(file.read_bytes(), _LEVEL, mtime=0)
    return body, f'"{sha256(body).hexdigest()[:32]}"'


def _announcing(send: Send) -> Send:
    async def announced_send(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if headers.get("content-type", "").startswith("text/html"):
                for path in preloaded_scripts():
                    headers.append("Link", f"</{path}>; rel=modulepreload")
        await send(message)

    return announced_send
