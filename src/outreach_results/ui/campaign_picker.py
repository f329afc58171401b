"""The item of the filter bar that chooses campaigns: by client, by tag, or one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from outreach_results import results
from outreach_results.models import Filters
from outreach_results.store.engine import Store
from outreach_results.ui import campaign_codes, text, url_state
from outreach_results.ui.cache import ask
from outreach_results.ui.url_parameters import PARAMETERS


@dataclass(frozen=True, slots=True)
class Picked:
    """What was picked.

    ``filters`` have the campaigns and nothing else. ``labels`` are the names of the clients and the tags; '' for any.
    """

    filters: Filters
    labels: str = ""


def pick(label_of: Mapping[str, str]) -> Picked:
    """Draw the item and return what is picked.

    Args:
        label_of: the label of every campaign, by id.
    """
    client_names, tag_names = ask(client_labels), {tag: tag for tag in ask(results.known_tags)}
    clients, tags = _of_url("client", client_names), _of_url("tag", tag_names)
    offered = _offered(label_of, clients, tags)
    known = _asked_for(offered)
    with st.popover(_in_short(known, offered, client_names, clients, tags), key="campaign-picker", width=240):
        if client_names:
            clients = _choice("client", "Clients", client_names, clients, "All clients")
        if tag_names:
            tags = _choice("tag", "Tags", tag_names, tags, "Any tag")
        chosen = _campaigns(offered, known, has_label=bool(client_names or tag_names))
    is_everything = not chosen or len(chosen) == len(offered) > 1
    filters = ask(
        results.narrowed,
        Filters(None if is_everything else tuple(sorted(chosen))),
        clients=tuple(clients) or None,
        tags=tuple(tags) or None,
    )
    return Picked(filters, ", ".join([*(client_names[one] for one in clients), *tags]))


def client_labels(_store: Store) -> dict[str, str]:
    """The name of every client, by id."""
    return {client.id: client.name for client in ask(results.known_clients)}


def choose_campaigns(campaign_ids: Sequence[str], label_of: Mapping[str, str]) -> None:
    """Filter by these campaigns, none for all of them. For callbacks."""
    url_state.change("campaigns", campaign_codes.written(campaign_ids, label_of))


def _offered(label_of: Mapping[str, str], clients: Sequence[str], tags: Sequence[str]) -> dict[str, str]:
    """The labels of the campaigns of these clients and tags."""
    ids = ask(results.chosen_campaigns, clients=tuple(clients) or None, tags=tuple(tags) or None)
    return dict(label_of) if ids is None else {one: label for one, label in label_of.items() if one in set(ids)}


def _choice(name: str, label: str, names: Mapping[str, str], known: Sequence[str], placeholder: str) -> list[str]:
    """Draw the choice of some clients or tags."""
    chosen: list[str] = st.multiselect(
        label,
        list(names),
        known,
        format_func=lambda one: names.get(one, one),
        placeholder=placeholder,
        key=url_state.control(name, list(known), label="\n".join(names[one] for one in known)),
        on_change=url_state.writes_some(name, {one: one for one in names}),
        wrap=True,
    )
    return [one for one in chosen if one in names]


def _campaigns(offered: Mapping[str, str], known: Sequence[str], *, has_label: bool) -> Sequence[str]:
    chosen: list[str] = st.multiselect(
        "Campaigns",
        list(offered),
        known,
        format_func=lambda campaign_id: offered.get(campaign_id, campaign_id),
        placeholder="All campaigns",
        key=url_state.control("campaigns", list(known), label="\n".join(offered[one] for one in known)),
        on_change=_write_campaigns,
        args=(offered,),
        label_visibility="visible" if has_label else "collapsed",
        wrap=True,
    )
    # Right after another client was picked, the browser still has the campaigns of the one before.
    return [one for one in chosen if one in offered]


def _write_campaigns(offered: Mapping[str, str]) -> None:
    chosen = url_state.chosen("campaigns")
    if set(chosen) <= set(offered):  # not so if one was renamed meanwhile: the browser knows its old name
        choose_campaigns(chosen, offered)


def _of_url(name: str, names: Mapping[str, str]) -> list[str]:
    """The clients or tags of the URL."""
    known, unknown = url_state.some_of(name, {one: one for one in names}, labels=names)
    if unknown:
        _correct(name, url_state.join(known), has_others=bool(known))
    return known


def _asked_for(offered: Mapping[str, str]) -> list[str]:
    """The campaigns of the URL."""
    written = url_state.text("campaigns")
    if campaign_codes.is_short(written):
        known, has_unknown = campaign_codes.read(written, offered)
    else:
        known, unknown = url_state.some_of("campaigns", {one: one for one in offered}, labels=offered)
        has_unknown = bool(unknown)
    if has_unknown:
        _correct("campaigns", campaign_codes.written(known, offered), has_others=bool(known))
    return known


def _correct(name: str, corrected: str, *, has_others: bool) -> None:
    url_state.correct(name, corrected)
    shown = "the others" if has_others else "the default"
    url_state.notice(f"This link uses {PARAMETERS[name].invalid}; showing {shown}.")


def _in_short(
    chosen: Sequence[str],
    offered: Mapping[str, str],
    client_names: Mapping[str, str],
    clients: Sequence[str],
    tags: Sequence[str],
) -> str:
    """What the item is called: All campaigns; Acme Corp · spring; 2 of 13 campaigns."""
    parts = []
    if clients:
        parts.append(client_names[clients[0]] if len(clients) == 1 else text.counted(len(clients), "client"))
    if tags:
        parts.append(tags[0] if len(tags) == 1 else text.counted(len(tags), "tag"))
    if chosen and not len(chosen) == len(offered) > 1:
        is_one = len(chosen) == 1
        parts.append(offered[chosen[0]] if is_one else f"{len(chosen)} of {len(offered)} campaigns")
    return text.escape(" · ".join(parts) or "All campaigns")
