"""``daily_stats``: what every page reads, always equal to a recount of the events.

Each e-mail counts once per event type, on its first occurrence. A recount of some e-mails before and after a change
gives the change of the days they touch, so that what a load costs follows what it brings, not the campaign's size.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Text,
    and_,
    any_,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    text,
)

from outreach_results.models import COST_COLUMNS, COUNT_OF, COUNTS, HUMAN_COUNTS, Basis, EventType
from outreach_results.store.schema import daily_stats, emails, events

Tally = Counter[tuple[str, date, str]]
"""How much of what falls on which day: (basis, date, column of daily_stats) → count or micro-dollars."""

COLUMNS = (*COUNTS, *HUMAN_COUNTS, *COST_COLUMNS, "cost")


def id_in(connection: Connection, column: ColumnElement[str], ids: Collection[str]) -> ColumnElement[bool]:
    """``column IN ids`` with a single parameter, however many ids there are."""
    if connection.dialect.name == "sqlite":
        values = text("SELECT value FROM json_each(:ids)").bindparams(ids=json.dumps(list(ids)))
        return column.in_(values)
    return column == any_(bindparam("ids", list(ids), type_=ARRAY(Text)))


def recount(connection: Connection, campaign_id: str, email_ids: Collection[str] | None = None) -> Tally:
    """Count a campaign's e-mails, or only those given, from the events themselves."""

    def chosen(column: ColumnElement[str]) -> ColumnElement[bool]:
        own = column.table.c.campaign_id == campaign_id
        return own if email_ids is None else and_(own, id_in(connection, column, email_ids))

    tally: Tally = Counter()
    sent = (
        select(
            emails.c.sent_on,
            func.count().label("emails_sent"),
            *(func.sum(emails.c[name]).label(name) for name in COST_COLUMNS),
        )
        .where(chosen(emails.c.email_id), emails.c.sent_on.is_not(None))
        .group_by(emails.c.sent_on)
    )
    for row in connection.execute(sent).mappings():
        for basis in Basis:
            tally[basis, row["sent_on"], "emails_sent"] += row["emails_sent"]
            for name in COST_COLUMNS:
                tally[basis, row["sent_on"], name] += int(row[name])
                tally[basis, row["sent_on"], "cost"] += int(row[name])

    firsts = (
        select(
            events.c.campaign_id,
            events.c.email_id,
            events.c.type,
            func.min(events.c.occurred_on).label("first_on"),
            func.min(case((~events.c.is_machine, events.c.occurred_on))).label("human_on"),
        )
        .where(chosen(events.c.email_id))
        .group_by(events.c.campaign_id, events.c.email_id, events.c.type)
        .subquery("firsts")
    )
    keys = (firsts.c.type, emails.c.sent_on, firsts.c.first_on, firsts.c.human_on)
    happened = (
        select(*keys, func.count().label("n"))
        .join_from(
            firsts,
            emails,
            and_(firsts.c.campaign_id == emails.c.campaign_id, firsts.c.email_id == emails.c.email_id),
        )
        .where(emails.c.campaign_id == campaign_id)
        .group_by(*keys)
    )
    for kind, sent_on, first_on, human_on, n in connection.execute(happened):
        name = COUNT_OF[EventType(kind)]
        tally[Basis.ACTIVITY, first_on, name] += n
        if sent_on is not None:
            tally[Basis.SEND, sent_on, name] += n
        if human_on is not None:
            tally[Basis.ACTIVITY, human_on, f"{name}_human"] += n
            if sent_on is not None:
                tally[Basis.SEND, sent_on, f"{name}_human"] += n
    return tally


def rebuild(connection: Connection, campaign_id: str) -> None:
    """Write all of a campaign's days anew."""
    connection.execute(delete(daily_stats).where(daily_stats.c.campaign_id == campaign_id))
    _insert(connection, campaign_id, _by_day(recount(connection, campaign_id)))


def add(connection: Connection, campaign_id: str, change: Tally) -> None:
    """Add a change to a campaign's days; a day on which nothing is left goes."""
    days = _by_day(Counter({key: n for key, n in change.items() if n}))
    for basis in Basis:
        touched = [day for of_basis, day in days if of_basis == basis]
        if not touched:
            continue
        here = and_(
            daily_stats.c.campaign_id == campaign_id,
            daily_stats.c.basis == basis,
            daily_stats.c.date.in_(touched),
        )
        for row in connection.execute(select(daily_stats).where(here)).mappings():
            for name in COLUMNS:
                days[basis, row["date"]][name] += row[name]
        connection.execute(delete(daily_stats).where(here))
    _insert(connection, campaign_id, days)


def _by_day(tally: Tally) -> dict[tuple[str, date], Counter[str]]:
    days: dict[tuple[str, date], Counter[str]] = defaultdict(Counter)
    for (basis, day, name), n in tally.items():
        days[basis, day][name] += n
    return days


def _insert(connection: Connection, campaign_id: str, days: dict[tuple[str, date], Counter[str]]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "campaign_id": campaign_id,
            "basis": str(basis),
            "date": day,
            **{name: counts[name] for name in COLUMNS},
        }
        for (basis, day), counts in sorted(days.items())
        if any(counts.values())
    ]
    if rows:
        connection.execute(insert(daily_stats), rows)
