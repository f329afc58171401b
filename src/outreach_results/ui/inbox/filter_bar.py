"""The filters of the inbox in one row, each with how many replies it would show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import streamlit as st

from outreach_results import results
from outreach_results.models import Filters
from outreach_results.results import Inbox, InboxFilters, ReplyKind, ReplyStatus
from outreach_results.ui import text, url_state
from outreach_results.ui.cache import ask
from outreach_results.ui.inbox import inbox_url, labels

T = TypeVar("T", bound=str)


def controls(filters: Filters) -> None:
    """Draw the controls for status, kind, sentiments and search."""
    inbox_filters = inbox_url.read_filters()
    # Of the page that the list shows next, so that one answer serves both.
    counted = ask(results.inbox, filters, inbox_filters, page=inbox_url.page())
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="inbox-choices"):
        _one(
            "Status",
            inbox_url.STATUS,
            inbox_url.STATUS_CODES,
            ReplyStatus.OPEN,
            _with_counts(_statuses(counted, inbox_filters), counted.statuses),
            inbox_filters.status,
        )
        _one(
            "Type",
            inbox_url.KIND,
            inbox_url.KIND_CODES,
            ReplyKind.PEOPLE,
            _with_counts(labels.KINDS, counted.kinds),
            inbox_filters.kind,
        )
        if inbox_filters.kind != ReplyKind.AUTOMATIC:
            _sentiments(inbox_filters, counted)
        # Where nobody shares the work, there is nothing to choose.
        if inbox_filters.assignee is not None or ask(results.assignees):
            _assignee()
        _search(inbox_filters.q)


def _one(label: str, name: str, codes: Mapping[T, str], default: T, shown: Mapping[str, str], chosen: str) -> None:
    st.segmented_control(
        label,
        list(shown),
        format_func=lambda value: shown[value],
        required=True,
        key=_relabeled(url_state.control(name, str(chosen))),
        on_change=_on_change(name, str(chosen), url_state.writes_one(name, codes, default)),
        label_visibility="collapsed",
        width="content",
    )


def _statuses(counted: Inbox, inbox_filters: InboxFilters) -> dict[ReplyStatus, str]:
    """The statuses that are offered: where nothing is snoozed, the row stays as narrow as it can be."""
    offered = counted.statuses[ReplyStatus.SNOOZED] or inbox_filters.status == ReplyStatus.SNOOZED
    return {status: name for status, name in labels.STATUSES.items() if offered or status != ReplyStatus.SNOOZED}


def _assignee() -> None:
    """Draw whose replies are listed, once any is assigned or a link asks for some."""
    codes, chosen = inbox_url.assignee_codes(), inbox_url.chosen_assignee()
    st.selectbox(
        "Assignee",
        list(codes),
        key=url_state.control(inbox_url.ASSIGNED, chosen),
        on_change=_on_change(
            inbox_url.ASSIGNED, chosen, url_state.writes_one(inbox_url.ASSIGNED, codes, inbox_url.ANYONE)
        ),
        label_visibility="collapsed",
        width=130,
    )


def _on_change(name: str, drawn: object, write: Callable[[], None]) -> Callable[[], None]:
    """A callback that writes what is chosen now; the run after it redraws the inbox."""

    def change() -> None:
        # After a run that was interrupted, Streamlit reports a control as changed that holds what was drawn.
        if url_state.chosen(name) not in (None, drawn):
            write()
            url_state.keep_in_fragment()

    return change


def _relabeled(key: str) -> str:
    """The key of a control whose labels may have changed with their counts."""
    # The browser holds the label of what is chosen. Where the labels change and it is not told the choice again, it
    # takes the choice for gone: a fragment that runs by itself does not tell it what it seems to know.
    st.session_state[key] = st.session_state[key]
    return key


def _with_counts(names: Mapping[T, str], counts: Mapping[T, int]) -> dict[str, str]:
    return {str(value): f"{name} {text.number(counts[value])}" for value, name in names.items()}


def _sentiments(inbox_filters: InboxFilters, counted: Inbox) -> None:
    offered = inbox_url.sentiments_in(inbox_filters.kind)
    names = {str(kind): f"{labels.SENTIMENTS[kind]} {text.number(counted.counts[kind])}" for kind in offered}
    chosen = [str(sentiment) for sentiment in inbox_filters.sentiments or ()]
    st.pills(
        "Sentiment",
        list(names),
        format_func=lambda value: names[value],
        selection_mode="multi",
        wrap=True,
        key=_relabeled(url_state.control(inbox_url.SENTIMENT, chosen)),
        on_change=_on_change(
            inbox_url.SENTIMENT, chosen, url_state.writes_some(inbox_url.SENTIMENT, inbox_url.codes_of(offered))
        ),
        label_visibility="collapsed",
        width="content",
    )


def _search(searched: str | None) -> None:
    st.text_input(
        "Search",
        placeholder="Search name, company, words",
        type="search",
        max_chars=inbox_url.LONGEST_SEARCH,
        key=url_state.control(inbox_url.SEARCH, searched or ""),
        on_change=_on_change(inbox_url.SEARCH, searched or "", url_state.writes_text(inbox_url.SEARCH)),
        label_visibility="collapsed",
    )
