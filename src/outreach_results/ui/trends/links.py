"""Ways from the trends page to other pages, and into the days of a week or month."""

from __future__ import annotations

from datetime import date

import streamlit as st

from outreach_results.metrics import Every
from outreach_results.ui import dates, url_state
from outreach_results.ui.filters import choose_days


def point_links(first: date, last: date, every: Every) -> None:
    """Draw the links that lead from a day, week or month to its replies, its overview and its days."""
    days = dates.days_texts(first, last)
    with st.container(horizontal=True, gap="small"):
        url_state.page_link("View replies", "inbox", days)
        url_state.page_link("View overview", "overview", days)
        if every != Every.DAY and st.button("Show its days", on_click=_show_days, args=(first, last), key="at-days"):
            st.rerun()  # the whole page, also where a fragment has the button


def _show_days(first: date, last: date) -> None:
    choose_days(first, last)
    url_state.change("by")
    url_state.change("at")
