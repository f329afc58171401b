"""Everything that leaves as a file: one table of formats, streamed, for pages, API and command line alike.

A file is complete or visibly broken, never silently cut. It carries its filters, zone and definitions: JSON in a
``meta`` object, CSV in its file name. Text cells of a CSV that a spreadsheet would run as a formula get a leading
apostrophe, which the import takes off again.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Row, Select, and_, or_, select

from outreach_results.errors import QueryError
from outreach_results.models import COST_COLUMNS, COSTS, COUNTS, Detail, EventType, Filters, Sentiment, dollars
from outreach_results.results import benchmark_mcps, benchmarks, campaign, plan_of, reply_query
from outreach_results.store import schema
from outreach_results.store.engine import Store, zone_of

FORMAT = "outreach-results/1"
ROWS_AT_A_TIME = 2_000

DEFINITIONS = {
    "counts": "Unique e-mails: an e-mail opened five times is one opened.",
    "delivery_rate": "delivered / emails_sent",
    "open_rate": "opened / delivered",
    "click_rate": "clicked / delivered",
    "reply_rate": "replied / delivered",
    "conversion_rate": "meetings_booked / delivered",
    "humans_only": "Machine opens and clicks and automatic replies are left out.",
    "basis": "activity: an event counts on its own day. send: on the day its e-mail was sent.",
    "null": "Not tracked, or nothing to divide by; never 0.",
}

CSV_COLUMNS: dict[str, str] = {
    "campaign_id": "Id of the campaign.",
    "campaign_name": "Its title.",
    "mcp": "The kind of outreach it is compared with.",
    "campaign_created_at": "When it was created (UTC).",
    "email_id": "Id of the e-mail; blank on a row that only describes the campaign.",
    "recipient": "The prospect's address.",
    "name": "The prospect's name.",
    "company": "The prospect's company.",
    "type": "sent, delivered, bounced, opened, clicked, replied, unsubscribed or meeting_booked; blank while unsent.",
    "occurred_at": "When it happened (UTC).",
    "event_id": "Id of the event, for a reply that of the reply; blank for sent.",
    "is_machine": "true where a privacy proxy, a link scanner or an autoresponder did it.",
    "url": "The link that was clicked.",
    **{
        f"{name}_usd": f"What {name.removeprefix('cost_').replace('_', ' ')} cost, in dollars." for name in COST_COLUMNS
    },
    "reply_address": "Who replied.",
    "reply_name": "The name given in the reply.",
    "reply_company": "The company given in the reply.",
    "sentiment": "positive, neutral, negative, automatic or unclassified, as the source says.",
    "preview": "The beginning of the reply.",
    "body": "The whole reply.",
    "corrected_sentiment": "What somebody corrected the sentiment to.",
    "handled_at": "When the reply was marked as handled (UTC).",
    "marked_by": "Who did either.",
    "marked_at": "When (UTC).",
}
"""The columns of a campaign's CSV, one row an event."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file on its way out; ``chunks`` raises if it cannot be completed."""

    file_name: str
    media_type: str
    chunks: Iterator[bytes]

    def content(self) -> bytes:
        """The whole file; for small ones."""
        return b"".join(self.chunks)


@dataclass(frozen=True, slots=True)
class Format:
    """How one format writes a whole campaign, and a table from a page."""

    media_type: str
    campaign: Callable[[Connection, str, dict[str, Any]], Iterator[bytes]]
    table: Callable[[pd.DataFrame, dict[str, Any]], Iterator[bytes]]


def campaign_download(store: Store, campaign_id: str, fmt: str, *, humans_only: bool = False) -> Download:
    """All data of one campaign: what was sent and everything that happened, streamed.

    Raises:
        UnknownCampaignError: there is no such campaign.
        QueryError: there is no such format.
    """
    chosen = _format(fmt)
    campaign(store, campaign_id)  # says now, not half-way, that there is none
    filters = Filters(campaigns=(campaign_id,), humans_only=humans_only)

    def chunks() -> Iterator[bytes]:
        with store.read() as connection:
            yield from chosen.campaign(connection, campaign_id, _meta(filters, zone_of(connection).key))

    return Download(file_name(campaign_id, fmt, filters), chosen.media_type, chunks())


def table_download(store: Store, name: str, frame: pd.DataFrame, fmt: str, filters: Filters) -> Download:
    """A table as a page shows it.

    Raises:
        QueryError: there is no such format.
    """
    chosen = _format(fmt)
    zone = store.zone().key
    return Download(file_name(name, fmt, filters, zone), chosen.media_type, chosen.table(frame, _meta(filters, zone)))


def account_download(store: Store) -> Download:
    """The plan and every benchmark, in the form that the import reads."""
    plan = plan_of(store)
    account = {
        "plan": plan.model_dump(mode="json") if plan else None,
        "benchmarks": [benchmarks(store, mcp or None).model_dump(mode="json") for mcp in benchmark_mcps(store)],
    }
    return Download("account.json", "application/json", iter([json.dumps(account, indent=1).encode() + b"\n"]))


