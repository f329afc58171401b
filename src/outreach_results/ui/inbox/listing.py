"""The list of replies: sender, preview, sentiment and age; open ones are bold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from math import ceil

import streamlit as st

from outreach_results.models import InboxReply, Pagination
from outreach_results.results import key_of
from outreach_results.ui import cache, styles, text
from outreach_results.ui.inbox import inbox_url, labels

_FIRST_WORDS = 110

_READ = "background: rgba(11,98,163,.12); border-left-color: #2b8ad0"


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
