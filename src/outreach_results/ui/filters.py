"""The filters that all pages share: in the sidebar, and in the URL."""

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

_BETWEEN_DAYS = ".."
_YEARS_AROUND = 10  # how far before and after the data the calendars reach

PREVIOUS, LAST_YEAR, NOTHING = "Previous period", "Same period last year", "Nothing"

_PERIOD_CODES = url_state.codes("period")
_BASIS_CODES = url_state.codes("basis")
_COMPARE_CODES = url_state.codes("compare")


@dataclass(frozen=True, slots=True)
class View:
    """The chosen filters and what they are compared with.

    ``first`` and ``last`` are the days shown; ``filters`` has open ends where the whole history is meant.
    ``comparison`` filters what it is compared with; ``compared_with`` is its description, ``versus`` a short one.
    ``has_dates`` is off where no event of the chosen campaigns has a date.
    """

    filters: Filters
    first: date
    last: date
    comparison: Filters | None = None
    compared_with: str = ""
    versus: str = ""
    has_dates: bool = True

    def sentence(self) -> str:
        """A description: days, campaigns, basis, and whether machines are left out."""
        chosen = self.filters.campaigns
        whose = "all campaigns" if chosen is None else f"{len(chosen)} campaign{'s' if len(chosen) > 1 else ''}"
        by = "counted on the day it happened" if self.filters.basis == Basis.ACTIVITY else "counted on the sending day"
        humans = " · humans only" if self.filters.humans_only else ""
        days = days_in_words(self.first, self.last) if self.has_dates else "all time, dates not in this export"
        return f"{days} · {whose} · {by}{humans}"


def days_in_words(first: date, last: date) -> str:
    """28 Feb – 27 Mar 2026."""
    start = f"{first:%-d %b}" if first.year == last.year else f"{first:%-d %b %Y}"
    return f"{start} – {last:%-d %b %Y}"


