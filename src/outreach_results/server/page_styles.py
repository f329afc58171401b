"""The dashboard's style sheet in the HTML of its page, so that it applies before the first element is drawn.

A style sheet that the script sends as an element arrives with all others, and the page moves when it does. At the end
of the body it comes after the styles that Streamlit adds to the head, as one among the elements would.
"""

from __future__ import annotations

import gzip

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ROOT, _BODY_END = b'id="root"', b"</body>"


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
                    await self._send(start, html, send)

        await self._app(scope, receive, send_with_styles)

    async def _send(self, start: Message, html: bytes, send: Send) -> None:
        headers = MutableHeaders(scope=start)
        is_compressed = headers.get("content-encoding") == "gzip"
        plain = gzip.decompress(html) if is_compressed else html
        if _ROOT in plain:
            html = plain.replace(_BODY_END, self._style + _BODY_END, 1)
            if is_compressed:
                html = gzip.compress(html)
            headers["Content-Length"] = str(len(html))
            for name in ("ETag", "Last-Modified"):  # they are those of the page without the style sheet
                del headers[name]
        await send(start)
        await send({"type": "http.response.body", "body": html})


def _is_html(start: Message) -> bool:
    is_whole = start["status"] == 200
    return is_whole and MutableHeaders(scope=start).get("content-type", "").startswith("text/html")
