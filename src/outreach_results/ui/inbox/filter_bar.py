"""The filters of the inbox, each with how many replies it would show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from outreach_results.results import Inbox, InboxFilters, ReplyKind
from outreach_results.ui import text
from outreach_results.ui.inbox import inbox_url, labels

T = TypeVar("T")


def choices(triage: InboxFilters, found: Inbox) -> None:
    """ReplyKind, status, sentiments and search."""
    with st.container(horizontal=True, gap="medium", key="inbox-choices"):
        _one(
            "From",
            inbox_url.LANE,
            _by_text(labels.LANES),
            _by_text(found.lanes),
            triage.lane,
            "Automatic replies, such as out of office.",
        )
        _one("Status", inbox_url.STATUS, _by_text(labels.HANDLINGS), _by_text(found.handling), triage.handling)
        _search()
    if triage.lane != ReplyKind.AUTOMATIC:
        _sentiments(triage, found)


def _one(
    label: str, key: str, names: Mapping[str, str], counts: Mapping[str, int], chosen: str, explained: str | None = None
) -> None:
    st.session_state[key] = str(chosen)

    def choose() -> None:
        if key == inbox_url.LANE:
            inbox_url.tell(inbox_url.SENTIMENT, [])
        inbox_url.tell(key, [st.session_state[key]])
        inbox_url.start_over()

    by_value = {str(value): f"{name} {text.number(counts[value])}" for value, name in names.items()}
    st.segmented_control(
        label,
        list(by_value),
        format_func=lambda value: by_value[value],
        required=True,
        key=key,
        on_change=choose,
        help=explained,
    )


def _by_text(values: Mapping[Any, T]) -> dict[str, T]:
    return {str(key): value for key, value in values.items()}


def _sentiments(triage: InboxFilters, found: Inbox) -> None:
    offered = inbox_url.sentiments_in(triage.lane)
    st.session_state[inbox_url.SENTIMENT] = [str(sentiment) for sentiment in triage.sentiments or ()]

    def choose() -> None:
        inbox_url.tell(inbox_url.SENTIMENT, _in_order(st.session_state[inbox_url.SENTIMENT], offered))
        inbox_url.start_over()

    names = {str(kind): f"{kind.capitalize()} {text.number(found.counts[kind])}" for kind in offered}
    st.pills(
        "Sentiment",
        list(names),
        format_func=lambda value: names[value],
        selection_mode="multi",
        key=inbox_url.SENTIMENT,
        on_change=choose,
    )


def _in_order(chosen: Sequence[str], offered: Sequence[str]) -> list[str]:
    return [value for value in offered if value in chosen]


def _search() -> None:
    st.text_input(
        "Search",
        placeholder="Name, company, address or any words",
        type="search",
        max_chars=inbox_url.LONGEST_SEARCH,
        help="Finds replies with all of these words, or with words that begin so. Case and accents do not matter.",
        key=inbox_url.SEARCH,
        bind="query-params",
        persist_state="session",
        on_change=inbox_url.start_over,
    )
