"""Removing the texts of old replies; that there was a reply, when, and how it sounded stays."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime

from sqlalchemy import Connection, and_, or_, select, update

from outreach_results.models import ReplyState, Sentiment
from outreach_results.models.numbers import counted
from outreach_results.models.retention import Retention
from outreach_results.store import audit
from outreach_results.store.column_types import id_in
from outreach_results.store.engine import Store
from outreach_results.store.replies import inbox_table
from outreach_results.store.schema import inbox, replies

_AT_A_TIME = 2_000


def remove_old_texts(store: Store, retention: Retention, now: datetime | None = None, *, by: str | None = None) -> int:
    """Remove the texts of the replies that came in longer ago than that; returns the number of replies.

    Some at a time, each of them in one transaction: cut off at any point, it goes on when it is run again.

    Args:
        now: from when to count back; the present if None.
        by: who does it; None where it is done by setting.

    Raises:
        StoreError: the database cannot be used. What was removed until then stays removed.
    """
    oldest = retention.before(now or datetime.now(UTC))
    removed = 0
    while _has_old(store, oldest):
        with store.write(exclusive=True, is_erasing=True) as connection:
            old = _old(connection, oldest)
            for campaign_id, reply_ids in old.items():
                _remove(connection, campaign_id, reply_ids, str(retention))
            number = sum(map(len, old.values()))
            about = f"{counted(number, 'text')} of replies, older than {retention.words()}"
            audit.record(connection, audit.Action.DELETED, about, by=by)
            removed += number
    if removed:
        with store.write(exclusive=True, is_data=False, is_erasing=True) as connection:
            inbox_table.erase_deleted_words(connection)
    return removed


def _has_old(store: Store, oldest: datetime) -> bool:
    with store.read() as connection:
        return bool(_old(connection, oldest))


def _old(connection: Connection, oldest: datetime) -> dict[str, list[str]]:
    """By campaign the ids of some of the replies that are older and still have a text."""
    reply = replies.c
    query = (
        select(reply.campaign_id, reply.reply_id)
        .select_from(
            inbox.join(replies, and_(inbox.c.campaign_id == reply.campaign_id, inbox.c.reply_id == reply.reply_id))
        )
        .where(
            # Named, so that an index of the inbox is read, and not the texts of all replies.
            inbox.c.sentiment.in_([sentiment.value for sentiment in Sentiment]),
            inbox.c.state.in_([state.value for state in ReplyState]),
            inbox.c.received_at < oldest,
            reply.text_removed.is_(None),
            or_(reply.preview != "", reply.body.is_not(None)),
        )
        .limit(_AT_A_TIME)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for campaign_id, reply_id in connection.execute(query):
        found[campaign_id].append(reply_id)
    return found


def _remove(connection: Connection, campaign_id: str, reply_ids: list[str], why: str) -> None:
    these = (replies.c.campaign_id == campaign_id, id_in(connection, replies.c.reply_id, reply_ids))
    connection.execute(update(replies).where(*these).values(preview="", body=None, text_removed=why))
    inbox_table.refresh(connection, campaign_id, reply_ids)
