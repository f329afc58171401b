"""The rollups: what every page reads, always equal to a recount of the events.

``daily_stats`` holds what happened on each day, ``hourly_stats`` at which hour of it, ``lag_stats`` how long after the
sending. Each e-mail counts once per event type, on its first occurrence. A recount of some e-mails before and after a
change gives the change of the days they touch, so that what a load costs follows what it brings, not the campaign's
size.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import lru_cache
from itertools import repeat
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    case,
    delete,
    func,
    select,
    text,
)

from outreach_results.models import (
    COST_COLUMNS,
    COUNT_OF,
    COUNTS,
    HUMAN_COUNTS,
    LAG_METRICS,
    RHYTHM_METRICS,
    Basis,
    Detail,
)
from outreach_results.store.schema import (
    HOURS,
    LAGS,
    LAST_LAG,
    campaigns,
    daily_stats,
    emails,
    events,
    hourly_stats,
    lag_stats,
)
from outreach_results.store.schema import day_of_hour as _day_of_hour
from outreach_results.store.write import insert_new


class Rollup(NamedTuple):
    """A derived table: one row for each campaign, kind and day."""

    table: Table
    kind: str
    columns: tuple[str, ...]


ROLLUPS = (
    Rollup(daily_stats, "basis", (*COUNTS, *HUMAN_COUNTS, *COST_COLUMNS, "cost")),
    Rollup(hourly_stats, "metric", HOURS),
    Rollup(lag_stats, "metric", LAGS),
)

Tally = Counter[tuple[str, date, str]]
"""How much of what falls on which day: (basis or metric, date, column) → count or micro-dollars.

No two rollups share the name of a column, so that it also says which of them is meant.
"""

_Days = dict[tuple[str, date], Counter[str]]

# The events whose hour of the day is kept. Rounding the others to their day keeps the recount's groups few.
_WITH_RHYTHM = tuple(kind.value for kind, name in COUNT_OF.items() if name in RHYTHM_METRICS)

day_of_hour = lru_cache(maxsize=100_000)(_day_of_hour)

_ACTIVITY, _SEND = Basis.ACTIVITY.value, Basis.SEND.value


def id_in(connection: Connection, column: ColumnElement[str], ids: Collection[str]) -> ColumnElement[bool]:
    """``column IN ids`` with a single parameter, however many ids there are."""
    if connection.dialect.name == "sqlite":
        values = text("SELECT value FROM json_each(:ids)").bindparams(ids=json.dumps(list(ids)))
        return column.in_(values)
    return column == any_(bindparam("ids", list(ids), type_=ARRAY(Text)))


def recount(connection: Connection, campaign_id: str, email_ids: Collection[str] | None = None) -> Tally:
    """Count a campaign's e-mails, or only those given, from the events themselves."""
    tally: Tally = Counter()
    _tally_sent(tally, _sent(connection, campaign_id, email_ids))
    _tally_happened(tally, _happened(connection, campaign_id, email_ids))
    return tally


def rebuild(connection: Connection, campaign_id: str) -> None:
    """Write all of a campaign's days anew."""
    tally = recount(connection, campaign_id)
    for rollup in ROLLUPS:
        connection.execute(delete(rollup.table).where(rollup.table.c.campaign_id == campaign_id))
        _insert(connection, rollup, campaign_id, _by_day(tally, rollup))


def rebuild_all(connection: Connection) -> None:
    """Write the days of every campaign anew whose events are known."""
    known = select(campaigns.c.campaign_id).where(campaigns.c.detail == Detail.EVENTS)
    for campaign_id in connection.execute(known).scalars().all():
        rebuild(connection, campaign_id)


def add(connection: Connection, campaign_id: str, change: Tally) -> None:
    """Add a change to a campaign's days; a day on which nothing is left goes."""
    for rollup in ROLLUPS:
        days = _by_day(change, rollup)
        columns = rollup.table.c
        for kind in {of_kind for of_kind, _ in days}:
            here = and_(
                columns.campaign_id == campaign_id,
                columns[rollup.kind] == kind,
                columns.date.in_([day for of_kind, day in days if of_kind == kind]),
            )
            for row in connection.execute(select(rollup.table).where(here)).mappings():
                for column in rollup.columns:
                    days[kind, row["date"]][column] += row[column]
            connection.execute(delete(rollup.table).where(here))
        _insert(connection, rollup, campaign_id, days)


