"""The people who may sign in: the role of each, giving and taking one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from outreach_results import results
from outreach_results.config import SignIn, settings
from outreach_results.errors import OutreachError
from outreach_results.models.team import Role, is_listed
from outreach_results.store import team
from outreach_results.store.engine import Store
from outreach_results.ui import tables, text
from outreach_results.ui.cache import ask, person, store_for, zone

_CLICKED, _SAID, _FORM = "team-person-clicked", "team-person-said", "team-person-form"
_COLUMNS = (
    tables.Column("person", "Person", is_wide=True),
    tables.Column("role", "Role"),
    tables.Column("clients", "Sees"),
    tables.Column("last", "Last sign-in", descending=True, help="Those of the last 30 days are kept."),
    tables.Column("given", "Given"),
    tables.Column("change", ""),
    tables.Column("remove", ""),
)
_ROLES = {
    Role.VIEWER: "Viewer: reads and exports",
    Role.EDITOR: "Editor: also works on replies and notes, and imports",
    Role.ADMIN: "Admin: everything",
    Role.NONE: "None: shut out, although the allow-list would let in",
}


@dataclass(frozen=True, slots=True)
class _Listed:
    """Somebody who may sign in, or who was shut out. ``origin`` says where the role comes from."""

    address: str
    role: Role
    origin: str
    last: datetime | None = None
    is_given: bool = False
    clients: frozenset[str] | None = None


def tab() -> None:
    """Draw the people, and the form that gives a role."""
    how = settings().sign_in
    if how is None:
        st.text("Sign-in is not set up: the dashboard serves this machine only.")
        st.caption(
            "To let a team in, set OUTREACH_PUBLIC_URL and the settings that begin with OUTREACH_SIGN_IN_ to an "
            "OpenID Connect provider, such as Google, Microsoft, Okta or Keycloak. docs/deploy.md has the steps."
        )
        return
    if said := st.session_state.pop(_SAID, None):
        st.success(text.escape(said))
    listed = _listed(store_for(Role.ADMIN), how)
    tables.show(
        _COLUMNS,
        [_row(one) for one in listed],
        key="team-people",
        alt="Who may sign in, and as what",
        on_click=_clicked,
    )
    domains = sorted(one for one in how.allowed if one.startswith("@"))
    if domains:
        st.caption(text.escape(f"OUTREACH_SIGN_IN_ALLOWED also lets in everybody of {', '.join(domains)}, as viewers."))
    if st.button("Add a person", key="team-add-person"):
        _add()
    _open_clicked(listed)


def _listed(opened: Store, how: SignIn) -> list[_Listed]:
    """Those with a role, those whom the settings name, and whoever else has signed in lately."""
    last = team.last_sign_ins(opened)
    given = {
        one.address: _Listed(
            one.address,
            one.role,
            f"{text.day(one.added_at.astimezone(zone()).date())}{f' by {one.added_by}' if one.added_by else ''}",
            last.get(one.address),
            is_given=True,
            clients=one.clients,
        )
        for one in team.members(opened)
    }
    named = {
        address: _Listed(address, Role.ADMIN, "OUTREACH_SIGN_IN_ADMINS", last.get(address)) for address in how.admins
    }
    allowed = {one for one in how.allowed if not one.startswith("@")} | {
        one for one in last if is_listed(one, how.allowed)
    }
    by_list = {
        address: _Listed(address, Role.VIEWER, "OUTREACH_SIGN_IN_ALLOWED", last.get(address)) for address in allowed
    }
    # In this order, because admins of the settings cannot be shut out, and a given role counts before the allow-list.
    return [one for _, one in sorted((by_list | given | named).items())]


def _row(one: _Listed) -> tables.Row:
    return {
        "person": tables.Cell(one.address),
        "role": tables.Cell(one.role.value.capitalize() if one.role is not Role.NONE else "Shut out"),
        "clients": tables.Cell(_visible_clients(one)),
        "last": tables.moment(None if one.last is None else one.last.astimezone(zone())),
        "given": tables.Cell(one.origin, is_quiet=True),
        "change": tables.Cell() if _is_fixed(one) else tables.Cell("Change", value=one.address),
        "remove": tables.Cell("Remove", value=one.address) if one.is_given and not _is_fixed(one) else tables.Cell(),
    }


def _visible_clients(one: _Listed) -> str:
    if one.role is Role.NONE:
        return "Nothing"
    if one.clients is None or _is_fixed(one):
        return "All campaigns"
    names = ask(clients)
    return ", ".join(sorted(names.get(client_id, client_id) for client_id in one.clients)) or "No client"


def clients(opened: Store) -> dict[str, str]:
    """The clients' names by id."""
    return {client.id: client.name for client in results.known_clients(opened)}


