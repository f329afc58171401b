"""Counts that may explain a difference; computed only where two numbers differ, because they read the events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Select, and_, case, false, func, or_, select

from outreach_results.models import Basis, EventType, Filters
from outreach_results.results.query import chosen_days, roles
from outreach_results.results.usage import next_month
from outreach_results.store import schema
from outreach_results.store.engine import zone_of
from outreach_results.store.shown import is_shown
from outreach_results.store.sync_state import campaigns_of

WIDEST_OFFSET = timedelta(hours=14)
"""The largest offset of a time zone from UTC."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Counts of the emails that count as one kind of event.

    ``machine``: only by a machine; ``outside``: first outside of the reported period; ``human_outside``: first by a
    person outside of it; ``late``: first after the server's numbers were fetched. ``repeated`` is by how much the
    events outnumber the emails, ``unlinked_replies`` how many replies name no email, ``marked`` how many emails count
    only because somebody marked their reply as one that led to a meeting.

    ``is_zone_edge`` says that all outside lie within a day's edge of a period that is not cut in our time zone.
    """

    machine: int
    outside: int
    human_outside: int
    late: int
    repeated: int
    unlinked_replies: int
    marked: int
    is_zone_edge: bool


def evidence_of(
    connection: Connection,
    campaign_id: str,
    kind: EventType,
    start: datetime | None,
    end: datetime | None,
    fetched_at: datetime,
) -> Evidence:
    """The evidence on the emails of a campaign that count as ``kind``; ``fetched_at`` is when the server reported."""
    firsts = _firsts(campaign_id, kind).subquery("firsts")
    first, human = firsts.c.first_at, firsts.c.human_at
    outside = _outside(first, start, end)
    far_outside = _outside(first, start and start - WIDEST_OFFSET, end and end + WIDEST_OFFSET)

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count(case((condition, 1)))

    counts = connection.execute(
        select(
            count(human.is_(None)).label("machine"),
            count(outside).label("outside"),
            count(far_outside).label("far_outside"),
            count(and_(human.is_not(None), _outside(human, start, end))).label("human_outside"),
            count(first > fetched_at).label("late"),
            func.coalesce(func.sum(case((firsts.c.n > 1, firsts.c.n - 1))), 0).label("repeated"),
            count(firsts.c.n == 0).label("marked"),
        )
    ).one()
    return Evidence(
        machine=counts.machine,
        outside=counts.outside,
        human_outside=counts.human_outside,
        late=counts.late,
        repeated=int(counts.repeated),
        unlinked_replies=_unlinked_replies(connection, campaign_id) if kind is EventType.REPLIED else 0,
        marked=counts.marked,
        is_zone_edge=counts.far_outside == 0 and _is_cut_elsewhere(start, zone_of(connection)),
    )


def _firsts(campaign_id: str, kind: EventType) -> Select[tuple[str, datetime, datetime, int]]:
    """One row an email that counts: when it first happened, when first by a person, and how often by its source."""
    if kind is EventType.SENT:
        email = schema.emails.c
        return (
            select(
                email.email_id,
                email.sent_at.label("first_at"),
                email.sent_at.label("human_at"),
                func.count().label("n"),
            )
            .where(email.campaign_id == campaign_id, email.sent_at.is_not(None))
            .group_by(email.campaign_id, email.email_id, email.sent_at)
        )
    event = schema.events.c
    is_mark = event.is_reply if kind is EventType.MEETING_BOOKED else false()
    return (
        select(
            event.email_id,
            func.min(event.occurred_at).label("first_at"),
            func.min(case((~event.is_machine, event.occurred_at))).label("human_at"),
            func.count(case((~is_mark, 1))).label("n"),
        )
        .where(event.campaign_id == campaign_id, event.type == kind)
        .group_by(event.campaign_id, event.email_id)
    )


def _outside(at: ColumnElement[datetime], start: datetime | None, end: datetime | None) -> ColumnElement[bool]:
    sides = [] if start is None else [at < start]
    if end is not None:
        sides.append(at >= end + timedelta(seconds=1))  # the contract's period ends with the second that it names
    return or_(false(), *sides)


def _is_cut_elsewhere(start: datetime | None, zone: ZoneInfo) -> bool:
    return start is not None and start.astimezone(zone).time() != time.min


def _unlinked_replies(connection: Connection, campaign_id: str) -> int:
    reply = schema.replies.c
    query = select(func.count()).where(reply.campaign_id == campaign_id, reply.email_id.is_(None))
    return connection.execute(query).scalar_one()


@dataclass(frozen=True, slots=True)
class MonthEvidence:
    """Emails of a month: those counted here, those that a month in UTC would hold, those of campaigns that did not
    come from the server, those sent after its number was fetched, and those of campaigns that are deleted here, which
    do not count."""

    here: int
    in_utc: int
    elsewhere: int
    late: int
    deleted: int
    zone: str


def month_evidence(
    connection: Connection, period: str, server: str, fetched_at: datetime, *, is_only: bool
) -> MonthEvidence:
    """The evidence on the emails that count in a month (YYYY-MM).

    Args:
        is_only: whether no other account reports its usage; otherwise only the campaigns of this one count.
    """
    first = date.fromisoformat(f"{period}-01")
    last = next_month(first)
    zone = zone_of(connection)
    day, email = schema.daily_stats.c, schema.emails.c
    filters = Filters(start=first, end=last - timedelta(days=1), basis=Basis.SEND)
    from_server = campaigns_of(server)
    in_month = [*chosen_days(filters), *([] if is_only else [day.campaign_id.in_(from_server)])]
    of_account = [is_shown(email.campaign_id), *([] if is_only else [email.campaign_id.in_(from_server)])]

    def sent(*conditions: ColumnElement[bool]) -> int:
        return int(connection.execute(select(func.sum(day.emails_sent)).where(*in_month, *conditions)).scalar() or 0)

    def emails(start: datetime, end: datetime) -> int:
        query = select(func.count()).where(email.sent_at >= start, email.sent_at < end, *of_account)
        return connection.execute(query).scalar_one()

    hidden = [*filters.conditions(roles(schema.daily_stats)), ~is_shown(day.campaign_id)]
    deleted = select(func.sum(day.emails_sent)).where(*hidden, day.campaign_id.in_(from_server))
    start, end = (datetime.combine(month, time.min, zone).astimezone(UTC) for month in (first, last))
    start_utc, end_utc = (datetime.combine(month, time.min, UTC) for month in (first, last))
    here = sent()
    return MonthEvidence(
        here=here,
        in_utc=here - emails(start, end) + emails(start_utc, end_utc),
        elsewhere=sent(day.campaign_id.not_in(from_server)),
        late=emails(max(start, fetched_at), end) if fetched_at < end else 0,
        deleted=int(connection.execute(deleted).scalar() or 0),
        zone=zone.key,
    )
