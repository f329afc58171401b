"""Ways from the trends page to other pages, and into the days of a week or month."""

from __future__ import annotations

from datetime import date

import streamlit as st

from outreach_results.metrics import Every
from outreach_results.ui import url_state
from outreach_results.ui.filters import choose_days, switch_to

_GO_TO = "trends-go-to"


def follow_click() -> None:
    """Switch to the page that the last click chose: a callback can set filters, but cannot switch pages."""
    target = st.session_state.pop(_GO_TO, None)
    if target:
        page, days = target
        switch_to(page, days)


def go_to(page: str, first: date, last: date) -> None:
    """Let the next run switch to a page with these days. For callbacks."""
    st.session_state[_GO_TO] = page, (first, last)


def point_links(first: date, last: date, every: Every) -> None:
    """Draw the buttons that lead from a day, week or month to its replies, its overview and its days.

    They run the whole page, also where a fragment has them.
    """
    with st.container(horizontal=True, gap="small"):
        clicked = [
            st.button("View replies", on_click=go_to, args=("inbox", first, last), key="at-inbox"),
            st.button("View overview", on_click=go_to, args=("overview", first, last), key="at-overview"),
            every != Every.DAY and st.button("Show its days", on_click=_show_days, args=(first, last), key="at-days"),
        ]
    if any(clicked):
        st.rerun()


def _show_days(first: date, last: date) -> None:
    choose_days(first, last)
    url_state.change("by")
    url_state.change("at")
