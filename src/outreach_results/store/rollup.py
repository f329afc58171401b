"""The rollups: what every page reads, always equal to a recount of the events.

``daily_stats`` holds what firsts_ on each day, ``hourly_stats`` at which hour of it, ``lag_stats`` how long after the
sending. Each email counts once per event type, on its first occurrence. A recount of some emails before and after a
change gives the change of the days they touch, so that what a load costs follows what it brings, not the campaign's
size.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Connection, Select, Table, and_, case, delete, func, select

from outreach_results.models import (
    COST_COLUMNS,
    COUNT_OF,
    COUNTS,
    HOURLY_METRICS,
    HUMAN_COUNTS,
    LAG_METRICS,
    Basis,
    Detail,
    EventType,
)
from outreach_results.store import breakdown
from outreach_results.store.breakdown import Group
from outreach_results.store.column_types import day_of_hour, is_sqlite
from outreach_results.store.column_types import id_in as id_in
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
from outreach_results.store.some_emails import LATER_EVENTS, SomeEmails, some_emails
from outreach_results.store.write import insert_new


class Rollup(NamedTuple):
    """A derived table: one row for each campaign, kind and day. ``kind`` is the column that holds one of ``kinds``."""

    table: Table
    kind: str
    kinds: tuple[str, ...]
    columns: tuple[str, ...]


DAILY = Rollup(
    daily_stats,
    "basis",
    (Basis.ACTIVITY.value, Basis.SEND.value),
    (*COUNTS, *HUMAN_COUNTS, *COST_COLUMNS, "cost"),
)
HOURLY = Rollup(hourly_stats, "metric", HOURLY_METRICS, HOURS)
LAG = Rollup(lag_stats, "metric", LAG_METRICS, LAGS)
ROLLUPS = (DAILY, HOURLY, LAG)

Tally = Counter[tuple[str | Group, date, str]]
"""(basis or metric, date, column) → count or micro-dollars; for a group in place of a basis, the same of its emails.

No two rollups have a column of the same name, so the column also tells the rollup.
"""

_Days = dict[tuple[str, date], Counter[str]]
_Row = tuple[str, date, list[int]]
Array = npt.NDArray[np.int64]

# The events whose hour of the day is kept. Rounding the others to their day keeps the recount's groups few.
_WITH_HOUR = tuple(kind.value for kind, name in COUNT_OF.items() if name in HOURLY_METRICS)

# The names of the counts of the events after the sending.
_BY_ANYBODY = tuple(COUNT_OF[EventType(kind)] for kind in LATER_EVENTS)
_BY_HUMANS = tuple(f"{name}_human" for name in _BY_ANYBODY)
_ROWS_AT_A_TIME = 20_000


class Sums:
    """The numbers of a rollup of one campaign, as an array (kinds, days, columns)."""

    def __init__(self, rollup: Rollup, days: Array) -> None:
        self.rollup = rollup
        self._days = days  # since 1970, ascending
        self._values = np.zeros((len(rollup.kinds), len(days), len(rollup.columns)), np.int64)

    def add(self, kinds: Array | int, days: Array, columns: Array | int, n: Array) -> None:
        """Add ``n`` in these places, which may repeat."""
        places: Any = (kinds, np.searchsorted(self._days, days), columns)
        np.add.at(self._values, places, n)

    def rows(self) -> Iterator[tuple[str, date, list[int]]]:
        """(kind, day, values of the columns) of every row that is not all 0."""
        places = np.nonzero(self._values.any(axis=2))
        for kind, day, values in zip(*places, self._values[places].tolist(), strict=True):
            yield self.rollup.kinds[kind], _date(self._days[day]), values

    def tally(self) -> Tally:
        """The same by (kind, day, column)."""
        return Counter(
            {
                (kind, day, column): n
                for kind, day, values in self.rows()
                for column, n in zip(self.rollup.columns, values, strict=True)
                if n
            }
        )


def recount(connection: Connection, campaign_id: str, email_ids: Collection[str]) -> Tally:
    """Count some emails of a campaign from the events themselves."""
    tally: Tally = Counter()
    for some in some_emails(connection, campaign_id, email_ids):
        days: Tally = Counter()
        for sums in _sums(_sent_of(some), _first_events_of(some)):
            days.update(sums.tally())
        tally.update(days)
        tally.update(breakdown.recount(connection, campaign_id, some, days))
    return tally


def rebuild(connection: Connection, campaign_id: str) -> None:
    """Replace all days of a campaign by a recount of its events."""
    sent, later = (_matrix(connection, query(campaign_id)) for query in (_sent, _first_events))
    for sums in _sums(sent, later):
        connection.execute(delete(sums.rollup.table).where(sums.rollup.table.c.campaign_id == campaign_id))
        _insert(connection, sums.rollup, campaign_id, sums.rows())
    breakdown.rebuild(connection, campaign_id)


def rebuild_all(connection: Connection) -> None:
    """Rebuild the days of every campaign whose events are stored."""
    # Days of the others come from their source as they are: there are no events to count.
    with_events = select(campaigns.c.campaign_id).where(campaigns.c.detail == Detail.EVENTS)
    for campaign_id in connection.execute(with_events).scalars().all():
        rebuild(connection, campaign_id)


def add(connection: Connection, campaign_id: str, change: Tally) -> None:
    """Add a change to a campaign's days, and delete the days that it leaves empty."""
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
        rows = ((kind, day, [counts[column] for column in rollup.columns]) for (kind, day), counts in days.items())
        _insert(connection, rollup, campaign_id, (row for row in rows if any(row[2])))
    breakdown.add(connection, campaign_id, {key: n for key, n in change.items() if isinstance(key[0], Group)})


