"""The filters that all pages share: in the sidebar, and in the address of the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NoReturn

import streamlit as st

from outreach_results import results
from outreach_results.models import Basis, Campaign, Filters
from outreach_results.store.engine import Store
from outreach_results.ui import url_state
from outreach_results.ui.cache import ask

DEFAULT_PERIOD = "Last 28 days"
DAYS = {"Last 7 days": 7, DEFAULT_PERIOD: 28, "Last 90 days": 90}
THIS_MONTH = "This month"
ALL_TIME = "All time"
CUSTOM = "Custom"
PERIODS = (*DAYS, THIS_MONTH, ALL_TIME, CUSTOM)

ACTIVITY_DAY, SENDING_DAY = "Activity day", "Sending day"
_BASIS = {ACTIVITY_DAY: Basis.ACTIVITY, SENDING_DAY: Basis.SEND}

_CARRIED = "filters-carried"

PREVIOUS, LAST_YEAR, NOTHING = "Previous period", "Same period last year", "Nothing"


@dataclass(frozen=True, slots=True)
class View:
    """What the person is looking at.

    ``first`` and ``last`` are the days shown; ``filters`` has open ends where the whole history is meant.
    ``comparison`` asks for what it is compared with; ``compared_with`` says so in full, ``versus`` in a word or two.
    """

    filters: Filters
    first: date
    last: date
    comparison: Filters | None = None
    compared_with: str = ""
    versus: str = ""

    def sentence(self) -> str:
        """The question in words."""
        chosen = self.filters.campaigns
        whose = "all campaigns" if chosen is None else f"{len(chosen)} campaign{'s' if len(chosen) > 1 else ''}"
        by = "counted on the day it happened" if self.filters.basis == Basis.ACTIVITY else "counted on the sending day"
        humans = " · humans only" if self.filters.humans_only else ""
        return f"{days_in_words(self.first, self.last)} · {whose} · {by}{humans}"


def days_in_words(first: date, last: date) -> str:
    """28 Feb – 27 Mar 2026."""
    start = f"{first:%-d %b}" if first.year == last.year else f"{first:%-d %b %Y}"
    return f"{start} – {last:%-d %b %Y}"


def sidebar(label_of: dict[str, str]) -> View | None:
    """Draw the filters and return what they ask for; None while nothing was sent.

    Args:
        label_of: as `campaign_labels` gives it.
    """
    st.session_state.update(st.session_state.pop(_CARRIED, {}))
    with st.sidebar:
        chosen = _campaigns(label_of)
        span = ask(results.date_range, chosen)
        if span is None:
            return None
        first, last, open_ended = _period(*span)
        basis = _basis()
        url_state.check("humans", ("true", "false"), "something else than true or false for humans")
        humans_only = st.toggle(
            "Humans only",
            key="humans",
            bind="query-params",
            help="Leaves out opens and clicks by machines (privacy proxies, link scanners) and automatic replies.",
        )
        filters = Filters(
            campaigns=chosen,
            start=None if open_ended else first,
            end=None if open_ended else last,
            basis=basis,
            humans_only=humans_only,
        )
        comparison = _comparison(filters, first, last, label_of)
    return View(filters, first, last, *comparison)


def campaign_labels(_store: Store) -> dict[str, str]:
    """A distinct label for every campaign: its name, with the id where two share one."""
    return distinct(ask(results.all_campaigns))


def distinct(campaigns: list[Campaign]) -> dict[str, str]:
    """The labels of these campaigns."""
    names = Counter(campaign.name for campaign in campaigns)
    return {
        campaign.id: campaign.name if names[campaign.name] == 1 else f"{campaign.name} ({campaign.id})"
        for campaign in campaigns
    }


def choose_campaigns(campaign_ids: list[str]) -> None:
    """Filter by these campaigns. For callbacks: widgets take a value only before they are drawn."""
    st.session_state["campaigns"] = campaign_ids


def choose_days(first: date, last: date) -> None:
    """Show these days. For callbacks: widgets take a value only before they are drawn."""
    st.session_state["period"] = CUSTOM
    if "days" not in st.session_state:
        # A widget that is drawn for the first time takes a value from here, but does not tell the address.
        st.query_params["days"] = [first.isoformat(), last.isoformat()]
    st.session_state["days"] = (first, last)


def switch_to(
    page: str,
    days: tuple[date, date] | None = None,
    *,
    campaign_ids: Sequence[str] | None = None,
    choices: Mapping[str, str] | None = None,
) -> NoReturn:
    """Go to another page, such as ``inbox``, with the same filters or for other days or campaigns, as a link would.

    ``choices`` are those of that page alone, as its address tells them.

    Switching empties the address; widgets that were there before write themselves into it again. Those that were not
    there take their values from the address.
    """
    params = {name: [value] for name, value in (choices or {}).items()}
    carried: dict[str, object] = {}
    if campaign_ids is not None:
        carried["campaigns"] = list(campaign_ids)
    if days is not None:
        if st.session_state.get("period") != CUSTOM:
            params["days"] = [day.isoformat() for day in days]
        carried |= {"period": CUSTOM, "days": days}
    st.session_state[_CARRIED] = carried
    st.switch_page(f"pages/{page}.py", query_params=params)


def _campaigns(label_of: dict[str, str]) -> tuple[str, ...] | None:
    asked = url_state.take("campaign")  # a short form by id, for links from elsewhere
    known = [campaign_id for campaign_id in asked if campaign_id in label_of]
    if known:
        choose_campaigns(known)
    if len(known) < len(asked):
        url_state.notice("The address names a campaign that is not here.")
    url_state.check("campaigns", label_of.values(), "a campaign that is not here")
    chosen = st.multiselect(
        "Campaigns",
        list(label_of),
        format_func=lambda campaign_id: label_of.get(campaign_id, campaign_id),
        placeholder="All campaigns",
        key="campaigns",
        bind="query-params",
    )
    return tuple(sorted(chosen)) or None


def _period(first: date, last: date) -> tuple[date, date, bool]:
    """The days shown, and whether the whole history is meant."""
    url_state.check("period", PERIODS, "a period that does not exist")
    period = st.selectbox("Period", PERIODS, index=PERIODS.index(DEFAULT_PERIOD), key="period", bind="query-params")
    if period == CUSTOM:
        return *_custom(first, last), False
    return *_preset(period, first, last), period == ALL_TIME


def _preset(period: str, first: date, last: date) -> tuple[date, date]:
    """The days of a preset, counted back from the last day of the data: the clock may be far ahead of it."""
    if period in DAYS:
        return last - timedelta(days=DAYS[period] - 1), last
    if period == THIS_MONTH:
        return last.replace(day=1), last
    return first, last


def _custom(first: date, last: date) -> tuple[date, date]:
    asked = url_state.asked("days")
    chosen = st.date_input("Days", (first, last), key="days", bind="query-params", format="YYYY-MM-DD")
    days = tuple(chosen) if isinstance(chosen, tuple | list) else (chosen,)
    # The address tells equal days only once.
    if any(asked) and (len(days) > 2 or set(asked) != {day.isoformat() for day in days}):
        url_state.notice("The address asks for days that cannot be shown; others are shown.")
    if len(days) != 2:
        st.caption("Choose the last day too, or stay with this one.")
        return (days[0], days[0]) if days else (first, last)
    if days[0] > days[1]:
        url_state.notice("The first day is after the last; they were swapped.")
        return days[1], days[0]
    return days[0], days[1]


def _basis() -> Basis:
    url_state.check("basis", _BASIS, "a way of counting that does not exist")
    chosen = st.segmented_control(
        "Count on",
        list(_BASIS),
        default=ACTIVITY_DAY,
        required=True,
        key="basis",
        bind="query-params",
        help="Activity day: an open counts on the day of the open. Sending day: on the day its e-mail was sent, "
        "so that a day's rate is the rate of that day's e-mails.",
    )
    return _BASIS[chosen or ACTIVITY_DAY]


def _comparison(filters: Filters, first: date, last: date, label_of: dict[str, str]) -> tuple[Filters | None, str, str]:
    """What to compare with, and that in words, long and short."""
    options = [PREVIOUS, LAST_YEAR, NOTHING, *label_of]
    url_state.check("compare", [label_of.get(option, option) for option in options], "a comparison that does not exist")
    chosen = st.selectbox(
        "Compare with",
        options,
        format_func=lambda option: label_of.get(option, option),
        key="compare",
        bind="query-params",
    )
    if chosen in label_of:
        return replace(filters, campaigns=(chosen,)), f"“{label_of[chosen]}”", "the other"
    if chosen == NOTHING or filters.start is None:
        return None, "", ""
    length = last - first + timedelta(days=1)
    back = _year_before(first) - first if chosen == LAST_YEAR else -length
    start, end = first + back, last + back
    versus = "last year" if chosen == LAST_YEAR else "previous"
    return replace(filters, start=start, end=end), days_in_words(start, end), versus


def _year_before(day: date) -> date:
    """The same date a year before; 28 February for a leap day."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
