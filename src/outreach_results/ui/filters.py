"""The filters that all pages share: in the bar under the navigation, and in the URL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from outreach_results import results
from outreach_results.models import Basis, Campaign, Filters
from outreach_results.models.people import PERSON
from outreach_results.models.periods import Days, a_year_earlier
from outreach_results.results import ChosenPeriod
from outreach_results.store.engine import Store
from outreach_results.ui import bound_controls, campaign_codes, campaign_picker, dates, text, url_state
from outreach_results.ui.cache import ask
from outreach_results.ui.dates import Period

EVENT_DATE, SEND_DATE = "Event date", "Send date"
_BASIS = {EVENT_DATE: Basis.ACTIVITY, SEND_DATE: Basis.SEND}
_BY = {Basis.ACTIVITY: "by event date", Basis.SEND: "by send date"}

EMAILS, PEOPLE = url_state.codes("count")

_COMPARE_CODES = url_state.codes("compare")
_PREVIOUS, _LAST_YEAR, _NONE = _COMPARE_CODES

_OPTIONS = "view-options-place"
_MOST_IN_PRINT = 20  # campaigns that are named

WITH_PEOPLE = frozenset({"overview"})
"""The pages that can count people instead of emails."""

WITHOUT_COMPARISON = frozenset({"inbox"})
"""The pages that compare nothing. What was chosen on another page stays in the URL, and counts in reports."""


@dataclass(frozen=True, slots=True)
class View(ChosenPeriod):
    """The chosen period as a page shows it; ``label`` is empty on pages to which the filters do not apply.

    What it is compared with may be other campaigns, and ``compared_with`` names those then.
    ``has_dates`` is off where no event of the chosen campaigns has a date. ``of_people`` is on where people are counted
    instead of emails. ``compares`` is off on a page that shows no comparison. ``labels`` are the names of the chosen
    clients and tags.
    """

    has_dates: bool = True
    of_people: bool = False
    compares: bool = True
    labels: str = ""

    def days(self) -> str:
        """The days shown: Feb 28 – Mar 27, 2026."""
        return text.days(self.first, self.last) if self.has_dates else "All time, without dates"

    def sentence(self) -> str:
        """A description: days, campaigns, basis, and whether machines are left out."""
        return " · ".join([self.days(), self._campaigns() or "all campaigns", *ways_of_counting(self.filters)])

    def summary(self) -> str:
        """What the filters are called where they are folded: Filters · Last 28 days."""
        return " · ".join(filter(None, ["Filters", self.label, self.labels or self._campaigns()]))

    def caption(self, as_of: datetime | None) -> str:
        """What stands beside the controls: the days they come to, and until when the data reaches.

        Args:
            as_of: the last day of the account's data, at midnight, or the time until which that day is known if it is
                unfinished.
        """
        unit = ["people"] if self.of_people else []
        # The calendar shows custom days already, and with them the row would not fit a laptop's window.
        days = "" if self.label == dates.CUSTOM else self.days()
        parts = [
            days,
            *unit,
            *ways_of_counting(self.filters),
            *_reach(as_of, self.last),
            self.remark if self.compares else "",
        ]
        return " · ".join(filter(None, parts))

    def unfinished(self, as_of: datetime | None) -> datetime | None:
        """Until when the last day shown is known, while it is not over; None for days that are over.

        Args:
            as_of: as for `caption`.
        """
        known_until = _within_a_day(as_of)
        return known_until if known_until is not None and known_until.date() <= self.last else None

    def in_print(self, label_of: Mapping[str, str]) -> str:
        """What a printed page says instead of the controls: campaigns, custom days, and what they are compared with."""
        chosen = self.filters.campaigns
        if chosen is None:
            names = "All campaigns"
        elif len(chosen) > _MOST_IN_PRINT:
            names = f"{len(chosen)} of {len(label_of)} campaigns"
        else:
            names = ", ".join(label_of.get(one, one) for one in chosen)
        names = f"{self.labels}: {names or 'no campaigns'}" if self.labels else names
        days = self.days() if self.label == dates.CUSTOM else ""
        compared = f"compared with {self.compared_with}" if self.compared_with and self.compares else ""
        return " · ".join(filter(None, [names, days, compared]))

    def _campaigns(self) -> str:
        chosen = self.filters.campaigns
        if chosen is None:
            return ""
        return " · ".join(filter(None, [self.labels, text.counted(len(chosen), "campaign")]))


def ways_of_counting(filters: Filters) -> list[str]:
    """How the filters count, in words: by which date, and whether without machines."""
    return [_BY[filters.basis], *(["without bots & auto-replies"] if filters.humans_only else [])]


def _reach(as_of: datetime | None, last: date) -> list[str]:
    if as_of is None:
        return []
    day = text.short_day(as_of) if as_of.year == last.year else text.day(as_of)
    so_far = f", {text.clock(as_of)} (day not over)" if _within_a_day(as_of) else ""
    return [f"data through {day}{so_far}"]


def _within_a_day(as_of: datetime | None) -> datetime | None:
    """The time, unless it is midnight, which stands for a day that is over."""
    return None if as_of is None or as_of.time() == as_of.min.time() else as_of


def bar(label_of: dict[str, str], page: str = "") -> View | None:
    """Draw the controls and return what is chosen; None while nothing was sent.

    Args:
        label_of: as `campaign_labels` gives it.
        page: on which it is drawn; only some count people, and not all compare.
    """
    account = _account()
    if account is None:
        return None
    picked = campaign_picker.pick(label_of)
    chosen = picked.filters.campaigns
    dated = ask(results.date_range, chosen)
    own = dated or ask(results.snapshot_range, chosen)
    period = dates.period_control(own or account, account[1], dates.DEFAULT_PERIOD if dated else dates.ALL_TIME)
    compares = page not in WITHOUT_COMPARISON
    place = st.container(width="content")  # comparing needs to know the options, which stand after it
    with st.popover("View", key="view-options"):
        of_people = page in WITH_PEOPLE and _counts_people()
        basis, humans_only = _options(of_people=of_people)
        st.session_state[_OPTIONS] = st.container()
    filters = replace(
        picked.filters,
        start=None if period.is_open else period.first,
        end=None if period.is_open else period.last,
        basis=basis,
        humans_only=humans_only,
    )
    with place:
        comparison = _comparison(filters, period, (own or account)[0], label_of, has_control=compares)
    return View(
        period.label,
        filters,
        period.first,
        period.last,
        *comparison,
        has_dates=dated is not None or not period.is_open,
        of_people=of_people,
        compares=compares,
        labels=picked.labels,
    )


def unfiltered() -> View | None:
    """The view of a page to which the filters do not apply: everything; None while nothing was sent."""
    account = _account()
    return None if account is None else View("", Filters(), *account)


def options() -> DeltaGenerator:
    """Where a page puts controls of its own that are rarely needed: the popover "View" of the bar."""
    place = st.session_state.get(_OPTIONS)
    return place if isinstance(place, DeltaGenerator) else st.container()


def as_of(_store: Store) -> datetime | None:
    """The last day of the account's data, at midnight, or the time until which that day is known; None without days."""
    last = ask(results.last_day)
    if last is None:
        return None
    known_until = ask(results.data_as_of)
    return known_until if known_until.date() == last else datetime(last.year, last.month, last.day)  # noqa: DTZ001


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
    campaign_picker.choose_campaigns(campaign_ids, ask(campaign_labels))


