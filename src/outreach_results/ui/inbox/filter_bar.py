"""The filters of the inbox, each with how many replies it would show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import streamlit as st

from outreach_results.results import Inbox, InboxFilters, ReplyKind, ReplyStatus
from outreach_results.ui import text, url_state
from outreach_results.ui.inbox import inbox_url, labels

T = TypeVar("T", bound=str)


def choices(inbox_filters: InboxFilters, inbox_page: Inbox) -> None:
    """Draw the controls for kind, status, sentiments and search."""
    with st.container(horizontal=True, gap="medium", key="inbox-choices"):
        _one(
            "From",
            inbox_url.KIND,
            inbox_url.KIND_CODES,
            ReplyKind.PEOPLE,
            _with_counts(labels.KINDS, inbox_page.kinds),
            inbox_filters.kind,
            "Automatic replies, such as out of office.",
        )
        _one(
            "Status",
            inbox_url.STATUS,
            inbox_url.STATUS_CODES,
            ReplyStatus.OPEN,
            _with_counts(labels.HANDLINGS, inbox_page.statuses),
            inbox_filters.status,
        )
        _search(inbox_filters.q)
    if inbox_filters.kind != ReplyKind.AUTOMATIC:
        _sentiments(inbox_filters, inbox_page)


def _one(
    label: str,
    name: str,
    codes: Mapping[T, str],
    default: T,
    shown: Mapping[str, str],
    chosen: str,
    explained: str | None = None,
) -> None:
    st.segmented_control(
        label,
        list(shown),
        format_func=lambda value: shown[value],
        required=True,
        key=url_state.control(name, str(chosen)),
        on_change=url_state.writes_one(name, codes, default),
        help=explained,
    )


def _with_counts(names: Mapping[T, str], counts: Mapping[T, int]) -> dict[str, str]:
    return {str(value): f"{name} {text.number(counts[value])}" for value, name in names.items()}


def _sentiments(inbox_filters: InboxFilters, inbox_page: Inbox) -> None:
    offered = inbox_url.sentiments_in(inbox_filters.kind)
    names = {str(kind): f"{kind.capitalize()} {text.number(inbox_page.counts[kind])}" for kind in offered}
    st.pills(
        "Sentiment",
        list(names),
        format_func=lambda value: names[value],
        selection_mode="multi",
        key=url_state.control(inbox_url.SENTIMENT, [str(sentiment) for sentiment in inbox_filters.sentiments or ()]),
        on_change=url_state.writes_some(inbox_url.SENTIMENT, inbox_url.codes_of(offered)),
    )


def _search(searched: str | None) -> None:
    st.text_input(
        "Search",
        placeholder="Name, company, address or any words",
        type="search",
        max_chars=inbox_url.LONGEST_SEARCH,
        help="Finds replies with all of these words, or with words that begin so. Case and accents do not matter.",
        key=url_state.control(inbox_url.SEARCH, searched or ""),
        on_change=url_state.writes_text(inbox_url.SEARCH),
    )
