"""The tab of the settings where campaigns get their client and tags, by hand or by rules, and clients are named."""

from __future__ import annotations

import streamlit as st

from outreach_results import results
from outreach_results.models import Campaign
from outreach_results.models.team import Role
from outreach_results.results import Client
from outreach_results.store import labeling
from outreach_results.store.brand import COLOR
from outreach_results.store.client_brands import client_brand, remove_client_brand, set_client_brand
from outreach_results.store.labels import MAX_NAME
from outreach_results.store.logos import LARGEST_LOGO
from outreach_results.ui import text
from outreach_results.ui.author import author_name
from outreach_results.ui.cache import ask, store_for
from outreach_results.ui.campaign_picker import client_labels
from outreach_results.ui.settings import label_choice, label_rules
from outreach_results.ui.settings.changes import make

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
            make(lambda: labeling.add_client(store_for(Role.ADMIN), name, by=author_name()))
    if not known:
        return
    of = {client.id: client for client in known}
    with right:
        chosen = st.selectbox(
            "Rename, brand or remove",
            list(of),
            format_func=lambda one: _counted(of[one]) if one in of else one,
            key="client-edited",
            index=None,
            placeholder="Choose a client",
        )
        if chosen is not None:
            _edit(of[chosen])
            _brand(of[chosen])


def _edit(client: Client) -> None:
    name = st.text_input("Name", client.name, max_chars=MAX_NAME, key=f"client-name-{client.id}")
    with st.container(horizontal=True):
        if st.button("Rename", key="client-rename"):
            make(lambda: labeling.rename_client(store_for(Role.ADMIN), client.id, name, by=author_name()))
        with st.popover("Remove client", key="client-remove"):
            st.text(
                f"Its {text.counted(client.campaigns, 'campaign')} and their results stay, without a client. "
                "Rules that give it are removed too."
            )
            if st.button("Remove", type="primary", key="client-remove-confirmed"):
                make(lambda: labeling.remove_client(store_for(Role.ADMIN), client.id, by=author_name()))


def _brand(client: Client) -> None:
    """Draw the fields of the brand that stands on the client's reports and digests."""
    known = client_brand(store_for(Role.ADMIN), client.id)
    with st.form(f"client-brand-{client.id}", border=False):
        color = st.color_picker("Color of its reports", COLOR if known is None else known.color)
        logo = st.file_uploader(
            f"Logo on its reports: a PNG or JPEG of at most {LARGEST_LOGO // 1024} KB",
            type=["png", "jpg", "jpeg"],
            max_upload_size=1,
        )
        if st.form_submit_button("Save brand"):
            # No more of it than shows that it is too large; without a new one the present one stays.
            present = None if known is None else known.logo
            content = present if logo is None else logo.read(LARGEST_LOGO + 1)
            make(lambda: set_client_brand(store_for(Role.ADMIN), client.id, color, content, by=author_name()))
    if known is None:
        return
    if known.logo is not None:
        st.image(known.logo, width=120)
    if st.button("Remove brand", key="client-brand-remove"):
        make(lambda: remove_client_brand(store_for(Role.ADMIN), client.id, by=author_name()))


def _counted(client: Client) -> str:
    return f"{client.name} ({text.counted(client.campaigns, 'campaign')})"
