"""The events of replies and of their marks.

A reply's ``replied`` event is flagged as a machine's where the effective sentiment is automatic. A reply that somebody
marked as one that led to a meeting has a ``meeting_booked`` event of the email that it answers. It is dated like the
reply: nobody says when the meeting was booked, and a reply that is marked late belongs to the days of its own. Where
the source has a meeting of the same email too, the email counts once, as with any event that happens twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from outreach_results.models import Detail, EventType, Sentiment
from outreach_results.store import entries, rollup
from outreach_results.store.replies.state import counts_as_automatic, effective_sentiment, replies_with_state
from outreach_results.store.rollup import Tally, id_in
from outreach_results.store.schema import MARKED_MEETING, campaigns, events, replies, reply_marks


def update_machine_flags(connection: Connection, campaign_id: str, reply_ids: Collection[str]) -> None:
    """Bring the machine flags of these replies' events, and the rollups, up to date after a change of their states."""
    outdated = (
        select(events.c.event_id, events.c.email_id)
        .select_from(
            replies_with_state.join(
                events,
                (events.c.campaign_id == replies.c.campaign_id)
                & (events.c.event_id == replies.c.reply_id)
                & events.c.is_reply,
            )
        )
        .where(
            replies.c.campaign_id == campaign_id,
            id_in(connection, replies.c.reply_id, reply_ids),
            events.c.is_machine != (effective_sentiment == Sentiment.AUTOMATIC.value),
        )
    )
    rows = connection.execute(outdated).all()
    if not rows:
        return
    with _recounted(connection, campaign_id, {row.email_id for row in rows}):
        flag_replied_events(connection, campaign_id, [row.event_id for row in rows])


@contextmanager
def _recounted(connection: Connection, campaign_id: str, email_ids: Collection[str]) -> Iterator[None]:
    """Keep the rollups right while events of these emails are written."""
    change: Tally = Counter()
    change.subtract(rollup.recount(connection, campaign_id, email_ids))
    yield
    change.update(rollup.recount(connection, campaign_id, email_ids))
    # Where only totals of the source are stored, they stay those of the source.
    detail = select(campaigns.c.detail).where(campaigns.c.campaign_id == campaign_id)
    if connection.execute(detail).scalar_one() == Detail.EVENTS:
        with entries.with_source_values(connection, campaign_id):
            rollup.add(connection, campaign_id, change)


def flag_replied_events(connection: Connection, campaign_id: str, reply_ids: Collection[str]) -> None:
    """Flag the events of these replies as a machine's, or not; the rollups are left as they are."""
    connection.execute(
        update(events)
        .where(
            events.c.campaign_id == campaign_id,
            id_in(connection, events.c.event_id, reply_ids),
            events.c.is_reply,
            replies.c.campaign_id == events.c.campaign_id,
            replies.c.reply_id == events.c.event_id,
        )
        .values(is_machine=counts_as_automatic(campaign_id))
    )


def update_meetings(connection: Connection, campaign_id: str, reply_ids: Collection[str]) -> None:
    """Bring the meetings of these replies' marks, and the rollups, up to date after a change of the marks."""
    outdated = _outdated_meetings(connection, campaign_id, reply_ids)
    if outdated:
        with _recounted(
            connection, campaign_id, {email_id for pair in outdated.values() for email_id in _emails(pair)}
        ):
            _write_meetings(connection, campaign_id, outdated)


def align_meetings(connection: Connection, campaign_id: str, reply_ids: Collection[str]) -> None:
    """Bring the meetings of these replies' marks up to date; the rollups are left as they are."""
    outdated = _outdated_meetings(connection, campaign_id, reply_ids)
    if outdated:
        _write_meetings(connection, campaign_id, outdated)


_MOMENT = ("occurred_at", "occurred_on", "occurred_hour")
_Event = tuple[Any, ...]
_Pair = tuple[_Event | None, _Event | None]
"""The event of a marked meeting as it is stored, and as it should be: email_id and the columns of `_MOMENT`."""


def _outdated_meetings(connection: Connection, campaign_id: str, reply_ids: Collection[str]) -> dict[str, _Pair]:
    """By event id, the events of marked meetings that are missing, too many, or others than they should be."""
    reply, event = replies.c, events.c
    received = (reply.received_at, reply.received_on, reply.received_hour)
    marked = (
        select(reply.reply_id, reply.email_id, *received)
        .select_from(replies_with_state)
        .where(
            reply.campaign_id == campaign_id,
            id_in(connection, reply.reply_id, reply_ids),
            reply_marks.c.meeting_marked_at.is_not(None),
            reply.email_id.is_not(None),  # without its email there is nothing to count
        )
    )
    should_be = {f"{row.reply_id}{MARKED_MEETING}": tuple(row[1:]) for row in connection.execute(marked)}
    written = select(event.event_id, event.email_id, *(event[name] for name in _MOMENT)).where(
        event.campaign_id == campaign_id,
        id_in(connection, event.event_id, [f"{reply_id}{MARKED_MEETING}" for reply_id in reply_ids]),
        event.is_reply,
    )
    stored = {row.event_id: tuple(row[1:]) for row in connection.execute(written)}
    ids = sorted(should_be.keys() | stored.keys())
    pairs = {event_id: (stored.get(event_id), should_be.get(event_id)) for event_id in ids}
    return {event_id: pair for event_id, pair in pairs.items() if pair[0] != pair[1]}


def _emails(pair: _Pair) -> set[str]:
    return {row[0] for row in pair if row is not None}


def _write_meetings(connection: Connection, campaign_id: str, outdated: dict[str, _Pair]) -> None:
    event = events.c
    connection.execute(
        delete(events).where(event.campaign_id == campaign_id, id_in(connection, event.event_id, list(outdated)))
    )
    rows = [
        {
            "campaign_id": campaign_id,
            "event_id": event_id,
            "email_id": row[0],
            **dict(zip(_MOMENT, row[1:], strict=True)),
        }
        for event_id, (_, row) in outdated.items()
        if row is not None
    ]
    if rows:
        of_a_mark = {"type": EventType.MEETING_BOOKED.value, "is_machine": False, "is_reply": True}
        connection.execute(insert(events), [row | of_a_mark for row in rows])
    _note_marked_meetings(connection, campaign_id)


def _note_marked_meetings(connection: Connection, campaign_id: str) -> None:
    """Note at the campaign whether meetings that somebody marked count, because it tracks meetings then."""
    counted = (
        select(replies.c.reply_id)
        .select_from(replies_with_state)
        .where(
            replies.c.campaign_id == campaign_id,
            replies.c.email_id.is_not(None),
            reply_marks.c.campaign_id == campaign_id,
            reply_marks.c.meeting_marked_at.is_not(None),
        )
    )
    has_any = True if connection.execute(counted.limit(1)).first() else None
    connection.execute(
        update(campaigns)
        .where(campaigns.c.campaign_id == campaign_id, campaigns.c.has_marked_meetings.is_distinct_from(has_any))
        .values(has_marked_meetings=has_any)
    )
