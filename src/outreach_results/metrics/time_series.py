"""The time series of one metric: values, rolling mean, control limits, maturity and comparison of each point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outreach_results.metrics.buckets import Buckets, Days, Every, Floats
from outreach_results.metrics.control import MIN_JUDGED_OF, OF, Bools, control_limits
from outreach_results.metrics.maturity import MATURE, MaturityCurve, later_outcome_probability, likely_total
from outreach_results.metrics.rates import pair
from outreach_results.models.metric_definitions import RATES

_NO_DAY = np.datetime64("NaT", "s")

MEAN_DAYS = 7
"""The rolling mean is that of a whole week, so that weekends cancel out."""


Point = Mapping[str, Any]
"""A point of a series by the names of the columns; NaN where a number is unknown, None where a day is."""


@dataclass(frozen=True, slots=True)
class TimeSeries:
    """One metric's series. Its ``columns`` have, by name, one value a day, week or month, oldest first:

    - date, first, last, is_partial: the bucket, see `Buckets`
    - count, of: the emails that count, and the denominator (NaN where unknown)
    - value: the count or the rate (0 to 1) that is drawn; is_small: a rate of fewer than 20 emails, among points most
      of which have more
    - mean: of the seven days that end with this one, in units of ``value`` (NaN for weeks and months)
    - compared, compared_mean: the same at this place of what it is compared with, ``compared_first`` its first day
    - usual_low, usual_high: control limits in units of ``value`` (NaN where not judged, see `control_limits`);
      is_unusual: outside of them
    - arrived: the share (0 to 1) of the outcomes of its emails that has arrived (NaN where all has); expected,
      expected_low, expected_high: the final count with its 90% range; is_immature: less than 95% has arrived

    ``is_cohort``: a point counts the outcomes of the emails sent on it, so that ``count`` is a part of ``of``.
    """

    metric: str
    columns: Mapping[str, NDArray[Any]]
    is_cohort: bool = False

    @property
    def points(self) -> pd.DataFrame:
        """The columns as a frame, a row a point."""
        return pd.DataFrame(self.columns)

    def rows(self) -> list[Point]:
        """The points one by one: what is drawn for each of them is many times faster than with a frame."""
        values = [column.tolist() for column in self.columns.values()]
        return [dict(zip(self.columns, row, strict=True)) for row in zip(*values, strict=True)]

    def known(self, name: str) -> Bools:
        """(points,) whether a number of each point is known."""
        known: Bools = ~np.isnan(self.columns[name])
        return known

    @property
    def is_rate(self) -> bool:
        """Whether ``value`` is a share."""
        return self.metric in RATES

    @property
    def is_unknown(self) -> bool:
        """Whether every point lacks a number it needs, because the source does not track it."""
        known = self.known("count")
        return not (known & self.known("of") if self.is_rate else known).any()

    @property
    def unusual(self) -> pd.DataFrame:
        """The points outside their limits."""
        return self.points[self.points["is_unusual"]]


@dataclass(frozen=True, slots=True)
class ComparisonDays:
    """Daily counts of another period or campaign (columns of `daily_stats`); ``shift`` is added to their dates."""

    days: pd.DataFrame
    shift: timedelta


def counted(metric: str) -> str:
    """The name of the numerator of a rate; the name of a count unchanged."""
    return RATES[metric].parts[0] if metric in RATES else metric


def time_series(
    metric: str,
    days: pd.DataFrame,
    *,
    every: Every = Every.DAY,
    first: date | None = None,
    compared: ComparisonDays | None = None,
    is_cohort: bool = False,
    maturity: MaturityCurve | None = None,
    last_day: date | None = None,
) -> TimeSeries:
    """Build the time series of one metric.

    Args:
        metric: a count or a rate.
        days: the frame of `results.daily_stats`; days before ``first`` only feed the rolling mean.
        first: the first day to show; that of ``days`` by default.
        compared: the days of the comparison; None without one.
        is_cohort: days are sending days, so that a count is a part of its denominator: limits and maturity make sense.
        maturity: the maturity curve of this count; None where nothing is adjusted.
        last_day: the last day of the data, from which the ages of the sending days are counted.

    Returns:
        The series with one point a bucket.
    """
    dates = days["date"].to_numpy().astype("datetime64[D]")
    skipped = 0 if first is None else int(np.searchsorted(dates, np.datetime64(first)))
    dates, all_days = dates[skipped:], _parts(metric, days)
    parts = _Parts(all_days.count[skipped:], all_days.of[skipped:])
    buckets = Buckets(dates, every)
    points = parts.summed(buckets)
    value = _value(metric, points)
    is_daily = every == Every.DAY
    columns = buckets.columns() | {
        "count": points.count,
        "of": points.of,
        "value": value,
        "is_small": _is_small(metric, points),
        "mean": _means(metric, all_days)[skipped:] if is_daily else np.full(len(value), np.nan),
    }
    ages = None if last_day is None else (np.datetime64(last_day) - dates).astype(np.int64)
    columns |= _maturity_columns(parts, points, buckets, maturity if is_cohort else None, ages)
    columns |= _limits(metric, points, ~columns["is_immature"] & is_cohort)
    columns |= _comparison(metric, dates, buckets, compared, is_daily=is_daily)
    return TimeSeries(metric, columns, is_cohort)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Numerator and denominator in emails, by day or by bucket (NaN where unknown)."""

    count: Floats
    of: Floats

    def summed(self, buckets: Buckets) -> _Parts:
        return _Parts(buckets.sum(self.count), buckets.sum(self.of))


