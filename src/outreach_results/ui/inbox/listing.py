"""The list of replies: what the filters find, the actions on it, a row each, and its pages."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from math import ceil
from typing import Any

import streamlit as st

from outreach_results import results
from outreach_results.models import Filters, InboxReply, Pagination
from outreach_results.models.team import Role
from outreach_results.results import Inbox, InboxFilters, ReplyKey, ReplyKind, ReplyStatus, key_of
from outreach_results.results.own_words import own_part
from outreach_results.ui import cache, cards, downloads, parts, text, url_state
from outreach_results.ui.cache import ask, may
from outreach_results.ui.charts import SENTIMENT_COLORS
from outreach_results.ui.components import only_in_print
from outreach_results.ui.filters import View
from outreach_results.ui.inbox import bulk, inbox_url, labels

_PREVIEW = 240  # characters: more than fit into two lines
_READ_FOR_PREVIEW = 2_000
_LIST = "inbox-rows"

_component = parts.component("inbox_list")


_TO_DO = InboxFilters(status=ReplyStatus.OPEN)
"""All that is to do, whoever answers it."""


def find(filters: Filters, *, is_link: bool = True) -> tuple[InboxFilters, Inbox]:
    """The inbox filters in the URL, and the page of replies that they find.

    Args:
        is_link: whether a page that does not exist comes from a link, which is noticed, or became empty meanwhile.
    """
    inbox_filters = inbox_url.read_filters()
    page = inbox_url.page()
    inbox_page = ask(results.inbox, filters, inbox_filters, page=page)
    last = page_count(inbox_page.pagination)
    if page > last:
        inbox_url.correct_page(last, is_noticed=is_link)
        inbox_page = ask(results.inbox, filters, inbox_filters, page=last)
    return inbox_filters, inbox_page


def reply_list(view: View, inbox_filters: InboxFilters, inbox_page: Inbox, shown: InboxReply | None) -> None:
    """Draw the list panel, with the reply in the reading pane highlighted."""
    filters = view.filters
    total = inbox_page.pagination.total
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="inbox-toolbar"):
        st.markdown(f"**{labels.replies(total)}**", width="content")
        st.space("stretch")
        if total:
            if may(Role.EDITOR):
                bulk.menu(filters, inbox_filters, total, inbox_page.replies)
            with st.container(width="content"):
                cards.actions("Replies", downloads.Replies(filters, inbox_filters), key="replies-data")
    page, pages = inbox_page.pagination.page, page_count(inbox_page.pagination)
    shown_here = labels.filters_sentence(inbox_filters) + (f" · page {page} of {pages}" if pages > 1 else "")
    only_in_print(shown_here[:1].upper() + shown_here[1:], key="replies")
    with st.container():
        bulk.confirmation(view, inbox_filters)
    if not total:
        nothing(filters, inbox_filters)
        return
    names = {campaign.id: campaign.name for campaign in ask(results.all_campaigns)}
    _component(
        key=_LIST,
        data={
            "rows": rows(inbox_page.replies, names),
            "selected": None if shown is None else _id(key_of(shown)),
            "ticked": [_id(key) for key in bulk.ticked(inbox_page.replies)],
        },
        on_read_change=_read,
        on_ticked_change=_tick,
    )
    _pages(inbox_page.pagination)


def nothing(filters: Filters, inbox_filters: InboxFilters) -> None:
    """Show that no reply matches, and which filter to change."""
    if inbox_filters.kind == ReplyKind.AUTOMATIC and filters.humans_only:
        st.info("“Exclude bots & auto-replies” hides auto-replies. Turn it off under “View” to see them.")
    elif inbox_filters.status == ReplyStatus.OPEN and inbox_filters == replace(_TO_DO, kind=inbox_filters.kind):
        st.info("All done: no replies to do here. Choose “Done” or “All”, or a longer date range.")
    else:
        st.info("No replies match. Change the filters or the search, or try a longer date range.")


def rows(replies: Sequence[InboxReply], campaign_names: Mapping[str, str]) -> list[dict[str, Any]]:
    """What the list shows of each reply; all of it is text, whatever it looks like."""
    now, zone = datetime.now(UTC), cache.zone()
    return [
        {
            "id": _id(key_of(reply)),
            "sender": labels.sender(reply),
            "company": reply.company or "",
            "campaign": campaign_names.get(reply.campaign_id, reply.campaign_id),
            "sentiment": labels.SENTIMENTS[reply.sentiment],
            "color": SENTIMENT_COLORS[reply.sentiment],
            "when": labels.short_moment(reply.received_at, now, zone),
            "moment": text.moment(reply.received_at, zone),
            "preview": _preview((reply.body or reply.preview)[:_READ_FOR_PREVIEW]) or labels.without_text(reply),
            "is_done": reply.handled_at is not None,
            "has_meeting": reply.meeting_marked_at is not None,
            "assignee": reply.assignee or "",
            "snoozed": labels.short_snooze(reply, now, zone),
        }
        for reply in replies
    ]


@lru_cache(maxsize=500)
def _preview(beginning: str) -> str:
    """What a reply's sender wrote, on one line, from the beginning of its text."""
    return " ".join(own_part(beginning)[0][:_PREVIEW].split())


def _id(key: ReplyKey) -> str:
    """A reply as the browser knows it."""
    return json.dumps(key)


def _key(row_id: str) -> ReplyKey:
    return ReplyKey(*json.loads(row_id))


def _read() -> None:
    chosen = st.session_state[_LIST].get("read")
    if chosen:
        inbox_url.read(_key(chosen))
        url_state.keep_in_fragment()


def _tick() -> None:
    bulk.tick([_key(row_id) for row_id in st.session_state[_LIST].get("ticked") or []])


def _pages(pagination: Pagination) -> None:
    """Draw the pagination, if there is more than one page."""
    count = page_count(pagination)
    key = f"inbox-page-{pagination.page}"  # a new key for each page, because the URL decides which one is shown

    def turn() -> None:
        inbox_url.show_page(st.session_state[key])
        url_state.keep_in_fragment()

    if count > 1:
        with st.container(key="inbox-pages"):
            st.pagination(count, default=pagination.page, key=key, on_change=turn)


def page_count(pagination: Pagination) -> int:
    """The number of pages, at least 1."""
    return max(1, ceil(pagination.total / pagination.per_page))