def sidebar(label_of: dict[str, str]) -> View | None:
    """Draw the filters and return what is chosen; None while nothing was sent.

    Args:
        label_of: as `campaign_labels` gives it.
    """
    with st.sidebar:
        chosen = _campaigns(label_of)
        dated = ask(results.date_range, chosen)
        span = dated or ask(results.snapshot_range, chosen)
        if span is None:
            return None
        first, last, open_ended = _period(*span, DEFAULT_PERIOD if dated else ALL_TIME)
        basis = _basis()
        humans_only = st.toggle(
            "Humans only",
            key=url_state.control("humans", url_state.is_on("humans")),
            on_change=url_state.writes_switch("humans"),
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
    return View(filters, first, last, *comparison, has_dates=dated is not None or not open_ended)


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


def choose_campaigns(campaign_ids: Sequence[str]) -> None:
    """Filter by these campaigns, none for all of them. For callbacks."""
    url_state.change("campaigns", url_state.join(campaign_ids))


def choose_days(first: date, last: date) -> None:
    """Set the period to these days. For callbacks."""
    for name, text in _texts_of_days(first, last).items():
        url_state.change(name, text)


def switch_to(
    page: str,
    days: tuple[date, date] | None = None,
    *,
    campaign_ids: Sequence[str] | None = None,
    choices: Mapping[str, str] | None = None,
) -> NoReturn:
    """Go to another page, such as ``inbox``, with the same filters or for other days or campaigns, as a link would.

    ``choices`` are the texts of other parameters, such as ``{"show": "rates"}``.
    """
    changes = dict(choices or {})
    if campaign_ids is not None:
        changes["campaigns"] = url_state.join(campaign_ids)
    if days is not None:
        changes |= _texts_of_days(*days)
    url_state.switch_to(page, changes)


def _texts_of_days(first: date, last: date) -> dict[str, str]:
    return {"period": _PERIOD_CODES[CUSTOM], "days": f"{first}{_BETWEEN_DAYS}{last}"}


def _campaigns(label_of: dict[str, str]) -> tuple[str, ...] | None:
    codes = {campaign_id: campaign_id for campaign_id in label_of}
    known, unknown = url_state.some_of("campaigns", codes, labels=label_of)
    short = url_state.from_short_form("campaigns")
    if set(unknown) & set(short):
        url_state.notice("The address names a campaign that is not here.")
    if set(unknown) - set(short):
        url_state.refuse("campaigns", url_state.join(known))
    elif unknown:
        url_state.correct("campaigns", url_state.join(known))
    chosen = st.multiselect(
        "Campaigns",
        list(label_of),
        format_func=lambda campaign_id: label_of.get(campaign_id, campaign_id),
        placeholder="All campaigns",
        key=url_state.control("campaigns", known),
        on_change=url_state.writes_some("campaigns", codes),
    )
    return tuple(sorted(chosen)) or None


def _period(first: date, last: date, default: str) -> tuple[date, date, bool]:
    """The days shown, and whether the whole history is meant."""
    period = st.selectbox(
        "Period",
        PERIODS,
        key=url_state.control("period", url_state.one_of("period", _PERIOD_CODES, default)),
        on_change=url_state.writes_one("period", _PERIOD_CODES, default),
    )
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
    earliest, latest = _years_later(first, -_YEARS_AROUND), _years_later(last, _YEARS_AROUND)
    days = _read_days(earliest, latest) or (first, last)
    st.date_input(
        "Days",
        (first, last),
        key=url_state.control("days", days),
        min_value=earliest,
        max_value=latest,
        on_change=_write_days,
        format="YYYY-MM-DD",
    )
    if len(days) == 1:
        st.caption("Choose the last day too, or stay with this one.")
    return days[0], days[-1]


def _read_days(earliest: date, latest: date) -> tuple[date, ...]:
    """The one or two days of the URL, in order; empty if it has none, or invalid ones."""
    written = url_state.text("days")
    parts = [part for part in written.split(".") if part]  # older links repeat the parameter, once per day
    try:
        days = tuple(date.fromisoformat(part) for part in parts)
    except ValueError:
        days = ()
    if written and (not 1 <= len(days) <= 2 or not all(earliest <= day <= latest for day in days)):
        url_state.correct("days")
        url_state.notice("The address asks for days that cannot be shown; others are shown.")
        return ()
    if len(days) == 2 and days[0] > days[1]:
        days = days[1], days[0]
        url_state.correct("days", _BETWEEN_DAYS.join(map(str, days)))
        url_state.notice("The first day is after the last; they were swapped.")
    return days


def _write_days() -> None:
    chosen = url_state.chosen("days")
    days = chosen if isinstance(chosen, tuple | list) else (chosen,)
    url_state.change("days", _BETWEEN_DAYS.join(str(day) for day in days))


def _basis() -> Basis:
    chosen = st.segmented_control(
        "Count on",
        list(_BASIS),
        required=True,
        key=url_state.control("basis", url_state.one_of("basis", _BASIS_CODES, ACTIVITY_DAY)),
        on_change=url_state.writes_one("basis", _BASIS_CODES, ACTIVITY_DAY),
        help="Activity day: an open counts on the day of the open. Sending day: on the day its email was sent, "
        "so that a day's rate is the rate of that day's emails.",
    )
    return _BASIS[chosen or ACTIVITY_DAY]


def _comparison(filters: Filters, first: date, last: date, label_of: dict[str, str]) -> tuple[Filters | None, str, str]:
    """The filters to compare with, and their long and short labels."""
    codes = dict(_COMPARE_CODES) | {campaign_id: _campaign_code(campaign_id) for campaign_id in label_of}
    labels = {option: label_of.get(option, option) for option in codes}
    chosen = st.selectbox(
        "Compare with",
        list(codes),
        format_func=lambda option: label_of.get(option, option),
        key=url_state.control("compare", url_state.one_of("compare", codes, PREVIOUS, labels)),
        on_change=url_state.writes_one("compare", codes, PREVIOUS),
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


def _campaign_code(campaign_id: str) -> str:
    """The escaped id; an id that looks like another code of the comparison has its first character escaped too."""
    code = url_state.join([campaign_id])
    return f"~{ord(code[0]):02X}{code[1:]}" if code in _COMPARE_CODES.values() else code


def _years_later(day: date, years: int) -> date:
    """The same date other years; 28 February for a leap day."""
    return day.replace(year=day.year + years, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _year_before(day: date) -> date:
    """The same date a year before; 28 February for a leap day."""
    return _years_later(day, -1)
