"""All that leans on parts of Streamlit that its documentation does not promise.

Each part has a test of its own in ``tests/server/test_streamlit_internals.py`` that says, when an upgrade breaks it,
what broke and what people lose. Nothing else in the product touches these parts.
"""

from __future__ import annotations

import base64
import gc
import json
import re
import socket
from collections.abc import Collection, Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import streamlit
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.web.server.starlette import starlette_auth_routes, starlette_websocket
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

STATIC_FOLDER = Path(streamlit.__file__).parent / "static"
"""Where Streamlit keeps the files that it sends as they are."""

_ON_EVERY_PAGE = ("BidiComponent", "Button", "ButtonGroup", "PageLink", "Selectbox", "TextInput")
_CHARTS = "PlotlyChart"
"""The names, in the manifest, of the scripts of what every page draws (components are our charts and tables), and of
Streamlit's chart."""

TEST_IDS = frozenset(
    {
        "stApp",
        "stAppViewContainer",
        "stBaseButton-primary",
        "stButton",
        "stButtonGroup",
        "stCaptionContainer",
        "stCheckbox",
        "stCode",
        "stColumn",
        "stDateInput",
        "stElementContainer",
        "stExpander",
        "stExpanderDetails",
        "stFileUploader",
        "stFileChips",
        "stForm",
        "stHeader",
        "stLayoutWrapper",
        "stMain",
        "stMainBlockContainer",
        "stMetric",
        "stMetricLabel",
        "stMetricValue",
        "stMultiSelect",
        "stMultiSelectDropdown",
        "stPageLink-NavLink",
        "stPopoverBody",
        "stSelectbox",
        "stSelectboxVirtualDropdown",
        "stText",
        "stTextInput",
        "stToolbar",
        "stTooltipIcon",
        "stTopNavLink",
        "stVerticalBlock",
    }
)
"""The marks on Streamlit's elements that our style sheets select by."""

MENU_CLOSER = "[data-testid=stSidebarCollapseButton] button"
"""What the frame's script clicks to close the menu of pages in a narrow window."""

CSS_CLASSES: Mapping[str, str] = {
    "stButton": "a printed report shows buttons",
    "stDownloadButton": "a printed report shows download buttons",
    "stLinkButton": "a printed report shows link buttons",
    "stPopover": "a printed report shows the buttons of popovers",
    "stPagination": "a printed report shows the buttons that turn pages",
    "stGrid": "a printed report shows its tiles one below the other",
    "stMetric": "a printed tile is wider than its place",
    "stPlotlyChart": "a printed chart is cut in two at the end of a page",
    "stMarkdownBadge": "a verdict of a benchmark is cut off on a phone and on paper",
    "stMarkdownColoredText": "what is said beside a tile's value is as large as the value",
    "svg-container": "a printed chart is cut off where the paper is narrower than the window",
    "main-svg": "a printed chart is cut off where the paper is narrower than the window",
}
"""The classes of Streamlit's and Plotly's elements that our style sheets select by, and what is lost without each."""


def run_pages_through_the_entry() -> None:
    """Turn the legacy multipage mode off.

    With it, a fresh server whose first visitor asks for ``/inbox`` runs ``pages/inbox.py`` without ``app.py``.
    """
    PagesManager.uses_pages_directory = False


# --- sign-in -----------------------------------------------------------------------------------------------------

LOGIN_PATH = "/" + starlette_auth_routes._ROUTE_AUTH_LOGIN
"""Where `st.login` sends a browser."""

LOGOUT_PATH = "/" + starlette_auth_routes._ROUTE_AUTH_LOGOUT
"""Where `st.logout` sends it: a GET that takes the cookie away."""

CALLBACK_PATH = "/" + starlette_auth_routes._ROUTE_OAUTH_CALLBACK
"""Where the provider sends it back to."""

USER_COOKIE = USER_COOKIE_NAME
"""The cookie of whoever is signed in."""