def choose_days(first: date, last: date) -> None:
    """Set the period to these days. For callbacks."""
    for name, written in dates.days_texts(first, last).items():
        url_state.change(name, written)


def campaigns_text(campaign_ids: Sequence[str]) -> str:
    """The text of the parameter that chooses these campaigns."""
    return campaign_codes.written(campaign_ids, ask(campaign_labels))


def _account() -> Days | None:
    return ask(results.date_range) or ask(results.snapshot_range)


def _counts_people() -> bool:
    return bound_controls.one_of("count", "Count", EMAILS, explanation=PERSON) == PEOPLE


def _options(*, of_people: bool) -> tuple[Basis, bool]:
    """The way of counting: by which date, and whether without machines."""
    basis = bound_controls.one_of(
        "basis",
        "Attribute to",
        EVENT_DATE,
        explanation="Event date: an open counts on the day of the open. Send date: on the day its email was sent, "
        "so that a day's rate is the rate of that day's emails. People count by send date.",
        disabled=of_people,
    )
    humans_only = bound_controls.switch(
        "humans",
        "Exclude bots & auto-replies",
        "Leaves out opens and clicks by machines (privacy proxies, link scanners) and automatic replies.",
    )
    return Basis.SEND if of_people else _BASIS[basis], humans_only


def _comparison(
    filters: Filters, period: Period, begins: date, label_of: dict[str, str], *, has_control: bool
) -> tuple[Filters | None, str, str, str]:
    """The filters to compare with, their long and short labels, and what is wrong with the comparison.

    Args:
        begins: the first day of the chosen campaigns' data.
        has_control: whether the page lets people choose.
    """
    codes = dict(_COMPARE_CODES) | {campaign_id: _campaign_code(campaign_id) for campaign_id in label_of}
    labels = {option: label_of.get(option, option) for option in codes}
    shown = {
        _PREVIOUS: f"vs. {period.versus or 'previous period'}",
        _LAST_YEAR: "vs. same period last year",
    }

    def label(option: str) -> str:
        return shown.get(option) or label_of.get(option, option)

    chosen = url_state.one_of("compare", codes, _PREVIOUS, labels)
    if has_control:
        chosen = st.selectbox(
            "Compare with",
            list(codes),
            format_func=label,
            key=url_state.control("compare", chosen, label=label(chosen)),
            on_change=url_state.writes_one("compare", codes, _PREVIOUS),
            label_visibility="collapsed",
            width=215,
        )
    if chosen in label_of:
        return _with_campaign(filters, period, chosen, label_of[chosen])
    if chosen == _NONE:
        return None, "", "", ""
    if period.before is None:
        return None, "", "", "no comparison for all time"
    is_year = chosen == _LAST_YEAR
    start, end = a_year_earlier(period.first, period.last) if is_year else period.before
    comparison, remark = results.compared(filters, (start, end), begins)
    if comparison is None:
        return None, "", "", remark
    versus = "same period last year" if is_year else period.versus
    return comparison, text.days(start, end), versus, remark


def _with_campaign(
    filters: Filters, period: Period, campaign_id: str, label: str
) -> tuple[Filters | None, str, str, str]:
    if filters.campaigns == (campaign_id,):
        return None, "", "", "no comparison of a campaign with itself"
    span = ask(results.date_range, (campaign_id,)) or ask(results.snapshot_range, (campaign_id,))
    if span is None or (not period.is_open and not (span[0] <= period.last and period.first <= span[1])):
        return None, "", "", f"no comparison: “{label}” has no activity in this period"
    return filters.of(campaign_id), f"“{label}”", f"“{label}”", ""


def _campaign_code(campaign_id: str) -> str:
    """The escaped id; an id that looks like another code of the comparison has its first character escaped too."""
    code = url_state.join([campaign_id])
    return f"~{ord(code[0]):02X}{code[1:]}" if code in _COMPARE_CODES.values() else code
