"""The tab of the settings where campaigns get their client and tags, by hand or by rules, and clients are named."""

from __future__ import annotations

import streamlit as st

from outreach_results import results
from outreach_results.models import Campaign
from outreach_results.models.team import Role
from outreach_results.results import Client
from outreach_results.store import labeling
from outreach_results.store.labels import MAX_NAME
from outreach_results.ui import text
from outreach_results.ui.cache import ask, store_for
from outreach_results.ui.campaign_picker import client_labels
from outreach_results.ui.settings import label_choice, label_rules
from outreach_results.ui.settings.changes import make
from outreach_results.ui.who import who

_ABOUT = (
    "A campaign belongs to one client and has any number of tags; both filter every page. What you choose counts "
    "before a rule, and a rule before what the source says."
)


def form(campaigns: list[Campaign]) -> None:
    """Draw the parts of the tab; the long table of all campaigns comes last."""
    st.caption(_ABOUT)
    names = ask(client_labels)
    label_choice.form(campaigns, names)
    label_rules.form(names)
    _clients(ask(results.known_clients))
    label_choice.table(len(campaigns))


def _clients(known: list[Client]) -> None:
    """Draw the fields that add, rename and remove clients."""
    st.markdown("**Clients**")
    left, right = st.columns(2)
    with left, st.form("client-add", border=False, clear_on_submit=True):
        name = st.text_input("New client", max_chars=MAX_NAME, placeholder="Acme Corp")
        if st.form_submit_button("Add client"):
            make(lambda: labeling.add_client(store_for(Role.ADMIN), name, by=who()))
    if not known:
        return
    of = {client.id: client for client in known}
    with right:
        chosen = st.selectbox(
            "Rename or remove",
            list(of),
            format_func=lambda one: _counted(of[one]) if one in of else one,
            key="client-edited",
            index=None,
            placeholder="Choose a client",
        )
        if chosen is not None:
            _edit(of[chosen])


def _edit(client: Client) -> None:
    name = st.text_input("Name", client.name, max_chars=MAX_NAME, key=f"client-name-{client.id}")
    with st.container(horizontal=True):
        if st.button("Rename", key="client-rename"):
            make(lambda: labeling.rename_client(store_for(Role.ADMIN), client.id, name, by=who()))
        with st.popover("Remove client", key="client-remove"):
            st.text(
                f"Its {text.counted(client.campaigns, 'campaign')} and their results stay, without a client. "
                "Rules that give it are removed too."
            )
            if st.button("Remove", type="primary", key="client-remove-confirmed"):
                make(lambda: labeling.remove_client(store_for(Role.ADMIN), client.id, by=who()))


def _counted(client: Client) -> str:
    return f"{client.name} ({text.counted(client.campaigns, 'campaign')})"
