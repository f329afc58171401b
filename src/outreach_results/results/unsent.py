"""Events of emails that no source says were sent: how many, and which."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, func, select

from outreach_results.models import COUNTS, Basis, Detail
from outreach_results.store import schema
from outreach_results.store.column_types import id_in
from outreach_results.store.engine import Store, zone_of
from outreach_results.store.shown import IS_SHOWN

UNSENT_SHOWN = 100
"""So many events are listed; a file has all of them."""

_EMAILS_AT_A_TIME = 1_000

UNSENT_COLUMNS: dict[str, str] = {
    "campaign_id": "Id of the campaign.",
    "campaign_name": "Its title.",
    "email_id": "Id of the email that was never seen as sent.",
    "recipient": "The prospect's address.",
    "type": "What happened: delivered, bounced, opened, clicked, replied, unsubscribed or meeting_booked.",
    "occurred_at": "When it happened (UTC).",
    "is_machine": "Whether a privacy proxy, a link scanner or an autoresponder did it.",
    "kind": "Of a bounce: hard, soft or blocked; complaint where it was reported as spam.",
    "reason": "What the other server or the source says of the event.",
    "source_type": "The source's own word for the event.",
}
"""The columns of the list and of its file, one row an event."""


@dataclass(frozen=True, slots=True)
class UnsentEvents:
    """The events of emails without a sent record.

    Attributes:
        outcomes: by campaign id, how many outcomes there are, each of an email once, as counts have them; only those
            above 0, most first.
        events: the first `UNSENT_SHOWN` events by campaign and email, with `UNSENT_COLUMNS`; ``occurred_at`` in the
            reporting zone.
    """

    outcomes: dict[str, int]
    events: pd.DataFrame


def unsent_events(store: Store) -> UnsentEvents:
    """What happened to emails that no source says were sent.

    Campaigns known by totals or by contacts are left out: of them nobody expects a record of each sending.
    """
    with store.read() as connection:
        outcomes = _outcomes(connection)
        every = (row for campaign_id in outcomes for rows in unsent_rows(connection, campaign_id) for row in rows)
        first = list(islice(every, UNSENT_SHOWN))
        zone = zone_of(connection)
    frame = pd.DataFrame(first, columns=list(UNSENT_COLUMNS))
    at = [moment.astimezone(zone) for moment in frame["occurred_at"]]
    return UnsentEvents(outcomes, frame.assign(occurred_at=pd.Series(at, frame.index, dtype=object)))


def campaigns_with_unsent(connection: Connection) -> Iterator[str]:
    """The ids of the campaigns that have such events."""
    yield from _outcomes(connection)


def unsent_rows(connection: Connection, campaign_id: str) -> Iterator[list[tuple[Any, ...]]]:
    """The events of a campaign's emails without a sent record, by email and time, some at a time; `UNSENT_COLUMNS`."""
    own = schema.campaigns.c
    name = connection.execute(select(own.name).where(own.campaign_id == campaign_id)).scalar_one()
    last = ""
    while recipients := _unsent_emails(connection, campaign_id, last):
        last = next(reversed(recipients))
        if rows := connection.execute(_events_of(connection, campaign_id, recipients)).all():
            yield [(campaign_id, name, email_id, recipients[email_id], *event) for email_id, *event in rows]


def _unsent_emails(connection: Connection, campaign_id: str, after: str) -> dict[str, str | None]:
    """By id the recipients of the next emails without a sending."""
    email = schema.emails.c
    # From id to id: by that SQLite takes the index of such emails, and reads none of the others.
    query = (
        select(email.email_id, email.recipient)
        .where(email.campaign_id == campaign_id, email.sent_at.is_(None), email.email_id > after)
        .order_by(email.email_id)
        .limit(_EMAILS_AT_A_TIME)
    )
    return {row.email_id: row.recipient for row in connection.execute(query)}


def _events_of(connection: Connection, campaign_id: str, email_ids: Collection[str]) -> Select[Any]:
    event = schema.events.c
    return (
        select(
            event.email_id,
            event.type,
            event.occurred_at,
            event.is_machine,
            event.kind,
            event.reason,
            event.source_type,
        )
        .where(event.campaign_id == campaign_id, id_in(connection, event.email_id, email_ids))
        .order_by(event.email_id, event.occurred_at, event.event_id)
    )


def _outcomes(connection: Connection) -> dict[str, int]:
    """By campaign id the outcomes that have a day of their own but none of a sending."""
    days, campaign = schema.daily_stats.c, schema.campaigns.c
    counted = sum((days[name] for name in COUNTS[2:]), days[COUNTS[1]])  # all but what was sent
    query = (
        select(days.campaign_id, days.basis, func.sum(counted))
        .join(schema.campaigns, campaign.campaign_id == days.campaign_id)
        .where(campaign.detail == Detail.EVENTS.value, IS_SHOWN)
        .group_by(days.campaign_id, days.basis)
    )
    found: dict[str, int] = {}
    for campaign_id, basis, n in connection.execute(query):
        found[campaign_id] = found.get(campaign_id, 0) + (int(n) if basis == Basis.ACTIVITY else -int(n))
    most_first = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return {campaign_id: n for campaign_id, n in most_first if n > 0}
