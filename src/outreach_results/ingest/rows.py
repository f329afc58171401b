"""The rows of emails and events, as the database takes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from outreach_results.ingest.columns import Columns
from outreach_results.ingest.records import EmailRecord, EventRecord
from outreach_results.models import COST_COLUMNS, domain_of, person_key
from outreach_results.store.schema import EMAIL_DETAILS, EVENT_DETAILS
from outreach_results.store.write import Encoder, Row


class Rows(NamedTuple):
    """Rows of a table, whose values are those of ``columns``. The other columns are empty in all of them."""

    columns: Sequence[str]
    values: list[Row]


def email_rows(emails: Columns[EmailRecord], encoder: Encoder, load_no: int) -> Rows:
    """Rows of `emails`. Either all of these emails have a moment of their sending, or none has."""
    stored = _keys(emails)
    if (sent_at := emails.filled("sent_at")) is not None:
        stored |= zip(("sent_at", "sent_on", "sent_hour"), encoder.dated_columns(sent_at), strict=True)
    if (recipients := emails.filled("recipient")) is not None:
        keys = [recipient and person_key(recipient) for recipient in recipients]
        stored["recipient"] = recipients
        stored["recipient_key"] = keys
        stored["recipient_domain"] = [key and domain_of(key) for key in keys]
    stored |= {name: emails.fields.get(name) or repeat(0) for name in COST_COLUMNS}
    return _rows(stored | _filled(emails, "name", "company", *EMAIL_DETAILS), load_no)


def event_rows(events: Columns[EventRecord], encoder: Encoder, load_no: int, *, is_reply: bool = False) -> Rows:
    """Rows of `events`; ``is_reply``: they are those of replies."""
    stored = _keys(events)
    stored |= {name: events.fields[name] for name in ("email_id", "type")}
    instants = encoder.dated_columns(events.fields["occurred_at"])
    stored |= zip(("occurred_at", "occurred_on", "occurred_hour"), instants, strict=True)
    stored["is_machine"] = encoder.flags(events.fields.get("is_machine") or [False] * len(events))
    stored["is_reply"] = repeat(encoder.flags([is_reply])[0])
    return _rows(stored | _filled(events, "url", *EVENT_DETAILS), load_no)


def _keys(columns: Columns[Any]) -> dict[str, Iterable[Any]]:
    """The key, which comes first in every table."""
    return {name: columns.fields[name] for name in columns.kind._fields[:2]}


def _filled(columns: Columns[Any], *names: str) -> dict[str, Iterable[Any]]:
    """Those of these columns in which anything stands: SQLite's driver takes longer for None than for a text."""
    return {name: column for name in names if (column := columns.filled(name)) is not None}


def _rows(stored: dict[str, Iterable[Any]], load_no: int) -> Rows:
    stored["load_no"] = repeat(load_no)
    return Rows(tuple(stored), list(zip(*stored.values(), strict=False)))
