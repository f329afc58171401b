"""The end of a month: some accounts send far more, or less, on its last workdays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from outreach_results.metrics.level_model import week_levels
from outreach_results.metrics.seasonality import Bools, Floats, WeekdaySeasonality

_LAST_WORKDAYS = 3
_MIN_MONTHS = 2
_MIN_EFFECT = 0.2  # of the logarithm: smaller ones do not move a month's total
_MIN_SPREAD = 0.15
_SURE = 2.5  # standard errors


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """By how much the last workdays of a month differ: mean and standard deviation of the logarithm of the factor."""

    mean: float
    spread: float

    def removed(self, sent: Floats, last: date) -> Floats:
        """The emails a day (days,) up to ``last`` as they would be without the effect."""
        return np.where(is_month_end(last - timedelta(days=len(sent) - 1), len(sent)), sent / np.exp(self.mean), sent)

    def draw(self, first: date, days: int, random: np.random.Generator, paths: int) -> Floats:
        """Draw the factors (paths, days) of the days from ``first`` on: one a path and month end, 1 on other days."""
        factor = np.exp(self.mean + self.spread * random.standard_normal((paths, 1)))
        return np.where(is_month_end(first, days), factor, 1.0)


def is_month_end(first: date, days: int) -> Bools:
    """Which of the days (days,) from ``first`` on are among the last three workdays (Monday to Friday) of a month."""
    day = np.datetime64(first, "D") + np.arange(days)
    next_month = (day.astype("datetime64[M]") + 1).astype("datetime64[D]")
    left = np.busday_count(day, next_month)  # workdays from the day to the end of its month, itself included
    return np.asarray(np.is_busday(day) & (left <= _LAST_WORKDAYS))


def month_end(of: WeekdaySeasonality, last: date) -> MonthEnd | None:
    """The month-end effect; None where fewer than two months show one that is beyond chance.

    Each month gives one ratio: the emails of its last workdays to those due by the other days of their weeks.
    """
    first = last - timedelta(days=len(of.sent) - 1)
    is_end = is_month_end(first, len(of.sent))
    others = replace(of, sent=np.where(is_end, 0.0, of.sent), skipped=of.skipped | is_end)
    level = np.exp(week_levels(others))[of.week]
    due = of.shares[of.weekday] * level
    counts = is_end & ~of.skipped & np.isfinite(due) & (due > 0)
    days = np.datetime64(first, "D") + np.arange(len(of.sent))
    months = days.astype("datetime64[M]").astype(np.int64)
    ratios = []
    for month in np.unique(months[counts]):
        here = counts & (months == month)
        if of.sent[here].sum() > 0 and here.sum() >= _LAST_WORKDAYS - 1:
            ratios.append(np.log(of.sent[here].sum() / due[here].sum()))
    if len(ratios) < _MIN_MONTHS:
        return None
    mean, spread = float(np.mean(ratios)), max(float(np.std(ratios, ddof=1)), _MIN_SPREAD)
    if abs(mean) < max(_MIN_EFFECT, _SURE * spread / np.sqrt(len(ratios))):
        return None
    return MonthEnd(mean, spread * float(np.sqrt(1 + 1 / len(ratios))))
