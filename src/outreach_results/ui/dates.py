"""The control of the period: a named one, or any days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import streamlit as st

from outreach_results.models.periods import PRESETS, Days, days_before, previous_days
from outreach_results.ui import url_state

DEFAULT_PERIOD = "Last 28 days"
ALL_TIME = "All time"
CUSTOM = "Custom"

_PRESET_OF = {preset.label: preset for preset in PRESETS}
_CODES = url_state.codes("period")
_BETWEEN_DAYS = ".."
_YEARS_AROUND = 10  # how far before and after the data the calendars reach


@dataclass(frozen=True, slots=True)
class Period:
    """The chosen days, their name, and the days before them.

    ``is_open`` where the whole history is meant. ``versus`` names the days before after "vs."; there are none of the
    whole history.
    """

    label: str
    first: date
    last: date
    is_open: bool = False
    before: Days | None = None
    versus: str = ""


def period_control(whole: Days, today: date, default: str) -> Period:
    """Draw the control, and return what is chosen.

    Args:
        whole: the first and the last day of the chosen campaigns' data.
        today: the last day of the account's data, from which named periods are counted back.
        default: the label of the period that holds where none is chosen.
    """
    bounds = _years_later(whole[0], -_YEARS_AROUND), _years_later(max(whole[1], today), _YEARS_AROUND)
    chosen = url_state.one_of("period", _CODES, default)
    days: tuple[date, ...] = ()
    if chosen == CUSTOM or not url_state.text("period"):  # days alone are enough
        days = _read_days(*bounds)
        chosen = CUSTOM if days else chosen
    period = _period(chosen, days, whole, today)
    st.selectbox(
        "Dates",
        list(_CODES),
        key=url_state.control("period", chosen),
        on_change=_write_period(period, default),
        label_visibility="collapsed",
        width=150,
    )
    if chosen == CUSTOM:
        _calendar(days or whole, *bounds)
    return period


def days_texts(first: date, last: date) -> dict[str, str]:
    """The texts of the parameters that choose these days."""
    return {"period": _CODES[CUSTOM], "days": f"{first}{_BETWEEN_DAYS}{last}"}


def _period(chosen: str, days: tuple[date, ...], whole: Days, today: date) -> Period:
    if chosen == ALL_TIME:
        return Period(chosen, *whole, is_open=True)
    if chosen == CUSTOM:
        first, last = (days[0], days[-1]) if days else whole
        length = (last - first).days + 1
        return Period(chosen, first, last, before=days_before(first, last), versus=previous_days(length))
    preset = _PRESET_OF[chosen]
    first, last = preset.days(today)
    return Period(chosen, first, last, before=preset.before(first, last), versus=preset.versus)


def _write_period(shown: Period, default: str) -> Callable[[], None]:
    write = url_state.writes_one("period", _CODES, default)

    def write_with_days() -> None:
        write()
        if url_state.chosen("period") == CUSTOM:  # one goes on from the days that are shown
            url_state.change("days", days_texts(shown.first, shown.last)["days"])

    return write_with_days


def _calendar(days: tuple[date, ...], earliest: date, latest: date) -> None:
    st.date_input(
        "Start and end date",
        list(days),
        key=url_state.control("days", days),
        min_value=earliest,
        max_value=latest,
        on_change=_write_days,
        format="MM/DD/YYYY",
        label_visibility="collapsed",
        width=228,  # holds two dates, and one beside "mm/dd/yyyy" while the second is chosen
    )


def _read_days(earliest: date, latest: date) -> tuple[date, ...]:
    """The one or two days of the URL, in order; empty if it has none, or invalid ones."""
    written = url_state.text("days")
    parts = [part for part in written.split(".") if part]  # older links repeat the parameter, once per day
    try:
        days = tuple(date.fromisoformat(part) for part in parts)
    except ValueError:
        days = ()
    if written and (not 1 <= len(days) <= 2 or not all(earliest <= day <= latest for day in days)):
        url_state.refuse("days")
        return ()
    if len(days) == 2 and days[0] > days[1]:
        days = days[1], days[0]
        url_state.correct("days", _BETWEEN_DAYS.join(map(str, days)))
        url_state.notice("This link's start date is after its end date; they were swapped.")
    return days


def _write_days() -> None:
    chosen = url_state.chosen("days")
    days = chosen if isinstance(chosen, tuple | list) else (chosen,)
    url_state.change("period", _CODES[CUSTOM])
    url_state.change("days", _BETWEEN_DAYS.join(str(day) for day in days))


def _years_later(day: date, years: int) -> date:
    """The same date other years; February 28 for a leap day."""
    return day.replace(year=day.year + years, day=28 if (day.month, day.day) == (2, 29) else day.day)
