"""Our own numbers day by day, with what a comparison needs to know of their error."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import select

from outreach_results import metrics
from outreach_results.metrics.correlation import Correlation, correlation
from outreach_results.metrics.verdicts import NOT_MEASURED, Measured, measured_average, measured_rate
from outreach_results.models import COUNTS, MICROS_PER_DOLLAR, Basis, Distribution, Filters
from outreach_results.models.metric_definitions import COST_PER_EMAIL, RATES
from outreach_results.results.campaigns import last_day
from outreach_results.results.headlines import PeriodDays
from outreach_results.results.import_history import data_as_of
from outreach_results.results.query import chosen_days, sum_usd
from outreach_results.results.seasonality import LEARNED_FROM_DAYS, NO_CURVES, MaturityCurves, maturity_curves
from outreach_results.results.tracked import tracked_column, unknown_numbers
from outreach_results.store import schema
from outreach_results.store.engine import Store

_PARTS = sorted({part for rate in RATES.values() for part in rate.parts} | {"emails_sent"})

_COUNT_PAIRS = tuple(rate.parts for rate in RATES.values())

Sums = Mapping[str, Any]
"""Totals by name: the counts and cost_usd, None where one is unknown."""


class Own(NamedTuple):
    """A metric of our own: its value and error, its denominator in emails, and the share of outcomes that is in."""

    measured: Measured = NOT_MEASURED
    cases: int | None = None
    share_in: float | None = None


@dataclass(frozen=True)  # without slots, which a cached property cannot have
class OwnDays:
    """The days of some campaigns in a period, and the days before it from which their variation is learned.

    ``frame`` has the columns campaign_id, date (datetime64), the counts that rates need, and cost_usd; all floats.
    """

    frame: pd.DataFrame
    curves: MaturityCurves
    basis: Basis
    clock: datetime

    def between(self, start: date | None, end: date | None) -> OwnDays:
        """Those from one day to another, inclusive; None does not limit."""
        dates = self.frame["date"]
        inside = pd.Series(True, index=self.frame.index)
        if start is not None:
            inside &= dates >= pd.Timestamp(start)
        if end is not None:
            inside &= dates <= pd.Timestamp(end)
        return replace(self, frame=self.frame[inside])

    def of(self, campaigns: Collection[str]) -> OwnDays:
        """Those of some campaigns."""
        return replace(self, frame=self.frame[self.frame["campaign_id"].isin(campaigns)])

    def by_campaign(self) -> dict[str, OwnDays]:
        """Those of each campaign that has any."""
        return {str(name): replace(self, frame=part) for name, part in self.frame.groupby("campaign_id", sort=False)}

    def before(self, end: date) -> OwnDays:
        """The recent history from which the variation between days is learned."""
        return self.between(end - timedelta(days=LEARNED_FROM_DAYS - 1), end)

    @cached_property
    def together(self) -> PeriodDays:
        """Their sums day by day over the campaigns that know a number; NaN where none does."""
        place, dates = pd.factorize(self.frame["date"])
        days = np.asarray(dates, dtype="datetime64[D]")
        numbers = self.frame[_PARTS].to_numpy()
        if not np.isnan(numbers).any():
            sums = (np.bincount(place, numbers[:, column], len(days)) for column in range(len(_PARTS)))
            all_known = {name: sum_.astype(np.float64) for name, sum_ in zip(_PARTS, sums, strict=True)}
            return PeriodDays(days, all_known, self.curves, basis=self.basis, clock=self.clock)
        unknown = self.frame[_PARTS].isna().groupby(self.frame["campaign_id"]).transform("any")

        def summed(name: str, *known: str) -> NDArray[np.float64]:
            is_known = ~unknown[list(known)].any(axis="columns")
            values = self.frame[name].where(is_known, 0.0) if is_known.any() else self.frame[name]
            return np.bincount(place, values, len(dates)).astype(np.float64)

        counts = {name: summed(name, name) for name in _PARTS}
        for one, other in _COUNT_PAIRS:
            if (unknown[one] != unknown[other]).any():
                counts |= {metrics.together(a, b): summed(a, a, b) for a, b in ((one, other), (other, one))}
        return PeriodDays(days, counts, self.curves, basis=self.basis, clock=self.clock)

    def sums(self) -> Sums:
        """The totals of their counts and costs over the campaigns that know them on all the days."""
        names = [*_PARTS, "cost_usd"]
        return _totals(self.frame.groupby("campaign_id")[names].sum(skipna=False), names)


def own_days(store: Store, filters: Filters) -> OwnDays:
    """The days of the chosen campaigns, and of `LEARNED_FROM_DAYS` days to the end of the period.

    Use `OwnDays.between` for the period itself.
    """
    is_cohort = filters.basis == Basis.SEND
    end = filters.end or last_day(store)
    start = filters.start
    if start is not None and end is not None:
        # Every part of the period, such as its first week, has a history of its own.
        start = min(start, end) - timedelta(days=LEARNED_FROM_DAYS - 1)
    table = schema.daily_stats.c
    names = (*_PARTS, "cost")
    with store.read() as connection:
        unknown = unknown_numbers(connection, filters)
        numbers = (tracked_column(name, filters, unknown).label(name) for name in names)
        query = select(table.campaign_id, table.date, *numbers).where(*chosen_days(replace(filters, start=start)))
        rows = connection.execute(query).all()
    frame = pd.DataFrame(rows, columns=["campaign_id", "date", *_PARTS, "cost"])
    frame = frame.astype(dict.fromkeys([*_PARTS, "cost"], "float64")).astype({"date": "datetime64[s]"})
    frame["cost_usd"] = frame.pop("cost") / MICROS_PER_DOLLAR
    curves = maturity_curves(store, humans_only=filters.humans_only) if is_cohort else NO_CURVES
    return OwnDays(frame, curves, filters.basis, data_as_of(store).astimezone(store.zone()))


def sums_of(frame: pd.DataFrame) -> Sums:
    """The totals of some rows of `campaign_totals` over those that know a number; None where none does.

    Of two numbers that are divided by each other, also those of the rows that know both, see `metrics.together`.
    """
    return _totals(frame, [*COUNTS, "cost_usd"])


def _totals(frame: pd.DataFrame, names: Sequence[str]) -> Sums:
    def total(name: str, rows: pd.DataFrame) -> Any:
        if rows.empty and len(frame):
            return None
        return sum_usd(rows[name]) if name == "cost_usd" else rows[name].sum()

    sums = {name: total(name, frame[frame[name].notna()]) for name in names}
    for one, other in (*_COUNT_PAIRS, ("cost_usd", "emails_sent")):
        both = frame[frame[one].notna() & frame[other].notna()]
        # Numerator and denominator of the same campaigns: of different ones their ratio would be the rate of none.
        sums |= {metrics.together(a, b): total(a, both) for a, b in ((one, other), (other, one))}
    return sums


def _both(sums: Sums, one: str, other: str) -> tuple[Any, Any]:
    """Two totals of the same campaigns."""
    return sums.get(metrics.together(one, other), sums[one]), sums.get(metrics.together(other, one), sums[other])


def alike(metric: str, histories: Iterable[OwnDays]) -> Correlation:
    """How alike the emails of a day are, from the history of one or more groups of campaigns."""
    if metric not in RATES:
        return Correlation()
    return correlation([history.together.counts(*RATES[metric].parts) for history in histories])


def measure(
    metric: str,
    sums: Sums,
    days: OwnDays,
    within_day: Correlation,
    community: Distribution,
) -> Own:
    """A metric of some campaigns in a period.

    Args:
        sums: the totals, which are those of `days` unless a platform reports others.
        days: those of the period.
        within_day: how alike the emails of a day are (`alike`).
        community: from which the missing number of emails is predicted.
    """
    if metric == COST_PER_EMAIL.name:
        return _cost_per_email(sums, days, community)
    if metric not in RATES:
        return Own()
    count, of = RATES[metric].parts
    part, whole = _both(sums, count, of)
    cases = None if whole is None else int(whole)
    value, share_in, is_mature = metrics.ratio(part, whole), None, True
    together = days.together
    if days.basis == Basis.SEND:
        headline = together.headline(metric)
        value, share_in = headline.rate, headline.share_in
        # Without a maturity curve the rate may still rise by an unknown amount.
        is_mature = share_in is not None
    if value is None or not cases:
        return Own(Measured(value), cases, share_in)
    # How many emails it takes for one more case: a verdict says how many emails are missing, not how many deliveries.
    sent_per_case = max(1.0, (sums["emails_sent"] or 0) / cases)
    counts = together.counts(count, of) if is_mature else together.plain(count, of)
    measured = measured_rate(counts, within_day, community, value=value, sent_per_case=sent_per_case)
    return Own(measured if is_mature else measured._replace(firm=None, evidence=None), cases, share_in)


def _cost_per_email(sums: Sums, days: OwnDays, community: Distribution) -> Own:
    cost, emails = _both(sums, "cost_usd", "emails_sent")
    ratio = metrics.ratio(cost, emails)
    if ratio is None:
        return Own()
    value, sent = float(ratio), int(emails)
    # Each campaign day is one observation; those without sending have no cost per email.
    busy = days.frame[(days.frame["emails_sent"] > 0) & days.frame["cost_usd"].notna()]
    variance_sum = float(((busy["cost_usd"] - value * busy["emails_sent"]) ** 2).sum())
    return Own(measured_average(value, variance_sum, float(sent), len(busy), community), sent)


def values(metric: str, groups: Sequence[tuple[Sums, OwnDays]], *, enough: int) -> list[float]:
    """The known values of a metric for groups whose denominator, as far as its outcomes are in, is large enough."""
    known = []
    for sums, days in groups:
        own = measure(metric, sums, days, Correlation(), Distribution())
        if own.measured.value is not None and (own.cases or 0) * (own.share_in or 1.0) >= enough:
            known.append(own.measured.value)
    return known
