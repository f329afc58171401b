"""Scripts and styles, sent compressed; and those that every page needs announced with it.

Streamlit sends its static files as they are and the browser asks for most of them only when the first element that
needs them arrives. Compressed once and announced in the head of the page, a first visit over a slow line takes half the
time. The library of the charts is served from here too.
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from anyio.to_thread import run_sync
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from outreach_results.server import chart_library
from outreach_results.server.streamlit_internals import STATIC_FOLDER, first_files, preloaded_scripts

_TYPES = {".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml"}
_LEVEL = 9


class CompressedAssets:
    """ASGI middleware: sends the compressible static files, and announces scripts in the head of pages.

    Args:
        streamlit_charts: whether pages draw their charts with Streamlit's own copy of Plotly.
    """

    def __init__(self, app: ASGIApp, *, streamlit_charts: Callable[[], bool]) -> None:
        self._app = app
        self._streamlit_charts = streamlit_charts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        asset = _asset_of(scope["path"])
        headers = Headers(scope=scope)
        is_plain = "range" in headers or "gzip" not in headers.get("accept-encoding", "")
        if asset is None or (is_plain and asset != chart_library.FILE):
            await self._app(scope, receive, self._announcing(send))
        else:
            response = await run_sync(_response, asset, headers.get("if-none-match"), is_plain)
            await response(scope, receive, send)

    def _announcing(self, send: Send) -> Send:
        async def announced_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    for link in _announced(streamlit_charts=self._streamlit_charts()):
                        headers.append("Link", link)
            await send(message)

        return announced_send


def warm(*, streamlit_charts: bool) -> None:
    """Compress what every visitor needs, in the background, before the first one comes."""
    threading.Thread(target=_warm, args=(streamlit_charts,), name="assets", daemon=True).start()


def _warm(streamlit_charts: bool) -> None:
    if not streamlit_charts:
        _compressed(chart_library.FILE)
    for path in (*preloaded_scripts(streamlit_charts=streamlit_charts), *first_files()):
        _compressed(STATIC_FOLDER / path)


@lru_cache(maxsize=2)
def _announced(*, streamlit_charts: bool) -> list[str]:
    scripts = [f"</{path}>; rel=modulepreload" for path in preloaded_scripts(streamlit_charts=streamlit_charts)]
    return scripts if streamlit_charts else [f"<{chart_library.PATH}>; rel=preload; as=script", *scripts]


def _asset_of(path: str) -> Path | None:
    """The file that a path names, if it is one of those compressed here."""
    if path == chart_library.PATH:
        return chart_library.FILE
    if not path.startswith("/static/"):
        return None
    file = (STATIC_FOLDER / path[1:]).resolve()
    return file if file.suffix in _TYPES and file.is_relative_to(STATIC_FOLDER) and file.is_file() else None


def _response(file: Path, if_none_match: str | None, is_plain: bool) -> Response:
    if is_plain:
        return Response(file.read_bytes(), headers=_CACHED, media_type=_TYPES[file.suffix])
    body, etag = _compressed(file)
    headers = _CACHED | {"ETag": etag}
    if if_none_match == etag:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers | {"Content-Encoding": "gzip"}, media_type=_TYPES[file.suffix])


_CACHED = {
    "Cache-Control": "public, immutable, max-age=31536000",  # the names hold a hash of the content
    "Vary": "Accept-Encoding",
}


@lru_cache(maxsize=300)
def _compressed(file: Path) -> tuple[bytes, str]:
    body = gzip.compress(file.read_bytes(), _LEVEL, mtime=0)
    return body, f'"{sha256(body).hexdigest()[:32]}"'
