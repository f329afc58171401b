"""Our own numbers day by day, with what a comparison needs to know of their error."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from outreach_results import metrics
from outreach_results.metrics.correlation import Correlation, correlation
from outreach_results.metrics.dispersion import DailyCounts, Dispersion, dispersions
from outreach_results.metrics.verdicts import NOT_MEASURED, Measured, measured_average, measured_rate
from outreach_results.models import MICROS_PER_DOLLAR, Basis, Distribution, Filters, dollars
from outreach_results.models.metric_definitions import COST_PER_EMAIL, RATES
from outreach_results.results.campaign_facts import campaign_facts
from outreach_results.results.campaigns import last_day
from outreach_results.results.day_table import Days, DayTable, Floats, day_table
from outreach_results.results.headlines import PeriodDays
from outreach_results.results.import_history import data_as_of
from outreach_results.results.seasonality import LEARNED_FROM_DAYS, NO_CURVES, MaturityCurves, maturity_curves
from outreach_results.store.engine import Store

_NUMBERS = (*sorted({part for rate in RATES.values() for part in rate.parts} | {"emails_sent"}), "cost")

MEASURED = frozenset({*RATES, COST_PER_EMAIL.name})
"""The metrics that can be measured of our own."""

Sums = Mapping[str, Any]
"""Totals by name: counts and cost_usd, None where one is unknown."""


class Own(NamedTuple):
    """A metric of our own: its value and error, its denominator in emails, and the share of outcomes that is in."""

    measured: Measured = NOT_MEASURED
    cases: int | None = None
    share_in: float | None = None


@dataclass(frozen=True, slots=True)
class OwnDays:
    """The days of some campaigns in a period, and the days before it from which their variation is learned."""

    table: DayTable
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

    def condensed(self) -> OwnDays:
        """Days that add up to the same, see `DayTable.condensed`: for rates, which are of the sums of days."""
        return replace(self, table=self.table.condensed())

    def before(self, end: date) -> OwnDays:
        """The recent history from which the variation between days is learned."""
        return self.between(end - timedelta(days=LEARNED_FROM_DAYS - 1), end)

    def of_rate(self, name: str) -> PeriodDays:
        """The sums of a rate's two counts, day by day over the campaigns that know them; NaN where none does."""
        parts, table = RATES[name].parts, self.table
        columns = {part: table.column(part) for part in parts}
        if len(table.ids) == 1:
            return self._period(table.dates, columns)
        days, place = np.unique(table.dates, return_inverse=True)
        lacking = {part: table.is_lacking(column) for part, column in columns.items()}

        def summed(part: str, unknown: NDArray[np.bool_]) -> Floats:
            values = columns[part]
            if unknown.any() and not unknown.all():
                values = np.where(np.repeat(unknown, np.diff(table.starts)), 0.0, values)
            return np.bincount(place, values, len(days)).astype(np.float64)

        counts = {part: summed(part, lacking[part]) for part in parts}
        one, other = parts
        if (lacking[one] != lacking[other]).any():
            unknown = lacking[one] | lacking[other]
            counts |= {metrics.shared_column(a, b): summed(a, unknown) for a, b in ((one, other), (other, one))}
        return self._period(days, counts)

    def _period(self, days: Days, counts: Mapping[str, Floats]) -> PeriodDays:
        return PeriodDays(days, counts, self.curves, basis=self.basis, clock=self.clock)

    def sums(self, metric: str) -> Sums:
        """The totals that a metric needs, over the campaigns that know them on all the days."""
        names = {*parts_of(metric), "emails_sent"}
        return _totals({name: self.table.sum_by_campaign(self.table.column(name)) for name in names}, metric)


def parts_of(metric: str) -> tuple[str, str]:
    """The two numbers that a rate, or the cost per email, divides.

    Raises:
        KeyError: it is neither.
    """
    return ("cost", "emails_sent") if metric == COST_PER_EMAIL.name else RATES[metric].parts


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
    known = days.without({own: facts[own].untracked for own in days.ids})
    curves = maturity_curves(store, humans_only=filters.humans_only) if is_cohort else NO_CURVES
    clock = data_as_of(store).astimezone(store.zone())
    return OwnDays(known.only(_NUMBERS, humans_only=filters.humans_only), curves, filters.basis, clock)


def sums_of(rows: Sequence[Mapping[str, Any]], metric: str) -> Sums:
    """The totals that a metric needs of some rows of `campaign_rows`, over those that know a number.

    None where none does. Of two numbers that are divided by each other, also those of the rows that know both, see
    `metrics.shared_column`.
    """
    numbers = {
        name: np.rint(np.array([row["cost_usd"] for row in rows], dtype=np.float64) * MICROS_PER_DOLLAR)
        if name == "cost"
        else np.array([row[name] for row in rows], dtype=np.float64)
        for name in {*parts_of(metric), "emails_sent"}
    }
    return _totals(numbers, metric)


def _totals(numbers: Mapping[str, Floats], metric: str) -> Sums:
    """The totals of numbers of campaigns, the cost in micro-dollars; that is in dollars in what is returned."""
    known = {name: ~np.isnan(column) for name, column in numbers.items()}

    def total(name: str, of: NDArray[np.bool_]) -> float | None:
        if len(of) and not of.any():
            return None
        return float(numbers[name][of].sum())

    sums = {name: total(name, known[name]) for name in numbers}
    one, other = parts_of(metric)
    # Numerator and denominator of the same campaigns: of different ones their ratio would be the rate of none.
    both = known[one] & known[other]
    sums |= {metrics.shared_column(a, b): total(a, both) for a, b in ((one, other), (other, one))}
    return {name.replace("cost", "cost_usd"): _in_dollars(name, value) for name, value in sums.items()}


