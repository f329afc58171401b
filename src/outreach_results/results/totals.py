"""Totals of counts, rates and costs in a period, of one campaign or of all chosen ones together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from math import isnan
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from sqlalchemy import Connection, RowMapping, and_, func, select

from outreach_results import metrics
from outreach_results.models import (
    COST_COLUMNS,
    COSTS,
    COUNTS,
    Basis,
    CampaignStats,
    CohortStats,
    CostBreakdown,
    Costs,
    Detail,
    Filters,
    Period,
    Rates,
    Stats,
)
from outreach_results.models.metric_definitions import COST, COST_PER_EMAIL, PAIRS, RATES, Metric, Unit
from outreach_results.results.campaign_facts import campaign_facts
from outreach_results.results.campaign_rates import campaign_rates
from outreach_results.results.campaigns import require_campaign
from outreach_results.results.day_table import DayTable, Floats, day_table
from outreach_results.results.kept import kept_on
from outreach_results.results.query import check_period, usd
from outreach_results.results.rows import frame_of
from outreach_results.results.tracked import NUMBERS, TrackedPart
from outreach_results.results.undated import sums_by_sending, undated_counts
from outreach_results.store import schema
from outreach_results.store.engine import Store, zone_of
from outreach_results.store.entries import CostPer
from outreach_results.store.shown import IS_SHOWN


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts, rates and costs (dollars) of some campaigns in a period.

    Each is that of the campaigns that know it, and None where none does. ``tracked`` has the metrics that not all of
    them know. ``pairs`` has, for every two numbers that are divided by each other, their sums over the campaigns that
    know both (costs in micro-dollars); None where none does.

    ``undated`` has the counts that an export does not date: by event date they are counted by the day of sending, and
    all of them in totals without a period. ``of_sent`` has, by name of a rate, its count and the emails sent, where it
    is known of no campaign how many were delivered. ``has_entered_cost`` where a person entered the cost of a campaign.
    """

    stats: Stats
    rates: Rates
    costs: Costs
    pairs: Mapping[tuple[str, str], tuple[int, int] | None]
    tracked: Mapping[str, TrackedPart]
    undated: frozenset[str] = frozenset()
    has_entered_cost: bool = False
    of_sent: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def value(self, metric: Metric) -> float | None:
        """The unrounded value of a count, a rate or the cost (in dollars); None where it is unknown."""
        if metric.numerator:
            return self.ratio(*metric.parts)
        return self.costs.total_byok_usd if metric.unit == Unit.DOLLARS else getattr(self.stats, metric.name)

    def ratio(self, part: str, whole: str) -> float | None:
        """One number divided by another, in the campaigns that know both; in dollars where ``part`` is a cost.

        Raises:
            KeyError: the two are never divided by each other.
        """
        if part in (COST.name, *COST_COLUMNS):
            return metrics.ratio(*self.dollars_and_count(part, whole))
        return metrics.ratio(*(self.pairs[part, whole] or (None, None)))

    def dollars_and_count(self, cost: str, count: str) -> tuple[float | None, int | None]:
        """A cost in dollars and a count, in the campaigns that know both; None where none does."""
        pair = self.pairs[cost, count]
        return (None, None) if pair is None else (usd(pair[0]), pair[1])


def campaign_stats(store: Store, campaign_id: str, filters: Filters | None = None) -> CampaignStats:
    """One campaign's stats, rates and costs: the contract's ``/campaigns/:id/stats``.

    On the send basis they are `CohortStats`, which add the rates adjusted for what is still expected to come in.

    Raises:
        UnknownCampaignError: there is no such campaign.
        QueryError: the period starts after its end.
    """
    narrowed = (filters or Filters()).of(campaign_id)
    check_period(narrowed)
    with store.read() as connection:
        require_campaign(connection, campaign_id)
        sums = campaign_sums(connection, narrowed).get(campaign_id, _NOTHING)
        totals = totals_of([sums])
        stats = CampaignStats(
            campaign_id=campaign_id,
            period=_period(narrowed, sums["first_on"], sums["last_on"], zone_of(connection)),
            stats=totals.stats,
            rates=totals.rates,
            costs=totals.costs,
        )
    return stats if narrowed.basis == Basis.ACTIVITY else _with_adjusted_rates(store, narrowed, stats)