def _parts(metric: str, days: pd.DataFrame) -> _Parts:
    unknown = np.full(len(days), np.nan)
    of = RATES[metric].parts[1] if metric in RATES else OF.get(metric)
    if of is None:
        return _Parts(_floats(days[metric]), unknown)
    part, whole = pair(days, counted(metric), of)
    if metric in RATES:
        return _Parts(_floats(part), _floats(whole))
    # A count is that of all campaigns that know it: without a denominator of the same ones there are no limits.
    return _Parts(_floats(days[metric]), _floats(whole) if part.equals(days[metric]) else unknown)


def _floats(values: pd.Series[Any]) -> Floats:
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def _value(metric: str, parts: _Parts) -> Floats:
    if metric not in RATES:
        return parts.count
    values = np.full(len(parts.of), np.nan)
    np.divide(parts.count, parts.of, out=values, where=parts.of > 0)
    return values


def _is_small(metric: str, parts: _Parts) -> Bools:
    # Where most points are small, all of them are drawn alike: otherwise hardly any line would remain.
    some = parts.of > 0
    few = some & (parts.of < MIN_JUDGED_OF)
    mostly_many = bool(some.any()) and float(few[some].mean()) < 0.5
    return few & (metric in RATES) & mostly_many


def _means(metric: str, parts: _Parts) -> Floats:
    """The mean of the week that ends with each day; of a rate, the rate of all emails of that week."""
    # Summing before dividing weights each day by its emails; a mean of daily rates would let tiny days dominate.
    weeks = _Parts(_rolling_sum(parts.count), _rolling_sum(parts.of))
    return _value(metric, weeks) / (1 if metric in RATES else MEAN_DAYS)


def _rolling_sum(numbers: Floats) -> Floats:
    sums = np.full(len(numbers), np.nan)
    if len(numbers) >= MEAN_DAYS:
        sums[MEAN_DAYS - 1 :] = np.lib.stride_tricks.sliding_window_view(numbers, MEAN_DAYS).sum(axis=1)
    return sums


def _maturity_columns(
    parts: _Parts, points: _Parts, buckets: Buckets, maturity: MaturityCurve | None, ages: NDArray[np.int64] | None
) -> dict[str, Any]:
    """The columns arrived, expected, expected_low, expected_high and is_immature of `TimeSeries.points`."""
    unknown = np.full(len(points.count), np.nan)
    nothing = dict.fromkeys(("arrived", "expected", "expected_low", "expected_high"), unknown)
    complete = nothing | {"is_immature": np.zeros(len(unknown), dtype=bool)}
    if maturity is None or ages is None:
        return complete
    arrived = np.array([maturity.at(int(age)) for age in ages])
    seen = float(np.nansum(parts.of * arrived))
    # The denominator counts only what can have arrived by now, so that young days do not lower the final rate.
    rate = min(1.0, float(np.nansum(parts.count)) / seen) if seen else 0.0
    left = np.maximum(parts.of - parts.count, 0)
    to_come = buckets.sum(left * np.array([later_outcome_probability(rate, share) for share in arrived]))
    share = np.divide(buckets.sum(parts.of * arrived), points.of, out=unknown.copy(), where=points.of > 0)
    is_immature = (share < MATURE) & np.isfinite(points.count)
    if not is_immature.any():
        return complete
    low, high = unknown.copy(), unknown.copy()
    for at in np.flatnonzero(is_immature):
        count, of = int(points.count[at]), int(points.of[at])
        low[at], high[at] = likely_total(count, of, to_come[at] / (of - count)) if of > count else (count, count)
    return {
        "arrived": np.where(is_immature, share, np.nan),
        "expected": np.where(is_immature, points.count + to_come, np.nan),
        "expected_low": low,
        "expected_high": high,
        "is_immature": is_immature,
    }


def _limits(metric: str, points: _Parts, judged: Bools) -> dict[str, Any]:
    """The columns usual_low, usual_high and is_unusual; NaN and False where a point is not judged."""
    low, high = control_limits(points.count, points.of, judged)
    scale = points.of if metric in RATES else np.ones(len(low))
    with np.errstate(invalid="ignore", divide="ignore"):
        usual = {"usual_low": low / scale, "usual_high": high / scale}
    return usual | {"is_unusual": (points.count < low) | (points.count > high)}


def _comparison(
    metric: str, dates: Days, buckets: Buckets, compared: ComparisonDays | None, *, is_daily: bool
) -> dict[str, Any]:
    """The columns compared, compared_mean and compared_first, aligned by shifting the days of the comparison."""
    unknown = np.full(len(buckets.start), np.nan)
    if compared is None or not len(dates):
        return {"compared": unknown, "compared_mean": unknown, "compared_first": np.full(len(unknown), _NO_DAY)}
    parts = _parts(metric, compared.days)
    shift = np.timedelta64(compared.shift.days, "D")
    moved = compared.days["date"].to_numpy().astype("datetime64[D]") + shift
    place = (dates - moved[0]).astype(np.int64)
    is_there = (place >= 0) & (place < len(moved))

    def aligned(numbers: Floats, elsewhere: float) -> Floats:
        return np.where(is_there, numbers[np.clip(place, 0, len(moved) - 1)], elsewhere)

    # A bucket of which the comparison has no day stays empty; 0 would say that nothing happened.
    is_some = buckets.sum(is_there.astype(np.float64)) > 0
    sums = _Parts(aligned(parts.count, 0.0), aligned(parts.of, 0.0)).summed(buckets)
    values = np.where(is_some & ~_is_small(metric, sums), _value(metric, sums), np.nan)
    return {
        "compared": values,
        "compared_mean": aligned(_means(metric, parts), np.nan) if is_daily else unknown,
        "compared_first": (buckets.first - shift).astype("datetime64[s]"),
    }
