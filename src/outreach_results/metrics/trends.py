"""The course of one metric, with all there is to say of each of its points."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from outreach_results.metrics.buckets import Every, bucketed
from outreach_results.metrics.control import MIN_JUDGED_OF, OF, control_limits
from outreach_results.metrics.rates import RATES
from outreach_results.metrics.ripeness import RIPE, Ripeness, likely_total, still_to_come

MEAN_DAYS = 7
"""The rolling mean is that of a whole week, so that weekends cancel out."""


@dataclass(frozen=True, slots=True)
class Trend:
    """One metric's course. Its ``points`` are a frame with one row a day, week or month, oldest first:

    - date, first, last, is_partial: the bucket, see `bucketed`
    - count, of: how many e-mails, of how many (NaN where not known)
    - value: what is drawn, a count or a rate; is_small: a rate of so few e-mails that it jumps about, among points that
      mostly stand on more
    - mean: of the seven days that end with this one, in units of ``value`` (NaN for weeks and months)
    - compared, compared_mean: the same at this place of what it is compared with, ``compared_first`` its first day
    - usual_low, usual_high: between which values chance alone would keep it (NaN where that is not judged);
      is_unusual: outside of them
    - arrived: the share of its e-mails' opens, replies … that has arrived (NaN where all has); expected,
      expected_low, expected_high: the count in the end; is_unripe

    ``is_cohort``: a point counts what became of the e-mails sent on it, so that ``count`` is a part of ``of``.
    """

    metric: str
    points: pd.DataFrame
    is_cohort: bool = False

    @property
    def is_rate(self) -> bool:
        """Whether ``value`` is a share."""
        return self.metric in RATES

    @property
    def unusual(self) -> pd.DataFrame:
        """The points outside their limits."""
        return self.points[self.points["is_unusual"]]


@dataclass(frozen=True, slots=True)
class Compared:
    """Days of another period or campaign; ``shift`` is how much later they are drawn."""

    days: pd.DataFrame
    shift: pd.Timedelta


def counted(metric: str) -> str:
    """The count that a rate is the rate of; a count itself."""
    return RATES[metric].numerator if metric in RATES else metric


def trend(
    metric: str,
    days: pd.DataFrame,
    *,
    every: Every = Every.DAY,
    first: pd.Timestamp | None = None,
    compared: Compared | None = None,
    is_cohort: bool = False,
    ripeness: Ripeness | None = None,
    last_day: date | None = None,
) -> Trend:
    """Describe one metric's course.

    Args:
        metric: a count or a rate.
        days: what `results.daily_stats` gives; days before ``first`` only feed the mean.
        first: the first day to show.
        compared: what it is compared with.
        is_cohort: days are sending days, so that a count is a part of its denominator: limits and ripeness make sense.
        ripeness: how long this count takes to arrive, ``last_day`` up to when all is known.
    """
    shown = days if first is None else days[days["date"] >= first]
    points = bucketed(_parts(metric, shown), every)
    points["value"] = _value(metric, points)
    points["is_small"] = _is_small(points) if metric in RATES else False
    points["mean"] = points["date"].map(_means(metric, days)) if every == Every.DAY else np.nan
    points = _with_ripeness(points, _parts(metric, shown), every, ripeness if is_cohort else None, last_day)
    points = _with_limits(points, metric, is_cohort=is_cohort)
    return Trend(metric, _with_comparison(points, metric, shown, compared, every), is_cohort)


def _parts(metric: str, days: pd.DataFrame) -> pd.DataFrame:
    of = RATES[metric].denominator if metric in RATES else OF.get(metric)
    return pd.DataFrame(
        {
            "date": days["date"],
            "count": days[counted(metric)].astype("float64"),
            "of": days[of].astype("float64") if of else np.nan,
        }
    ).reset_index(drop=True)


def _value(metric: str, parts: pd.DataFrame) -> pd.Series[float]:
    return parts["count"] / parts["of"].where(parts["of"] > 0) if metric in RATES else parts["count"]


def _is_small(parts: pd.DataFrame) -> pd.Series[bool]:
    few = parts["of"] < MIN_JUDGED_OF
    return few & (few[parts["of"] > 0].mean() < 0.5)


def _means(metric: str, days: pd.DataFrame) -> pd.Series[float]:
    """By date: the mean of its week, of a rate the rate of all its e-mails together."""
    sums = _parts(metric, days).set_index("date").rolling(MEAN_DAYS, min_periods=MEAN_DAYS).sum()
    return _value(metric, sums) / (1 if metric in RATES else MEAN_DAYS)


def _with_ripeness(
    points: pd.DataFrame, parts: pd.DataFrame, every: Every, ripeness: Ripeness | None, last_day: date | None
) -> pd.DataFrame:
    nothing = points.assign(arrived=np.nan, expected=np.nan, expected_low=np.nan, expected_high=np.nan, is_unripe=False)
    if ripeness is None or last_day is None:
        return nothing
    ages = (pd.Timestamp(last_day) - parts["date"]).dt.days
    arrived = ages.map(ripeness.at)
    seen = float((parts["of"] * arrived).sum())
    rate = min(1.0, float(parts["count"].sum()) / seen) if seen else 0.0
    left = (parts["of"] - parts["count"]).clip(lower=0)
    chances = arrived.map(lambda share: still_to_come(rate, share))
    by_day = pd.DataFrame({"date": parts["date"], "arrived": parts["of"] * arrived, "to_come": left * chances})
    sums = bucketed(by_day, every)
    share = sums["arrived"] / points["of"].where(points["of"] > 0)
    is_unripe = share < RIPE
    if not is_unripe.any():
        return nothing
    ranges = [
        likely_total(int(count), int(of), to_come / (of - count)) if unripe and of > count else (count, count)
        for count, of, to_come, unripe in zip(points["count"], points["of"], sums["to_come"], is_unripe, strict=True)
    ]
    return points.assign(
        arrived=share.where(is_unripe),
        expected=(points["count"] + sums["to_come"]).where(is_unripe),
        expected_low=pd.Series([low for low, _ in ranges], dtype="float64").where(is_unripe),
        expected_high=pd.Series([high for _, high in ranges], dtype="float64").where(is_unripe),
        is_unripe=is_unripe,
    )


def _with_limits(points: pd.DataFrame, metric: str, *, is_cohort: bool) -> pd.DataFrame:
    """Days that are still growing are not judged, and neither are counts that no denominator limits."""
    judged = ~points["is_unripe"] & is_cohort
    limits = control_limits(points["count"], points["of"], judged)
    scale = points["of"] if metric in RATES else 1
    return points.assign(
        usual_low=limits["low"] / scale, usual_high=limits["high"] / scale, is_unusual=limits["is_unusual"]
    )


def _with_comparison(
    points: pd.DataFrame, metric: str, shown: pd.DataFrame, compared: Compared | None, every: Every
) -> pd.DataFrame:
    """Lay what it is compared with over it, day by day."""
    if compared is None:
        return points.assign(
            compared=np.nan, compared_mean=np.nan, compared_first=pd.Series(pd.NaT, index=points.index)
        )
    moved = compared.days.assign(date=compared.days["date"] + compared.shift)
    sums = bucketed(_parts(metric, moved[moved["date"].isin(shown["date"])]), every).set_index("date")
    values = _value(metric, sums)
    if metric in RATES:
        values = values[~_is_small(sums)]
    means = points["date"].map(_means(metric, moved)) if every == Every.DAY else np.nan
    return points.assign(
        compared=points["date"].map(values),
        compared_mean=means,
        compared_first=points["date"].map(sums["first"]) - compared.shift,
    )
