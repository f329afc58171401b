"""The timeline of one prospect in a campaign: emails sent, events and replies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, func, or_, select

from outreach_results.models import EventType, Sentiment, domain_of, person_key
from outreach_results.store import schema
from outreach_results.store.engine import Store
from outreach_results.store.replies.state import effective_sentiment, replies_with_state
from outreach_results.store.shown import is_shown

LONGEST = 200
"""The most events of a timeline; queries read one more, which shows that something was cut."""


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One entry of a timeline.

    Equal events are one entry: ``count`` of them between ``at`` and ``last_at``. ``email`` numbers the prospect's
    emails of the campaign from 1, in the order of sending. ``sentiment`` and ``reply_id`` are those of a reply, ``url``
    that of a click. ``marked_by`` is who marked a meeting in the inbox, at the time of doing so.
    """

    type: EventType
    at: datetime
    last_at: datetime
    count: int
    email: int | None
    is_machine: bool = False
    url: str | None = None
    sentiment: Sentiment | None = None
    reply_id: str | None = None
    marked_by: str | None = None


@dataclass(frozen=True, slots=True)
class SentEmail:
    """What is known of an email that was sent; None where its source does not say."""

    sent_at: datetime | None
    step: str | None
    variant: str | None
    mailbox: str | None
    subject: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events, oldest first, and the number of emails; ``is_cut`` where only the first `LONGEST` are included.

    ``answered`` is the email that the reply answers, None where the reply does not name it.
    """

    events: list[TimelineEvent]
    emails: int
    is_cut: bool
    answered: SentEmail | None = None

    @property
    def has_source_meeting(self) -> bool:
        """Whether the source tells of a meeting with this prospect."""
        return any(event.type is EventType.MEETING_BOOKED and event.marked_by is None for event in self.events)


def timeline(store: Store, campaign_id: str, reply_id: str) -> Timeline:
    """The events of the campaign's emails to the sender of this reply; empty if there is no such reply."""
    with store.read() as connection:
        answered = _answered(connection, campaign_id, reply_id)
        if answered is None:
            return Timeline([], 0, is_cut=False)
        sent = _emails(connection, campaign_id, answered)
        number = {row.email_id: n for n, row in enumerate(sent, 1)}
        events = [
            TimelineEvent(EventType.SENT, row.sent_at, row.sent_at, 1, number[row.email_id])
            for row in sent
            if row.sent_at is not None
        ]
        events += _events(connection, campaign_id, number)
        events += _replies(connection, campaign_id, reply_id, number)
    events.sort(key=lambda event: (event.at, _ORDER[event.type]))
    is_cut = len(events) > LONGEST or len(sent) > LONGEST
    known = None if answered.known_id is None else SentEmail(*answered[-len(_DETAILS) :])
    return Timeline(events[:LONGEST], len(sent), is_cut, known)


# Events of the same instant are sorted as they follow from each other: sent, delivered, opened.
_ORDER = {kind: n for n, kind in enumerate(EventType)}


_DETAILS = ("sent_at", *schema.EMAIL_DETAILS)


def _answered(connection: Connection, campaign_id: str, reply_id: str) -> Row[Any] | None:
    """Of a reply the email that it answers and to whom that went, else who replied; then `_DETAILS` of the email."""
    reply, email = schema.replies.c, schema.emails.c
    recipient = func.coalesce(email.recipient, reply.address).label("recipient")
    query = (
        select(reply.email_id, recipient, email.email_id.label("known_id"), *(email[name] for name in _DETAILS))
        .select_from(
            schema.replies.outerjoin(
                schema.emails, and_(reply.campaign_id == email.campaign_id, reply.email_id == email.email_id)
            )
        )
        .where(reply.campaign_id == campaign_id, reply.reply_id == reply_id, is_shown(reply.campaign_id))
    )
    return connection.execute(query).first()


