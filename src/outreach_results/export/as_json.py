"""A campaign, and a table, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from json.encoder import encode_basestring
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from outreach_results.export.reading import (
    campaign_row,
    contacts_query,
    counted_name,
    daily_query,
    email_query,
    event_query,
    iso,
    read_long_rows,
    read_rows,
    replies_query,
    reported_row,
)
from outreach_results.models import COSTS, Detail, dollars
from outreach_results.store.entries import Entries, entries_in
from outreach_results.store.labels import SaidLabels, said_labels
from outreach_results.store.schema import EMAIL_DETAILS, EVENT_DETAILS
from outreach_results.store.tracking import tracking_in


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value)} has no place in an export")


def json_campaign(connection: Connection, campaign_id: str, meta: dict[str, Any]) -> Iterator[bytes]:
    humans_only = meta["filters"]["humans_only"]
    campaign = campaign_row(connection, campaign_id)
    tracking = tracking_in(campaign)
    described = {
        "id": campaign.campaign_id,
        "name": campaign.name,
        "mcp": campaign.mcp,
        "created_at": campaign.created_at,
        "detail": campaign.detail,
        "tracks": tracking.declared,
        "tracks_choice": tracking.chosen,
        "entered": _entered(entries_in(connection, campaign_id)),
        **labels_of(said_labels(connection, campaign_id, counted_name(connection, campaign_id))),
    }
    yield f'{{"meta":{_dumps(meta)},\n"campaign":{_dumps(described)}'.encode()
    yield from _json_section("emails", map(_json_emails, read_rows(connection, email_query(campaign_id))))
    events = read_rows(connection, event_query(campaign_id, humans_only=humans_only))
    yield from _json_section("events", map(_json_events, events))
    replies = read_long_rows(connection, replies_query(campaign_id, humans_only=humans_only))
    yield from _json_section("replies", map(_json_replies, replies))
    if connection.execute(contacts_query(campaign_id).limit(1)).first() is not None:
        contacts = read_rows(connection, contacts_query(campaign_id))
        yield from _json_section("contacts", map(_json_contacts, contacts))
    if campaign.detail == Detail.DAILY.value:
        yield from _json_totals(connection, campaign_id)
    yield b"}\n"


def labels_of(said: SaidLabels) -> dict[str, Any]:
    """The client and the tags of a campaign, and which of them people chose."""
    chosen = {"client": said.is_client_chosen, "tags": said.are_tags_chosen}
    return {
        "client": None if said.client_id is None else {"id": said.client_id, "name": said.client_name},
        "tags": list(said.tags),
        "labels_chosen": [name for name, is_chosen in chosen.items() if is_chosen],
    }


def _entered(entries: Entries) -> dict[str, Any]:
    """What a person entered of a campaign, the cost in dollars; nothing that was not."""
    cost = None if entries.cost is None else dollars(entries.cost)
    values = {"name": entries.name, "mcp": entries.mcp, "cost_usd": cost, "cost_per": entries.cost_per}
    return {name: value for name, value in values.items() if value is not None}


def _json_section(name: str, chunks: Iterable[Iterable[str]]) -> Iterator[bytes]:
    """An array with a record a line, so that a text tool can read it too."""
    yield f',\n"{name}":['.encode()
    before = "\n"
    for chunk in chunks:
        yield (before + ",\n".join(chunk)).encode()
        before = ",\n"
    yield b"]"


# Emails and events come by the million: their lines are written by hand, all others as dictionaries.


def _text(value: str | None) -> str:
    return "null" if value is None else encode_basestring(value)


def _json_emails(rows: Sequence[Any]) -> list[str]:
    return [
        f'{{"id":{_text(email_id)},"recipient":{_text(recipient)},"name":{_text(name)},"company":{_text(company)},'
        f'"sent_at":{_text(sent_at)},'
        f'"costs_usd":{{"{COSTS[0]}":{ai},"{COSTS[1]}":{leads},"{COSTS[2]}":{sending}}}'
        f"{_details(EMAIL_DETAILS, details) if any(details) else ''}}}"
        for email_id, recipient, name, company, sent_at, ai, leads, sending, *details in rows
    ]


def _json_events(rows: Sequence[Any]) -> list[str]:
    return [
        f'{{"id":{_text(event_id)},"email_id":{_text(email_id)},"type":{_text(kind)},'
        f'"occurred_at":{_text(occurred_at)},"is_machine":{is_machine},"url":{_text(url)}'
        f"{_details(EVENT_DETAILS, details) if any(details) else ''}}}"
        for event_id, email_id, kind, occurred_at, is_machine, url, *details in rows
    ]


def _details(names: Sequence[str], values: Sequence[str | None]) -> str:
    """What few sources know, only where it is known."""
    return "".join(f',"{name}":{_text(value)}' for name, value in zip(names, values, strict=True) if value is not None)


def _json_contacts(rows: Sequence[Any]) -> list[str]:
    # What a snapshot does not say is left out: most say little of most contacts.
    return [
        _dumps(
            {
                "id" if name == "contact_id" else name: _plain(value) if isinstance(value, datetime) else value
                for name, value in row._asdict().items()
                if value is not None and name not in ("campaign_id", "cost")
            }
            | ({} if row.cost is None else {"cost_usd": dollars(row.cost)})
        )
        for row in rows
    ]


def _json_replies(rows: Sequence[Any]) -> list[str]:
    return [
        _dumps(
            {
                "id": row.reply_id,
                "email_id": row.email_id,
                "email": row.address,
                "name": row.name,
                "company": row.company,
                "sentiment": row.source_sentiment,
                "preview": row.preview,
                "body": row.body,
                "received_at": iso(row.received_at),
                **({} if row.text_removed is None else {"text_removed": row.text_removed}),
                "mark": None
                if row.marked_at is None
                else {
                    "sentiment": row.corrected_sentiment,
                    "handled_at": iso(row.handled_at),
                    "by": row.marked_by,
                    "at": iso(row.marked_at),
                    "corrected_by": row.corrected_by,
                    "corrected_at": iso(row.corrected_at),
                    "handled_by": row.handled_by,
                    "version": row.mark_version,
                    "meeting_marked_at": iso(row.meeting_marked_at),
                    "meeting_marked_by": row.meeting_marked_by,
                    "assignee": row.assignee,
                    "assigned_by": row.assigned_by,
                    "assigned_at": iso(row.assigned_at),
                    "snoozed_until": None if row.snoozed_until is None else row.snoozed_until.isoformat(),
                    "snoozed_by": row.snoozed_by,
                    "snoozed_at": iso(row.snoozed_at),
                },
            }
        )
        for row in rows
    ]


def _json_totals(connection: Connection, campaign_id: str) -> Iterator[bytes]:
    days = read_rows(connection, daily_query(campaign_id))
    yield from _json_section("daily", ([_dumps(_in_dollars(row._asdict())) for row in rows] for rows in days))
    row = reported_row(connection, campaign_id)
    if row is not None:
        yield f',\n"reported":{_dumps(_in_dollars(row._asdict()))}'.encode()


def _in_dollars(row: dict[str, Any]) -> dict[str, Any]:
    return {
        (f"{name}_usd" if name.startswith("cost") else name): (
            dollars(value) if name.startswith("cost") and value is not None else value
        )
        for name, value in row.items()
    }


def json_table(frame: pd.DataFrame, meta: dict[str, Any]) -> Iterator[bytes]:
    yield f'{{"meta":{_dumps(meta)}'.encode()
    plain = frame.astype(object).where(frame.notna(), None)
    yield from _json_section(
        "rows", [[_dumps(plain_row(row)) for row in plain.to_dict("records")]] if len(frame) else []
    )
    yield b"}\n"


def plain_row(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): _plain_cell(value) for name, value in row.items()}


def _plain_cell(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.date() if value.tzinfo is None else iso(value.to_pydatetime())
    return value


def json_rows(
    columns: Sequence[str], chunks: Iterable[Sequence[Sequence[Any]]], meta: dict[str, Any]
) -> Iterator[bytes]:
    """A document with one object for each row."""
    yield f'{{"meta":{_dumps(meta)}'.encode()
    yield from _json_section(
        "rows", ([_dumps(dict(zip(columns, row, strict=True))) for row in rows] for rows in chunks)
    )
    yield b"}\n"
