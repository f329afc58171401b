"""Refuse what another site's page sends to the dashboard from a visitor's browser."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_POLICY_VIOLATION = 1008


class OriginCheck:
    """ASGI middleware: the ``Origin`` of a WebSocket, an upload or any other change must be the server's own.

    Host and port are compared. A page on another port of the same machine is another site: Streamlit lets it in,
    because it compares names alone and accepts every name of the machine itself. Requests without ``Origin`` come from
    programs and not from pages in a browser, and pass.

    Args:
        changing: paths at which a mere GET changes something, such as who is signed in: another site could send a
            visitor there with a picture or a link.
    """

    def __init__(self, app: ASGIApp, *, changing: Collection[str] = ()) -> None:
        self._app = app
        self._changing = frozenset(changing)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it: with 403, or by closing the WebSocket before it is accepted."""
        is_websocket = scope["type"] == "websocket"
        is_change = scope["type"] == "http" and scope["method"] not in _SAFE_METHODS
        if scope["type"] == "http" and scope["path"] in self._changing and comes_from_elsewhere(Headers(scope=scope)):
            refusal = PlainTextResponse(
                "Another site sent you here. Nothing was changed; open the dashboard, and choose it there.", 403
            )
            await refusal(scope, receive, send)
        elif not (is_websocket or is_change) or is_same_origin(Headers(scope=scope)):
            await self._app(scope, receive, send)
        elif is_websocket:
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        else:
            refusal = PlainTextResponse("Requests from another site are not allowed.", status_code=403)
            await refusal(scope, receive, send)


def is_same_origin(headers: Headers) -> bool:
    """Whether a request comes from a page of the server that it is sent to, or from no page at all."""
    origin = headers.get("origin")
    if origin is None:
        return True
    try:
        parts = urlsplit(origin)
        sender = (parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme))
        # Only the port is taken from Host where it names one: behind a proxy with TLS the scheme is not known here.
        own = urlsplit(f"{parts.scheme}://{headers.get('host', '')}")
        server = (own.hostname, own.port or _DEFAULT_PORTS.get(own.scheme))
    except ValueError:  # a port that is not a number
        return False
    return sender[0] is not None and sender == server


def comes_from_elsewhere(headers: Headers) -> bool:
    """Whether a browser says that a page of another site led to a request: a GET has no ``Origin``.

    An address that is typed or bookmarked comes from no site. Browsers that say neither are let in: there is no telling
    them from one that a person has told to keep silent.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    # Browsers send Sec-Fetch-Site to encrypted addresses and to this machine only.
    try:
        before = urlsplit(headers.get("referer", "")).netloc
    except ValueError:
        return True
    return before not in ("", headers.get("host"))
