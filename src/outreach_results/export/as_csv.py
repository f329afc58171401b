"""A campaign, and a table, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from outreach_results.export.as_json import plain_row
from outreach_results.export.columns import CSV_COLUMNS, defuse
from outreach_results.export.reading import campaign_row, email_query, event_query, iso, read_rows, replies_query
from outreach_results.models import COST_COLUMNS, EventType, Sentiment


def _csv_lines(rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def csv_campaign(connection: Connection, campaign_id: str, meta: dict[str, Any]) -> Iterator[bytes]:
    found = campaign_row(connection, campaign_id)
    head = (defuse(found.campaign_id), defuse(found.name), defuse(found.mcp), iso(found.created_at))
    yield _csv_lines([tuple(CSV_COLUMNS)])
    humans_only = meta["filters"]["humans_only"]
    empty = True
    for rows in read_rows(connection, email_query(campaign_id)):
        empty = False
        yield _csv_lines(_csv_email(head, row) for row in rows)
    for rows in read_rows(connection, event_query(campaign_id, humans_only=humans_only)):
        yield _csv_lines(_csv_event(head, row) for row in rows)
    for rows in read_rows(connection, replies_query(campaign_id, humans_only=humans_only)):
        empty = False
        yield _csv_lines(_csv_reply(head, row) for row in rows)
    if empty:
        yield _csv_lines([_csv_row(head)])


_AFTER_HEAD = tuple(CSV_COLUMNS)[4:]
_NO_COSTS = (None,) * len(COST_COLUMNS)
_NO_REPLY = (None,) * (len(CSV_COLUMNS) - list(CSV_COLUMNS).index("reply_address"))


def _csv_row(head: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*head, *(None,) * len(_AFTER_HEAD))


def _csv_email(head: tuple[Any, ...], row: Any) -> tuple[Any, ...]:
    email_id, recipient, name, company, sent_at, *costs = row
    return (
        *head,
        defuse(email_id),
        defuse(recipient),
        defuse(name),
        defuse(company),
        None if sent_at is None else EventType.SENT.value,
        iso(sent_at),
        None,
        None,
        None,
        *(_amount(cost) for cost in costs),
        *_NO_REPLY,
    )


def _csv_event(head: tuple[Any, ...], row: Any) -> tuple[Any, ...]:
    event_id, email_id, kind, occurred_at, is_machine, url, recipient, name, company = row
    return (
        *head,
        defuse(email_id),
        defuse(recipient),
        defuse(name),
        defuse(company),
        kind,
        iso(occurred_at),
        defuse(event_id),
        "true" if is_machine else "false",
        defuse(url),
        *_NO_COSTS,
        *_NO_REPLY,
    )


def _csv_reply(head: tuple[Any, ...], row: Any) -> tuple[Any, ...]:
    return (
        *head,
        defuse(row.email_id),
        None,
        None,
        None,
        EventType.REPLIED.value,
        iso(row.received_at),
        defuse(row.reply_id),
        "true" if row.source_sentiment == Sentiment.AUTOMATIC else "false",
        None,
        *_NO_COSTS,
        defuse(row.address),
        defuse(row.name),
        defuse(row.company),
        row.source_sentiment,
        defuse(row.preview),
        defuse(row.body),
        row.corrected_sentiment,
        iso(row.handled_at),
        defuse(row.marked_by),
        iso(row.marked_at),
    )


def _amount(micros: int) -> str | None:
    """Micro-dollars as exact decimal dollars; nothing for 0."""
    if not micros:
        return None
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}".rstrip("0").rstrip(".")


def csv_table(frame: pd.DataFrame, _meta: dict[str, Any]) -> Iterator[bytes]:
    yield _csv_lines([tuple(str(name) for name in frame.columns)])
    plain = frame.astype(object).where(frame.notna(), None)
    yield _csv_lines(
        tuple(defuse(value) if isinstance(value, str) else value for value in plain_row(row).values())
        for row in plain.to_dict("records")
    )
