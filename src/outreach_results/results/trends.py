"""Trends: time series of metrics and costs with control limits, maturity and comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from outreach_results import metrics
from outreach_results.metrics import ComparisonDays, Every, TimeSeries
from outreach_results.models import Basis, Filters
from outreach_results.results.daily import cost_columns, daily_stats
from outreach_results.results.seasonality import NO_CURVES, MaturityCurves, maturity_curves
from outreach_results.store.engine import Store

_WHOLE = {"value": "Int64", "compared": "Int64"}
"""The columns of a count's points that are whole numbers."""


@dataclass(frozen=True, slots=True)
class Trends:
    """The time series of some metrics and of the cost over the same days, weeks or months.

    ``spent``: `cost_columns` of the same buckets. ``is_cohort``: counted on the sending day, so that
    control limits and maturity apply; ``maturity_curves`` are those that maturity was computed with.
    """

    every: Every
    series: tuple[TimeSeries, ...]
    spent: Mapping[str, NDArray[Any]]
    is_cohort: bool
    maturity_curves: MaturityCurves

    @property
    def costs(self) -> pd.DataFrame:
        """What was spent as a frame, a row a bucket."""
        return pd.DataFrame(self.spent)

    def table(self, *, with_mean: bool = True) -> pd.DataFrame:
        """The data of the chart, a row a bucket: date, value, mean, comparison, limits and maturity by metric, cost."""
        frame = pd.DataFrame({"date": self.spent["date"]})
        columns = ("mean", "compared", "usual_low", "usual_high", "arrived", "expected")
        for series in self.series:
            points = series.points if series.is_rate else series.points.astype(_WHOLE)
            frame[series.metric] = points["value"]
            for column in columns if with_mean else columns[1:]:
                if points[column].notna().any():
                    frame[f"{series.metric}_{column}"] = points[column]
        return frame.assign(cost_usd=self.spent["cost_usd"])


def trends(
    store: Store,
    filters: Filters,
    names: Sequence[str],
    *,
    every: Every = Every.DAY,
    comparison: Filters | None = None,
) -> Trends:
    """The time series of these counts and rates.

    Args:
        comparison: the filters of the comparison; another period is shifted to begin on the first day shown.

    Raises:
        QueryError: a period starts after its end.
    """
    days = daily_stats(store, run_up(filters))
    is_cohort = filters.basis == Basis.SEND
    # By event date nothing is still to come.
    curves = maturity_curves(store, humans_only=filters.humans_only) if is_cohort else NO_CURVES
    compared = None if comparison is None else _compared(store, filters, comparison)
    series = tuple(
        metrics.time_series(
            name,
            days,
            every=every,
            first=filters.start,
            compared=compared,
            is_cohort=is_cohort,
            maturity=curves.by_count.get(metrics.counted(name)),
            last_day=curves.last_day,
        )
        for name in names
    )
    return Trends(every, series, cost_columns(store, filters, every=every), is_cohort, curves)


def run_up(filters: Filters) -> Filters:
    """The same filters, extended by the days before the period that its first rolling mean needs."""
    if filters.start is None:
        return filters
    return replace(filters, start=filters.start - timedelta(days=metrics.MEAN_DAYS - 1))


def _compared(store: Store, filters: Filters, comparison: Filters) -> ComparisonDays | None:
    """The days of the comparison and their shift; None where it has no activity."""
    days = daily_stats(store, run_up(comparison))
    numbers = days.drop(columns="date").fillna(0).to_numpy(dtype=float)
    # A line of zeros would look like a failure, not like missing data.
    if not numbers.any():
        return None
    shift = filters.start - comparison.start if filters.start and comparison.start else timedelta(0)
    return ComparisonDays(days, shift)
