"""The gate before every page, and the menu of whoever came through it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import streamlit as st

from outreach_results.config import settings
from outreach_results.errors import LinkEndedError, NotAllowedError, NotSignedInError, OutreachError
from outreach_results.models.team import Role
from outreach_results.server.sign_in import FAILED, FAILED_COOKIE
from outreach_results.server.streamlit_internals import signed_in_user
from outreach_results.store import links, team
from outreach_results.store.links import Link
from outreach_results.ui import cache, sign_in, text
from outreach_results.ui.sharing import LEAVE
from outreach_results.ui.sign_in import Person

_NOTED = "sign-in-noted"

GUARDED = {
    "/_stcore/upload_file/": Role.EDITOR,
    "/_stcore/metrics": Role.ADMIN,
    "/download/": Role.VIEWER,
    "/media/": Role.VIEWER,
}
"""What is served beside the pages, and the role that it needs."""


def pass_gate() -> None:
    """Let a person with a role in; draw how to sign in for everybody else, and stop."""
    try:
        person = cache.person()
    except LinkEndedError as error:
        _link_ended(str(error))
        st.stop()
    except NotSignedInError as error:
        _ask_to_sign_in(str(error))
        st.stop()
    except NotAllowedError as error:
        _turn_away(str(error))
        st.stop()
    if person.link is not None:
        links.note_use(cache.store(), person.link)
    elif settings().sign_in is not None:
        _note(person)


def account_menu() -> None:
    """Draw who is signed in, with the button that signs out."""
    person = cache.person()
    if person.link is not None:
        _link_menu(person.link)
        return
    if settings().sign_in is None:
        return
    with st.popover(":material/account_circle:", key="account", help="Your account"):
        st.text(person.address)
        st.caption(f"Role: {person.role}")
        if person.limit is not None and person.role.allows(Role.EDITOR):
            st.caption("You see some of the campaigns. To import files, ask an admin.")
        st.button("Sign out", key="sign-out", on_click=_sign_out, args=(person,), width="stretch")


def _note(person: Person) -> None:
    """Keep the sign-in once for each session, so that it can be ended."""
    if st.session_state.get(_NOTED) != person.sign_in_id:
        team.note_sign_in(cache.store(), person.sign_in_id, person.address, person.ends_at or datetime.now(UTC))
        st.session_state[_NOTED] = person.sign_in_id


def _ask_to_sign_in(reason: str) -> None:
    with st.container(key="sign-in", horizontal_alignment="center"):
        st.title("Outreach Results", anchor=False, width="content")
        if st.context.cookies.get(FAILED_COOKIE) == FAILED:
            st.warning(
                "The sign-in did not succeed. Try again; if it fails once more, the server's log says why.", width=480
            )
        st.text(reason, width="content")
        st.button("Sign in", key="sign-in-now", type="primary", on_click=st.login)


def _link_ended(reason: str) -> None:
    with st.container(key="sign-in", horizontal_alignment="center"):
        st.title("Outreach Results", anchor=False, width="content")
        st.warning(text.escape(reason), width=480)
        st.link_button("Close this view", LEAVE)


def _link_menu(link: Link) -> None:
    with st.popover(":material/account_circle:", key="account", help="About this view"):
        st.text(link.name)
        st.caption(f"Read-only, until {text.day(link.expires_at.astimezone(cache.zone()))}.")
        st.link_button("Close this view", LEAVE, width="stretch")


def _turn_away(reason: str) -> None:
    with st.container(key="sign-in", horizontal_alignment="center"):
        st.title("Outreach Results", anchor=False, width="content")
        st.warning(text.escape(reason), width=480)
        st.button("Use another account", key="sign-in-other", on_click=st.logout)


def _sign_out(person: Person) -> None:
    # The cookie alone would let in whoever has a copy of it, and tabs that are open elsewhere.
    team.end_sign_in(cache.store(), person.sign_in_id, person.address)
    st.logout()


def refusal(path: str, cookies: Mapping[str, str]) -> str | None:
    """Why a browser with these cookies may not have what is served at a path beside the pages; None if it may."""
    needed = next(role for beginning, role in GUARDED.items() if path.startswith(beginning))
    try:
        sign_in.visitor_of(cache.store(), signed_in_user(cookies), cookies).may(needed)
    except OutreachError as error:
        return str(error)
    return None
