"""The larger pieces of the inbox."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import pandas as pd
import streamlit as st

from outreach_results.models import Campaign, InboxReply, Pagination, Sentiment
from outreach_results.ui import text
from outreach_results.ui.cache import store

BADGES: dict[Sentiment, str] = {
    Sentiment.POSITIVE: "green",
    Sentiment.NEUTRAL: "blue",
    Sentiment.NEGATIVE: "orange",
    Sentiment.AUTOMATIC: "gray",
    Sentiment.UNCLASSIFIED: "violet",
}


def _to_first_page() -> None:
    st.session_state["page"] = 1


def sentiment_filter() -> tuple[Sentiment, ...] | None:
    """The chosen sentiments, or None for all."""
    chosen = st.pills(
        "Sentiment",
        list(Sentiment),
        format_func=lambda sentiment: f"{sentiment.capitalize()}",
        selection_mode="multi",
        key="sentiment",
        bind="query-params",
        on_change=_to_first_page,
    )
    return tuple(chosen) or None


def sentiment_counts(counts: dict[Sentiment, int]) -> None:
    """How many replies of each sentiment there are, whichever of them are shown."""
    st.markdown(" ".join(f":{BADGES[kind]}-badge[{kind.capitalize()} {n:,}]" for kind, n in counts.items()))


def search_field() -> str | None:
    """The words to search for."""
    return (
        st.text_input(
            "Search",
            placeholder="Name, company, address or any word of a reply",
            type="search",
            max_chars=200,
            key="q",
            bind="query-params",
            on_change=_to_first_page,
        )
        or None
    )


def page_number() -> int:
    """The page to fetch; the control that sets it stands below the list."""
    return max(1, int(st.session_state.get("page", _page_in_address())))


def _page_in_address() -> int:
    raw = st.query_params.get("page", "1")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 9 else 1


def pages(pagination: Pagination) -> None:
    """The control that turns pages, where there is more than one."""
    count = ceil(pagination.total / pagination.per_page)
    st.caption(f"{pagination.total:,} replies")
    if count > 1:
        st.pagination(count, key="page", bind="query-params")


def reply_list(replies: Sequence[InboxReply]) -> InboxReply | None:
    """The list; returns the selected reply, or the newest."""
    zone = store().zone()
    frame = pd.DataFrame(
        {
            "From": reply.name or reply.email or "Unknown",
            "Reply": reply.preview,
            "Sentiment": reply.sentiment.capitalize(),
            "Received": text.moment(reply.received_at, zone),
        }
        for reply in replies
    )
    event = st.dataframe(
        frame,
        key="reply-list",
        hide_index=True,
        height=min(38 * (len(frame) + 1), 560),
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "From": st.column_config.TextColumn(width=130),
            "Reply": st.column_config.TextColumn(width=210),
            "Sentiment": st.column_config.TextColumn(width=90),
        },
        alt="Replies, newest first",
    )
    rows = event.selection.rows
    if rows and rows[0] < len(replies):
        return replies[rows[0]]
    return replies[0] if replies else None


def reading_pane(reply: InboxReply | None, campaigns: Sequence[Campaign]) -> None:
    """One reply in full. Everything a stranger wrote is shown character by character."""
    if reply is None:
        return
    names = {campaign.id: campaign.name for campaign in campaigns}
    with st.container(border=True, key="reading-pane"):
        st.subheader(text.plain(reply.name or reply.email or "Unknown"), anchor=False)
        about = " · ".join(filter(None, (reply.email, reply.company, names.get(reply.campaign_id))))
        st.text(about)
        st.caption(
            f":{BADGES[reply.sentiment]}-badge[{reply.sentiment.capitalize()}] · "
            f"{text.moment(reply.received_at, store().zone())} ({store().zone().key})"
        )
        st.divider()
        st.text(reply.body or reply.preview)
