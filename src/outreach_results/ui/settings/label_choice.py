"""The part of the settings that chooses the client and the tags of campaigns, and the table of all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from outreach_results import results
from outreach_results.models import Campaign
from outreach_results.models.team import Role
from outreach_results.store import labeling
from outreach_results.store.engine import Store
from outreach_results.store.labels import MAX_TAG, NO_CLIENT, Labels, Origin
from outreach_results.ui import filters, tables, text
from outreach_results.ui.author import author_name
from outreach_results.ui.cache import ask, store_for
from outreach_results.ui.settings.changes import make

MANY = 15
"""With more campaigns than these there is a field to search them."""

_LEAVE = "leave"  # no id of a client: what is chosen is None or ''
_CHOSEN = "labels-of"
_SAID_BY = {
    Origin.PERSON: "by hand",
    Origin.FILE: "by hand elsewhere",
    Origin.RULE: "by rule",
    Origin.SOURCE: "by the source",
}
_COLUMNS = (
    tables.Column("name", "Campaign", is_wide=True),
    tables.Column("client", "Client"),
    tables.Column("client_by", "Client set"),
    tables.Column("tags", "Tags"),
    tables.Column("tags_by", "Tags set"),
)


def form(campaigns: list[Campaign], names: Mapping[str, str]) -> None:
    """Draw the choice for some campaigns.

    Args:
        names: of the clients, by id.
    """
    labels = filters.distinct(campaigns)
    without = [campaign.id for campaign in campaigns if campaign.client is None]
    chosen = st.multiselect(
        "Campaigns",
        list(labels),
        format_func=lambda own: labels.get(own, own),
        key=_CHOSEN,
        placeholder="Choose campaigns",
    )
    if without and names and not chosen:
        st.button(f"Choose the {len(without):,} without a client", on_click=_choose, args=(without,))
    known = [campaign for campaign in campaigns if campaign.id in set(chosen)]
    if known:
        left, right = st.columns(2)
        with left:
            _client([campaign.id for campaign in known], _common_client(known), names)
        with right:
            _tags([campaign.id for campaign in known], _common_tags(known))


def table(campaigns: int) -> None:
    """Draw the client and the tags of all campaigns, of which there are so many."""
    st.markdown("**All campaigns**")
    tables.show_encoded(
        ask(_encoded),
        key="labels",
        rows=campaigns,
        alt="Campaigns with their client and tags, and who says so",
        search="Search campaigns" if campaigns > MANY else None,
    )


def _choose(campaign_ids: Sequence[str]) -> None:
    st.session_state[_CHOSEN] = list(campaign_ids)


def _client(campaign_ids: list[str], common: str | None, names: Mapping[str, str]) -> None:
    offered = {_LEAVE: "As rules and the source say", NO_CLIENT: "No client", **names}
    chosen = st.selectbox(
        "Client",
        list(offered),
        index=list(offered).index(common) if common in offered else None,
        format_func=lambda one: offered.get(one, one),
        placeholder="Choose a client, or type a new one",
        accept_new_options=True,
        key=f"labels-client-{_key(campaign_ids)}",
    )
    if st.button("Set client", type="primary", key="labels-set-client", disabled=chosen is None):
        make(lambda: _set_client(campaign_ids, str(chosen), offered))


def _set_client(campaign_ids: list[str], chosen: str, offered: Mapping[str, str]) -> None:
    opened = store_for(Role.ADMIN)
    if chosen not in offered:  # typed
        chosen = labeling.add_client(opened, chosen, by=author_name())
    labeling.choose_client(opened, campaign_ids, None if chosen == _LEAVE else chosen, by=author_name())


def _tags(campaign_ids: list[str], common: Sequence[str]) -> None:
    chosen = st.multiselect(
        "Tags",
        list(dict.fromkeys([*ask(results.known_tags), *common])),
        default=list(common),
        placeholder="Choose tags, or type new ones",
        accept_new_options=True,
        key=f"labels-tags-{_key(campaign_ids)}",
        help=f"In lower case, at most {MAX_TAG} characters.",
    )
    with st.container(horizontal=True):
        if st.button("Set tags", type="primary", key="labels-set-tags"):
            make(lambda: labeling.choose_tags(store_for(Role.ADMIN), campaign_ids, chosen, by=author_name()))
        if st.button("Leave tags to rules and the source", type="tertiary", key="labels-leave-tags"):
            make(lambda: labeling.choose_tags(store_for(Role.ADMIN), campaign_ids, None, by=author_name()))


def _key(campaign_ids: Sequence[str]) -> str:
    """Other campaigns have another default, so that their controls are others."""
    return str(hash(tuple(campaign_ids)))


def _common_client(campaigns: Sequence[Campaign]) -> str | None:
    """The client of all these campaigns; None where they have different ones."""
    clients = {NO_CLIENT if one.client is None else one.client.id for one in campaigns}
    return clients.pop() if len(clients) == 1 else None


def _common_tags(campaigns: Sequence[Campaign]) -> tuple[str, ...]:
    """The tags of all these campaigns; none where they have different ones."""
    tags = {one.tags for one in campaigns}
    return tags.pop() if len(tags) == 1 else ()


def _encoded(_store: Store) -> str:
    campaigns, labels = ask(results.all_campaigns), ask(results.labels_of_campaigns)
    label_of = filters.distinct(campaigns)
    return tables.encoded(_COLUMNS, [_row(one, label_of[one.id], labels[one.id]) for one in campaigns])


def _row(campaign: Campaign, label: str, labels: Labels) -> tables.Row:
    return {
        "name": tables.plain(label),
        "client": tables.plain(None if campaign.client is None else campaign.client.name),
        "client_by": _by(labels.client_by),
        "tags": tables.plain(", ".join(campaign.tags) or None),
        "tags_by": _by(labels.tags_by),
    }


def _by(origin: Origin | None) -> tables.Cell:
    return tables.Cell(text.MISSING if origin is None else _SAID_BY[origin], is_quiet=True)
