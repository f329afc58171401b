"""Where a person is in the database: their own rows, and the texts and ids of others that hold their address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, Text, cast, or_, select, type_coerce

from outreach_results.store import schema
from outreach_results.store.column_types import is_sqlite
from outreach_results.store.forgotten import ForgottenPeople, Recognizer

MENTIONED_IN: dict[Table, tuple[str, ...]] = {
    schema.campaigns: ("name",),
    schema.campaign_entries: ("name", "source_name"),
    schema.emails: ("name", "company", "step", "variant", "subject", "text"),
    schema.events: ("url", "reason", "source_type"),
    schema.replies: ("address", "name", "company", "preview", "body"),
    schema.annotations: ("text",),
    schema.campaign_labels: ("client_name", "tags"),
    schema.clients: ("name",),
    schema.label_rules: ("text", "tag"),
    schema.contacts: ("address", "name", "company", "category", "step", "variant", "subject", "text"),
    schema.loads: ("source", "report", "problem"),
    schema.audit_log: ("about",),
    schema.rejected_rows: ("source", "column", "reason", "original"),
    schema.saved_mappings: ("mapping",),
    schema.saved_views: ("name", "query"),
    schema.sync_runs: ("report", "failure"),
    schema.sync_state: ("answer",),
}
"""The columns with texts of sources, or about them, in which an address may stand."""

IDS = (schema.replies.c.reply_id, schema.emails.c.email_id, schema.events.c.event_id)
"""The ids that sources give out: some are made of the address."""

WITHOUT_PEOPLE: dict[Table, tuple[str, ...]] = {
    schema.api_keys: ("name",),
    schema.inbox: ("assignee",),
    schema.mark_changes: ("was_assignee",),
    schema.reply_marks: ("assignee",),
    schema.share_links: (
        "campaigns",
        *("name", "pass_key", "password_salt", "password_hash", "pages"),
        *("brand_name", "brand_color", "brand_logo"),
    ),
    schema.campaigns: ("tracks_chosen_here",),
    schema.emails: ("mailbox",),
    schema.events: ("kind",),
    schema.contacts: ("mailbox",),
    schema.meta: ("value",),
    schema.plan: ("name",),
    schema.team_members: ("clients",),
    schema.saved_views: ("owner", "page"),
    schema.sync_sources: ("address", "key_encrypted"),
    schema.sync_state: ("etag",),
}
"""Columns that hold nothing of recipients; nor do those that say who did something here (``…_by``, ``author``)."""

Key = dict[str, Any]
"""The columns of a primary key, and their values."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A text that holds the address."""

    table: Table
    column: str
    key: Key
    text: str


@dataclass
class Traces:
    """All that is held about a person.

    ``emails`` and ``replies`` are, by campaign, the ids of those sent to their address and of those from it;
    ``contacts`` are the keys of theirs in snapshots.
    """

    emails: dict[str, list[str]] = field(default_factory=dict)
    replies: dict[str, list[str]] = field(default_factory=dict)
    contacts: list[Key] = field(default_factory=list)


def traces(connection: Connection, address: str, person: Recognizer) -> Traces:
    """The rows of a person themselves. Reads whole tables.

    Args:
        address: what `person_key` gives.
        person: recognizes this address.
    """
    found = Traces()
    email, reply, contact = schema.emails.c, schema.replies.c, schema.contacts.c
    sent = select(email.campaign_id, email.email_id, email.recipient).where(
        _holds(connection, email.recipient, address)
    )
    for campaign_id, email_id, recipient in connection.execute(sent.order_by(email.campaign_id, email.email_id)):
        if person.pseudonym(recipient):
            found.emails.setdefault(campaign_id, []).append(email_id)
    answers = select(reply.campaign_id, reply.reply_id, reply.address).where(_holds(connection, reply.address, address))
    for campaign_id, reply_id, sender in connection.execute(answers.order_by(reply.campaign_id, reply.reply_id)):
        if person.pseudonym(sender):
            found.replies.setdefault(campaign_id, []).append(reply_id)
    names = [column.name for column in schema.contacts.primary_key]
    rows = select(*(contact[name] for name in names), contact.address).where(
        or_(_holds(connection, contact.address, address), _holds(connection, contact.contact_id, address))
    )
    for row in connection.execute(rows.order_by(*schema.contacts.primary_key)).mappings():
        if person.pseudonym(row["address"]) or person.pseudonym(row["contact_id"]):
            found.contacts.append({name: row[name] for name in names})
    return found


def mentions(connection: Connection, address: str, person: Recognizer) -> Iterator[Mention]:
    """The texts, of whatever kind, that hold the address of a person. Reads whole tables."""
    for table, columns in MENTIONED_IN.items():
        for name in columns:
            key = [column.name for column in table.primary_key]
            query = select(*(table.c[part] for part in key), table.c[name].label("text"))
            for row in connection.execute(query.where(_holds(connection, table.c[name], address))).mappings().all():
                if person.redacted(row["text"]) != row["text"]:
                    yield Mention(table, name, {part: row[part] for part in key}, row["text"])


def ids_with(connection: Connection, column: Column[Any], address: str, person: Recognizer) -> list[tuple[str, str]]:
    """(campaign id, id) of the rows whose own id holds the address of a person."""
    own = column.table.c.campaign_id
    rows = connection.execute(select(own, column).distinct().where(_holds(connection, column, address))).all()
    return [(campaign_id, own_id) for campaign_id, own_id in rows if person.redacted_id(own_id) != own_id]


def present(connection: Connection, people: ForgottenPeople) -> dict[str, str]:
    """Those of the forgotten people whose address is somewhere: by `person_key`, the pseudonym. Reads all texts."""
    found: dict[str, str] = {}

    def noted(key: str) -> str | None:
        pseudonym = people.pseudonym_of_key(key)
        if pseudonym is not None:
            found[key] = pseudonym
        return pseudonym

    recognizer = Recognizer(noted)
    texts = [table.c[name] for table, names in MENTIONED_IN.items() for name in names]
    for column in (schema.emails.c.recipient, schema.contacts.c.contact_id, *texts):
        for text in _with_addresses(connection, column):
            recognizer.redacted(text)
    for column in IDS:
        for own_id in _with_addresses(connection, column):
            recognizer.redacted_id(own_id)
    return found


def _with_addresses(connection: Connection, column: Column[Any]) -> Iterator[str]:
    # A few at a time: these are all texts of the database.
    texts = select(column).distinct().where(_holds(connection, column, "@"))
    return connection.execute(texts, execution_options={"yield_per": 10_000}).scalars()


def _holds(connection: Connection, column: ColumnElement[Any], address: str) -> ColumnElement[bool]:
    """A condition that every text with this address meets; some others meet it too."""
    text = type_coerce(column, Text) if is_sqlite(connection) else cast(column, Text)
    patterns = {f"%{_pattern(address.replace('@', at))}%" for at in ("@", "%40")}
    # SQLite's LIKE ignores the case of ASCII letters by itself, and several times as quickly as with lower().
    is_like = text.like if is_sqlite(connection) else text.ilike
    return or_(*(is_like(pattern, escape="\\") for pattern in sorted(patterns)))


def _pattern(text: str) -> str:
    # Letters beyond ASCII have cases that LIKE does not know, and JSON writes them as numbers.
    parts = (f"\\{letter}" if letter in "%_\\" else letter if letter.isascii() else "%" for letter in text)
    return "".join(parts)
