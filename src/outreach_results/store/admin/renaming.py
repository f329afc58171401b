"""Giving emails, events and replies other ids, with everything that refers to them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from outreach_results.store.replies import inbox_table
from outreach_results.store.schema import (
    MARKED_MEETING,
    emails,
    events,
    mark_changes,
    replies,
    reply_marks,
)


def rename_event(connection: Connection, campaign_id: str, old: str, new: str) -> None:
    """Give the events of an id another one."""
    event = events.c
    connection.execute(
        update(events).where(event.campaign_id == campaign_id, event.event_id == old).values(event_id=new)
    )


def rename_email(connection: Connection, campaign_id: str, old: str, new: str) -> None:
    """Give an email another id."""
    _copy(connection, emails, "email_id", campaign_id, old, new)
    for table in (events, replies):
        _refer(connection, table, "email_id", campaign_id, old, new)
    _delete(connection, emails, "email_id", campaign_id, old)


def rename_reply(connection: Connection, campaign_id: str, old: str, new: str) -> None:
    """Give a reply another id; its events and marks follow."""
    inbox_table.remove(connection, campaign_id, [old])
    _copy(connection, replies, "reply_id", campaign_id, old, new)
    for table in (reply_marks, mark_changes):
        _refer(connection, table, "reply_id", campaign_id, old, new)
    for ending in ("", MARKED_MEETING):
        _refer(connection, events, "event_id", campaign_id, old + ending, new + ending)
    _delete(connection, replies, "reply_id", campaign_id, old)
    inbox_table.refresh(connection, campaign_id, [new])


def _copy(connection: Connection, table: Table, column: str, campaign_id: str, old: str, new: str) -> None:
    # A copy and no update, because others refer to the old id until they are changed too.
    query = select(table).where(table.c.campaign_id == campaign_id, table.c[column] == old)
    row: dict[str, Any] = {str(name): value for name, value in connection.execute(query).mappings().one().items()}
    connection.execute(insert(table), row | {column: new})


def _refer(connection: Connection, table: Table, column: str, campaign_id: str, old: str, new: str) -> None:
    these = (table.c.campaign_id == campaign_id, table.c[column] == old)
    connection.execute(update(table).where(*these).values({column: new}))


def _delete(connection: Connection, table: Table, column: str, campaign_id: str, old: str) -> None:
    connection.execute(delete(table).where(table.c.campaign_id == campaign_id, table.c[column] == old))