def _sums(sent: Array, later: Array) -> tuple[Sums, Sums, Sums]:
    """The sums of each of the `ROLLUPS`, from the rows of `_sent` and `_first_events`."""
    hours = np.concatenate((sent[:, 0], later[:, 1:4].ravel()))
    days = np.unique(hours[hours >= 0] // 24)
    daily, hourly, lag = (Sums(rollup, days) for rollup in ROLLUPS)
    _add_sent(daily, hourly, sent)
    for names, hour_column in ((_BY_ANYBODY, 2), (_BY_HUMANS, 3)):
        occurred = later[later[:, hour_column] >= 0]
        _add_first_events(daily, hourly, lag, names, occurred[:, (0, 1, hour_column, 4)])
    return daily, hourly, lag


def _matrix(connection: Connection, query: Select[Any]) -> Array:
    """The rows of a query of integers, as an array (rows, columns)."""
    # Straight into an array, some rows at a time: lists of Python integers would take several times the memory.
    width = len(query.selected_columns)
    result = connection.execute(query.execution_options(stream_results=True))
    parts = [
        np.fromiter(map(int, chain.from_iterable(rows)), np.int64, len(rows) * width)
        for rows in result.partitions(_ROWS_AT_A_TIME)
    ]
    return np.concatenate([np.empty(0, np.int64), *parts]).reshape(-1, width)


def _sent_of(some: SomeEmails) -> Array:
    """What `_sent` answers, of some emails: a row for each."""
    is_sent = some.sent_hour >= 0
    hours = some.sent_hour[is_sent]
    return np.column_stack((hours, np.ones_like(hours), some.costs[is_sent]))


def _first_events_of(some: SomeEmails) -> Array:
    """What `_first_events` answers, of some emails: a row for each first event."""
    sent_hour = some.sent_hour[some.email]
    return np.column_stack((some.kind, sent_hour, some.first_hour, some.human_hour, np.ones_like(sent_hour)))


def _sent(campaign_id: str) -> Select[Any]:
    """(sent_hour, emails, costs …)"""
    return (
        select(
            emails.c.sent_hour,
            func.count(),
            *(func.sum(emails.c[name]) for name in COST_COLUMNS),
        )
        .where(emails.c.campaign_id == campaign_id, emails.c.sent_hour.is_not(None))
        .group_by(emails.c.sent_hour)
    )


def _first_events(campaign_id: str) -> Select[Any]:
    """(place in `LATER_EVENTS`, sent_hour, local hour of the first occurrence, of the first by a human, emails)

    An hour is -1 where there is none. Hours that are not stored are rounded to their day: fewer groups.
    """
    firsts = (
        select(
            events.c.campaign_id,
            events.c.email_id,
            events.c.type,
            func.min(events.c.occurred_hour).label("first_hour"),
            func.min(case((~events.c.is_machine, events.c.occurred_hour))).label("human_hour"),
        )
        .where(events.c.campaign_id == campaign_id)
        .group_by(events.c.campaign_id, events.c.email_id, events.c.type)
        .subquery("firsts")
    )

    # A subquery and no join: of a campaign that is new, PostgreSQL knows no numbers. It would expect next to nothing,
    # and read all emails again for each of them.
    sent_hour = (
        select(emails.c.sent_hour)
        .where(emails.c.campaign_id == firsts.c.campaign_id, emails.c.email_id == firsts.c.email_id)
        .scalar_subquery()
    )

    def day(hour: ColumnElement[int]) -> ColumnElement[int]:
        return func.coalesce(hour // 24 * 24, -1)

    def kept_hour(hour: ColumnElement[int]) -> ColumnElement[int]:
        return case((firsts.c.type.in_(_WITH_HOUR), func.coalesce(hour, -1)), else_=day(hour))

    keyed = select(
        case({kind: place for place, kind in enumerate(LATER_EVENTS)}, value=firsts.c.type).label("kind"),
        day(sent_hour).label("sent_hour"),
        kept_hour(firsts.c.first_hour).label("first_hour"),
        kept_hour(firsts.c.human_hour).label("human_hour"),
    ).subquery("keyed")
    return select(*keyed.c, func.count()).group_by(*keyed.c)


def _add_sent(daily: Sums, hourly: Sums, sent: Array) -> None:
    hours, n, *costs = sent.T
    days = hours // 24
    hourly.add(HOURLY_METRICS.index("emails_sent"), days, hours % 24, n)
    for basis in range(len(DAILY.kinds)):
        daily.add(basis, days, DAILY.columns.index("emails_sent"), n)
        daily.add(basis, days, DAILY.columns.index("cost"), sum(costs))
        for name, amounts in zip(COST_COLUMNS, costs, strict=True):
            daily.add(basis, days, DAILY.columns.index(name), amounts)


def _add_first_events(daily: Sums, hourly: Sums, lag: Sums, names: Sequence[str], first_events: Array) -> None:
    """Add first occurrences: (place in ``names``, sent_hour, hour, emails)."""
    columns, hourly_kinds, lag_kinds = (_positions(names, among) for among in (DAILY.columns, HOURLY.kinds, LAG.kinds))
    kinds, sent_hours, hours, n = first_events.T
    days, sent_days = hours // 24, sent_hours // 24
    activity, send = range(len(DAILY.kinds))
    daily.add(activity, days, columns[kinds], n)
    is_kept = hourly_kinds[kinds] >= 0
    hourly.add(hourly_kinds[kinds][is_kept], days[is_kept], hours[is_kept] % 24, n[is_kept])
    # On the sending day only where it is known: a source may name an event's email without its sending.
    is_kept = sent_hours >= 0
    daily.add(send, sent_days[is_kept], columns[kinds][is_kept], n[is_kept])
    is_kept &= lag_kinds[kinds] >= 0
    days_after = np.clip(days - sent_days, 0, LAST_LAG)  # clocks differ: some open before the sending
    lag.add(lag_kinds[kinds][is_kept], sent_days[is_kept], days_after[is_kept], n[is_kept])


def _positions(names: Sequence[str], among: Sequence[str]) -> Array:
    """The index (names,) of each name among others; -1 where it is not one of them."""
    return np.array([among.index(name) if name in among else -1 for name in names])


def _date(days: int) -> date:
    return day_of_hour(int(days) * 24)


def _by_day(tally: Tally, rollup: Rollup) -> _Days:
    days: _Days = defaultdict(Counter)
    own = frozenset(rollup.columns)
    for (kind, day, column), n in tally.items():
        if n and column in own and isinstance(kind, str):
            days[kind, day][column] += n
    return days


def _insert(connection: Connection, rollup: Rollup, campaign_id: str, rows: Iterable[_Row]) -> None:
    stored = date.isoformat if is_sqlite(connection) else lambda day: day
    columns = ("campaign_id", rollup.kind, "date", *rollup.columns)
    insert_new(
        connection, rollup.table, columns, [(campaign_id, kind, stored(day), *values) for kind, day, values in rows]
    )