def signed_in_user(cookies: Mapping[str, str]) -> dict[str, Any]:
    """What `st.user` would be for a browser with these cookies; nothing where they are not signed by this server.

    `st.user` exists in scripts only, and files are served outside of them.
    """
    signed = starlette_websocket._get_signed_cookie_with_chunks(dict(cookies), USER_COOKIE_NAME)
    if signed is None:
        return {}
    user = json.loads(signed)
    return user if isinstance(user, dict) else {}


# --- static files ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=2)
def preloaded_scripts(*, streamlit_charts: bool) -> tuple[str, ...]:
    """The paths of the scripts that every page of ours needs and the HTML does not name, below the server's root.

    The browser would ask for them one after the other, when the first element that needs them has arrived.

    Args:
        streamlit_charts: whether pages draw their charts with Streamlit's own copy of Plotly.
    """
    needed = (*_ON_EVERY_PAGE, _CHARTS) if streamlit_charts else _ON_EVERY_PAGE
    manifest = _manifest()
    begin = [name for name, chunk in manifest.items() if chunk.get("name") in needed]
    return tuple(manifest[name]["file"] for name in _with_imports(begin) if name not in _with_imports(["index.html"]))


def _with_imports(names: Collection[str]) -> dict[str, None]:
    """These chunks of the manifest and all that they import, in the order in which they are needed."""
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in found and name in _manifest():
            found[name] = None
            waiting += _manifest()[name].get("imports", [])
    return found


def inline_script_hashes() -> list[str]:
    """What a content security policy calls the scripts that stand in the HTML of Streamlit's page."""
    html = (STATIC_FOLDER / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", html, re.S)
    return [f"'sha256-{base64.b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts]


def first_files() -> list[str]:
    """The paths of the entry script, of what it imports and of its styles."""
    manifest = _manifest()
    entry = manifest.get("index.html", {})
    imported = [manifest[name]["file"] for name in entry.get("imports", []) if name in manifest]
    return [path for path in (entry.get("file"), *imported, *entry.get("css", [])) if path]


@lru_cache(maxsize=1)
def _manifest() -> dict[str, dict[str, Any]]:
    try:
        manifest: dict[str, dict[str, Any]] = json.loads((STATIC_FOLDER / "manifest.json").read_bytes())
    except (OSError, ValueError):
        return {}  # nothing is announced then, and everything else works
    return manifest


# --- the listening socket ----------------------------------------------------------------------------------------


def send_without_delay() -> None:
    """Let answers leave at once, on every connection that is accepted from now on.

    A server writes the head and the body of an answer separately. Unless a connection has TCP_NODELAY, the body waits
    until the client has acknowledged the head, which clients put off for 40 ms. asyncio sets it only where a socket
    names its protocol, and the one that ``streamlit run`` opens does not. Connections inherit it from the listening
    socket, which has to be searched for among all objects because Streamlit hands it to nobody. Call this before
    ``gc.freeze()``, which takes objects out of sight.
    """
    for candidate in gc.get_objects():
        if type(candidate) is socket.socket and _listens_for_tcp(candidate):
            candidate.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _listens_for_tcp(candidate: socket.socket) -> bool:
    try:
        is_tcp = candidate.family in (socket.AF_INET, socket.AF_INET6) and candidate.type == socket.SOCK_STREAM
        return is_tcp and candidate.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1
    except OSError:  # closed meanwhile
        return False


# --- the URL -----------------------------------------------------------------------------------------------------


def write_query_params(texts: Mapping[str, str], discarded: Collection[str]) -> None:
    """Write these parameters to the URL in one message to the browser, leaving empty ones out.

    Streamlit sends one message for each bound widget with another value, and each is a step for the Back button. What
    its widgets would write is written before they are drawn; then they find nothing to send.

    Args:
        discarded: parameters that leave the URL in any case.
    """
    context = get_script_run_ctx()
    if context is None:
        return
    with context.session_state.query_params() as params:
        before = str(params)
        for name in discarded:
            params.discard_param_no_forward_msg(name)
        for name, text in texts.items():
            params.discard_param_no_forward_msg(name)
            if text:
                params.set_with_no_forward_msg(name, text)
        params.set_initial_query_params_from_current()
        if str(params) != before:
            params._send_query_param_msg()
