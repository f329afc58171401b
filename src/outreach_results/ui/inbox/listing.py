"""The list of replies: what the filters find, its toolbar, and a row each; open ones are bold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from math import ceil

import streamlit as st

from outreach_results import results
from outreach_results.models import Basis, Filters, InboxReply, Pagination
from outreach_results.results import Inbox, InboxFilters, ReplyKind, ReplyStatus, key_of
from outreach_results.ui import cache, cards, downloads, styles, text
from outreach_results.ui.cache import ask
from outreach_results.ui.inbox import inbox_url, labels
from outreach_results.ui.inbox.state_changes import bulk_menu

_FIRST_WORDS = 110

_READ = "background: rgba(11,98,163,.12); border-left-color: #2b8ad0"


def find(filters: Filters) -> tuple[InboxFilters, Inbox]:
    """The inbox filters in the URL, and the page of replies that they find."""
    inbox_filters = inbox_url.read_filters()
    page = inbox_url.page()
    inbox_page = ask(results.inbox, filters, inbox_filters, page=page)
    last = page_count(inbox_page.pagination)
    if page > last:
        inbox_url.correct_page(last)
        inbox_page = ask(results.inbox, filters, inbox_filters, page=last)
    return inbox_filters, inbox_page


def nothing(filters: Filters, inbox_filters: InboxFilters) -> None:
    """Show that no reply matches, and which filter to change."""
    if inbox_filters.kind == ReplyKind.AUTOMATIC and filters.humans_only:
        st.info("“Exclude bots & auto-replies” hides auto-replies. Turn it off under “View” to see them.")
    elif inbox_filters.status == ReplyStatus.OPEN and not (inbox_filters.q or inbox_filters.sentiments):
        st.info("Nothing is open here: every reply is handled. Choose another status, or a longer period.")
    else:
        st.info("No reply matches. Choose another status or sentiment, a longer period, or search for something else.")


def toolbar(filters: Filters, inbox_filters: InboxFilters, inbox_page: Inbox) -> None:
    """Show the number of replies, the menu of bulk changes, and the download links."""
    total = inbox_page.pagination.total
    with st.container(horizontal=True, vertical_alignment="center", key="inbox-toolbar"):
        order = "newest first" if filters.basis == Basis.ACTIVITY else "newest first, by the day they came in"
        st.markdown(f"**{labels.replies(total)}**, {order}", width="content")
        st.space("stretch")
        bulk_menu(filters, inbox_filters, total)
        cards.actions("Replies", downloads.Replies(filters, inbox_filters), key="replies-data")


def reply_list(replies: Sequence[InboxReply], shown: InboxReply | None) -> None:
    """Draw a page of replies, with the one in the reading pane highlighted."""
    now, zone = datetime.now(UTC), cache.zone()
    selected = [place for place, reply in enumerate(replies) if shown is not None and key_of(reply) == key_of(shown)]
    styles.apply("inbox_list", extra=_rows(selected))
    with st.container(key="inbox-list"):
        for place, reply in enumerate(replies):
            st.button(
                row(reply, labels.age(reply.received_at, now, zone)),
                key=f"inbox-row-{place}",
                type="tertiary",
                width="stretch",
                wrap=True,
                on_click=inbox_url.read,
                args=(key_of(reply),),
            )


def row(reply: InboxReply, age: str) -> str:
    """One reply on two lines as Markdown, with text from outside escaped."""
    first = reply.preview if len(reply.preview) <= _FIRST_WORDS else reply.preview[:_FIRST_WORDS].rstrip() + "…"
    name = text.escape(labels.sender(reply))
    who = f"**{name}**" if reply.handled_at is None else f":gray[✓ {name}]"
    return f"{who} {labels.badge(reply.sentiment, age)}  \n:gray[{text.escape(first)}]"


def pages(pagination: Pagination) -> None:
    """Draw the pagination, if there is more than one page."""
    count = page_count(pagination)
    key = f"inbox-page-{pagination.page}"  # a new key for each page, because the URL decides which one is shown

    def turn() -> None:
        inbox_url.show_page(st.session_state[key])

    if count > 1:
        st.pagination(count, default=pagination.page, key=key, on_change=turn)


def page_count(pagination: Pagination) -> int:
    """The number of pages, at least 1."""
    return max(1, ceil(pagination.total / pagination.per_page))


def _rows(places: Sequence[int]) -> str:
    return "".join(f".st-key-inbox-list .st-key-inbox-row-{place} button {{ {_READ} }}" for place in places)
