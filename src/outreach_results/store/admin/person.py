"""All that is held about a person, for the person."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, select

from outreach_results.store import schema
from outreach_results.store.admin.forgetting import checked_address
from outreach_results.store.admin.traces import IDS, Mention, Traces, ids_with, mentions, traces
from outreach_results.store.column_types import id_in
from outreach_results.store.engine import Store
from outreach_results.store.forgotten import Recognizer, forgotten_in

PERSON = "all that is held about a person"
"""What the audit log says of an export; it does not name the person."""

_INTERNAL = frozenset({"recipient_key", "load_no", "received_hour", "sent_hour", "occurred_hour"})


def person_data(store: Store, address: str) -> dict[str, Any]:
    """All that is held about an address, whatever its case, as JSON has it.

    Returns:
        ``address``; whether it ``was_forgotten``; by the names of their tables the rows of the person (``emails``,
        ``events``, ``replies``, ``reply_marks``, ``mark_changes``, ``contacts``, each with its campaign's id and name);
        ``mentions``, the other texts that hold the address: notes, rejected rows, the history of imports, what others
        wrote; and ``ids`` that are made of it.

    Raises:
        QueryError: that is no address.
    """
    key = checked_address(address)
    person = Recognizer(lambda other: key if other == key else None)
    marking = Recognizer(lambda other: "" if other == key else None)  # removes it, so that it is noticed
    with store.read() as connection:
        found = traces(connection, key, person)
        rows = _rows(connection, found)
        named = _names(connection, {row["campaign_id"] for of_table in rows.values() for row in of_table})
        own = {(name, _identity(name, row)) for name, of_table in rows.items() for row in of_table}
        return {
            "address": key,
            "was_forgotten": forgotten_in(connection).pseudonym(key) is not None,
            **{name: [_plain(row, named) for row in of_table] for name, of_table in rows.items()},
            "mentions": [
                _mention(one) for one in mentions(connection, key, marking) if (one.table.name, _key(one)) not in own
            ],
            "ids": sorted({own_id for column in IDS for _, own_id in ids_with(connection, column, key, marking)}),
        }


def as_json(data: dict[str, Any]) -> str:
    """What `person_data` gives as a document."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _rows(connection: Connection, found: Traces) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {
        table.name: []
        for table in (schema.emails, schema.events, schema.replies, schema.reply_marks, schema.mark_changes)
    }
    for campaign_id in sorted({*found.emails, *found.replies}):
        email_ids = found.emails.get(campaign_id, [])
        reply = schema.replies.c
        answers = select(reply.reply_id).where(
            reply.campaign_id == campaign_id, id_in(connection, reply.email_id, email_ids)
        )
        reply_ids = {*found.replies.get(campaign_id, []), *connection.execute(answers).scalars()}
        for table in (schema.emails, schema.events):
            rows[table.name] += _rows_with_ids(connection, table, campaign_id, "email_id", email_ids)
        for table in (schema.replies, schema.reply_marks, schema.mark_changes):
            rows[table.name] += _rows_with_ids(connection, table, campaign_id, "reply_id", reply_ids)
    contacts = schema.contacts
    rows["contacts"] = [
        _row(connection, contacts, and_(*(contacts.c[name] == value for name, value in key.items())))
        for key in found.contacts
    ]
    return rows


def _rows_with_ids(
    connection: Connection, table: Table, campaign_id: str, column: str, ids: Collection[str]
) -> list[dict[str, Any]]:
    query = select(table).where(
        table.c.campaign_id == campaign_id, id_in(connection, table.c[column], sorted(ids), "own_ids")
    )
    return [dict(row) for row in connection.execute(query.order_by(*table.primary_key)).mappings()]


def _row(connection: Connection, table: Table, condition: ColumnElement[bool]) -> dict[str, Any]:
    return dict(connection.execute(select(table).where(condition)).mappings().one())


def _names(connection: Connection, campaign_ids: Collection[str]) -> dict[str, str]:
    table = schema.campaigns.c
    query = select(table.campaign_id, table.name).where(id_in(connection, table.campaign_id, sorted(campaign_ids)))
    return {row.campaign_id: row.name for row in connection.execute(query)}


def _identity(table: str, row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in schema.metadata.tables[table].primary_key)


def _key(mention: Mention) -> tuple[Any, ...]:
    return tuple(mention.key.values())


def _plain(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    shown = {name: _value(value) for name, value in row.items() if name not in _INTERNAL and value is not None}
    return {"campaign": names.get(row["campaign_id"], row["campaign_id"]), **shown}


def _mention(mention: Mention) -> dict[str, Any]:
    return {
        "table": mention.table.name,
        "column": mention.column,
        **{name: _value(value) for name, value in mention.key.items()},
        "text": mention.text,
    }


def _value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value
