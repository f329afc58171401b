"""The series behind a tile of the overview: one metric over the period, with its range and its comparison."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outreach_results import metrics
from outreach_results.metrics import Every
from outreach_results.metrics.buckets import Buckets
from outreach_results.metrics.dispersion import DailyCounts, change_p_value, dispersion, rate_interval
from outreach_results.models import Filters, Sentiment
from outreach_results.models.metric_definitions import COST, COST_PER_MEETING, POSITIVE_REPLIES, RATES
from outreach_results.results.daily import daily_stats
from outreach_results.results.headlines import SIGNIFICANT, period_days
from outreach_results.results.inbox_filters import InboxFilters
from outreach_results.results.reply_counts import count_days
from outreach_results.store.engine import Store

Floats = NDArray[np.float64]

WEEKLY_FROM = 61
"""From this many days on, numbers are summed by week: single days would be too narrow to see."""

COST_WINDOW = 28
"""Days over which cost per meeting is taken: most days have no meeting."""

_EVERYTHING = InboxFilters()


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
    points = _points(store, filters, name)
    every = Every.DAY
    if comparison is not None:
        shift = filters.start - comparison.start if filters.start and comparison.start else timedelta(0)
        # Matched by date below, because days without any activity may be missing on either side.
        earlier = _points(store, comparison, name).set_index("date")["value"]
        earlier.index = earlier.index + pd.Timedelta(shift)
        if earlier.fillna(0).any():  # a line of zeros would look like a failure, not like missing data
            points["compared"] = earlier.reindex(points["date"]).to_numpy()
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


def _positive_per_sent(store: Store, filters: Filters) -> DailyCounts:
    days = daily_stats(store, filters)
    sent = days["emails_sent"].to_numpy(dtype=np.float64, na_value=np.nan)
    return DailyCounts(_positive(store, filters, days["date"]), sent)


def _is_rolling(name: str) -> bool:
    return name in RATES or name == COST_PER_MEETING.name


def _points(store: Store, filters: Filters, name: str) -> pd.DataFrame:
    if name in RATES:
        return _rate(store, filters, name)
    if name == COST_PER_MEETING.name:
        return _cost_per_meeting(store, filters)
    days = daily_stats(store, filters)
    if name == POSITIVE_REPLIES.name:
        values = _positive(store, filters, days["date"])
    else:
        column = f"{COST.name}_usd" if name == COST.name else name
        values = days[column].to_numpy(dtype=np.float64, na_value=np.nan)
    return _frame(days["date"], values)


def _frame(
    dates: pd.Series[pd.Timestamp], values: Floats, low: Floats | None = None, high: Floats | None = None
) -> pd.DataFrame:
    unknown = np.full(len(values), np.nan)
    return pd.DataFrame(
        {
            "date": dates.to_numpy(),
            "value": values,
            "low": unknown if low is None else low,
            "high": unknown if high is None else high,
            "compared": unknown,
        }
    )


def _with_run_up(filters: Filters, days: int) -> Filters:
    return filters if filters.start is None else replace(filters, start=filters.start - timedelta(days=days))


def _shown(dates: pd.Series[pd.Timestamp], first: date | None) -> NDArray[np.bool_]:
    return np.ones(len(dates), bool) if first is None else (dates >= pd.Timestamp(first)).to_numpy()


def _rate(store: Store, filters: Filters, name: str) -> pd.DataFrame:
    """The rate of the seven days up to each day, with the range that the dispersion of the daily counts allows."""
    period, dates = period_days(store, _with_run_up(filters, metrics.MEAN_DAYS - 1))
    counts = period.counts(*RATES[name].parts)
    rate = np.asarray(period.rolling(name), dtype=np.float64)
    whole: Floats = pd.Series(counts.of).rolling(metrics.MEAN_DAYS, min_periods=1).sum().to_numpy(dtype=np.float64)
    spread = dispersion([counts])
    ends = [
        rate_interval(share, of, spread) if of > 0 and 0 <= share <= 1 else (np.nan, np.nan)
        for share, of in zip(rate.tolist(), whole.tolist(), strict=True)
    ]
    low, high = np.array(ends, dtype=np.float64).reshape(-1, 2).T
    return _frame(dates, rate, low, high)[_shown(dates, filters.start)].reset_index(drop=True)


def _cost_per_meeting(store: Store, filters: Filters) -> pd.DataFrame:
    days = daily_stats(store, _with_run_up(filters, COST_WINDOW - 1))
    cost, meetings = (
        pd.Series(part.to_numpy(dtype=np.float64, na_value=np.nan)).rolling(COST_WINDOW, min_periods=1).sum()
        for part in metrics.pair(days, f"{COST.name}_usd", "meetings_booked")
    )
    # Without a meeting there is no cost of one; divided by 0 it would be infinite, and stretch the axis.
    values = (cost / meetings.where(meetings > 0)).to_numpy(dtype=np.float64)
    return _frame(days["date"], values)[_shown(days["date"], filters.start)].reset_index(drop=True)


def _positive(store: Store, filters: Filters, dates: pd.Series[pd.Timestamp]) -> Floats:
    with store.read() as connection:
        by_day = {
            pd.Timestamp(day): float(n)
            for day, sentiment, n in count_days(connection, filters, _EVERYTHING)
            if sentiment == Sentiment.POSITIVE
        }
    return np.array([by_day.get(day, 0.0) for day in dates], dtype=np.float64)


def _by_week(points: pd.DataFrame) -> pd.DataFrame:
    """Sums by week, without weeks of which only a part is in the period: they would look like a fall."""
    buckets = Buckets(points["date"].to_numpy(), Every.WEEK)
    frame = pd.DataFrame(
        {"date": buckets.start.astype("datetime64[s]")}
        | {name: buckets.sum(points[name].to_numpy(dtype=np.float64)) for name in points.columns.drop("date")}
    )
    whole = frame[~buckets.is_partial]
    return (frame if whole.empty else whole).reset_index(drop=True)
