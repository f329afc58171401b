"""Totals of counts, rates and costs in a period, by campaign and for all chosen campaigns together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Connection, and_, func, select

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
from outreach_results.models.metric_definitions import Metric, Unit
from outreach_results.results.campaign_rates import campaign_rates
from outreach_results.results.campaigns import require_campaign
from outreach_results.results.query import check_period, chosen_days, complete_sum, count_column, integers, usd
from outreach_results.store import schema
from outreach_results.store.engine import Store, zone_of


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts, rates and costs (dollars) of some campaigns in a period; None for what one of them does not track."""

    stats: Stats
    rates: Rates
    costs: Costs

    def value(self, metric: Metric) -> float | None:
        """The unrounded value of a count, a rate or the cost (in dollars); None where it is unknown."""
        if metric.unit == Unit.DOLLARS:
            return self.costs.total_byok_usd
        return metrics.rate_of(self.stats, metric.name) if metric.numerator else getattr(self.stats, metric.name)


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
        sums = _sums(connection, narrowed).get(campaign_id, _NOTHING)
        totals = _totals([sums])
        found = CampaignStats(
            campaign_id=campaign_id,
            period=_period(narrowed, sums["first_on"], sums["last_on"], zone_of(connection)),
            stats=totals.stats,
            rates=totals.rates,
            costs=totals.costs,
        )
    return found if narrowed.basis == Basis.ACTIVITY else _with_adjusted_rates(store, narrowed, found)