def _is_fixed(one: _Listed) -> bool:
    return one.origin == "OUTREACH_SIGN_IN_ADMINS"


def _clicked(click: tables.Click) -> None:
    st.session_state[_CLICKED] = click


def _open_clicked(listed: list[_Listed]) -> None:
    """Open the dialog of what was clicked, once."""
    click: tables.Click | None = st.session_state.pop(_CLICKED, None)
    found = None if click is None else next((one for one in listed if one.address == click.value), None)
    if found is not None and click is not None:
        (_remove if click.column == "remove" else _edit)(found)


@st.dialog("Add a person")
def _add() -> None:
    with st.form(f"{_FORM}-new", border=False):
        address = st.text_input("Email address", placeholder="ada@example.com", autocomplete="off")
        role, limit = _role(Role.VIEWER), _limit(None)
        if st.form_submit_button("Add person", type="primary"):
            _change(lambda: _given(address, role, limit))


@st.dialog("Change the role")
def _edit(one: _Listed) -> None:
    st.text(one.address)
    with st.form(f"{_FORM}-{one.address}", border=False):
        role, limit = _role(one.role), _limit(one.clients)
        if st.form_submit_button("Save role", type="primary"):
            _change(lambda: _given(one.address, role, limit))


@st.dialog("Remove this person?")
def _remove(one: _Listed) -> None:
    stays = (
        " OUTREACH_SIGN_IN_ALLOWED still lets them sign in as a viewer; to shut them out, give them the role None."
        if is_listed(one.address, settings().sign_in_allowed)
        else ""
    )
    st.write(text.escape(f"{one.address} loses the role {one.role}, and is signed out everywhere.{stays}"))
    if st.button("Remove person", type="primary", key="team-remove-person"):
        _change(lambda: _taken(one.address))


def _role(present: Role) -> Role:
    role = st.selectbox("Role", list(_ROLES), index=list(_ROLES).index(present), format_func=_ROLES.__getitem__)
    return role or present


def _limit(present: frozenset[str] | None) -> list[str] | None:
    """The clients whose campaigns the person is to see; None for all campaigns."""
    names = ask(clients)
    if not names and present is None:
        return None
    chosen = st.multiselect(
        "Clients",
        sorted({*names, *(present or ())}),
        sorted(present or ()),
        format_func=lambda client_id: names.get(client_id, client_id),
        placeholder="All campaigns" if present is None else "No client",
        help="Someone with clients sees the campaigns of these, and neither Usage nor Data.",
    )
    # Said, and not read out of an empty field: to take the last client away must not show everything by itself.
    is_everything = st.checkbox("Sees all campaigns if no client is chosen", present is None)
    return chosen or (None if is_everything else [])


def _given(address: str, role: Role, limit: list[str] | None) -> str:
    opened = store_for(Role.ADMIN)
    member = team.set_role(opened, address, role, clients=limit, by=person().address or None)
    if role is Role.NONE:
        return f"{member.address} is shut out."
    seen = _visible_clients(_Listed(member.address, role, "", clients=member.clients))
    return f"{member.address} may sign in, with the role {role}. They see: {seen}."


def _taken(address: str) -> str:
    return f"{team.remove_member(store_for(Role.ADMIN), address, by=person().address or None)} has no role any more."


def _change(change: Callable[[], str]) -> None:
    """Make a change and say what it did, above the list; where it is refused, why, in the dialog."""
    try:
        st.session_state[_SAID] = change()
    except OutreachError as error:
        st.error(text.escape(str(error)), icon="⚠️")
        return
    st.rerun()
