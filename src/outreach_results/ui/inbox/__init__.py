"""The sections of the inbox page."""

from __future__ import annotations

import streamlit as st

from outreach_results import results
from outreach_results.models import Basis, Filters
from outreach_results.results import Inbox, InboxFilters, ReplyKind, ReplyStatus
from outreach_results.ui import downloads
from outreach_results.ui.cache import ask
from outreach_results.ui.inbox import inbox_url, labels
from outreach_results.ui.inbox.filter_bar import choices
from outreach_results.ui.inbox.listing import page_count, pages, reply_list
from outreach_results.ui.inbox.pane import reading_pane, shown_reply
from outreach_results.ui.inbox.sentiment_chart import over_time
from outreach_results.ui.inbox.state_changes import bulk_menu, confirmation, show_status, who_field

__all__ = [
    "choices",
    "confirmation",
    "find",
    "nothing",
    "over_time",
    "pages",
    "reading_pane",
    "reply_list",
    "show_status",
    "shown_reply",
    "toolbar",
    "who_field",
]


def find(filters: Filters) -> tuple[InboxFilters, Inbox]:
    """The inbox filters in the URL, and the page of replies that they find."""
    inbox_filters = inbox_url.read_filters()
    page = inbox_url.page()
    found = ask(results.inbox, filters, inbox_filters, page=page)
    last = page_count(found.pagination)
    if page > last:
        inbox_url.correct_page(last)
        found = ask(results.inbox, filters, inbox_filters, page=last)
    return inbox_filters, found


def nothing(filters: Filters, inbox_filters: InboxFilters) -> None:
    """Show that no reply matches, and which filter to change."""
    if inbox_filters.kind == ReplyKind.AUTOMATIC and filters.humans_only:
        st.info("“Humans only” leaves automatic replies out. Switch it off on the left to see them.")
    elif inbox_filters.status == ReplyStatus.OPEN and not (inbox_filters.q or inbox_filters.sentiments):
        st.info("Nothing is open here: every reply is handled. Choose another status, or a longer period.")
    else:
        st.info("No reply matches. Choose another status or sentiment, a longer period, or search for something else.")


def toolbar(filters: Filters, inbox_filters: InboxFilters, found: Inbox) -> None:
    """Show the number of replies, the menu of bulk changes, and the download links."""
    total = found.pagination.total
    with st.container(horizontal=True, vertical_alignment="center", key="inbox-toolbar"):
        order = "newest first" if filters.basis == Basis.ACTIVITY else "newest first, by the day they came in"
        st.markdown(f"**{labels.replies(total)}**, {order}", width="content")
        st.space("stretch")
        bulk_menu(filters, inbox_filters, total)
        downloads.replies_links(filters, inbox_filters)