def file_name(name: str, fmt: str, filters: Filters, zone: str | None = None) -> str:
    """A safe file name that states the filters."""
    parts: list[str] = [name]
    if filters.start or filters.end:
        parts.append(f"{filters.start or 'begin'}_{filters.end or 'today'}")
    if zone is not None:
        parts += [f"by-{filters.basis}-day", zone.replace("/", "-")]
    if filters.humans_only:
        parts.append("humans-only")
    return re.sub(r"[^\w.-]+", "_", "_".join(parts), flags=re.ASCII)[:150] + f".{fmt}"


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise QueryError("format", f"{name[:20]!r} is no format. Known: {', '.join(FORMATS)}.")
    return FORMATS[name]


def _meta(filters: Filters, zone: str) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "time_zone": zone,
        "filters": {
            "campaigns": filters.campaigns,
            "start": filters.start,
            "end": filters.end,
            "basis": filters.basis,
            "humans_only": filters.humans_only,
        },
        "definitions": DEFINITIONS,
    }


# --- what both formats read --------------------------------------------------------------------------------------


def _rows(connection: Connection, query: Select[Any]) -> Iterator[Sequence[Any]]:
    result = connection.execution_options(stream_results=True, max_row_buffer=ROWS_AT_A_TIME).execute(query)
    yield from result.partitions(ROWS_AT_A_TIME)


def _emails(campaign_id: str) -> Select[Any]:
    table = schema.emails.c
    return (
        select(table.email_id, table.recipient, table.name, table.company, table.sent_at, *_costs())
        .where(table.campaign_id == campaign_id)
        .order_by(table.campaign_id, table.email_id)
    )


def _costs() -> list[Any]:
    return [schema.emails.c[name] for name in COST_COLUMNS]


def _events(campaign_id: str, *, humans_only: bool) -> Select[Any]:
    """Every event that is not told by a reply, beside its e-mail."""
    event, email, reply = schema.events.c, schema.emails.c, schema.replies.c
    joined = schema.events.join(
        schema.emails, and_(event.campaign_id == email.campaign_id, event.email_id == email.email_id)
    ).outerjoin(schema.replies, and_(event.campaign_id == reply.campaign_id, event.event_id == reply.reply_id))
    query = (
        select(
            event.event_id,
            event.email_id,
            event.type,
            event.occurred_at,
            event.is_machine,
            event.url,
            email.recipient,
            email.name,
            email.company,
        )
        .select_from(joined)
        .where(
            event.campaign_id == campaign_id,
            or_(event.type != EventType.REPLIED.value, reply.reply_id.is_(None)),
        )
        .order_by(event.campaign_id, event.event_id)
    )
    return query.where(~event.is_machine) if humans_only else query


def _replies(campaign_id: str, *, humans_only: bool) -> Select[Any]:
    table = schema.replies.c
    query = (
        reply_query([table.campaign_id == campaign_id])
        .add_columns(schema.reply_marks.c.sentiment.label("corrected_sentiment"), schema.reply_marks.c.marked_at)
        .order_by(table.campaign_id, table.reply_id)
    )
    return query.where(table.sentiment != Sentiment.AUTOMATIC.value) if humans_only else query


def _campaign(connection: Connection, campaign_id: str) -> Row[Any]:
    table = schema.campaigns
    return connection.execute(select(table).where(table.c.campaign_id == campaign_id)).one()


def _iso(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


# --- JSON --------------------------------------------------------------------------------------------------------


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _iso(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value)} has no place in an export")


def _json_campaign(connection: Connection, campaign_id: str, meta: dict[str, Any]) -> Iterator[bytes]:
    humans_only = meta["filters"]["humans_only"]
    found = _campaign(connection, campaign_id)
    described = {
        "id": found.campaign_id,
        "name": found.name,
        "mcp": found.mcp,
        "created_at": found.created_at,
        "detail": found.detail,
    }
    yield f'{{"meta":{_dumps(meta)},\n"campaign":{_dumps(described)}'.encode()
    yield from _json_section("emails", map(_json_emails, _rows(connection, _emails(campaign_id))))
    events = _rows(connection, _events(campaign_id, humans_only=humans_only))
    yield from _json_section("events", map(_json_events, events))
    replies = _rows(connection, _replies(campaign_id, humans_only=humans_only))
    yield from _json_section("replies", map(_json_replies, replies))
    if found.detail == Detail.DAILY.value:
        yield from _json_totals(connection, campaign_id)
    yield b"}\n"


def _json_section(name: str, chunks: Iterable[list[dict[str, Any]]]) -> Iterator[bytes]:
    """An array with a record a line, so that a text tool can read it too."""
    yield f',\n"{name}":['.encode()
    before = "\n"
    for chunk in chunks:
        yield (before + ",\n".join(map(_dumps, chunk))).encode()
        before = ",\n"
    yield b"]"