def _chosen(
    connection: Connection, column: ColumnElement[str], campaign_id: str, email_ids: Collection[str] | None
) -> ColumnElement[bool]:
    own = column.table.c.campaign_id == campaign_id
    return own if email_ids is None else and_(own, id_in(connection, column, email_ids))


def _sent(connection: Connection, campaign_id: str, email_ids: Collection[str] | None) -> Iterable[Sequence[Any]]:
    """(sent_hour, e-mails, costs …)"""
    query = (
        select(
            emails.c.sent_hour,
            func.count(),
            *(func.sum(emails.c[name]) for name in COST_COLUMNS),
        )
        .where(_chosen(connection, emails.c.email_id, campaign_id, email_ids), emails.c.sent_hour.is_not(None))
        .group_by(emails.c.sent_hour)
    )
    return connection.execute(query).all()


def _tally_sent(tally: Tally, rows: Iterable[Sequence[Any]]) -> None:
    for hour, sent, *costs in rows:
        day = day_of_hour(hour)
        tally["emails_sent", day, HOURS[hour % 24]] += sent
        for basis in Basis:
            tally[basis, day, "emails_sent"] += sent
            for name, cost in zip(COST_COLUMNS, costs, strict=True):
                tally[basis, day, name] += int(cost)
                tally[basis, day, "cost"] += int(cost)


def _happened(connection: Connection, campaign_id: str, email_ids: Collection[str] | None) -> Iterable[Sequence[Any]]:
    """(type, sent_on, local hour of the first occurrence, of the first by a human, e-mails)"""
    firsts = (
        select(
            events.c.campaign_id,
            events.c.email_id,
            events.c.type,
            func.min(events.c.occurred_hour).label("first_hour"),
            func.min(case((~events.c.is_machine, events.c.occurred_hour))).label("human_hour"),
        )
        .where(_chosen(connection, events.c.email_id, campaign_id, email_ids))
        .group_by(events.c.campaign_id, events.c.email_id, events.c.type)
        .subquery("firsts")
    )

    def coarse(hour: ColumnElement[int]) -> ColumnElement[int]:
        return case((firsts.c.type.in_(_WITH_RHYTHM), hour), else_=hour - hour % 24)

    keyed = (
        select(
            firsts.c.type,
            emails.c.sent_on,
            coarse(firsts.c.first_hour).label("first_hour"),
            coarse(firsts.c.human_hour).label("human_hour"),
        )
        .join_from(
            firsts,
            emails,
            and_(firsts.c.campaign_id == emails.c.campaign_id, firsts.c.email_id == emails.c.email_id),
        )
        .where(emails.c.campaign_id == campaign_id)
        .subquery("keyed")
    )
    return connection.execute(select(*keyed.c, func.count()).group_by(*keyed.c)).all()


def _tally_happened(tally: Tally, rows: Iterable[Sequence[Any]]) -> None:
    for kind, sent_on, first_hour, human_hour, n in rows:
        name = COUNT_OF[kind]
        _tally_first(tally, name, sent_on, first_hour, n)
        if human_hour is not None:
            _tally_first(tally, f"{name}_human", sent_on, human_hour, n)


def _tally_first(tally: Tally, metric: str, sent_on: date | None, hour: int, n: int) -> None:
    day = day_of_hour(hour)
    tally[_ACTIVITY, day, metric] += n
    if metric in RHYTHM_METRICS:
        tally[metric, day, HOURS[hour % 24]] += n
    if sent_on is not None:
        tally[_SEND, sent_on, metric] += n
        if metric in LAG_METRICS:
            days = min(max((day - sent_on).days, 0), LAST_LAG)  # clocks differ: some open before the sending
            tally[metric, sent_on, LAGS[days]] += n


def _by_day(tally: Tally, rollup: Rollup) -> _Days:
    days: _Days = defaultdict(Counter)
    own = frozenset(rollup.columns)
    for (kind, day, column), n in tally.items():
        if n and column in own:
            days[kind, day][column] += n
    return days


def _insert(connection: Connection, rollup: Rollup, campaign_id: str, days: _Days) -> None:
    stored = date.isoformat if connection.dialect.name == "sqlite" else lambda day: day
    rows = [
        (campaign_id, str(kind), stored(day), *map(counts.get, rollup.columns, repeat(0)))
        for (kind, day), counts in days.items()
        if any(counts.values())
    ]
    insert_new(connection, rollup.table, ("campaign_id", rollup.kind, "date", *rollup.columns), rows)
