"""Scripts and styles, sent compressed; and those that every page needs announced with it.

Streamlit sends its static files as they are and the browser asks for most of them only when the first element that
needs them arrives. Compressed once and announced in the head of the page, a first visit over a slow line takes half the
time. What the product has of its own, such as the library of the charts, is served from here too.
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from anyio.to_thread import run_sync
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from outreach_results.server import chart_library, fonts
from outreach_results.server.streamlit_internals import STATIC_FOLDER, first_files, preloaded_scripts

_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_COMPRESSED_ALREADY = {".woff2"}
_LEVEL = 9


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that is sent from here.

    Attributes:
        kind: the ending of its name.
        content: of the file, or where it is.
        is_own: whether nobody else would serve it.
    """

    kind: str
    content: bytes | Path
    is_own: bool = True

    def read(self) -> bytes:
        """The content."""
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()


class CompressedAssets:
    """ASGI middleware: sends the compressible static files, and announces scripts in the head of pages.

    Args:
        streamlit_charts: whether pages draw their charts with Streamlit's own copy of Plotly.
        modules: scripts that every page imports, by the path below the server's root that they are served under.
    """

    def __init__(
        self, app: ASGIApp, *, streamlit_charts: Callable[[], bool], modules: Mapping[str, str] | None = None
    ) -> None:
        self._app = app
        self._streamlit_charts = streamlit_charts
        self._modules = tuple(modules or ())
        self._own = {
            chart_library.PATH: Asset(".js", chart_library.FILE),
            **{path: Asset(".js", script.encode()) for path, script in (modules or {}).items()},
            **{path: Asset(".woff2", file) for path, file in fonts.replaced().items()},
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        asset = self._own.get(scope["path"]) or _streamlits(scope["path"])
        headers = Headers(scope=scope)
        is_plain = "range" in headers or "gzip" not in headers.get("accept-encoding", "")
        if asset is None or (is_plain and not asset.is_own):
            # The API's own page needs none of the dashboard's scripts, and its policy would refuse them.
            await self._app(scope, receive, send if scope["path"].startswith("/api/") else self._announcing(send))
        else:
            response = await run_sync(_response, asset, headers.get("if-none-match"), is_plain)
            await response(scope, receive, send)

    def _announcing(self, send: Send) -> Send:
        async def announced_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    for link in _announced(self._modules, streamlit_charts=self._streamlit_charts()):
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
def _announced(modules: tuple[str, ...], *, streamlit_charts: bool) -> list[str]:
    # After the scripts that the HTML names; and the charts' library, a third of all bytes, after what numbers need.
    of_streamlit = [f"/{path}" for path in preloaded_scripts(streamlit_charts=streamlit_charts)]
    links = [f"<{path}>; rel=modulepreload; fetchpriority=low" for path in (*modules, *of_streamlit)]
    return links if streamlit_charts else [*links, f"<{chart_library.PATH}>; rel=preload; as=script; fetchpriority=low"]


def _streamlits(path: str) -> Asset | None:
    """The file of Streamlit's that a path names, if it is one of those compressed here."""
    if not path.startswith("/static/"):
        return None
    file = (STATIC_FOLDER / path[1:]).resolve()
    is_sent = file.suffix in _TYPES.keys() - _COMPRESSED_ALREADY and file.is_relative_to(STATIC_FOLDER)
    return Asset(file.suffix, file, is_own=False) if is_sent and file.is_file() else None


def _response(asset: Asset, if_none_match: str | None, is_plain: bool) -> Response:
    media_type = _TYPES[asset.kind]
    if is_plain or asset.kind in _COMPRESSED_ALREADY:
        return Response(asset.read(), headers=_CACHED, media_type=media_type)
    body, etag = _compressed(asset.content)
    headers = _CACHED | {"ETag": etag}
    if if_none_match == etag:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers | {"Content-Encoding": "gzip"}, media_type=media_type)


_CACHED = {
    "Cache-Control": "public, immutable, max-age=31536000",  # the names hold a hash of the content
    "Vary": "Accept-Encoding",
}


@lru_cache(maxsize=300)
def _compressed(content: bytes | Path) -> tuple[bytes, str]:
    plain = content if isinstance(content, bytes) else content.read_bytes()
    body = gzip.compress(plain, _LEVEL, mtime=0)
    return body, f'"{sha256(body).hexdigest()[:32]}"'
