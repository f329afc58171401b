"""What a sign-in needs around Streamlit: careful cookies, the way back to the page that was asked for, and files and
uploads for those only who are signed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, quote, unquote, urlsplit

from anyio.to_thread import run_sync
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from outreach_results.server.streamlit_internals import CALLBACK_PATH, LOGIN_PATH, USER_COOKIE

RETURN_COOKIE = "outreach_return"
FAILED_COOKIE, FAILED = "outreach_sign_in_failed", "1"
_RETURN_S, _FAILED_S = 15 * 60, 30
_LONGEST = 3000
"""Characters of an address to come back to: browsers keep a cookie of 4096."""


class SignInCookies:
    """ASGI middleware: marks cookies as secure, and brings whoever signed in back to where they were.

    Streamlit always leads to the front page. Where a browser asks to sign in, ``Referer`` has the page that it comes
    from, its filters included; a cookie keeps it until the provider has sent the browser back.

    Args:
        is_encrypted: browsers reach the dashboard by TLS, so that cookies must not travel without.
    """

    def __init__(self, app: ASGIApp, *, is_encrypted: bool) -> None:
        self._app = app
        self._secure = "; Secure" if is_encrypted else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with other cookies and another address to go to."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_changed(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._change(scope, MutableHeaders(scope=message))
            await send(message)

        await self._app(scope, receive, send_changed)

    def _change(self, scope: Scope, answer: MutableHeaders) -> None:
        if scope["path"] == LOGIN_PATH:
            self._set(answer, RETURN_COOKIE, quote(_page_before(Headers(scope=scope)), safe=""), _RETURN_S)
        elif scope["path"] == CALLBACK_PATH and "location" in answer:
            if _signs_in(answer):
                answer["location"] = _return_path(Headers(scope=scope))
            elif parse_qs(scope["query_string"].decode("latin-1")).keys() & {"code", "error"}:  # none after a sign-out
                self._set(answer, FAILED_COOKIE, FAILED, _FAILED_S)
            self._set(answer, RETURN_COOKIE, "", 0)
        if self._secure:
            cookies = _new_cookies(answer)
            del answer["set-cookie"]
            for cookie in cookies:
                answer.append("set-cookie", cookie if "; secure" in cookie.lower() else cookie + self._secure)

    def _set(self, answer: MutableHeaders, name: str, value: str, seconds: int) -> None:
        answer.append("set-cookie", f"{name}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=lax")


class SignInRequired:
    """ASGI middleware: lets nobody to some paths who may not go there.

    Pages ask by themselves who is there. This is for what Streamlit serves beside them: uploads, files and figures
    about the server.

    Args:
        refusal: given the path and the cookies, why it is refused; None lets it pass. Runs in a thread.
        paths: the beginnings of paths that are asked about.
    """

    def __init__(
        self, app: ASGIApp, *, refusal: Callable[[str, Mapping[str, str]], str | None], paths: tuple[str, ...]
    ) -> None:
        self._app, self._refusal, self._paths = app, refusal, paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it with 403."""
        if scope["type"] == "http" and scope["path"].startswith(self._paths):
            cookies = cookie_parser(Headers(scope=scope).get("cookie", ""))
            refused = await run_sync(self._refusal, scope["path"], cookies)
            if refused is not None:
                await PlainTextResponse(refused, 403)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _signs_in(answer: MutableHeaders) -> bool:
    """Whether an answer has the cookie of somebody, and not the blank one that takes it away."""
    values = [cookie.partition(";")[0].partition("=") for cookie in _new_cookies(answer)]
    return any(name == USER_COOKIE and value.strip('"') for name, _, value in values)


def _new_cookies(answer: MutableHeaders) -> list[str]:
    return answer.getlist("set-cookie")


def _page_before(headers: Headers) -> str:
    """The path and the parameters of the page that a request comes from, if it is one of this server."""
    try:
        before = urlsplit(headers.get("referer", ""))
    except ValueError:
        return "/"
    if before.netloc != headers.get("host"):
        return "/"
    return _safe(f"{before.path or '/'}?{before.query}" if before.query else before.path or "/")


def _return_path(headers: Headers) -> str:
    return _safe(unquote(cookie_parser(headers.get("cookie", "")).get(RETURN_COOKIE, "/")))


def _safe(path: str) -> str:
    """The path if it leads to a page of this server; "/" if a browser could take it for another server's address."""
    is_own = path.startswith("/") and not path.startswith(("//", "/\\", "/auth/", CALLBACK_PATH))
    return path if is_own and path.isprintable() and path.isascii() and len(path) <= _LONGEST else "/"