def _emails(connection: Connection, campaign_id: str, answered: Row[Any]) -> list[Row[Any]]:
    """The email that was answered and the others to the same person, else those to the reply's sender."""
    email = schema.emails.c
    # Two queries instead of one with OR, for which SQLite reads every email of the campaign.
    by_id: dict[str, Row[Any]] = {}
    person = answered.recipient and person_key(answered.recipient)
    theirs = [email.email_id == answered.email_id]
    if person:
        domain = domain_of(person)
        is_there = email.recipient_domain.is_(None) if domain is None else email.recipient_domain == domain
        theirs.append(and_(is_there, email.recipient_key == person))
    for to_them in theirs:
        query = select(email.email_id, email.sent_at).where(email.campaign_id == campaign_id, to_them)
        by_sending = query.order_by(email.sent_at.nulls_last(), email.email_id).limit(LONGEST + 1)
        by_id |= {row.email_id: row for row in connection.execute(by_sending)}
    unsent = datetime.max.replace(tzinfo=UTC)
    return sorted(by_id.values(), key=lambda row: (row.sent_at or unsent, row.email_id))


def _events(connection: Connection, campaign_id: str, number: dict[str, int]) -> list[TimelineEvent]:
    """The events of these emails, equal ones as one; without those of replies and their marks, see `_replies`."""
    event, reply = schema.events.c, schema.replies.c
    # A reply with a text is also an event of the same id: without this condition it would be listed twice.
    # The campaign is named in it once more, because a cluster finds the one machine in no condition under an OR.
    has_full_reply = exists().where(
        reply.campaign_id == event.campaign_id, reply.campaign_id == campaign_id, reply.reply_id == event.event_id
    )
    what = (event.email_id, event.type, event.is_machine, event.url)
    # Grouped in SQL, because an email can have any number of opens, of which only one entry is shown.
    query = (
        select(*what, func.min(event.occurred_at), func.max(event.occurred_at), func.count())
        .where(
            event.campaign_id == campaign_id,
            event.email_id.in_(number),
            or_(event.type != EventType.REPLIED, ~has_full_reply),
            or_(event.type != EventType.MEETING_BOOKED, ~event.is_reply),
        )
        .group_by(*what)
        .order_by(func.min(event.occurred_at))
        .limit(LONGEST + 1)
    )
    return [
        TimelineEvent(EventType(kind), first, last, n, number[email_id], bool(is_machine), url)
        for email_id, kind, is_machine, url, first, last, n in connection.execute(query)
    ]


def _replies(connection: Connection, campaign_id: str, reply_id: str, number: dict[str, int]) -> list[TimelineEvent]:
    """This reply and the stored replies to these emails, each followed by the meeting that somebody marked it with."""
    # A reply need not name its email, so the one that was opened is included by its own id.
    event, reply = schema.events.c, schema.replies.c
    answers = select(event.event_id).where(
        event.campaign_id == campaign_id, event.email_id.in_(number), event.type == EventType.REPLIED
    )
    ids = {reply_id, *connection.execute(answers.limit(LONGEST + 1)).scalars()}
    query = (
        select(
            reply.reply_id,
            reply.email_id,
            reply.received_at,
            effective_sentiment.label("sentiment"),
            schema.reply_marks.c.meeting_marked_at,
            schema.reply_marks.c.meeting_marked_by,
        )
        .select_from(replies_with_state)
        .where(reply.campaign_id == campaign_id, reply.reply_id.in_(ids))
    )
    found: list[TimelineEvent] = []
    for row in connection.execute(query):
        email, at = number.get(row.email_id), row.received_at
        sentiment = Sentiment(row.sentiment)
        is_machine = sentiment is Sentiment.AUTOMATIC
        found.append(
            TimelineEvent(
                EventType.REPLIED, at, at, 1, email, is_machine=is_machine, sentiment=sentiment, reply_id=row.reply_id
            )
        )
        if (marked_at := row.meeting_marked_at) is not None:
            by = row.meeting_marked_by or "someone"
            found.append(TimelineEvent(EventType.MEETING_BOOKED, marked_at, marked_at, 1, email, marked_by=by))
    return found
