"""The replies: a page of them, one of them, all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, or_, select

from outreach_results.models import Filters, InboxReply, Pagination, Replies, Reply, Sentiment
from outreach_results.results.asking import PER_PAGE, check_page, check_period
from outreach_results.results.campaigns import campaign
from outreach_results.store import schema
from outreach_results.store.engine import Store


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of the inbox, and how many replies of each sentiment the same filters find."""

    replies: list[InboxReply]
    counts: dict[Sentiment, int]
    pagination: Pagination


def replies(
    store: Store,
    campaign_id: str,
    filters: Filters | None = None,
    *,
    sentiment: Sentiment | None = None,
    q: str | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Replies:
    """One campaign's replies, newest first: the contract's ``/campaigns/:id/replies``.

    Raises:
        UnknownCampaignError: there is no such campaign.
        QueryError: a parameter is out of range.
    """
    campaign(store, campaign_id)
    found = inbox(
        store,
        (filters or Filters()).of(campaign_id),
        sentiments=[sentiment] if sentiment else None,
        q=q,
        page=page,
        per_page=per_page,
    )
    return Replies(
        campaign_id=campaign_id,
        replies=[Reply(**{name: getattr(reply, name) for name in Reply.model_fields}) for reply in found.replies],
        pagination=found.pagination,
    )


def inbox(
    store: Store,
    filters: Filters,
    *,
    sentiments: Iterable[Sentiment] | None = None,
    q: str | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Inbox:
    """The replies of all chosen campaigns, newest first.

    Args:
        sentiments: only these, after corrections; None for all. The counts ignore it.
        q: only replies in whose name, address, company or text every word of it occurs, in any case.

    Raises:
        QueryError: a parameter is out of range.
    """
    check_period(filters)
    check_page(page, per_page)
    wanted = _replies_wanted(filters, q)
    with store.read() as connection:
        counts = {
            Sentiment(name): n
            for name, n in connection.execute(
                select(_SENTIMENT, func.count()).select_from(_MARKED).where(*wanted).group_by(_SENTIMENT)
            )
        }
        chosen = set(Sentiment if sentiments is None else sentiments)
        if sentiments is not None:
            wanted.append(_SENTIMENT.in_(sorted(chosen)))
        rows = connection.execute(
            reply_query(wanted)
            .order_by(schema.replies.c.received_at.desc(), schema.replies.c.campaign_id, schema.replies.c.reply_id)
            .limit(per_page)
            .offset((page - 1) * per_page)
        ).mappings()
        return Inbox(
            replies=[_inbox_reply(row) for row in rows],
            counts={sentiment: counts.get(sentiment, 0) for sentiment in Sentiment},
            pagination=Pagination(
                total=sum(n for sentiment, n in counts.items() if sentiment in chosen),
                page=page,
                per_page=per_page,
            ),
        )


def replies_frame(
    store: Store, filters: Filters, *, sentiments: Iterable[Sentiment] | None = None, q: str | None = None
) -> pd.DataFrame:
    """All replies that the inbox would show on all its pages, with all their columns."""
    wanted = _replies_wanted(filters, q)
    if sentiments is not None:
        wanted.append(_SENTIMENT.in_(sorted(sentiments)))
    query = reply_query(wanted).order_by(schema.replies.c.received_at.desc())
    with store.read() as connection:
        rows = [_inbox_reply(row).model_dump(mode="json") for row in connection.execute(query).mappings()]
    return pd.DataFrame(rows, columns=list(InboxReply.model_fields))


def reply(store: Store, campaign_id: str, reply_id: str) -> InboxReply | None:
    """One reply with its full text, or None."""
    table = schema.replies.c
    with store.read() as connection:
        row = (
            connection.execute(reply_query([table.campaign_id == campaign_id, table.reply_id == reply_id]))
            .mappings()
            .first()
        )
    return None if row is None else _inbox_reply(row)


_MARKED = schema.replies.outerjoin(
    schema.reply_marks,
    and_(
        schema.replies.c.campaign_id == schema.reply_marks.c.campaign_id,
        schema.replies.c.reply_id == schema.reply_marks.c.reply_id,
    ),
)


_SENTIMENT = func.coalesce(schema.reply_marks.c.sentiment, schema.replies.c.sentiment)


def reply_query(wanted: Iterable[ColumnElement[bool]]) -> Select[Any]:
    """Replies beside what people marked them with; ``sentiment`` is the corrected one."""
    marks = schema.reply_marks.c
    columns = [column for column in schema.replies.c if column.name != "sentiment"]
    return (
        select(
            *columns,
            schema.replies.c.sentiment.label("source_sentiment"),
            _SENTIMENT.label("sentiment"),
            marks.handled_at,
            marks.marked_by,
            func.coalesce(marks.version, 0).label("mark_version"),
        )
        .select_from(_MARKED)
        .where(*wanted)
    )


def _replies_wanted(filters: Filters, q: str | None) -> list[ColumnElement[bool]]:
    table = schema.replies.c
    wanted: list[ColumnElement[bool]] = []
    if filters.campaigns is not None:
        wanted.append(table.campaign_id.in_(filters.campaigns))
    if filters.start is not None:
        wanted.append(table.received_on >= filters.start)
    if filters.end is not None:
        wanted.append(table.received_on <= filters.end)
    if filters.humans_only:
        wanted.append(_SENTIMENT != Sentiment.AUTOMATIC)
    searched = (table.name, table.address, table.company, table.preview, table.body)
    wanted.extend(
        or_(*(func.lower(column).contains(word.lower(), autoescape=True) for column in searched))
        for word in (q or "").split()
    )
    return wanted


def _inbox_reply(row: RowMapping) -> InboxReply:
    return InboxReply(
        id=row["reply_id"],
        email=row["address"],
        name=row["name"],
        company=row["company"],
        sentiment=Sentiment(row["sentiment"]),
        preview=row["preview"],
        received_at=row["received_at"],
        campaign_id=row["campaign_id"],
        email_id=row["email_id"],
        body=row["body"],
        source_sentiment=Sentiment(row["source_sentiment"]),
        handled_at=row["handled_at"],
        marked_by=row["marked_by"],
        mark_version=row["mark_version"],
    )