def _with_adjusted_rates(store: Store, filters: Filters, found: CampaignStats) -> CohortStats:
    rates = campaign_rates(store, filters).get(found.campaign_id, {})
    known = {name: rate for name, rate in rates.items() if rate.share_in is not None}
    return CohortStats(
        **dict(found),
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
        # Summed from the campaigns, not by SQL, because a campaign's sums may be replaced by its reported totals.
        return _totals(list(_sums(connection, filters).values()))


def campaign_totals(store: Store, filters: Filters) -> pd.DataFrame:
    """One row a campaign with any activity in the period, most emails first.

    Columns: campaign_id, name, mcp, the counts, the rates (unrounded), cost_usd and its components.

    Raises:
        QueryError: the period starts after its end.
    """
    check_period(filters)
    with store.read() as connection:
        sums = _sums(connection, filters)
        names = {row.campaign_id: row for row in connection.execute(select(schema.campaigns))}
    rows = []
    for campaign_id, campaign in sums.items():
        row: dict[str, Any] = {
            "campaign_id": campaign_id,
            "name": names[campaign_id].name,
            "mcp": names[campaign_id].mcp,
        }
        row |= {name: campaign[name] for name in COUNTS}
        row |= {name: metrics.ratio(*(campaign[part] for part in rate.parts)) for name, rate in metrics.RATES.items()}
        row |= {f"{name}_usd": usd(campaign[name]) for name in ("cost", *COST_COLUMNS)}
        rows.append(row)
    columns = ["campaign_id", "name", "mcp", *COUNTS, *metrics.RATES, *COST_FIELDS]
    frame = pd.DataFrame(rows, columns=columns)
    frame = frame.astype(dict.fromkeys(COUNTS, "Int64") | dict.fromkeys([*metrics.RATES, *COST_FIELDS], "float64"))
    return frame.sort_values(["emails_sent", "campaign_id"], ascending=[False, True], ignore_index=True)


_COMES_FROM = {
    "emails_sent": None,
    "delivered": "emails_sent",
    "opened": "delivered",
    "clicked": "opened",
    "replied": "delivered",
    "meetings_booked": "replied",
}


def funnel(stats: Stats) -> pd.DataFrame:
    """The number of emails that reached each stage, one row a stage.

    Columns: stage, emails, of (the stage it comes from), share of that stage (None where it exceeds it, as clicks
    with images switched off can).
    """
    rows = []
    for stage, origin in _COMES_FROM.items():
        share = metrics.ratio(getattr(stats, stage), getattr(stats, origin)) if origin else None
        rows.append((stage, getattr(stats, stage), origin, share if share is None or share <= 1 else None))
    return pd.DataFrame(rows, columns=["stage", "emails", "of", "share"]).astype(
        {"emails": "Int64", "share": "float64"}
    )


COST_FIELDS = tuple(f"{name}_usd" for name in ("cost", *COST_COLUMNS))


# The sums of a campaign without activity: nothing happened, which is 0 and not unknown.
_NOTHING: dict[str, Any] = dict.fromkeys((*COUNTS, "cost", *COST_COLUMNS), 0) | {
    "first_on": None,
    "last_on": None,
}


_UNKNOWN: dict[str, Any] = dict.fromkeys(_NOTHING)


def _sums(connection: Connection, filters: Filters) -> dict[str, dict[str, Any]]:
    """By campaign id: the counts, the costs in micro-dollars, and the dates first_on and last_on."""
    table = schema.daily_stats.c
    query = (
        select(
            table.campaign_id,
            func.min(table.date).label("first_on"),
            func.max(table.date).label("last_on"),
            *(complete_sum(count_column(name, filters)).label(name) for name in COUNTS),
            *(complete_sum(table[name]).label(name) for name in ("cost", *COST_COLUMNS)),
        )
        .where(*chosen_days(filters))
        .group_by(table.campaign_id)
    )
    sums = {row["campaign_id"]: integers(row) for row in connection.execute(query).mappings()}
    # Totals that a platform reports of a whole campaign cannot be divided into periods or bases.
    if replace(filters, campaigns=None, basis=Basis.ACTIVITY) == Filters():
        _prefer_reported(connection, sums)
    return sums


def _prefer_reported(connection: Connection, sums: dict[str, dict[str, Any]]) -> None:
    """Replace the sums of campaigns known without their events by the totals that their source reports.

    The days of the Results API have only some of the counts, and a snapshot of contacts dates only some of its; the
    rest is known for the whole campaign alone.
    """
    reported, snapshot = schema.reported_stats, schema.snapshot_stats
    newest = (
        select(snapshot.c.campaign_id, func.max(snapshot.c.as_of).label("as_of"))
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
        for row in connection.execute(known.where(schema.campaigns.c.detail == detail)).mappings():
            totals = {name: row[name] for name in (*COUNTS, "cost", *COST_COLUMNS) if row.get(name) is not None}
            sums[row["campaign_id"]] = sums.get(row["campaign_id"], _UNKNOWN) | totals


def _totals(sums: list[dict[str, Any]]) -> Totals:
    def total(name: str) -> int | None:
        # The same rule as `complete_sum`: unknown for one campaign is unknown for all of them together.
        values = [campaign[name] for campaign in sums]
        return None if None in values else sum(values)

    stats = Stats(**{name: total(name) for name in COUNTS})
    costs = Costs(
        total_byok_usd=usd(total("cost")),
        breakdown=CostBreakdown(**{name: usd(total(f"cost_{name}")) for name in COSTS}),
    )
    return Totals(stats=stats, rates=metrics.rates(stats), costs=costs)


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
    days = schema.daily_stats.c
    with store.read() as connection:
        span = select(func.min(days.date), func.max(days.date)).where(*chosen_days(filters))
        first, last = connection.execute(span).one()
        if last is None:
            return {}
        first, last = filters.start or first, filters.end or last
        days_a_part = max(1, -(-((last - first).days + 1) // points))
        parts = (last - first).days // days_a_part + 1
        begin = date.fromordinal(max(1, last.toordinal() - parts * days_a_part + 1))
        in_parts = chosen_days(replace(filters, start=begin))
        rows = connection.execute(
            select(days.campaign_id, days.date, count_column(name, filters)).where(*in_parts)
        ).all()
    series: dict[str, list[float | None]] = {}
    for campaign_id, day, value in rows:
        sums = series.setdefault(campaign_id, [0.0] * parts)
        place = parts - 1 - (last - day).days // days_a_part
        so_far = sums[place]
        sums[place] = None if value is None or so_far is None else so_far + float(value)
    return series
