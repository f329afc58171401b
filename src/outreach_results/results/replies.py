"""The replies: a page of them, one of them, the one before and the one after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, func, or_, select

from outreach_results.models import Filters, InboxReply, Pagination, Replies, Reply, Sentiment
from outreach_results.results.asking import PER_PAGE, check_page, check_period
from outreach_results.results.campaigns import campaign
from outreach_results.results.triage import (
    EVERYTHING,
    NEWEST_FIRST,
    Handling,
    Lane,
    Triage,
    chosen_replies,
    found_replies,
    in_lane,
    is_wanted,
)
from outreach_results.store import schema
from outreach_results.store.engine import Store
from outreach_results.store.marked import effective_sentiment, mark_version, marked_replies


class ReplyKey(NamedTuple):
    """What names a reply."""

    campaign_id: str
    reply_id: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of the inbox, the replies just before and after it, and how many the same filters find.

    Each count leaves out the filter it is shown at: ``counts`` ignores the chosen sentiments, ``lanes`` these and the
    lane, ``handling`` whether replies are open.
    """

    replies: list[InboxReply]
    before: ReplyKey | None
    after: ReplyKey | None
    counts: dict[Sentiment, int]
    lanes: dict[Lane, int]
    handling: dict[Handling, int]
    pagination: Pagination


class Neighbours(NamedTuple):
    """The replies listed just before and just after one."""

    before: ReplyKey | None
    after: ReplyKey | None


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
    triage = Triage(sentiments=(sentiment,) if sentiment else None, q=q)
    found = inbox(store, (filters or Filters()).of(campaign_id), triage, page=page, per_page=per_page)
    return Replies(
        campaign_id=campaign_id,
        replies=[Reply(**{name: getattr(reply, name) for name in Reply.model_fields}) for reply in found.replies],
        pagination=found.pagination,
    )


def inbox(
    store: Store, filters: Filters, triage: Triage = EVERYTHING, *, page: int = 1, per_page: int = PER_PAGE
) -> Inbox:
    """A page of the replies of all chosen campaigns, newest first.

    Raises:
        QueryError: a parameter is out of range.
    """
    check_period(filters)
    check_page(page, per_page)
    first = (page - 1) * per_page
    # One more on either side, so that next and previous lead beyond the page.
    skipped = max(first - 1, 0)
    listed = (
        reply_query(chosen_replies(filters, triage))
        .order_by(*NEWEST_FIRST)
        .limit(first - skipped + per_page + 1)
        .offset(skipped)
    )
    with store.read() as connection:
        cells = _count(connection, found_replies(filters, triage.q))
        rows = [_inbox_reply(row) for row in connection.execute(listed).mappings()]
    shown = rows[first - skipped :][:per_page]
    sentiments = frozenset(Sentiment if triage.sentiments is None else triage.sentiments)

    def total(lane: Lane, handling: Handling, wanted: Iterable[Sentiment]) -> int:
        return sum(
            n
            for (sentiment, is_open), n in cells.items()
            if sentiment in wanted and in_lane(sentiment, lane) and is_wanted(is_open, handling)
        )

    return Inbox(
        replies=shown,
        before=key_of(rows[0]) if skipped < first and shown else None,
        after=key_of(rows[-1]) if len(rows) > first - skipped + per_page else None,
        counts={sentiment: total(triage.lane, triage.handling, [sentiment]) for sentiment in Sentiment},
        lanes={lane: total(lane, triage.handling, Sentiment) for lane in Lane},
        handling={handling: total(triage.lane, handling, sentiments) for handling in Handling},
        pagination=Pagination(
            total=total(triage.lane, triage.handling, sentiments),
            page=page,
            per_page=per_page,
        ),
    )


def reply(store: Store, campaign_id: str, reply_id: str) -> InboxReply | None:
    """One reply with its full text, or None."""
    table = schema.replies.c
    query = reply_query([table.campaign_id == campaign_id, table.reply_id == reply_id])
    with store.read() as connection:
        row = connection.execute(query).mappings().first()
    return None if row is None else _inbox_reply(row)


def neighbours(store: Store, filters: Filters, triage: Triage, of: InboxReply) -> Neighbours:
    """The replies that are listed just before and after one, which need not be listed itself."""
    table, wanted = schema.replies.c, chosen_replies(filters, triage)
    keys = select(table.campaign_id, table.reply_id).select_from(marked_replies)
    backwards = (table.received_at, table.campaign_id.desc(), table.reply_id.desc())
    with store.read() as connection:
        before = connection.execute(keys.where(*wanted, _is_before(of)).order_by(*backwards).limit(1)).first()
        after = connection.execute(keys.where(*wanted, _is_after(of)).order_by(*NEWEST_FIRST).limit(1)).first()
    return Neighbours(before and ReplyKey(*before), after and ReplyKey(*after))


def page_of(store: Store, filters: Filters, triage: Triage, key: ReplyKey, *, per_page: int = PER_PAGE) -> int:
    """The page of the inbox on which a reply stands, or would stand if it was listed."""
    found = reply(store, *key)
    if found is None:
        return 1
    before = select(func.count()).select_from(marked_replies).where(*chosen_replies(filters, triage), _is_before(found))
    with store.read() as connection:
        return int(connection.execute(before).scalar_one()) // per_page + 1


def key_of(reply: InboxReply) -> ReplyKey:
    """What names this reply."""
    return ReplyKey(reply.campaign_id, reply.id)


def reply_query(wanted: Iterable[ColumnElement[bool]]) -> Select[Any]:
    """Replies beside what people marked them with; ``sentiment`` is the one that counts."""
    marks = schema.reply_marks.c
    columns = [column for column in schema.replies.c if column.name != "sentiment"]
    return (
        select(
            *columns,
            schema.replies.c.sentiment.label("source_sentiment"),
            effective_sentiment.label("sentiment"),
            marks.sentiment.label("corrected_sentiment"),
            marks.corrected_by,
            marks.corrected_at,
            marks.handled_at,
            marks.handled_by,
            marks.marked_by,
            marks.marked_at,
            mark_version.label("mark_version"),
        )
        .select_from(marked_replies)
        .where(*wanted)
    )


def _count(connection: Connection, wanted: Iterable[ColumnElement[bool]]) -> dict[tuple[Sentiment, bool], int]:
    """How many replies there are by sentiment and whether they are open: all that the inbox counts comes from this."""
    is_open = schema.reply_marks.c.handled_at.is_(None)
    query = (
        select(effective_sentiment, is_open, func.count())
        .select_from(marked_replies)
        .where(*wanted)
        .group_by(effective_sentiment, is_open)
    )
    return {(Sentiment(sentiment), bool(still_open)): n for sentiment, still_open, n in connection.execute(query)}


def _is_before(of: InboxReply) -> ColumnElement[bool]:
    table = schema.replies.c
    same_campaign = and_(table.campaign_id == of.campaign_id, table.reply_id < of.id)
    same_moment = and_(table.received_at == of.received_at, or_(table.campaign_id < of.campaign_id, same_campaign))
    return and_(table.received_at >= of.received_at, or_(table.received_at > of.received_at, same_moment))


def _is_after(of: InboxReply) -> ColumnElement[bool]:
    table = schema.replies.c
    itself = and_(table.campaign_id == of.campaign_id, table.reply_id == of.id)
    return and_(table.received_at <= of.received_at, ~_is_before(of), ~itself)


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
        **{name: row[name] for name in ("corrected_by", "corrected_at", "handled_at", "handled_by", "mark_version")},
    )
