"""Dates and times in words, the American way, for everything that people read."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

__all__ = [
    "DAY",
    "MONTH",
    "SHORT_DAY",
    "SHORT_MONTH",
    "SHORT_WEEKDAY",
    "WEEKDAY",
    "clock",
    "day",
    "days",
    "hours",
    "moment",
    "month",
    "short_day",
    "short_month",
    "short_weekday",
    "weekday",
]

DAY = "%b %-d, %Y"
"""Mar 10, 2026. Like the other formats, both for Python and for the axes and hover texts of Plotly."""

SHORT_DAY = "%b %-d"
"""Mar 10: where the year is known."""

SHORT_WEEKDAY = "%a, %b %-d"
"""Tue, Mar 10: where the year is known."""

WEEKDAY = "%a, %b %-d, %Y"
"""Tue, Mar 10, 2026."""

MONTH = "%B %Y"
"""March 2026."""

SHORT_MONTH = "%b %Y"
"""Mar 2026."""


def day(value: date) -> str:
    """A date: Mar 10, 2026."""
    return f"{value:{DAY}}"


def short_day(value: date) -> str:
    """A date whose year is known: Mar 10."""
    return f"{value:{SHORT_DAY}}"


def short_weekday(value: date) -> str:
    """A date whose year is known, with its day of the week: Tue, Mar 10."""
    return f"{value:{SHORT_WEEKDAY}}"


def weekday(value: date) -> str:
    """A date with its day of the week: Tue, Mar 10, 2026."""
    return f"{value:{WEEKDAY}}"


def month(value: date) -> str:
    """The month of a date: March 2026."""
    return f"{value:{MONTH}}"


def short_month(value: date) -> str:
    """The month of a date: Mar 2026."""
    return f"{value:{SHORT_MONTH}}"


def days(first: date, last: date) -> str:
    """Some days, inclusive: Feb 28 – Mar 27, 2026, within a month Mar 1 – 27, 2026; a single one: Mar 10, 2026."""
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{short_day(first)} – {last:%-d, %Y}"
    return f"{short_day(first) if first.year == last.year else day(first)} – {day(last)}"


def clock(value: datetime) -> str:
    """The time of day of a local time: 2:23 PM."""
    return f"{value:%-I:%M %p}"


def hours(first: int) -> str:
    """An hour of the day: 9 – 10 AM, 11 AM – 12 PM.

    Args:
        first: from 0 to 23.
    """
    (start, am), (end, pm) = ((hour % 12 or 12, "AM" if hour % 24 < 12 else "PM") for hour in (first, first + 1))
    return f"{start} – {end} {pm}" if am == pm else f"{start} {am} – {end} {pm}"


def moment(value: datetime, zone: ZoneInfo) -> str:
    """An instant in the reporting zone: Jan 31, 2026, 2:23 PM."""
    local = value.astimezone(zone)
    return f"{day(local)}, {clock(local)}"
