"""The filters that all pages share: in the sidebar, and in the address of the page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import streamlit as st

from outreach_results import results
from outreach_results.models import Basis, Campaign, Filters
from outreach_results.ui.cache import ask

DEFAULT_PERIOD = "Last 28 days"
DAYS = {"Last 7 days": 7, DEFAULT_PERIOD: 28, "Last 90 days": 90}
THIS_MONTH = "Month"
ALL_TIME = "All time"
CUSTOM = "Custom"
PERIODS = (*DAYS, THIS_MONTH, ALL_TIME, CUSTOM)

_BASIS = {"Activity day": Basis.ACTIVITY, "Sending day": Basis.SEND}


@dataclass(frozen=True, slots=True)
class View:
    """What the person is looking at.

    ``first`` and ``last`` are the days shown; ``filters`` has open ends where the whole history is meant.
    """

    filters: Filters
    first: date
    last: date
    period: str

    @property
    def previous(self) -> Filters | None:
        """The period of the same length just before, or None where the whole history is shown."""
        if self.period == ALL_TIME:
            return None
        length = self.last - self.first + timedelta(days=1)
        return replace(self.filters, start=self.first - length, end=self.first - timedelta(days=1))

    def sentence(self) -> str:
        """The question in words."""
        days = f"{self.first:%-d %b %Y} – {self.last:%-d %b %Y}"
        chosen = self.filters.campaigns
        whose = "all campaigns" if chosen is None else f"{len(chosen)} campaign{'s' if len(chosen) > 1 else ''}"
        by = "counted on the day it happened" if self.filters.basis == Basis.ACTIVITY else "counted on the sending day"
        return f"{days} · {whose} · {by}" + (" · humans only" if self.filters.humans_only else "")


def sidebar(campaigns: list[Campaign]) -> View | None:
    """Draw the filters and return what they ask for; None while there is no data at all."""
    with st.sidebar:
        chosen = _campaigns(campaigns)
        span = ask(results.date_range, chosen)
        if span is None:
            return None
        period = st.selectbox("Period", PERIODS, index=PERIODS.index(DEFAULT_PERIOD), key="period", bind="query-params")
        first, last = _days(period, *span)
        basis = st.segmented_control(
            "Count on",
            list(_BASIS),
            default="Activity day",
            required=True,
            key="basis",
            bind="query-params",
            help="Activity day: an open counts on the day of the open. Sending day: on the day its e-mail was sent, "
            "so that a day's rate is the rate of that day's e-mails.",
        )
        humans_only = st.toggle(
            "Humans only",
            key="humans",
            bind="query-params",
            help="Leaves out opens and clicks by machines (privacy proxies, link scanners) and automatic replies.",
        )
    open_ended = period == ALL_TIME
    filters = Filters(
        campaigns=chosen,
        start=None if open_ended else first,
        end=None if open_ended else last,
        basis=_BASIS[basis or "Activity day"],
        humans_only=humans_only,
    )
    return View(filters=filters, first=first, last=last, period=period)


def labels(campaigns: list[Campaign]) -> dict[str, str]:
    """A distinct label for every campaign: its name, with the id where two share one."""
    names = [campaign.name for campaign in campaigns]
    return {
        campaign.id: campaign.name if names.count(campaign.name) == 1 else f"{campaign.name} ({campaign.id})"
        for campaign in campaigns
    }


def choose_campaigns(campaign_ids: list[str]) -> None:
    """Set the filter from elsewhere, such as a click on a row. To be called before the sidebar is drawn."""
    st.session_state["campaigns"] = campaign_ids


def _campaigns(campaigns: list[Campaign]) -> tuple[str, ...] | None:
    label_of = labels(campaigns)
    chosen = st.multiselect(
        "Campaigns",
        list(label_of),
        format_func=lambda campaign_id: label_of[campaign_id],
        placeholder="All campaigns",
        key="campaigns",
        bind="query-params",
    )
    return tuple(sorted(chosen)) or None


def _days(period: str, first: date, last: date) -> tuple[date, date]:
    """The days of a preset, counted back from the last day of the data: the clock may be far ahead of it."""
    if period in DAYS:
        return last - timedelta(days=DAYS[period] - 1), last
    if period == THIS_MONTH:
        return last.replace(day=1), last
    if period == CUSTOM:
        return _custom(first, last)
    return first, last


def _custom(first: date, last: date) -> tuple[date, date]:
    chosen = st.date_input("Days", (first, last), key="days", bind="query-params", format="YYYY-MM-DD")
    days = tuple(chosen) if isinstance(chosen, tuple | list) else (chosen,)
    if len(days) != 2:
        st.caption("Choose the last day too.")
        return (days[0], max(days[0], last)) if days else (first, last)
    if days[0] > days[1]:
        st.warning("The first day is after the last; they were swapped.")
        return days[1], days[0]
    return days[0], days[1]
