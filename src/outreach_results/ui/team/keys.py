"""The keys of programs: what each may do, making and revoking one."""

from __future__ import annotations

import streamlit as st

from outreach_results.errors import OutreachError
from outreach_results.models.team import Role
from outreach_results.store import api_keys
from outreach_results.store.api_keys import ApiKey, KeyScope
from outreach_results.ui import tables, text
from outreach_results.ui.author import author_name
from outreach_results.ui.cache import ask, store_for, zone
from outreach_results.ui.team import shown_once
from outreach_results.ui.team.people import clients

_CLICKED, _SAID, _REVOKED = "team-key-clicked", "team-key-said", "team-keys-revoked"
_COLUMNS = (
    tables.Column("name", "Name", is_wide=True),
    tables.Column("scope", "May"),
    tables.Column("client", "Campaigns of"),
    tables.Column("created_at", "Created", descending=True),
    tables.Column("last_used_at", "Last used", descending=True),
    tables.Column("revoke", ""),
)
_MAY = {KeyScope.READ: "read results", KeyScope.INGEST: "deliver events", KeyScope.ADMIN: "read and deliver"}


def tab() -> None:
    """Draw the keys, and what makes one."""
    st.caption("Programs and assistants use the API with a key. docs/contract.md and /api/v1/docs describe it.")
    if said := st.session_state.pop(_SAID, None):
        st.success(text.escape(said))
    shown_once.show("key", "The key {}. Copy it now and keep it safe: it is not shown again.")
    keys = api_keys.list_keys(store_for(Role.ADMIN))
    valid = [key for key in keys if key.revoked_at is None]
    shown = keys if st.session_state.get(_REVOKED) else valid
    if shown:
        rows = [_row(key) for key in reversed(shown)]
        tables.show(_COLUMNS, rows, key="team-keys", alt="API keys, newest first", on_click=_clicked)
    else:
        st.text("No key is valid now." if keys else "There are no keys yet.")
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Create a key", key="team-create-key"):
            _create()
        if len(keys) > len(valid):
            st.toggle(f"Show {len(keys) - len(valid)} revoked", key=_REVOKED)
    clicked = st.session_state.pop(_CLICKED, None)  # the dialog opens once
    found = next((key for key in valid if key.key_id == clicked), None)
    if found is not None:
        _revoke(found)


def _row(key: ApiKey) -> tables.Row:
    own = zone()
    if key.revoked_at is None:
        revoke = tables.Cell("Revoke", value=key.key_id)
    else:
        revoke = tables.Cell(f"Revoked {text.day(key.revoked_at.astimezone(own))}", is_quiet=True)
    return {
        "name": tables.Cell(key.name, key.name.casefold()),
        "scope": tables.Cell(_MAY[key.scope]),
        "client": tables.Cell("All")
        if key.client_id is None
        else tables.Cell(ask(clients).get(key.client_id, key.client_id)),
        "created_at": tables.day(key.created_at.astimezone(own)),
        "last_used_at": tables.Cell("Never", is_quiet=True)
        if key.last_used_at is None
        else tables.moment(key.last_used_at.astimezone(own)),
        "revoke": revoke,
    }


def _clicked(click: tables.Click) -> None:
    st.session_state[_CLICKED] = click.value


@st.dialog("Create a key")
def _create() -> None:
    with st.form("team-key-form", border=False):
        name = st.text_input("Name", placeholder="Reporting", help="Who or what will use it.", autocomplete="off")
        scope = st.selectbox("It may", list(_MAY), format_func=lambda one: _MAY[one].capitalize())
        names = ask(clients)
        client = st.selectbox(
            "Campaigns of",
            [None, *names],
            format_func=lambda one: "All campaigns" if one is None else names[one],
            help="A key of a client reads its campaigns only, and nothing about usage and plan.",
        )
        if not st.form_submit_button("Create key", type="primary"):
            return
    try:
        opened = store_for(Role.ADMIN)
        key = api_keys.create_key(opened, name.strip(), scope or KeyScope.READ, client_id=client, by=author_name())
    except OutreachError as error:
        st.error(text.escape(str(error)), icon="⚠️")
        return
    shown_once.keep("key", name.strip(), key)
    st.rerun()


@st.dialog("Revoke this key?")
def _revoke(key: ApiKey) -> None:
    used = f"was last used on {text.moment(key.last_used_at, zone())}" if key.last_used_at else "was never used"
    st.write(text.escape(f"{key.name} {used}. What uses it is refused from now on. There is no undo."))
    if st.button("Revoke key", type="primary", key="team-revoke-key"):
        try:
            api_keys.revoke_key(store_for(Role.ADMIN), key.name, by=author_name())
        except OutreachError as error:
            st.error(text.escape(str(error)), icon="⚠️")
            return
        st.session_state[_SAID] = f"The key {key.name} is revoked."
        st.rerun()