def _with_adjusted_rates(store: Store, filters: Filters, stats: CampaignStats) -> CohortStats:
    rates = campaign_rates(store, filters).get(stats.campaign_id, {})
    known = {name: rate for name, rate in rates.items() if rate.share_in is not None}
    return CohortStats(
        **dict(stats),
        share_in=Rates.of({name: _rounded(rate.share_in) for name, rate in known.items()}),
        adjusted_rates=Rates.of({name: _rounded(rate.rate) for name, rate in known.items()}),
    )


def _rounded(rate: float | None) -> float | None:
    return None if rate is None else round(rate, 3)


def totals(store: Store, filters: Filters) -> Totals:
    """The stats, rates and costs of all chosen campaigns together.

    Raises:
        QueryError: the period starts after its end.
    """
    check_period(filters)
    with store.read() as connection:
        # Summed from the campaigns, not by SQL: their sums may be replaced by reported totals, or not be tracked.
        return totals_of(list(campaign_sums(connection, filters).values()))


_COMES_FROM = {
    "emails_sent": None,
    "delivered": "emails_sent",
    "opened": "delivered",
    "clicked": "opened",
    "replied": "delivered",
    "meetings_booked": "replied",
}


def funnel(totals: Totals) -> pd.DataFrame:
    """The number of emails that reached each stage, one row a stage.

    Columns: stage, emails, of (the stage it comes from), share of that stage (None where it exceeds it, as clicks
    with images switched off can), of_emails (how many emails that share is of, in the campaigns that track both).
    """
    rows = []
    for stage, origin in _COMES_FROM.items():
        share = totals.ratio(stage, origin) if origin else None
        pair = totals.pairs[stage, origin] if origin else None
        shown = share if share is None or share <= 1 else None
        rows.append((stage, getattr(totals.stats, stage), origin, shown, pair[1] if pair else None))
    types = {"stage": None, "emails": "Int64", "of": None, "share": "float64", "of_emails": "Int64"}
    return frame_of([dict(zip(types, row, strict=True)) for row in rows], types)


# The sums of a campaign without activity: nothing happened, which is 0 and not unknown.
_NOTHING: dict[str, Any] = dict.fromkeys((*COUNTS, "cost", *COST_COLUMNS), 0) | {
    "first_on": None,
    "last_on": None,
}


_UNKNOWN: dict[str, Any] = dict.fromkeys(_NOTHING)


def campaign_sums(connection: Connection, filters: Filters) -> dict[str, dict[str, Any]]:
    """By campaign id: the counts, the costs in micro-dollars, and the dates first_on and last_on; see `totals_of`.

    Nobody may change them afterward.
    """
    return kept_on(connection).get(("campaign sums", filters), lambda: _read_sums(connection, filters))


def _read_sums(connection: Connection, filters: Filters) -> dict[str, dict[str, Any]]:
    days, facts = day_table(connection, filters), campaign_facts(connection, filters.campaigns)
    sums = _sums_of(days, humans_only=filters.humans_only)
    undated = undated_counts(connection, filters)
    for campaign_id, counts in sums_by_sending(connection, filters, undated).items():
        if campaign_id in sums:  # the day of sending is the event date of what was sent, so that both have a row
            sums[campaign_id] |= counts | {"undated": undated[campaign_id]}
    # Totals that a platform reports of a whole campaign cannot be divided into periods or bases.
    is_of_all_time = replace(filters.for_campaigns(None), basis=Basis.ACTIVITY) == Filters()
    if is_of_all_time and any(own.detail != Detail.EVENTS for own in facts.values()):
        _prefer_reported(connection, filters, sums)
    for campaign_id, own in facts.items():
        if campaign_id in sums:
            sums[campaign_id] |= dict.fromkeys(own.untracked)
            sums[campaign_id]["has_entered_cost"] = own.has_entered_cost
    return sums