def _json_emails(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            "id": email_id,
            "recipient": recipient,
            "name": name,
            "company": company,
            "sent_at": _iso(sent_at),
            "costs_usd": dict(zip(COSTS, map(dollars, costs), strict=True)),
        }
        for email_id, recipient, name, company, sent_at, *costs in rows
    ]


def _json_events(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            "id": event_id,
            "email_id": email_id,
            "type": kind,
            "occurred_at": _iso(occurred_at),
            "is_machine": is_machine,
            "url": url,
        }
        for event_id, email_id, kind, occurred_at, is_machine, url, *_ in rows
    ]


def _json_replies(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            "id": row.reply_id,
            "email_id": row.email_id,
            "email": row.address,
            "name": row.name,
            "company": row.company,
            "sentiment": row.source_sentiment,
            "preview": row.preview,
            "body": row.body,
            "received_at": _iso(row.received_at),
            "mark": None
            if row.marked_at is None
            else {
                "sentiment": row.corrected_sentiment,
                "handled_at": _iso(row.handled_at),
                "by": row.marked_by,
                "at": _iso(row.marked_at),
            },
        }
        for row in rows
    ]


def _json_totals(connection: Connection, campaign_id: str) -> Iterator[bytes]:
    days, reported = schema.daily_stats.c, schema.reported_stats
    query = (
        select(days.date, *(days[name] for name in COUNTS), days.cost)
        .where(days.campaign_id == campaign_id, days.basis == "activity")
        .order_by(days.date)
    )
    yield from _json_section(
        "daily", ([_in_dollars(row._asdict()) for row in rows] for rows in _rows(connection, query))
    )
    row = connection.execute(select(reported).where(reported.c.campaign_id == campaign_id)).first()
    if row is not None:
        yield f',\n"reported":{_dumps(_in_dollars(row._asdict()))}'.encode()


def _in_dollars(row: dict[str, Any]) -> dict[str, Any]:
    return {
        (f"{name}_usd" if name.startswith("cost") else name): (
            dollars(value) if name.startswith("cost") and value is not None else value
        )
        for name, value in row.items()
    }


def _json_table(frame: pd.DataFrame, meta: dict[str, Any]) -> Iterator[bytes]:
    yield f'{{"meta":{_dumps(meta)}'.encode()
    plain = frame.astype(object).where(frame.notna(), None)
    yield from _json_section("rows", [[_plain_row(row) for row in plain.to_dict("records")]] if len(frame) else [])
    yield b"}\n"


def _plain_row(row: dict[Any, Any]) -> dict[str, Any]:
    return {
        str(name): value.date() if isinstance(value, pd.Timestamp) and value.tzinfo is None else value
        for name, value in row.items()
    }


# --- CSV ---------------------------------------------------------------------------------------------------------

_RISKY = re.compile(r"'*[=+\-@\t\r\n]")


def defuse(value: str | None) -> str | None:
    """A text that no spreadsheet runs as a formula; `fuse` gives the original back."""
    return "'" + value if value and _RISKY.match(value) else value


def fuse(value: str) -> str:
    """The text that `defuse` was given."""
    return value[1:] if value[:1] == "'" and _RISKY.match(value) else value


def _csv_lines(rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _csv_campaign(connection: Connection, campaign_id: str, meta: dict[str, Any]) -> Iterator[bytes]:
    found = _campaign(connection, campaign_id)
    head = (defuse(found.campaign_id), defuse(found.name), defuse(found.mcp), _iso(found.created_at))
    yield _csv_lines([tuple(CSV_COLUMNS)])
    humans_only = meta["filters"]["humans_only"]
    empty = True
    for rows in _rows(connection, _emails(campaign_id)):
        empty = False
        yield _csv_lines(_csv_email(head, row) for row in rows)
    for rows in _rows(connection, _events(campaign_id, humans_only=humans_only)):
        yield _csv_lines(_csv_event(head, row) for row in rows)
    for rows in _rows(connection, _replies(campaign_id, humans_only=humans_only)):
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
        _iso(sent_at),
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
        _iso(occurred_at),
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
        _iso(row.received_at),
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
        _iso(row.handled_at),
        defuse(row.marked_by),
        _iso(row.marked_at),
    )


def _amount(micros: int) -> str | None:
    """Micro-dollars as exact decimal dollars; nothing for 0."""
    if not micros:
        return None
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}".rstrip("0").rstrip(".")


def _csv_table(frame: pd.DataFrame, _meta: dict[str, Any]) -> Iterator[bytes]:
    yield _csv_lines([tuple(str(name) for name in frame.columns)])
    plain = frame.astype(object).where(frame.notna(), None)
    yield _csv_lines(
        tuple(defuse(value) if isinstance(value, str) else value for value in _plain_row(row).values())
        for row in plain.to_dict("records")
    )


FORMATS: dict[str, Format] = {
    "csv": Format("text/csv; charset=utf-8", _csv_campaign, _csv_table),
    "json": Format("application/json", _json_campaign, _json_table),
}
"""Every export format. To add one, write its two functions and name it here."""
