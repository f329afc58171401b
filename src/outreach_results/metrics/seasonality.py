"""Weekday seasonality of sending: how a week's emails are spread over its days, and which days were skipped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MIN_DAYS = 14
"""With fewer days of history no seasonality is estimated and no forecast is made."""

_WEEKS_LOOKED_BACK = 26
_HALF_LIFE_WEEKS = 6.0
_SURELY_NOT_CHANCE = 3.0  # a Poisson count with this mean is 0 once in twenty days
_MAIN_DAY = 0.5 / 7


@dataclass(frozen=True, slots=True)
class WeekdaySeasonality:
    """Daily sending in whole weeks that end with the last day known, and its weekday shares.

    ``sent`` (days,), ``weekday`` (days,) with Monday as 0, ``skipped`` (days,): no email where some were due, as on a
    holiday; ``shares`` (7,): the share of a week's emails by weekday, sums to 1.
    """

    sent: Floats
    weekday: NDArray[np.intp]
    skipped: Bools
    shares: Floats

    @property
    def week(self) -> NDArray[np.intp]:
        """The number of each day's week, the oldest being 0."""
        return np.arange(len(self.sent)) // 7

    @property
    def is_main(self) -> Bools:
        """Weekdays (7,) with at least half of an even share; the others bring little, as weekends often do."""
        return np.asarray(self.shares > _MAIN_DAY)

    def share_by(self, day: date) -> float:
        """The share (0 to 1) of a month's emails that this seasonality expects to be sent when ``day`` ends."""
        first = day.replace(day=1)
        days = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - first
        weights = self.shares[(first.weekday() + np.arange(days.days)) % 7]
        return float(weights[: day.day].sum() / weights.sum())


def weekday_seasonality(sent: Floats, last: date) -> WeekdaySeasonality | None:
    """Estimate the weekday seasonality of the half year up to ``last``.

    Args:
        sent: emails a day (days,), oldest first, without gaps, ending with ``last``.

    Returns:
        None with fewer than 14 days since the first email, or where no weekday brings any.
    """
    # Days before the first email are no history: they would count as skipped.
    history = np.trim_zeros(np.asarray(sent, dtype=np.float64), "f")
    weeks = min(len(history) // 7, _WEEKS_LOOKED_BACK)
    if len(history) < MIN_DAYS:
        return None
    # Whole weeks only, so that each weekday occurs equally often.
    days = history[-7 * weeks :]
    weekday = (last.weekday() - (len(days) - 1) + np.arange(len(days))) % 7
    skipped = np.zeros(len(days), dtype=bool)
    # Twice, because the days that were due depend on the shares, and the shares on the days that were skipped.
    for _ in range(2):
        due = _typical_week(days, weekday, skipped)
        skipped = np.asarray((days == 0) & (due[weekday] >= _SURELY_NOT_CHANCE))
    due = _typical_week(days, weekday, skipped)
    if due.sum() <= 0:
        return None
    return WeekdaySeasonality(days, weekday, skipped, due / due.sum())


def _typical_week(sent: Floats, weekday: NDArray[np.intp], skipped: Bools) -> Floats:
    """Emails by weekday (7,): an average in which a week counts half as much as one six weeks younger."""
    age = (len(sent) - 1 - np.arange(len(sent))) / 7
    weight = 0.5 ** (age / _HALF_LIFE_WEEKS) * ~skipped
    counted = np.bincount(weekday, weight, 7)
    summed = np.bincount(weekday, weight * sent, 7)
    return np.divide(summed, counted, out=np.zeros(7), where=counted > 0)
