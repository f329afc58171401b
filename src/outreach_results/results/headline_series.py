"""The series behind a tile of the overview: one metric over the period, with its range and its comparison."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from outreach_results import metrics
from outreach_results.metrics import Every, shared_column
from outreach_results.metrics.buckets import Buckets
from outreach_results.metrics.dispersion import DailyCounts, change_p_value, dispersion, rate_interval
from outreach_results.models import MICROS_PER_DOLLAR, Filters
from outreach_results.models.metric_definitions import COST, COST_PER_MEETING, POSITIVE_REPLIES, RATES, TILES
from outreach_results.results.daily import DayNumbers, day_numbers
from outreach_results.results.day_table import Days, Floats
from outreach_results.results.headlines import SIGNIFICANT, PeriodDays, curves_and_clock
from outreach_results.results.query import check_period
from outreach_results.results.reply_counts import positive_by_day
from outreach_results.store.engine import Store

WEEKLY_FROM = 61
"""From this many days on, numbers are summed by week: single days would be too narrow to see."""

COST_WINDOW = 28
"""Days over which cost per meeting is taken: most days have no meeting."""


@dataclass(frozen=True, slots=True)
class HeadlineSeries:
    """One metric over the period.

    Attributes:
        name: of the metric.
        every: what a point of a number covers. A point of a rate covers the seven days up to it, one of the cost per
            meeting `COST_WINDOW` days.
        points: one row a point, oldest first: date, value, low and high (the 95% range of a rate), compared (the same
            of the comparison). NaN where unknown.
    """

    name: str
    every: Every
    points: pd.DataFrame


def headline_series(store: Store, filters: Filters, name: str, comparison: Filters | None = None) -> HeadlineSeries:
    """The series of a metric that has a tile.

    Args:
        name: of a rate, a count, the cost, the cost per meeting or the positive replies.
        comparison: the filters of the comparison; another period is shifted to begin on the first day shown.

    Raises:
        QueryError: a period starts after its end.
    """
    points = _frame(_points(store, filters, name))
    every = Every.DAY
    if comparison is not None:
        shift = filters.start - comparison.start if filters.start and comparison.start else timedelta(0)
        # Matched by date below, because days without any activity may be missing on either side.
        earlier = _points(store, comparison, name, with_range=False)
        if np.nan_to_num(earlier.values).any():  # a line of zeros would look like a failure, not like missing data
            on = dict(zip((earlier.dates + np.timedelta64(shift.days)).tolist(), earlier.values.tolist(), strict=True))
            points["compared"] = [on.get(day.date(), np.nan) for day in points["date"]]
    if not _is_rolling(name) and len(points) >= WEEKLY_FROM:
        every, points = Every.WEEK, _by_week(points)
    return HeadlineSeries(name, every, points)


def positive_replies_change(store: Store, filters: Filters, comparison: Filters, looks: int) -> metrics.Change | None:
    """How the positive replies for each email sent changed; None where there were none before, or nothing was sent.

    Args:
        looks: how many changes are looked at together (Bonferroni).
    """
    now, before = (_positive_per_sent(store, chosen) for chosen in (filters, comparison))
    rate, earlier = now.rate, before.rate
    if rate is None or not earlier:
        return None
    p_value = change_p_value(now, before)
    return metrics.Change(rate - earlier, rate / earlier - 1, p_value is None or p_value * looks > SIGNIFICANT)


def headline_lines(store: Store, filters: Filters) -> dict[str, list[float]]:
    """The lines on the tiles by metric, without what is not known: drawn as 0 it would be wrong.

    A point is that of `HeadlineSeries.points`, day by day.

    Raises:
        QueryError: the period starts after its end.
    """
    return {tile.name: _known(_points(store, filters, tile.name, with_range=False).values) for tile in TILES}


def _known(values: Floats) -> list[float]:
    known: list[float] = values[~np.isnan(values)].tolist()
    return known


class _Points(NamedTuple):
    """(points,) what `HeadlineSeries.points` has; None where there is no range."""

    dates: Days
    values: Floats
    low: Floats | None = None
    high: Floats | None = None

    def shown(self, first: date | None) -> _Points:
        """Those from the first day of the period on."""
        if first is None:
            return self
        place = int(np.searchsorted(self.dates, np.datetime64(first)))
        return _Points(*(None if column is None else column[place:] for column in self))  # type: ignore[arg-type]


def _positive_per_sent(store: Store, filters: Filters) -> DailyCounts:
    days = _days(store, filters)
    return DailyCounts(_positive(store, filters, days.dates), days.numbers["emails_sent"])


def _is_rolling(name: str) -> bool:
    return name in RATES or name == COST_PER_MEETING.name


def _points(store: Store, filters: Filters, name: str, *, with_range: bool = True) -> _Points:
    if name in RATES:
        return _rate(store, filters, name, with_range=with_range)
    if name == COST_PER_MEETING.name:
        return _cost_per_meeting(store, filters)
    days = _days(store, filters)
    if name == POSITIVE_REPLIES.name:
        return _Points(days.dates, _positive(store, filters, days.dates))
    values = days.numbers[name]
    return _Points(days.dates, values / MICROS_PER_DOLLAR if name == COST.name else values)


def _days(store: Store, filters: Filters, run_up: int = 0) -> DayNumbers:
    check_period(filters)
    start = None if filters.start is None else filters.start - timedelta(days=run_up)
    with store.read() as connection:
        return day_numbers(connection, replace(filters, start=start))


def _rate(store: Store, filters: Filters, name: str, *, with_range: bool) -> _Points:
    """The rate of the seven days up to each day, with the range that the dispersion of the daily counts allows."""
    curves, clock = curves_and_clock(store, filters)
    days = _days(store, filters, metrics.MEAN_DAYS - 1)
    period = PeriodDays(days.dates, days.numbers, curves, basis=filters.basis, clock=clock)
    rate = period.rolling(name)
    if not with_range:
        return _Points(days.dates, rate).shown(filters.start)
    counts = period.counts(*RATES[name].parts)
    whole = metrics.rolling_sum(counts.of, metrics.MEAN_DAYS)
    spread = dispersion([counts])
    ends = [
        rate_interval(share, of, spread) if of > 0 and 0 <= share <= 1 else (np.nan, np.nan)
        for share, of in zip(rate.tolist(), whole.tolist(), strict=True)
    ]
    low, high = np.array(ends, dtype=np.float64).reshape(-1, 2).T
    return _Points(days.dates, rate, low, high).shown(filters.start)


def _cost_per_meeting(store: Store, filters: Filters) -> _Points:
    days = _days(store, filters, COST_WINDOW - 1)
    one, other = COST.name, "meetings_booked"
    pair = shared_column(one, other), shared_column(other, one)
    cost, meetings = (
        metrics.rolling_sum(days.numbers[name], COST_WINDOW)
        for name in (pair if pair[0] in days.numbers else (one, other))
    )
    # Without a meeting there is no cost of one; divided by 0 it would be infinite, and stretch the axis.
    values = cost / MICROS_PER_DOLLAR / np.where(meetings > 0, meetings, np.nan)
    return _Points(days.dates, values).shown(filters.start)


def _positive(store: Store, filters: Filters, dates: Days) -> Floats:
    with store.read() as connection:
        by_day = positive_by_day(connection, filters)
    return np.array([by_day.get(day, 0) for day in dates.tolist()], dtype=np.float64)


def _frame(points: _Points) -> pd.DataFrame:
    unknown = np.full(len(points.values), np.nan)
    return pd.DataFrame(
        {
            "date": points.dates.astype("datetime64[s]"),
            "value": points.values,
            "low": unknown if points.low is None else points.low,
            "high": unknown if points.high is None else points.high,
            "compared": unknown,
        }
    )


def _by_week(points: pd.DataFrame) -> pd.DataFrame:
    """Sums by week, without weeks of which only a part is in the period: they would look like a fall."""
    buckets = Buckets(points["date"].to_numpy(), Every.WEEK)
    frame = pd.DataFrame(
        {"date": buckets.start.astype("datetime64[s]")}
        | {name: buckets.sum(points[name].to_numpy(dtype=np.float64)) for name in points.columns.drop("date")}
    )
    whole = frame[~buckets.is_partial]
    return (frame if whole.empty else whole).reset_index(drop=True)