def _in_dollars(name: str, value: float | None) -> float | None:
    return value if value is None or not name.startswith("cost") else dollars(int(value))


def _both(sums: Sums, one: str, other: str) -> tuple[Any, Any]:
    """Two totals of the same campaigns."""
    return sums.get(metrics.shared_column(one, other), sums[one]), sums.get(
        metrics.shared_column(other, one), sums[other]
    )


def alike(metric: str, histories: Iterable[OwnDays]) -> Correlation:
    """How alike the emails of a day are, from the history of one or more groups of campaigns."""
    if metric not in RATES:
        return Correlation()
    return correlation([history.of_rate(metric).counts(*RATES[metric].parts) for history in histories])


class Group(NamedTuple):
    """Some campaigns in a period, to be measured.

    Attributes:
        sums: the totals, which are those of ``days`` unless a platform reports others.
        days: those of the period.
        within_day: how alike the emails of a day are (`alike`).
    """

    sums: Sums
    days: OwnDays
    within_day: Correlation = Correlation()


class _Rate(NamedTuple):
    """A rate of a group without its error: that rests on ``counts``, and on nothing where there are none."""

    value: float | None
    cases: int | None
    share_in: float | None
    counts: DailyCounts | None = None
    is_mature: bool = True


def measure(metric: str, groups: Sequence[Group], community: Distribution) -> list[Own]:
    """A metric of each group; of all at once, because one by one the variation of their days takes longest.

    Args:
        community: from which the missing number of emails is predicted.
    """
    if metric == COST_PER_EMAIL.name:
        return [_cost_per_email(group, community) for group in groups]
    if metric not in RATES:
        return [Own() for _ in groups]
    rates = [_rate(metric, group) for group in groups]
    spreads = iter(dispersions([[rate.counts] for rate in rates if rate.counts is not None]))
    return [
        Own(Measured(rate.value), rate.cases, rate.share_in)
        if rate.counts is None
        else _with_error(group, rate, rate.counts, next(spreads), community)
        for group, rate in zip(groups, rates, strict=True)
    ]


def _rate(metric: str, group: Group) -> _Rate:
    count, of = RATES[metric].parts
    part, whole = _both(group.sums, count, of)
    cases = None if whole is None else int(whole)
    period = group.days.of_rate(metric)
    if group.days.basis == Basis.SEND:
        share = period.share(count, of, with_interval=False)
        value, share_in = share.rate, share.share_in
        # Without a maturity curve the rate may still rise by an unknown amount.
        is_mature = share_in is not None
    else:
        value, share_in, is_mature = metrics.ratio(part, whole), None, True
    if value is None or not cases:
        return _Rate(value, cases, share_in)
    counts = period.counts(count, of) if is_mature else period.plain(count, of)
    return _Rate(value, cases, share_in, counts, is_mature)


def _with_error(group: Group, rate: _Rate, counts: DailyCounts, spread: Dispersion, community: Distribution) -> Own:
    assert rate.value is not None
    assert rate.cases
    # How many emails it takes for one more case: a verdict says how many emails are missing, not how many deliveries.
    sent_per_case = max(1.0, (group.sums["emails_sent"] or 0) / rate.cases)
    measured = measured_rate(
        counts, group.within_day, community, value=rate.value, sent_per_case=sent_per_case, spread=spread
    )
    shown = measured if rate.is_mature else measured._replace(firm=None, evidence=None)
    return Own(shown, rate.cases, rate.share_in)


def _cost_per_email(group: Group, community: Distribution) -> Own:
    cost, emails = _both(group.sums, "cost_usd", "emails_sent")
    ratio = metrics.ratio(cost, emails)
    if ratio is None:
        return Own()
    value, sent = float(ratio), int(emails)
    # Each campaign day is one observation; those without sending have no cost per email.
    table = group.days.table
    emails_of_day, cost_of_day = table.column("emails_sent"), table.column("cost") / MICROS_PER_DOLLAR
    busy = (emails_of_day > 0) & ~np.isnan(cost_of_day)
    variance_sum = float(((cost_of_day[busy] - value * emails_of_day[busy]) ** 2).sum())
    return Own(measured_average(value, variance_sum, float(sent), int(busy.sum()), community), sent)


def values(metric: str, groups: Sequence[Group], *, enough: int) -> list[float]:
    """The known values of a metric for groups whose denominator, as far as its outcomes are in, is large enough."""
    known = []
    for group in groups:
        value, cases, share_in = _value(metric, group)
        if value is not None and (cases or 0) * (share_in or 1.0) >= enough:
            known.append(value)
    return known


def _value(metric: str, group: Group) -> tuple[float | None, int | None, float | None]:
    """A metric, its denominator in emails, and the share of outcomes that is in."""
    if metric in RATES:
        rate = _rate(metric, group)
        return rate.value, rate.cases, rate.share_in
    cost, emails = _both(group.sums, "cost_usd", "emails_sent")
    ratio = metrics.ratio(cost, emails)
    return (None, None, None) if ratio is None else (float(ratio), int(emails), None)
