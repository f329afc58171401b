"""Deleting the replies that their source no longer has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, delete, select

from outreach_results.models import Detail, EventType
from outreach_results.store import entries, rollup, schema
from outreach_results.store.forgotten import forgotten_in
from outreach_results.store.replies import inbox_table
from outreach_results.store.rollup import Tally

_MARKED = ("sentiment", "handled_at", "meeting_marked_at", "assignee", "snoozed_until")
"""The columns of `reply_marks` of which one has a value where somebody marked the reply."""

_ABOUT_REPLIES = [table for table in reversed(schema.metadata.sorted_tables) if "reply_id" in table.c]


@dataclass(frozen=True, slots=True)
class MissingReplies:
    """The number of replies deleted, and of those kept because somebody marked them."""

    deleted: int
    kept: int


def delete_missing_replies(connection: Connection, campaign_id: str, still_there: Collection[str]) -> MissingReplies:
    """Delete the replies that are not among those ``still_there``, unless somebody marked them.

    Their ``replied`` events go with them, and the days are recounted.
    """
    people = forgotten_in(connection)
    # The ids of those of forgotten people may be stored without an address that the source still has in them.
    there = {people.redacted_id(reply_id) for reply_id in still_there} if people else still_there
    missing = [row for row in _replies(connection, campaign_id) if row.reply_id not in there]
    deleted = [row for row in missing if not any(row[2:])]
    if deleted:
        _delete(connection, campaign_id, [row.reply_id for row in deleted], {row.email_id for row in deleted} - {None})
    return MissingReplies(len(deleted), len(missing) - len(deleted))


def _replies(connection: Connection, campaign_id: str) -> Sequence[Any]:
    reply, mark = schema.replies.c, schema.reply_marks.c
    marked = schema.replies.outerjoin(
        schema.reply_marks, and_(reply.campaign_id == mark.campaign_id, reply.reply_id == mark.reply_id)
    )
    query = (
        select(reply.reply_id, reply.email_id, *(mark[name] for name in _MARKED))
        .select_from(marked)
        .where(reply.campaign_id == campaign_id)
    )
    return connection.execute(query).all()


def _delete(connection: Connection, campaign_id: str, reply_ids: list[str], email_ids: set[str]) -> None:
    table = schema.campaigns.c
    detail = connection.execute(select(table.detail).where(table.campaign_id == campaign_id)).scalar_one()
    counts_events = detail == Detail.EVENTS.value
    change: Tally = Counter()
    # Recounted before and after, because an email with another reply keeps its count.
    if counts_events:
        change.subtract(rollup.recount(connection, campaign_id, email_ids))
    event, mark = schema.events.c, schema.reply_marks.c
    inbox_table.remove(connection, campaign_id, reply_ids)
    connection.execute(
        delete(schema.events).where(
            event.campaign_id == campaign_id,
            event.type == EventType.REPLIED,
            rollup.id_in(connection, event.event_id, reply_ids),
        )
    )
    for table in _ABOUT_REPLIES:
        these = (table.c.campaign_id == campaign_id, rollup.id_in(connection, table.c.reply_id, reply_ids))
        # A mark that somebody makes meanwhile stays, and its foreign key makes the whole transaction fail.
        blank = [mark[name].is_(None) for name in _MARKED] if table is schema.reply_marks else []
        connection.execute(delete(table).where(*these, *blank))
    if counts_events:
        change.update(rollup.recount(connection, campaign_id, email_ids))
        with entries.with_source_values(connection, campaign_id):
            rollup.add(connection, campaign_id, change)
