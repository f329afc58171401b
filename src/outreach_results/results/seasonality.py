"""Activity by hour of the week, and how long opens, clicks, replies and meetings take after the sending."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, func, or_, select

from outreach_results import metrics
from outreach_results.models import LAG_METRICS, Basis, Filters
from outreach_results.results.campaign_facts import campaign_facts
from outreach_results.results.campaigns import last_day
from outreach_results.results.day_table import day_table
from outreach_results.results.kept import kept_on
from outreach_results.results.query import check_period, chosen_rows, of_any_campaign
from outreach_results.store import schema
from outreach_results.store.engine import Store, zone_of

HOURLY_COUNTS = ("emails_sent", "opened", "replied")
"""The counts that are stored by hour."""

LEARNED_FROM_DAYS = 120
"""The days of sending that maturity is learned from: enough to see slow replies, recent enough to be like today's."""


@dataclass(frozen=True, slots=True)
class WeeklyActivity:
    """Counts by hour of the week, each email at the hour of its first event of a kind.

    ``counts`` has by metric its numbers by weekday (from Monday) and hour (0–23) of the reporting ``zone``: (7, 24).
    ``unknown`` holds by metric how many more there were without an hour: those of campaigns with daily numbers only.
    """

    counts: dict[str, NDArray[np.int64]]
    zone: str
    unknown: dict[str, int]

    @property
    def hours(self) -> pd.DataFrame:
        """The same in 168 rows: weekday (0: Monday), hour, and one count a metric."""
        weekday, hour = np.divmod(np.arange(7 * 24), 24)
        return pd.DataFrame(
            {"weekday": weekday, "hour": hour} | {name: counts.ravel() for name, counts in self.counts.items()}
        )


@dataclass(frozen=True, slots=True)
class MaturityCurves:
    """The maturity curve of each count, and the ``last_day`` of the data.

    A count with too little data for a curve is missing in ``by_count``.
    """

    by_count: dict[str, metrics.MaturityCurve]
    last_day: date | None


def weekly_activity(store: Store, filters: Filters) -> WeeklyActivity:
    """Sends, opens and replies by weekday and hour, each at its own hour whatever the basis of the filters.

    Raises:
        QueryError: the period starts after its end.
    """
    check_period(filters)
    # `hourly_stats` knows only the hour at which something happened; counting `unknown` needs days of the same basis.
    by_activity = replace(filters, basis=Basis.ACTIVITY)
    stored = {_stored(name, filters): name for name in HOURLY_COUNTS}
    week = np.zeros((len(HOURLY_COUNTS), 7, 24), dtype=np.int64)
    with store.read() as connection:
        facts = campaign_facts(connection, filters.campaigns)
        untracked = {own: of.untracked for own, of in facts.items()}
        for metric, day, *hours in connection.execute(_hours_query(by_activity, tuple(stored), untracked)):
            week[HOURLY_COUNTS.index(stored[metric]), day.weekday()] += np.array([int(n) for n in hours])
        days = day_table(connection, by_activity).without(untracked)
        totals = [np.nansum(days.column(name, humans_only=filters.humans_only)) for name in HOURLY_COUNTS]
        zone = zone_of(connection).key
    counts = dict(zip(HOURLY_COUNTS, week, strict=True))
    without_hour = {name: int(n) - int(counts[name].sum()) for name, n in zip(HOURLY_COUNTS, totals, strict=True)}
    return WeeklyActivity(counts, zone, without_hour)


NO_CURVES = MaturityCurves({}, None)
"""For a database without data, and by event date: there nothing is still to come, so no curves are read."""


_LAGGING = tuple(name for name in LAG_METRICS if "_human" not in name)


def maturity_curves(store: Store, *, humans_only: bool = False, names: Sequence[str] = _LAGGING) -> MaturityCurves:
    """The maturity curves of these counts (opens, clicks, replies and meetings), from all campaigns of the account."""
    # From all campaigns, whichever are chosen, so that small ones without enough events for a curve are adjusted too.
    last = last_day(store)
    if last is None:
        return NO_CURVES
    stored = {_stored(name, Filters(humans_only=humans_only)): name for name in names}
    with store.read() as connection:
        # They depend on no filter, so that one reading serves every question, until there is other data.
        return kept_on(connection).get(
            ("maturity curves", tuple(stored)), lambda: _read_curves(connection, stored, last)
        )


def _read_curves(connection: Connection, stored: Mapping[str, str], last: date) -> MaturityCurves:
    table = schema.lag_stats.c
    learned_from = Filters(start=last - timedelta(days=LEARNED_FROM_DAYS - 1), end=last)
    query = (
        select(table.metric, table.date, *(func.sum(table[name]) for name in schema.LAGS))
        .where(
            of_any_campaign(table.campaign_id),
            table.metric.in_(stored),
            *chosen_rows(schema.lag_stats, learned_from),
        )
        .group_by(table.metric, table.date)
    )
    rows_of: dict[str, list[list[int]]] = {name: [] for name in stored.values()}
    for metric, day, *lags in connection.execute(query):
        rows_of[stored[metric]].append([(last - day).days, *(int(n) for n in lags)])
    by_count = {}
    for name, rows in rows_of.items():
        numbers = np.array(rows, dtype=np.int64).reshape(-1, 1 + len(schema.LAGS))
        # The last column counts everything later, of which young months have seen less than old ones.
        curve = metrics.maturity(numbers[:, 1:-1].astype(np.float64), numbers[:, 0])
        if curve is not None:
            by_count[name] = curve
    return MaturityCurves(by_count, last)


def _stored(name: str, filters: Filters) -> str:
    return f"{name}_human" if filters.humans_only and name != "emails_sent" else name


def _hours_query(filters: Filters, stored: tuple[str, ...], untracked: Mapping[str, Collection[str]]) -> Select[Any]:
    table = schema.hourly_stats.c
    chosen = [*chosen_rows(schema.hourly_stats, filters), table.metric.in_(stored)]
    if filters.campaigns is None:
        chosen.append(of_any_campaign(table.campaign_id))
    for name in HOURLY_COUNTS:
        off = sorted(campaign_id for campaign_id, names in untracked.items() if name in names)
        if off:
            chosen.append(or_(table.metric != _stored(name, filters), table.campaign_id.not_in(off)))
    return (
        select(table.metric, table.date, *(func.sum(table[name]) for name in schema.HOURS))
        .where(*chosen)
        .group_by(table.metric, table.date)
    )
