"""The periods that people choose by name, and what each is compared with.

They are counted back from the last day of the account's data, which stands for today: the clock may be far ahead of it.
Weeks begin on Monday.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

Days = tuple[date, date]
"""A first and a last day, inclusive."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Preset:
    """A period with a name.

    ``code`` stands for it in URLs. ``days`` are its days, by the day that stands for today. ``before`` are those that
    its days are compared with; ``versus`` names them after "vs.".
    """

    code: str
    label: str
    versus: str
    days: Callable[[date], Days]
    before: Callable[[date, date], Days]


def days_before(first: date, last: date) -> Days:
    """As many days, right before these."""
    length = last - first + _DAY
    return first - length, last - length


def months_earlier(first: date, last: date, *, months: int) -> Days:
    """The same days of earlier months; a day that is missing there is the month's last."""
    return _earlier(first, months), _earlier(last, months)


def a_year_earlier(first: date, last: date) -> Days:
    """The same days of the year before; February 28 for a leap day."""
    return months_earlier(first, last, months=12)


def previous_days(length: int) -> str:
    """What so many days are compared with, after "vs."."""
    return "previous day" if length == 1 else f"previous {length} days"


def _earlier(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _month_before(first: date, _last: date) -> Days:
    return _earlier(first, 1), first - _DAY


def _weeks_earlier(first: date, last: date) -> Days:
    return first - 7 * _DAY, last - 7 * _DAY


def _monday(day: date) -> date:
    return day - day.weekday() * _DAY


def _last(length: int) -> Preset:
    return Preset(
        f"{length}d",
        f"Last {length} days",
        previous_days(length),
        lambda today: (today - (length - 1) * _DAY, today),
        days_before,
    )


PRESETS: tuple[Preset, ...] = (
    Preset("yesterday", "Yesterday", "day before", lambda today: (today - _DAY, today - _DAY), days_before),
    _last(7),
    _last(28),
    _last(90),
    Preset("week", "This week", "same days last week", lambda today: (_monday(today), today), _weeks_earlier),
    Preset(
        "last_week",
        "Last week",
        "week before",
        lambda today: (_monday(today) - 7 * _DAY, _monday(today) - _DAY),
        _weeks_earlier,
    ),
    Preset(
        "month",
        "This month",
        "same days last month",
        lambda today: (today.replace(day=1), today),
        partial(months_earlier, months=1),
    ),
    Preset(
        "last_month",
        "Last month",
        "month before",
        lambda today: (_earlier(today.replace(day=1), 1), today.replace(day=1) - _DAY),
        _month_before,
    ),
    Preset(
        "quarter",
        "This quarter",
        "same days last quarter",
        lambda today: (today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1), today),
        partial(months_earlier, months=3),
    ),
    Preset(
        "year",
        "Year to date",
        "same days last year",
        lambda today: (today.replace(month=1, day=1), today),
        a_year_earlier,
    ),
)
"""All of them, in the order in which they are offered."""
