"""Snapshots: campaigns known by what became of each contact, and the rollups derived from them.

A snapshot is what an export of a sending tool shows on one day: one row a contact. The newest one of a campaign is
what counts; the older ones stay as dated totals. What has no date counts in totals and on no day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, Select, case, delete, func, insert, select

from outreach_results.models import COUNT_OF, COUNTS, Basis, Detail
from outreach_results.store.engine import zone_of
from outreach_results.store.schema import OUTCOME_COLUMNS, OUTCOME_OF, campaigns, contacts, daily_stats, snapshot_stats

COUNT_OF_OUTCOME = {OUTCOME_OF[kind]: name for kind, name in COUNT_OF.items()}
"""Column of `contacts` → the count it goes into. A contact counts once, however often something happened."""

_Day = dict[str, int]


def rebuild_all(connection: Connection) -> None:
    """Derive the totals and days of all campaigns known by snapshots anew."""
    known = select(campaigns.c.campaign_id).where(campaigns.c.detail == Detail.CONTACTS)
    for campaign_id in connection.execute(known).scalars().all():
        rebuild(connection, campaign_id)


def rebuild(connection: Connection, campaign_id: str) -> None:
    """Derive the totals of a campaign's snapshots, and its days from the newest one.

    The days are left alone where the campaign is known in more detail than by snapshots.
    """
    connection.execute(delete(snapshot_stats).where(snapshot_stats.c.campaign_id == campaign_id))
    totals = connection.execute(_totals(campaign_id)).mappings().all()
    if totals:
        connection.execute(insert(snapshot_stats), [_known_delivered(row) for row in totals])
    detail = select(campaigns.c.detail).where(campaigns.c.campaign_id == campaign_id)
    if connection.execute(detail).scalar_one_or_none() != Detail.CONTACTS:
        return
    connection.execute(delete(daily_stats).where(daily_stats.c.campaign_id == campaign_id))
    if totals:
        newest = max(row["as_of"] for row in totals)
        rows = _days(_contacts_at(connection, campaign_id, newest), zone_of(connection))
        if rows:
            connection.execute(insert(daily_stats), [{"campaign_id": campaign_id} | row for row in rows])


def _totals(campaign_id: str) -> Select[Any]:
    """One row a snapshot: as_of, the counts (None where no contact says anything), and the cost."""
    counts = [
        # Where a snapshot has it for some contacts only, it is unknown of the others, which is no 0 of a count.
        case(
            (func.count(contacts.c[column]) == 0, None), else_=func.sum(case((contacts.c[column] > 0, 1), else_=0))
        ).label(name)
        for column, name in COUNT_OF_OUTCOME.items()
    ]
    return (
        select(contacts.c.campaign_id, contacts.c.as_of, *counts, func.sum(contacts.c.cost).label("cost"))
        .where(contacts.c.campaign_id == campaign_id)
        .group_by(contacts.c.campaign_id, contacts.c.as_of)
    )


def _known_delivered(counts: RowMapping) -> dict[str, Any]:
    """The counts with deliveries filled in: what did not bounce was delivered, where bounces are known."""
    known: dict[str, Any] = {str(name): value for name, value in counts.items()}
    if known["delivered"] is None and known["emails_sent"] is not None and known["bounced"] is not None:
        known["delivered"] = max(0, known["emails_sent"] - known["bounced"])
    return {name: int(value) if name in COUNTS and value is not None else value for name, value in known.items()}


def _contacts_at(connection: Connection, campaign_id: str, as_of: datetime) -> Iterable[RowMapping]:
    columns = [contacts.c[name] for pair in OUTCOME_COLUMNS.items() for name in pair]
    query = select(*columns, contacts.c.cost).where(contacts.c.campaign_id == campaign_id, contacts.c.as_of == as_of)
    return connection.execute(query.execution_options(yield_per=5_000)).mappings()


def _days(rows: Iterable[RowMapping], zone: ZoneInfo) -> list[dict[str, Any]]:
    """Rows of ``daily_stats``: by the day it happened where that is known, and by the day of sending."""
    by_activity: dict[date, _Day] = defaultdict(lambda: defaultdict(int))
    by_sending: dict[date, _Day] = defaultdict(lambda: defaultdict(int))
    is_known: set[str] = set()  # what is known of any contact
    is_dated: set[str] = set()  # what any contact dates
    for row in rows:
        sent_on = _local_day(row["sent_at"], zone)
        for column, name in COUNT_OF_OUTCOME.items():
            if row[column] is None:
                continue
            is_known.add(name)
            happened = row[column] > 0
            if sent_on is not None:
                by_sending[sent_on][name] += happened
            on = _local_day(row[OUTCOME_COLUMNS[column]], zone)
            if happened and on is not None:
                is_dated.add(name)
                by_activity[on][name] += 1
        if sent_on is not None and row["cost"] is not None:
            is_known.add("cost")
            by_sending[sent_on]["cost"] += row["cost"]
            by_activity[sent_on]["cost"] += row["cost"]
    if {"emails_sent", "bounced"} <= is_known and "delivered" not in is_known:
        # Deliveries are dated like sendings: their own day is known nowhere.
        is_known.add("delivered")
        is_dated.add("delivered")
        for day, counts in by_sending.items():
            counts["delivered"] = max(0, counts["emails_sent"] - counts["bounced"])
            by_activity[day]["delivered"] = counts["delivered"]
    is_dated |= is_known & {"cost"}
    return [
        *_rows(Basis.ACTIVITY, by_activity, is_dated),
        *_rows(Basis.SEND, by_sending, is_known),
    ]


def _rows(basis: Basis, days: Mapping[date, _Day], known: set[str]) -> list[dict[str, Any]]:
    names = (*COUNTS, "cost")
    return [
        {"basis": basis.value, "date": on} | {name: counts.get(name, 0) if name in known else None for name in names}
        for on, counts in sorted(days.items())
    ]


def _local_day(instant: datetime | None, zone: ZoneInfo) -> date | None:
    return None if instant is None else instant.astimezone(zone).date()