def _sums_of(days: DayTable, *, humans_only: bool) -> dict[str, dict[str, Any]]:
    if not days.ids:
        return {}
    columns: dict[str, list[Any]] = {
        name: _whole_numbers(days.sum_by_campaign(days.column(name, humans_only=humans_only))) for name in NUMBERS
    }
    columns["first_on"] = days.dates[days.starts[:-1]].tolist()
    columns["last_on"] = days.dates[days.starts[1:] - 1].tolist()
    return {
        own: dict(zip(columns, values, strict=True))
        for own, values in zip(days.ids, zip(*columns.values(), strict=True), strict=True)
    }


def _whole_numbers(values: Floats) -> list[int | None]:
    return [None if isnan(value) else int(value) for value in values.tolist()]


def _prefer_reported(connection: Connection, filters: Filters, sums: dict[str, dict[str, Any]]) -> None:
    """Replace the sums of campaigns known without their events by the totals that their source reports.

    The days of the Results API have only some of the counts, and a snapshot of contacts dates only some of its; the
    rest is known for the whole campaign alone.
    """
    reported, snapshot, entered = schema.reported_stats, schema.snapshot_stats, schema.campaign_entries
    newest = (
        select(snapshot.c.campaign_id, func.max(snapshot.c.as_of).label("as_of"))
        .where(*filters.conditions({"campaign_id": snapshot.c.campaign_id}))
        .group_by(snapshot.c.campaign_id)
        .subquery()
    )
    of_source = {Detail.DAILY: select(reported)}
    of_source[Detail.CONTACTS] = select(snapshot).join(
        newest, and_(snapshot.c.campaign_id == newest.c.campaign_id, snapshot.c.as_of == newest.c.as_of)
    )
    for detail, query in of_source.items():
        table = reported if detail is Detail.DAILY else snapshot
        known = query.join(schema.campaigns, schema.campaigns.c.campaign_id == table.c.campaign_id)
        known = known.outerjoin(entered, entered.c.campaign_id == table.c.campaign_id)
        known = known.add_columns(entered.c.cost.label("entered"), entered.c.cost_per)
        chosen = [*filters.conditions({"campaign_id": table.c.campaign_id}), IS_SHOWN]
        for row in connection.execute(known.where(schema.campaigns.c.detail == detail, *chosen)).mappings():
            totals = {name: row[name] for name in (*COUNTS, "cost", *COST_COLUMNS) if row.get(name) is not None}
            totals = _with_entered_cost(totals, row)
            sums[row["campaign_id"]] = sums.get(row["campaign_id"], _UNKNOWN) | totals


def _with_entered_cost(totals: dict[str, Any], row: RowMapping) -> dict[str, Any]:
    """The totals with the cost that was entered in place of the source's; that of months is known by its days."""
    if row["entered"] is None:
        return totals
    totals = {name: value for name, value in totals.items() if name not in ("cost", *COST_COLUMNS)}
    if row["cost_per"] == CostPer.CAMPAIGN:
        totals["cost"] = row["entered"]
    elif row["cost_per"] == CostPer.EMAIL and totals.get("emails_sent") is not None:
        totals["cost"] = row["entered"] * totals["emails_sent"]
    return totals


