"""Opening a read-only link: its address is exchanged for a cookie, so that it stands in no later request.

Everything here answers people whom nobody knows: wrong addresses and passwords are counted for each client and each
link, and what does not exist, has expired or was revoked is answered alike.
"""

from __future__ import annotations

import logging
from html import escape
from urllib.parse import parse_qs

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from outreach_results.api.access import FailedKeyCounter, client_address
from outreach_results.errors import OutreachError
from outreach_results.store import links
from outreach_results.store.links import LONGEST_PASSWORD, Link
from outreach_results.ui.cache import store
from outreach_results.ui.sign_in import LINK_COOKIE

PATH = "/share"
LEAVE = f"{PATH}/leave"
WRONG_ALLOWED = 10
"""Wrong addresses and passwords a minute from one client, and wrong passwords a minute of one link."""

MOST_BYTES = 4 * 1024
"""Of a body: it has a password and nothing else."""

UNKNOWN = "There is nothing at this address. The link may have expired or been revoked: ask who sent it for another."
TOO_MANY = "Too many wrong tries. Wait a minute, then try again."

HEADERS = {
    "Cache-Control": "no-store",
    # The address is the secret. Not no-referrer: with it, browsers send the password's form with the origin null.
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}

_wrong = FailedKeyCounter(WRONG_ALLOWED)
_log = logging.getLogger(__name__)


def routes() -> list[Route]:
    """The routes of links."""
    return [Route(LEAVE, _leave, methods=["GET"]), Route(PATH + "/{token:str}", _open, methods=["GET", "POST"])]


def home_of(link: Link) -> str:
    """The path of the first page that a link shows."""
    return "/" if link.pages[0] == "overview" else f"/{link.pages[0]}"


async def _open(request: Request) -> Response:
    """Let a browser in by the address of a link and, where it has one, its password."""
    try:
        return await _answer(request)
    except OutreachError as error:  # what is wrong with the database
        _log.error("A link could not be opened: %s", error)
        return _page("The results cannot be shown right now. Try again in a moment.", 503)


async def _answer(request: Request) -> Response:
    link = await run_sync(links.link_of, store(), request.path_params["token"])
    if link is None:
        return _refused(request, UNKNOWN, 404)
    if link.has_password:
        if request.method == "GET":
            return _page(_form(), 200)
        password = await _password_in(request)
        if _is_full(link) or not await run_sync(links.has_right_password, store(), link, password):
            _wrong.add(_of_link(link))
            return _refused(request, _form("That isn't the password."), 403)
    carried, until = await run_sync(links.pass_for, store(), link)
    await run_sync(links.note_use, store(), link)
    answer = RedirectResponse(home_of(link), 303, HEADERS)
    # Secure is added where people come by TLS, see `server.sign_in`.
    answer.set_cookie(LINK_COOKIE, carried, expires=until, path="/", httponly=True, samesite="lax")
    return answer


async def _leave(_request: Request) -> Response:
    """Take the cookie away."""
    answer = _page("You have closed the shared view. You can open its link again.", 200)
    answer.delete_cookie(LINK_COOKIE, path="/", httponly=True, samesite="lax")
    return answer


async def _password_in(request: Request) -> str:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return ""
    return parse_qs(body.decode(errors="replace")).get("password", [""])[0]


def _refused(request: Request, said: str, status: int) -> Response:
    """The refusal, or, after too many of them from this client, that it has to wait."""
    wait = _wrong.add(client_address(request.scope))
    if wait is None:
        return _page(said, status)
    return _page(TOO_MANY, 429, {"Retry-After": str(max(1, round(wait)))})


def _of_link(link: Link) -> str:
    return f"link {link.link_id}"


def _is_full(link: Link) -> bool:
    return _wrong.is_full(_of_link(link))


def _form(wrong: str = "") -> str:
    said = f'<p role="alert">{escape(wrong)}</p>' if wrong else ""
    return (
        f'{said}<form method="post"><label for="password">Password of this view</label>'
        f'<input id="password" name="password" type="password" maxlength="{LONGEST_PASSWORD}" required autofocus '
        'autocomplete="off"><button>Open</button></form>'
    )


def _page(said: str, status: int, headers: dict[str, str] | None = None) -> HTMLResponse:
    content = said if said.startswith("<") else f"<p>{escape(said)}</p>"
    return HTMLResponse(_HTML.replace("CONTENT", content), status, HEADERS | (headers or {}))


_HTML = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>Outreach Results</title><style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 26rem; margin: 18vh auto 0; padding: 0 1rem; text-align: center;
  background: light-dark(#fff, #11161d); color: light-dark(#0e161e, #e6ebf1) }
form { display: flex; flex-direction: column; gap: .75rem; text-align: start }
input, button { font: inherit; padding: .6rem .75rem; border-radius: .5rem;
  border: 1px solid light-dark(#8a97a6, #6b7786) }
button { background: #1a75ba; border-color: #1a75ba; color: #fff; cursor: pointer }
</style></head><body><h1>Outreach Results</h1>CONTENT</body></html>"""
