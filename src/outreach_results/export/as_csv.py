"""A campaign, and a table, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, and_, case, func, literal

from outreach_results.export.as_json import labels_of, plain_row
from outreach_results.export.formulas import escaped_text
from outreach_results.export.reading import (
    campaign_row,
    counted_name,
    email_query,
    event_query,
    iso,
    read_long_rows,
    read_rows,
    replies_query,
    tracks_text,
)
from outreach_results.models import COST_COLUMNS, EventType, Sentiment
from outreach_results.models.file_format import CSV_COLUMNS, escape_formula
from outreach_results.store import schema
from outreach_results.store.entries import Entries, entries_in
from outreach_results.store.labels import said_labels
from outreach_results.store.schema import EMAIL_DETAILS, EVENT_DETAILS
from outreach_results.store.tracking import tracking_in


def _csv_lines(rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator=_END).writerows(rows)
    return text.getvalue().encode()


_END = "\r\n"
_PLACES = {name: place for place, name in enumerate(CSV_COLUMNS)}
_AFTER_COSTS = _PLACES["step"] - _PLACES["reply_address"]
_AFTER_URL = _PLACES["kind"] - _PLACES["url"] - 1
_AT_END = len(CSV_COLUMNS) - _PLACES["meeting_marked_at"]
_OF_CAMPAIGN = _PLACES["step"] - _PLACES["tracks"]
_LABELS = len(CSV_COLUMNS) - _PLACES["client_id"]
_DETAILS = len(EMAIL_DETAILS) + len(EVENT_DETAILS)


def csv_campaign(connection: Connection, campaign_id: str, meta: dict[str, Any]) -> Iterator[bytes]:
    yield _csv_lines([tuple(CSV_COLUMNS)])
    campaign = campaign_row(connection, campaign_id)
    head = (
        escape_formula(campaign.campaign_id),
        escape_formula(campaign.name),
        escape_formula(campaign.mcp),
        iso(campaign.created_at),
    )
    humans_only = meta["filters"]["humans_only"]
    tracking = tracking_in(campaign)
    entered = entries_in(connection, campaign_id)
    own = (
        tracks_text(tracking.declared),
        tracks_text(tracking.chosen),
        escape_formula(entered.name),
        escape_formula(entered.mcp),
        entered.cost_usd,
        entered.cost_per,
    )
    labels = said_labels(connection, campaign_id, counted_name(connection, campaign_id))
    said = labels_of(labels)
    last = (
        escape_formula(labels.client_id),
        escape_formula(labels.client_name),
        escape_formula(",".join(said["tags"])) or None,
        " ".join(said["labels_chosen"]) or None,
    )
    between = (None,) * (_DETAILS + _AT_END - _LABELS)
    described = (*head, *(None,) * (_PLACES["tracks"] - len(head)), *own, *between, *last)
    empty = entered == Entries() and not any(own) and not any(last)
    if not empty:
        yield _csv_lines([described])
    for rows in read_rows(connection, _emails(campaign_id)):
        empty = False
        yield _padded_lines(head, rows, _AFTER_COSTS, len(EMAIL_DETAILS), len(EVENT_DETAILS) + _AT_END)
    for rows in read_rows(connection, _events(campaign_id, humans_only=humans_only)):
        yield _padded_lines(head, rows, _AFTER_URL, len(EVENT_DETAILS), _AT_END)
    for rows in read_long_rows(connection, replies_query(campaign_id, humans_only=humans_only)):
        empty = False
        yield _csv_lines(_csv_reply(head, row) for row in rows)
    if empty:
        yield _csv_lines([described])


def _padded_lines(head: Sequence[Any], rows: Sequence[Sequence[str]], gap: int, behind: int, empty: int) -> bytes:
    """Lines of rows of texts, each after the cells of ``head`` and followed by ``empty`` empty cells.

    In each row one cell, with ``behind`` cells after it, stands for ``gap`` empty ones: see `_gap`.
    """
    place = len(rows[0]) - behind - 1
    commas = len(rows[0]) - 1 + gap - 1
    nothing = ("",) * gap
    # Nearly every row needs no quoting, which counting its commas and quotation marks shows faster than the writer.
    lines = (
        line
        if line.count(",") == commas and '"' not in line and "\n" not in line and "\r" not in line
        else _csv_lines([(*row[:place], *nothing, *row[place + 1 :])]).decode().removesuffix(_END)
        for row, line in zip(rows, map(",".join, rows), strict=True)
    )
    before = _csv_lines([head]).decode().removesuffix(_END) + ","
    after = "," * empty + _END
    return (before + (after + before).join(lines) + after).encode()


def _gap(cells: int) -> str:
    """What stands for so many empty cells among cells that are joined with commas: the commas between them."""
    return "," * (cells - 1)


def _emails(campaign_id: str) -> Select[Any]:
    """Emails as texts, from ``email_id`` to the costs, and `EMAIL_DETAILS` after a gap."""
    query, email = email_query(campaign_id), schema.emails.c
    texts = query.selected_columns
    columns: list[Any] = [
        *_recipient(email),
        case((email.sent_at.is_not(None), EventType.SENT.value), else_=""),
        func.coalesce(texts.sent_at, ""),
        *(literal(""), literal(""), literal("")),  # event_id, is_machine and url
        *(case((email[name] != 0, texts[name]), else_="") for name in COST_COLUMNS),
        literal(_gap(_AFTER_COSTS)),
        *(_text(email[name]) for name in EMAIL_DETAILS),
    ]
    return query.with_only_columns(*columns)


def _events(campaign_id: str, *, humans_only: bool) -> Select[Any]:
    """Events beside their emails as texts, from ``email_id`` to ``url``, and `EVENT_DETAILS` after a gap."""
    query, event, email = event_query(campaign_id, humans_only=humans_only), schema.events.c, schema.emails.c
    texts = query.selected_columns
    columns: list[Any] = [
        *_recipient(email),
        texts.type,
        texts.occurred_at,
        escaped_text(texts.event_id),
        texts.is_machine,
        _text(texts.url),
        literal(_gap(_AFTER_URL)),
        *(_text(event[name]) for name in EVENT_DETAILS),
    ]
    own = and_(event.campaign_id == email.campaign_id, event.email_id == email.email_id)
    return query.with_only_columns(*columns).join_from(schema.events, schema.emails, own)


def _recipient(email: Any) -> list[Any]:
    return [escaped_text(email.email_id), *map(_text, (email.recipient, email.name, email.company))]


def _text(column: Any) -> Any:
    return func.coalesce(escaped_text(column), "")


def _csv_reply(head: tuple[Any, ...], row: Any) -> tuple[Any, ...]:
    return (
        *head,
        escape_formula(row.email_id),
        None,
        None,
        None,
        EventType.REPLIED.value,
        iso(row.received_at),
        escape_formula(row.reply_id),
        "true" if row.sentiment == Sentiment.AUTOMATIC else "false",
        None,
        *(None,) * len(COST_COLUMNS),
        escape_formula(row.address),
        escape_formula(row.name),
        escape_formula(row.company),
        row.source_sentiment,
        escape_formula(row.preview),
        escape_formula(row.body),
        row.corrected_sentiment,
        iso(row.handled_at),
        escape_formula(row.marked_by),
        iso(row.marked_at),
        escape_formula(row.corrected_by),
        iso(row.corrected_at),
        escape_formula(row.handled_by),
        None if row.marked_at is None else row.mark_version,
        *(None,) * (_OF_CAMPAIGN + _DETAILS),
        iso(row.meeting_marked_at),
        escape_formula(row.meeting_marked_by),
        escape_formula(row.text_removed),
        escape_formula(row.assignee),
        escape_formula(row.assigned_by),
        iso(row.assigned_at),
        None if row.snoozed_until is None else row.snoozed_until.isoformat(),
        escape_formula(row.snoozed_by),
        iso(row.snoozed_at),
        *(None,) * _LABELS,
    )


def csv_table(frame: pd.DataFrame, _meta: dict[str, Any]) -> Iterator[bytes]:
    yield _csv_lines([tuple(str(name) for name in frame.columns)])
    plain = frame.astype(object).where(frame.notna(), None)
    yield _csv_lines(
        tuple(escape_formula(value) if isinstance(value, str) else value for value in plain_row(row).values())
        for row in plain.to_dict("records")
    )


def csv_rows(
    columns: Sequence[str], chunks: Iterable[Sequence[Sequence[Any]]], _meta: dict[str, Any]
) -> Iterator[bytes]:
    """Lines of rows: texts with formulas escaped, instants in UTC."""
    yield _csv_lines([columns])
    for rows in chunks:
        yield _csv_lines(list(map(_cell, row)) for row in rows)


def _cell(value: Any) -> Any:
    return escape_formula(value) if isinstance(value, str) else iso(value) if isinstance(value, datetime) else value
