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

from outreach_results import metrics
from outreach_results.metrics.correlation import Correlation, correlation
from outreach_results.metrics.verdicts import NOT_MEASURED, Measured, measured_average, measured_rate
from outreach_results.models import COUNTS, MICROS_PER_DOLLAR, Basis, Distribution, Filters, dollars
from outreach_results.models.metric_definitions import COST_PER_EMAIL, RATES
from outreach_results.results.campaign_facts import campaign_facts
from outreach_results.results.campaigns import last_day
from outreach_results.results.day_table import DayTable, Floats, day_table
from outreach_results.results.headlines import PeriodDays
from outreach_results.results.import_history import data_as_of
from outreach_results.results.seasonality import LEARNED_FROM_DAYS, NO_CURVES, MaturityCurves, maturity_curves
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
    """The days of some campaigns in a period, and the days before it from which their variation is learned."""

    table: DayTable
    humans_only: bool
    curves: MaturityCurves
    basis: Basis
    clock: datetime

    def between(self, start: date | None, end: date | None) -> OwnDays:
        """Those from one day to another, inclusive; None does not limit."""
        return replace(self, table=self.table.narrowed(None, start, end))

    def of(self, campaigns: Collection[str]) -> OwnDays:
        """Those of some campaigns."""
        return replace(self, table=self.table.narrowed(campaigns, None, None))

    def by_campaign(self) -> dict[str, OwnDays]:
        """Those of each campaign that has any."""
        return {own: replace(self, table=self.table.of(place)) for place, own in enumerate(self.table.ids)}

    def before(self, end: date) -> OwnDays:
        """The recent history from which the variation between days is learned."""
        return self.between(end - timedelta(days=LEARNED_FROM_DAYS - 1), end)

    def column(self, name: str) -> Floats:
        """(rows,) a count, or the cost in micro-dollars; NaN where it is not known."""
        return self.table.column(name, humans_only=self.humans_only)

    @cached_property
    def together(self) -> PeriodDays:
        """Their sums day by day over the campaigns that know a number; NaN where none does."""
        days, place = np.unique(self.table.dates, return_inverse=True)
        columns = {name: self.column(name) for name in _PARTS}
        lacking = {name: self.table.is_lacking(column) for name, column in columns.items()}

        def summed(name: str, *known: str) -> Floats:
            unknown = np.any([lacking[one] for one in known], axis=0)
            values = columns[name]
            if unknown.any() and not unknown.all():
                values = np.where(np.repeat(unknown, np.diff(self.table.starts)), 0.0, values)
            return np.bincount(place, values, len(days)).astype(np.float64)

        counts = {name: summed(name, name) for name in _PARTS}
        for one, other in _COUNT_PAIRS:
            if (lacking[one] != lacking[other]).any():
                counts |= {metrics.together(a, b): summed(a, a, b) for a, b in ((one, other), (other, one))}
        return PeriodDays(days, counts, self.curves, basis=self.basis, clock=self.clock)

    def sums(self) -> Sums:
        """The totals of their counts and costs over the campaigns that know them on all the days."""
        return _totals({name: self.table.sum_by_campaign(self.column(name)) for name in (*_PARTS, "cost")})


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
    with store.read() as connection:
        days = day_table(connection, replace(filters, start=start))
        facts = campaign_facts(connection, filters.campaigns)
    days = days.without({own: facts[own].untracked for own in days.ids})
    curves = maturity_curves(store, humans_only=filters.humans_only) if is_cohort else NO_CURVES
    return OwnDays(days, filters.humans_only, curves, filters.basis, data_as_of(store).astimezone(store.zone()))


def sums_of(frame: pd.DataFrame) -> Sums:
    """The totals of some rows of `campaign_totals` over those that know a number; None where none does.

    Of two numbers that are divided by each other, also those of the rows that know both, see `metrics.together`.
    """
    numbers = {name: frame[name].to_numpy(np.float64, na_value=np.nan) for name in COUNTS}
    return _totals(numbers | {"cost": np.rint(frame["cost_usd"].to_numpy(np.float64) * MICROS_PER_DOLLAR)})


def _totals(numbers: Mapping[str, Floats]) -> Sums:
    """The totals of numbers of campaigns, the cost in micro-dollars; that is in dollars in what is returned."""
    known = {name: ~np.isnan(column) for name, column in numbers.items()}

    def total(name: str, of: NDArray[np.bool_]) -> float | None:
        if len(of) and not of.any():
            return None
        return float(numbers[name][of].sum())

    sums = {name: total(name, known[name]) for name in numbers}
    for one, other in (*_COUNT_PAIRS, ("cost", "emails_sent")):
        # Numerator and denominator of the same campaigns: of different ones their ratio would be the rate of none.
        both = known[one] & known[other]
        sums |= {metrics.together(a, b): total(a, both) for a, b in ((one, other), (other, one))}
    return {name.replace("cost", "cost_usd"): _in_dollars(name, value) for name, value in sums.items()}


def _in_dollars(name: str, value: float | None) -> float | None:
    return value if value is None or not name.startswith("cost") else dollars(int(value))


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
    emails_of_day, cost_of_day = days.column("emails_sent"), days.column("cost") / MICROS_PER_DOLLAR
    busy = (emails_of_day > 0) & ~np.isnan(cost_of_day)
    variance_sum = float(((cost_of_day[busy] - value * emails_of_day[busy]) ** 2).sum())
    return Own(measured_average(value, variance_sum, float(sent), int(busy.sum()), community), sent)


def values(metric: str, groups: Sequence[tuple[Sums, OwnDays]], *, enough: int) -> list[float]:
    """The known values of a metric for groups whose denominator, as far as its outcomes are in, is large enough."""
    known = []
    for sums, days in groups:
        own = measure(metric, sums, days, Correlation(), Distribution())
        if own.measured.value is not None and (own.cases or 0) * (own.share_in or 1.0) >= enough:
            known.append(own.measured.value)
    return known
