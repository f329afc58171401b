"""The dashboard's style sheet in the HTML of its page, so that it applies before the first element is drawn.

A style sheet that the script sends as an element arrives with all others, and the page moves when it does. At the end
of the body it comes after the styles that Streamlit adds to the head, as one among the elements would. What the HTML
asks the browser to load ahead for Streamlit's own font is taken out: the theme has the fonts of the system.
"""

from __future__ import annotations

import gzip
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ROOT, _BODY_END = b'id="root"', b"</body>"
_FONT = re.compile(rb"<link\s[^>]*\bas=\"font\"[^>]*>")


class PageStyles:
    """ASGI middleware: adds a style sheet to the HTML of the dashboard, and leaves any other HTML as it is.

    Args:
        css: the style sheet.
    """

    def __init__(self, app: ASGIApp, *, css: str) -> None:
        self._app = app
        self._style = b"<style>" + css.encode() + b"</style>"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the style sheet."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        takes_gzip = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        start: Message | None = None
        html = b""

        async def send_with_styles(message: Message) -> None:
            nonlocal start, html
            if message["type"] == "http.response.start" and _is_html(message):
                start = message  # its length is known only with the whole body
            elif start is None or message["type"] != "http.response.body":
                await send(message)
            else:
                html += message.get("body", b"")
                if not message.get("more_body", False):
                    await self._send(start, html, send, takes_gzip=takes_gzip)

        await self._app(scope, receive, send_with_styles)

    async def _send(self, start: Message, html: bytes, send: Send, *, takes_gzip: bool) -> None:
        headers = MutableHeaders(scope=start)
        plain = gzip.decompress(html) if headers.get("content-encoding") == "gzip" else html
        if _ROOT in plain:
            html = _FONT.sub(b"", plain).replace(_BODY_END, self._style + _BODY_END, 1)
            if takes_gzip:
                html = gzip.compress(html)
                headers["Content-Encoding"] = "gzip"
            headers.add_vary_header("Accept-Encoding")
            headers["Content-Length"] = str(len(html))
            for name in ("ETag", "Last-Modified"):  # they are those of the page without the style sheet
                del headers[name]
        await send(start)
        await send({"type": "http.response.body", "body": html})


def _is_html(start: Message) -> bool:
    is_whole = start["status"] == 200
    return is_whole and MutableHeaders(scope=start).get("content-type", "").startswith("text/html")
