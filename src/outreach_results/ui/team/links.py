"""The read-only links: what each shows and until when, making and revoking one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st

from outreach_results.config import settings
from outreach_results.errors import OutreachError
from outreach_results.models.team import Role
from outreach_results.store import links
from outreach_results.store.brand import COLOR, LONGEST_NAME, Brand
from outreach_results.store.links import (
    LONGEST,
    LONGEST_PASSWORD,
    PAGES,
    SHORTEST_PASSWORD,
    WITH_RECIPIENTS,
    Link,
)
from outreach_results.store.logos import LARGEST_LOGO
from outreach_results.ui import filters, tables, text
from outreach_results.ui.author import author_name
from outreach_results.ui.cache import ask, store_for, zone
from outreach_results.ui.sharing import PATH
from outreach_results.ui.team import shown_once
from outreach_results.ui.team.people import clients

_CLICKED, _SAID, _ENDED = "team-link-clicked", "team-link-said", "team-links-ended"
_COLUMNS = (
    tables.Column("name", "Name", is_wide=True),
    tables.Column("shows", "Shows", is_wide=True),
    tables.Column("until", "Until", descending=True),
    tables.Column("last", "Last used", descending=True),
    tables.Column("revoke", ""),
)


def tab() -> None:
    """Draw the links, and what makes one."""
    st.caption(
        "A link shows the numbers of a client or of some campaigns to people without a sign-in. It changes nothing."
    )
    if settings().sign_in is None:
        st.caption("Without sign-in, only this machine can open links: docs/deploy.md says how to set it up.")
    if said := st.session_state.pop(_SAID, None):
        st.success(text.escape(said))
    shown_once.show("link", "The link {}. Copy its address now: it is not shown again. Anyone who has it can open it.")
    every, now = links.list_links(store_for(Role.ADMIN)), datetime.now(UTC)
    usable = [link for link in every if link.is_open(now)]
    shown = every if st.session_state.get(_ENDED) else usable
    if shown:
        rows = [_row(link, now) for link in reversed(shown)]
        tables.show(_COLUMNS, rows, key="team-links", alt="Read-only links, newest first", on_click=_clicked)
    else:
        st.text("No link can be used now." if every else "There are no links yet.")
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Create a link", key="team-create-link"):
            _create()
        if len(every) > len(usable):
            st.toggle(f"Show {len(every) - len(usable)} ended", key=_ENDED)
    clicked = st.session_state.pop(_CLICKED, None)  # the dialog opens once
    found = next((link for link in usable if link.link_id == clicked), None)
    if found is not None:
        _revoke(found)


def _row(link: Link, now: datetime) -> tables.Row:
    own = zone()
    if link.revoked_at is not None:
        end = tables.Cell(f"Revoked {text.day(link.revoked_at.astimezone(own))}", is_quiet=True)
    else:
        end = tables.Cell("Revoke", value=link.link_id) if link.is_open(now) else tables.Cell("Expired", is_quiet=True)
    return {
        "name": tables.Cell(link.name, link.name.casefold(), note="password" if link.has_password else ""),
        "shows": tables.Cell(_shows(link)),
        "until": tables.day(link.expires_at.astimezone(own)),
        "last": tables.Cell("Never", is_quiet=True)
        if link.last_used_at is None
        else tables.moment(link.last_used_at.astimezone(own)),
        "revoke": end,
    }


def _shows(link: Link) -> str:
    """What a link shows, in words: Acme: overview, trends; without recipients."""
    if link.client_id is not None:
        of = ask(clients).get(link.client_id, link.client_id)
    else:
        of = text.counted(len(link.campaigns), "campaign")
    people = "with recipients" if link.has_recipients else "without recipients"
    return f"{of}: {', '.join(link.pages)}; {people}"


def _clicked(click: tables.Click) -> None:
    st.session_state[_CLICKED] = click.value


def address_of(token: str) -> str:
    """Where the link is opened."""
    base = settings().public_url or "/".join(str(st.context.url or "http://127.0.0.1:8501").split("/")[:3])
    return f"{base.rstrip('/')}{PATH}/{token}"


@st.dialog("Create a link", width="large")
def _create() -> None:
    with st.form("team-link-form", border=False):
        entered = _fields()
        if not st.form_submit_button("Create link", type="primary"):
            return
    try:
        name = entered["name"].strip()
        token = links.create_link(store_for(Role.ADMIN), by=author_name(), **_as_arguments(entered))
    except OutreachError as error:
        st.error(text.escape(str(error)), icon="⚠️")
        return
    shown_once.keep("link", name, address_of(token))
    st.rerun()


def _fields() -> dict[str, Any]:
    labels, names = ask(filters.campaign_labels), ask(clients)
    left, right = st.columns(2)
    entered: dict[str, Any] = {
        "name": left.text_input("Name", placeholder="Acme, monthly", help="For you and for the title of the view."),
        "days": right.number_input("Days until it expires", 1, LONGEST.days, 30),
        "client": left.selectbox(
            "All campaigns of", [None, *names], format_func=lambda one: "–" if one is None else names[one]
        ),
        "campaigns": right.multiselect(
            "Or these campaigns", list(labels), format_func=lambda one: labels.get(one, one)
        ),
        "pages": left.multiselect("Pages", list(PAGES), ["overview", "trends"], format_func=str.capitalize),
        "password": right.text_input(
            "Password (optional)",
            type="password",
            max_chars=LONGEST_PASSWORD,
            help=f"At least {SHORTEST_PASSWORD} characters. Send it by another way than the link.",
            autocomplete="new-password",
        ),
    }
    entered["has_recipients"] = st.checkbox(
        "Show recipients' data",
        help="Names and addresses of the people who got emails, and what they replied. "
        f"The {', '.join(sorted(WITH_RECIPIENTS))} needs it.",
    )
    left, right = st.columns([3, 1])
    entered["brand"] = left.text_input(
        "Name on the pages (optional)", max_chars=LONGEST_NAME, placeholder="Your agency"
    )
    entered["color"] = right.color_picker("Color", COLOR)
    entered["logo"] = st.file_uploader(
        f"Logo (optional): a PNG or JPEG of at most {LARGEST_LOGO // 1024} KB",
        type=["png", "jpg", "jpeg"],
        max_upload_size=1,
    )
    return entered


def _as_arguments(entered: dict[str, Any]) -> dict[str, Any]:
    """What was entered as the arguments of `links.create_link`.

    Raises:
        OutreachError: the brand cannot be used.
    """
    logo = entered["logo"]
    # No more of it than shows that it is too large: it is never held as a whole.
    content = None if logo is None else logo.read(LARGEST_LOGO + 1)
    return {
        "name": entered["name"],
        "client_id": entered["client"],
        "campaigns": entered["campaigns"],
        "pages": entered["pages"],
        "lasts": timedelta(days=int(entered["days"])),
        "has_recipients": entered["has_recipients"],
        "password": entered["password"],
        "brand": Brand(entered["brand"].strip(), entered["color"], content),
    }


@st.dialog("Revoke this link?")
def _revoke(link: Link) -> None:
    st.write(text.escape(f"{link.name} shows nothing from now on, also where it is open. There is no undo."))
    if st.button("Revoke link", type="primary", key="team-revoke-link"):
        try:
            links.revoke_link(store_for(Role.ADMIN), link.link_id, by=author_name())
        except OutreachError as error:
            st.error(text.escape(str(error)), icon="⚠️")
            return
        st.session_state[_SAID] = f"The link {link.name} is revoked."
        st.rerun()
