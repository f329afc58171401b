"""The queries of a campaign's export, for every format, read in chunks of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, exists, select

from outreach_results.export.formulas import dollars_text, flag_text, iso_text
from outreach_results.models import COST_COLUMNS, COUNTS, Basis, Sentiment
from outreach_results.results import reply_query
from outreach_results.store import schema
from outreach_results.store.batches import LONG_ROWS_FETCHED, batches
from outreach_results.store.replies.state import effective_sentiment

ROWS_AT_A_TIME = 2_000
TEXT_AT_A_TIME = 500_000


def read_rows(connection: Connection, query: Select[Any]) -> Iterator[Sequence[Any]]:
    """The rows of a query, some at a time: never all of them in memory."""
    result = connection.execution_options(stream_results=True, max_row_buffer=ROWS_AT_A_TIME).execute(query)
    yield from result.partitions(ROWS_AT_A_TIME)


def read_long_rows(connection: Connection, query: Select[Any]) -> Iterator[Sequence[Any]]:
    """The rows of a query with a ``body``, so few at a time that long ones take no more memory than short ones."""
    limited = connection.execution_options(stream_results=True, max_row_buffer=LONG_ROWS_FETCHED)
    fetched = limited.execute(query).partitions(LONG_ROWS_FETCHED)
    rows = (row for part in fetched for row in part)
    yield from batches(rows, lambda row: len(row.body or ""), most_items=ROWS_AT_A_TIME, most_text=TEXT_AT_A_TIME)


def email_query(campaign_id: str) -> Select[Any]:
    """Emails as texts: id, recipient, name, company, sent_at, the costs in dollars, and `EMAIL_DETAILS`."""
    table = schema.emails.c
    return (
        select(
            table.email_id,
            table.recipient,
            table.name,
            table.company,
            iso_text(table.sent_at).label("sent_at"),
            *(dollars_text(table[name]).label(name) for name in COST_COLUMNS),
            *(table[name] for name in schema.EMAIL_DETAILS),
        )
        .where(table.campaign_id == campaign_id)
        .order_by(table.campaign_id, table.email_id)
    )


def event_query(campaign_id: str, *, humans_only: bool) -> Select[Any]:
    """Every event that does not come from a reply to a known email.

    The columns are texts: event_id, email_id, type, occurred_at, is_machine, url, and `EVENT_DETAILS`.
    """
    event = schema.events.c
    query = (
        select(
            event.event_id,
            event.email_id,
            event.type,
            iso_text(event.occurred_at).label("occurred_at"),
            flag_text(event.is_machine).label("is_machine"),
            event.url,
            *(event[name] for name in schema.EVENT_DETAILS),
        )
        .where(
            event.campaign_id == campaign_id,
            ~event.is_reply,
        )
        .order_by(event.campaign_id, event.event_id)
    )
    return query.where(~event.is_machine) if humans_only else query


def replies_query(campaign_id: str, *, humans_only: bool) -> Select[Any]:
    table = schema.replies.c
    query = reply_query([table.campaign_id == campaign_id]).order_by(table.campaign_id, table.reply_id)
    return query.where(effective_sentiment != Sentiment.AUTOMATIC.value) if humans_only else query


def contacts_query(campaign_id: str) -> Select[Any]:
    """What snapshots say of a campaign's contacts, the oldest snapshot first."""
    table = schema.contacts
    return select(table).where(table.c.campaign_id == campaign_id).order_by(*table.primary_key)


def daily_query(campaign_id: str) -> Select[Any]:
    """Days of a campaign that is known by the day: date, the counts, and the cost in micro-dollars."""
    days = schema.daily_stats.c
    return (
        select(days.date, *(days[name] for name in COUNTS), _source_cost(campaign_id))
        .where(days.campaign_id == campaign_id, days.basis == Basis.ACTIVITY)
        .order_by(days.date)
    )


def _source_cost(campaign_id: str) -> ColumnElement[Any]:
    """The cost of a day that the source gave, also where a person entered another one."""
    entered, days = schema.campaign_entries.c, schema.daily_stats.c
    is_entered = exists().where(entered.campaign_id == campaign_id, entered.cost.is_not(None))
    return case((is_entered, days.source_cost), else_=days.cost).label("cost")


def reported_row(connection: Connection, campaign_id: str) -> Row[Any] | None:
    """The totals that the platform reports of a campaign, if any; costs in micro-dollars."""
    reported = schema.reported_stats
    return connection.execute(select(reported).where(reported.c.campaign_id == campaign_id)).first()


def campaign_row(connection: Connection, campaign_id: str) -> Row[Any]:
    """The campaign with the name and the type (mcp) of its source, also where a person entered others."""
    table, entered = schema.campaigns, schema.campaign_entries
    is_entered = entered.c.campaign_id.is_not(None)
    columns: dict[str, ColumnElement[Any]] = {column.name: column for column in table.c}
    columns |= {
        name: case((is_entered, entered.c[f"source_{name}"]), else_=table.c[name]).label(name)
        for name in ("name", "mcp")
    }
    joined = table.outerjoin(entered, entered.c.campaign_id == table.c.campaign_id)
    query = select(*columns.values()).select_from(joined).where(table.c.campaign_id == campaign_id)
    return connection.execute(query).one()


def counted_name(connection: Connection, campaign_id: str) -> str:
    """The name of a campaign that counts, which is the one that rules look at."""
    table = schema.campaigns.c
    return str(connection.execute(select(table.name).where(table.campaign_id == campaign_id)).scalar_one())


def iso(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def tracks_text(tracks: Mapping[str, bool]) -> str | None:
    """What is tracked and what is not as one text, such as ``opens=no``; None where neither is declared."""
    return " ".join(f"{kind}={'yes' if is_tracked else 'no'}" for kind, is_tracked in tracks.items()) or None
