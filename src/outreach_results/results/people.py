"""People instead of emails: how many different recipients a period's emails reached, and what these people did.

A person is an address, whatever its case. People are counted by the day of sending: of those contacted in the period,
how many opened, replied or booked. Someone who got three emails counts once, in a campaign and in all of them together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Connection,
    RowMapping,
    Select,
    and_,
    case,
    func,
    literal,
    not_,
    null,
    select,
    union_all,
)

from outreach_results.models import COUNT_OF, Basis, Detail, EventType, Filters, Sentiment
from outreach_results.models.metric_definitions import POSITIVE_REPLIES
from outreach_results.models.people import PEOPLE
from outreach_results.results.query import check_period, chosen_days
from outreach_results.results.reply_counts import positive_by_campaign
from outreach_results.results.tracked import unknown_numbers
from outreach_results.store.engine import Store, zone_of
from outreach_results.store.schema import campaigns, daily_stats, emails, events, inbox, replies
from outreach_results.store.shown import IS_SHOWN

_ALL = ""  # in place of the id of a campaign
_CONTACTED, _POSITIVE = "emails_sent", POSITIVE_REPLIES.name
_LATER = {name: kind for kind, name in COUNT_OF.items() if kind != EventType.SENT}


@dataclass(frozen=True, slots=True)
class People:
    """How many people were contacted in a period, and what they did since.

    Attributes:
        counts: by the names of `PEOPLE`; None where no campaign tracks it.
        contacted: by the same names, how many people were contacted in the campaigns that track it.
        by_campaign: one row a campaign, most people first: campaign_id, name and the counts (NA where not tracked).
            Someone who is in two campaigns counts in both rows, and once in ``counts``.
        campaigns: how many of the campaigns that sent something in the period name their recipients.
        of_campaigns: how many campaigns sent something.
    """

    counts: Mapping[str, int | None]
    contacted: Mapping[str, int]
    by_campaign: pd.DataFrame
    campaigns: int
    of_campaigns: int

    def share(self, name: str) -> float | None:
        """A count as a share of the people contacted; None where it is unknown or nobody was."""
        count, of = self.counts[name], self.contacted[name]
        return None if count is None or not of else count / of


def people(store: Store, filters: Filters) -> People:
    """The people to whom emails were sent in the period, whatever the filters' basis.

    It reads the index of recipients of the chosen campaigns and the events of the emails of the period: unlike other
    questions it takes longer with more emails. Emails without an address are left out, and so are campaigns of which
    only totals or contacts are known.

    Raises:
        QueryError: the period starts after its end.
    """
    check_period(filters)
    with store.read() as connection:
        names = _with_recipients(connection, filters)
        untracked = _untracked(connection, filters, names)
        counted = connection.execute(_counted(_persons(connection, filters, names), untracked)).mappings().all()
        positive = [
            (row.campaign_id, row.recipient_key) for row in connection.execute(_positive(connection, filters, names))
        ]
        sent = set(connection.execute(_that_sent(filters)).scalars())
    in_all = next(row for row in counted if row["campaign_id"] == _ALL)
    rows = [_row(row, names, untracked, positive) for row in counted if row["campaign_id"] != _ALL]
    ids = {row["campaign_id"] for row in rows}
    counts = {name: int(in_all[name] or 0) for name in (_CONTACTED, *_LATER)}
    counts[_POSITIVE] = len({person for own, person in positive if own not in untracked[_POSITIVE]})
    contacted = {name: int(in_all[_of(name)] or 0) if untracked.get(name) else counts[_CONTACTED] for name in PEOPLE}
    return People(
        {name: None if ids and ids <= untracked.get(name, frozenset()) else counts[name] for name in PEOPLE},
        contacted,
        _frame(rows),
        len(ids),
        len(sent | ids),
    )


def _with_recipients(connection: Connection, filters: Filters) -> dict[str, str]:
    """The names, by id, of the chosen campaigns whose emails are known one by one."""
    query = select(campaigns.c.campaign_id, campaigns.c.name).where(IS_SHOWN, campaigns.c.detail == Detail.EVENTS)
    if filters.campaigns is not None:
        query = query.where(campaigns.c.campaign_id.in_(filters.campaigns))
    return {row.campaign_id: row.name for row in connection.execute(query)}


def _row(
    row: RowMapping,
    names: Mapping[str, str],
    untracked: Mapping[str, frozenset[str]],
    positive: Collection[tuple[str, str]],
) -> dict[str, Any]:
    """The row of one campaign."""
    own = row["campaign_id"]
    counts = {name: row[name] for name in (_CONTACTED, *_LATER)} | {_POSITIVE: sum(one == own for one, _ in positive)}
    off = {name for name, ids in untracked.items() if own in ids}
    return {"campaign_id": own, "name": names[own]} | {n: None if n in off else int(v) for n, v in counts.items()}


def _untracked(connection: Connection, filters: Filters, names: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """By name of a count, the campaigns that do not track it; positive replies where no reply can be read."""
    unknown = unknown_numbers(connection, filters)
    readable = positive_by_campaign(connection, Filters(filters.campaigns))
    off = {name: frozenset(own for own in names if own in unknown and name in unknown[own].names) for name in _LATER}
    return off | {_POSITIVE: off["replied"] | (names.keys() - readable.keys())}


def _was_sent(connection: Connection, filters: Filters, names: Mapping[str, str]) -> list[ColumnElement[bool]]:
    """The conditions on `emails` for those of the campaigns that were sent to an address in the period."""
    # By instants and not by local days: the index of recipients holds them.
    zone = zone_of(connection)
    conditions: list[ColumnElement[bool]] = [
        emails.c.campaign_id.in_(names),
        emails.c.recipient_key.is_not(None),
        emails.c.sent_at.is_not(None),
    ]
    if filters.start is not None:
        begin = datetime.combine(filters.start, time(), zone)
        conditions.append(emails.c.sent_at >= begin.astimezone(UTC))
    if filters.end is not None:
        end = datetime.combine(filters.end + timedelta(days=1), time(), zone)
        conditions.append(emails.c.sent_at < end.astimezone(UTC))
    return conditions


def _that_sent(filters: Filters) -> Select[*tuple[Any, ...]]:
    """The campaigns that sent something in the period, whatever is known of their recipients."""
    days = daily_stats.c
    return (
        select(days.campaign_id)
        .where(*chosen_days(replace(filters, basis=Basis.SEND)), days.emails_sent > 0)
        .distinct()
    )


def _persons(connection: Connection, filters: Filters, names: Mapping[str, str]) -> CTE:
    """(campaign_id, person, for each count 0 or 1): one row for each person of each campaign."""
    here = [events.c.campaign_id == emails.c.campaign_id, events.c.email_id == emails.c.email_id]
    if filters.humans_only:
        here.append(not_(events.c.is_machine))
    return (
        select(
            emails.c.campaign_id,
            emails.c.recipient_key.label("person"),
            *(func.max(case((events.c.type == kind, 1), else_=0)).label(name) for name, kind in _LATER.items()),
        )
        .select_from(emails.outerjoin(events, and_(*here)))
        .where(*_was_sent(connection, filters, names))
        .group_by(emails.c.campaign_id, emails.c.recipient_domain, emails.c.recipient_key)
        .cte("persons")
    )


def _counted(persons: CTE, untracked: Mapping[str, frozenset[str]]) -> CompoundSelect[*tuple[Any, ...]]:
    """A row for each campaign, and one for all together (`_ALL`), in which a person counts once and where tracked."""
    partly = [name for name, off in untracked.items() if off]
    sums = [func.sum(persons.c[name]).label(name) for name in _LATER]
    of_each = select(
        persons.c.campaign_id, func.count().label(_CONTACTED), *sums, *(null().label(_of(name)) for name in partly)
    ).group_by(persons.c.campaign_id)

    def once(name: str, value: ColumnElement[int]) -> ColumnElement[int]:
        off = untracked[name]
        return func.max(case((persons.c.campaign_id.not_in(off), value), else_=0) if off else value)

    did = [once(name, persons.c[name]).label(name) for name in _LATER]
    could = [once(name, literal(1)).label(_of(name)) for name in partly]
    person = select(*did, *could).group_by(persons.c.person).subquery("person")
    together = select(literal(_ALL).label("campaign_id"), func.count().label(_CONTACTED), *map(func.sum, person.c))
    return union_all(of_each, together.select_from(person))


def _of(name: str) -> str:
    return f"of_{name}"


def _positive(connection: Connection, filters: Filters, names: Mapping[str, str]) -> Select[*tuple[Any, ...]]:
    """(campaign_id, person) of those whose reply to an email of the period is positive."""
    reply = and_(replies.c.campaign_id == inbox.c.campaign_id, replies.c.reply_id == inbox.c.reply_id)
    email = and_(emails.c.campaign_id == replies.c.campaign_id, emails.c.email_id == replies.c.email_id)
    return (
        select(inbox.c.campaign_id, emails.c.recipient_key)
        .select_from(inbox.join(replies, reply).join(emails, email))
        .where(
            inbox.c.campaign_id.in_(names),
            inbox.c.sentiment == Sentiment.POSITIVE.value,
            *_was_sent(connection, filters, names),
        )
        .distinct()
    )


def _frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    columns = ["campaign_id", "name", *PEOPLE]
    frame = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(PEOPLE, "Int64"))
    return frame.sort_values([_CONTACTED, "campaign_id"], ascending=[False, True], ignore_index=True)