def totals_of(sums: Sequence[Mapping[str, Any]]) -> Totals:
    """The totals of some campaigns; one that does not know a number is left out of its total, not counted as 0.

    Args:
        sums: by campaign, the counts, and the costs in micro-dollars; None, or missing, where one is unknown. The names
            of counts without dates are under ``undated``.
    """

    def total(name: str) -> int | None:
        values = [campaign[name] for campaign in sums if campaign.get(name) is not None]
        # Of no campaigns at all the total is 0; of campaigns that all do not know it, it is unknown.
        return sum(values) if values or not sums else None

    knowing: dict[tuple[str, ...], list[Mapping[str, Any]]] = {
        names: [campaign for campaign in sums if all(campaign.get(name) is not None for name in names)]
        for names in [*PAIRS, *((name,) for name in NUMBERS)]
    }
    pairs = {
        (one, other): (sum(row[one] for row in knowing[one, other]), sum(row[other] for row in knowing[one, other]))
        if knowing[one, other] or not sums
        else None
        for one, other in PAIRS
    }
    tracked = {name: TrackedPart(len(knowing[name,]), len(sums)) for name in NUMBERS}
    for rate in (*RATES.values(), COST_PER_EMAIL):
        pair = pairs[rate.parts]
        tracked[rate.name] = TrackedPart(len(knowing[rate.parts]), len(sums), pair[1] if pair else 0)
    stats = Stats(**{name: total(name) for name in COUNTS})
    costs = Costs(
        total_byok_usd=usd(total("cost")),
        breakdown=CostBreakdown(**{name: usd(total(f"cost_{name}")) for name in COSTS}),
    )
    rates = {name: metrics.ratio(*(pairs[rate.parts] or (None, None))) for name, rate in RATES.items()}
    return Totals(
        stats=stats,
        rates=Rates.of({name: None if rate is None else round(rate, 3) for name, rate in rates.items()}),
        costs=costs,
        pairs=pairs,
        tracked={name: part for name, part in tracked.items() if part.campaigns < part.of_campaigns},
        has_entered_cost=any(campaign.get("has_entered_cost") for campaign in sums),
        undated=frozenset().union(*(campaign.get("undated", ()) for campaign in sums)),
        of_sent=_of_sent(sums) if pairs["delivered", "emails_sent"] is None else {},
    )


def _of_sent(sums: Sequence[Mapping[str, Any]]) -> dict[str, tuple[int, int]]:
    """By name of a rate of delivered emails, its count and the emails sent in the campaigns that know both."""
    shares = {}
    for rate in RATES.values():
        knowing = [row for row in sums if row.get(rate.parts[0]) is not None and row.get("emails_sent") is not None]
        if rate.denominator == "delivered" and knowing:
            shares[rate.name] = sum(row[rate.parts[0]] for row in knowing), sum(row["emails_sent"] for row in knowing)
    return shares


def _period(filters: Filters, first: date | None, last: date | None, zone: ZoneInfo) -> Period | None:
    start, end = filters.start or first, filters.end or last
    if start is None or end is None or start > end:
        return None
    # Where clocks are set back at midnight, the last second of the day occurs twice: the later one ends the day.
    return Period(start=_in_utc(start, time.min, zone), end=_in_utc(end, time(23, 59, 59, fold=1), zone))


def _in_utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    local = datetime.combine(day, at, zone)
    try:
        return local.astimezone(UTC)
    except OverflowError:  # the first or the last day of `datetime`, whose UTC time is out of range
        return local.replace(tzinfo=UTC, fold=0)


def campaign_time_series(
    store: Store, filters: Filters, name: str, *, points: int = 28
) -> dict[str, list[float | None]]:
    """One count of every campaign over time, for sparklines.

    Returns:
        For each campaign at most ``points`` sums over equally long parts that end with the period, oldest first. The
        first part looks back before the period as far as it needs days: a shorter one would look like a quiet one. A
        part is None where the count is unknown on one of its days: drawn as 0 it would look like a failure.

    Raises:
        QueryError: the period starts after its end.
    """
    check_period(filters)
    with store.read() as connection:
        days = day_table(connection, filters)
        if not len(days):
            return {}
        first, last = filters.start or days.dates.min().item(), filters.end or days.dates.max().item()
        # Rounded up, so that there are never more parts than points.
        days_a_part = max(1, -(-((last - first).days + 1) // points))
        parts = (last - first).days // days_a_part + 1
        begin = date.fromordinal(max(1, last.toordinal() - parts * days_a_part + 1))
        days = day_table(connection, replace(filters, start=begin))
        facts = campaign_facts(connection, filters.campaigns)
    column = days.column(name, humans_only=filters.humans_only)
    # From the end: the last part is whole, as the period is.
    before_last = np.datetime64(last, "D").astype(np.int64) - days.dates.astype(np.int64)
    place = parts - 1 - before_last // days_a_part
    series: dict[str, list[float | None]] = {}
    for own, rows in days.by_campaign():
        sums = np.bincount(place[rows], column[rows], parts)
        if name in facts[own].untracked:
            sums[np.bincount(place[rows], minlength=parts) > 0] = np.nan
        series[own] = [None if isnan(value) else value for value in sums.tolist()]
    return series
