"""How metrics move, and all there is to say of each point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pandas as pd

from outreach_results import metrics
from outreach_results.metrics import ComparisonDays, Every, TimeSeries
from outreach_results.models import Basis, Filters
from outreach_results.results.daily import daily_costs, daily_stats
from outreach_results.results.seasonality import MaturityCurves, maturity_curves
from outreach_results.store.engine import Store


@dataclass(frozen=True, slots=True)
class Trends:
    """The courses of some metrics and of the cost over the same days, weeks or months.

    ``costs``: what `daily_costs` gives, by the same buckets. ``is_cohort``: counted on the sending day, so that days
    can be judged and known to be immature; ``maturity_curves`` says from what.
    """

    every: Every
    series: tuple[TimeSeries, ...]
    costs: pd.DataFrame
    is_cohort: bool
    maturity_curves: MaturityCurves

    def table(self) -> pd.DataFrame:
        """What the chart shows, a row a bucket: values, means, comparison, limits and maturity by metric."""
        frame = self.costs[["date"]].copy()
        for series in self.series:
            points = series.points
            frame[series.metric] = points["value"]
            for column in ("mean", "compared", "usual_low", "usual_high", "arrived", "expected"):
                if points[column].notna().any():
                    frame[f"{series.metric}_{column}"] = points[column]
        return frame.assign(cost_usd=self.costs["cost_usd"])


def trends(
    store: Store,
    filters: Filters,
    names: Sequence[str],
    *,
    every: Every = Every.DAY,
    comparison: Filters | None = None,
) -> Trends:
    """The courses of these counts and rates.

    Args:
        comparison: what to lay over them: another period is moved so that its first day falls on the first shown.
    """
    days = daily_stats(store, run_up(filters))
    is_cohort = filters.basis == Basis.SEND
    learned = maturity_curves(store, humans_only=filters.humans_only) if is_cohort else MaturityCurves({}, None)
    compared = None if comparison is None else _compared(store, filters, comparison)
    courses = tuple(
        metrics.time_series(
            name,
            days,
            every=every,
            first=filters.start,
            compared=compared,
            is_cohort=is_cohort,
            maturity=learned.by_count.get(metrics.counted(name)),
            last_day=learned.last_day,
        )
        for name in names
    )
    costs = metrics.bucketed(daily_costs(store, filters), every)
    return Trends(every, courses, costs, is_cohort, learned)


def run_up(filters: Filters) -> Filters:
    """The same with the days before that the first seven-day mean needs."""
    if filters.start is None:
        return filters
    return replace(filters, start=filters.start - timedelta(days=metrics.MEAN_DAYS - 1))


def _compared(store: Store, filters: Filters, comparison: Filters) -> ComparisonDays | None:
    """None where nothing happened in what it is compared with: a line of zeros would look like a failure."""
    days = daily_stats(store, run_up(comparison))
    happened = days.drop(columns="date").fillna(0).to_numpy(dtype=float)
    if not happened.any():
        return None
    moved = filters.start - comparison.start if filters.start and comparison.start else timedelta(0)
    return ComparisonDays(days, moved)
