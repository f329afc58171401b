"""The replies: a page of them, one of them, the one before and the one after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    RowMapping,
    Select,
    bindparam,
    func,
    select,
    union_all,
)

from outreach_results.models import Filters, InboxReply, Pagination, Replies, Reply, Sentiment
from outreach_results.results.campaigns import campaign
from outreach_results.results.inbox_filters import (
    EVERYTHING,
    PLACE,
    Cell,
    InboxFilters,
    ReplyKind,
    ReplyStatus,
    chosen_cells,
    chosen_replies,
    found_by,
    found_replies,
    in_cells,
    newer_than,
    newest_first,
    older_than,
    oldest_first,
    parameter_values,
    shape,
)
from outreach_results.results.query import PER_PAGE, check_page, check_period
from outreach_results.results.reply_counts import count_cells
from outreach_results.store import schema
from outreach_results.store.engine import Store
from outreach_results.store.replies.search_index import is_search
from outreach_results.store.replies.state import effective_sentiment, mark_version, replies_with_state, same_reply


class ReplyKey(NamedTuple):
    """What names a reply."""

    campaign_id: str
    reply_id: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of the inbox, the replies just before and after it, and how many the same filters find.

    Each count leaves out the filter it is shown at: ``counts`` ignores the chosen sentiments, ``kinds`` these and the
    kind, ``statuses`` whether replies are open.
    """

    replies: list[InboxReply]
    before: ReplyKey | None
    after: ReplyKey | None
    counts: dict[Sentiment, int]
    kinds: dict[ReplyKind, int]
    statuses: dict[ReplyStatus, int]
    pagination: Pagination


class Neighbors(NamedTuple):
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
    inbox_filters = InboxFilters(sentiments=(sentiment,) if sentiment else None, q=q)
    found = inbox(store, (filters or Filters()).of(campaign_id), inbox_filters, page=page, per_page=per_page)
    return Replies(
        campaign_id=campaign_id,
        replies=[Reply(**{name: getattr(reply, name) for name in Reply.model_fields}) for reply in found.replies],
        pagination=found.pagination,
    )


def inbox(
    store: Store, filters: Filters, inbox_filters: InboxFilters = EVERYTHING, *, page: int = 1, per_page: int = PER_PAGE
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
    with store.read() as connection:
        counted = count_cells(connection, filters, inbox_filters.q)
        cells = tuple(cell for cell in chosen_cells(filters, inbox_filters) if counted[cell])
        wanted = first - skipped + per_page + 1
        rows = _page(connection, filters, inbox_filters.q, cells, limit=wanted, offset=skipped) if cells else []
    shown = rows[first - skipped :][:per_page]

    def total(**changed: Any) -> int:
        return sum(counted[cell] for cell in chosen_cells(filters, replace(inbox_filters, **changed)))

    return Inbox(
        replies=shown,
        before=key_of(rows[0]) if skipped < first and shown else None,
        after=key_of(rows[-1]) if len(rows) > first - skipped + per_page else None,
        counts={sentiment: total(sentiments=(sentiment,)) for sentiment in Sentiment},
        kinds={kind: total(kind=kind, sentiments=None) for kind in ReplyKind},
        statuses={status: total(status=status) for status in ReplyStatus},
        pagination=Pagination(total=total(), page=page, per_page=per_page),
    )


def reply(store: Store, campaign_id: str, reply_id: str) -> InboxReply | None:
    """One reply with its full text, or None."""
    table = schema.replies.c
    query = reply_query([table.campaign_id == campaign_id, table.reply_id == reply_id])
    with store.read() as connection:
        row = connection.execute(query).mappings().first()
    return None if row is None else _inbox_reply(row)


def neighbors(store: Store, filters: Filters, inbox_filters: InboxFilters, of: InboxReply) -> Neighbors:
    """The replies that are listed just before and after one, which need not be listed itself."""
    cells, own = chosen_cells(filters, inbox_filters), (of.received_at, of.campaign_id, of.id)
    if not cells:
        return Neighbors(None, None)
    wanted = found_replies(filters, inbox_filters.q)
    before = _listed([*wanted, newer_than(*own)], inbox_filters.q, cells, is_newest_first=False, limit=1)
    after = _listed([*wanted, older_than(*own)], inbox_filters.q, cells, limit=1)
    with store.read() as connection:
        return Neighbors(_first(connection, before), _first(connection, after))


def page_of(
    store: Store, filters: Filters, inbox_filters: InboxFilters, key: ReplyKey, *, per_page: int = PER_PAGE
) -> int:
    """The page of the inbox on which a reply stands, or would stand if it was listed."""
    found = reply(store, *key)
    if found is None:
        return 1
    newer = newer_than(found.received_at, found.campaign_id, found.id)
    before = select(func.count()).select_from(schema.inbox).where(*chosen_replies(filters, inbox_filters), newer)
    with store.read() as connection:
        return int(connection.execute(before).scalar_one()) // per_page + 1


def key_of(reply: InboxReply) -> ReplyKey:
    """What names this reply."""
    return ReplyKey(reply.campaign_id, reply.id)


_MARKS = schema.reply_marks.c
_REPLY_QUERY = select(
    *(column for column in schema.replies.c if column.name != "sentiment"),
    schema.replies.c.sentiment.label("source_sentiment"),
    effective_sentiment.label("sentiment"),
    _MARKS.sentiment.label("corrected_sentiment"),
    _MARKS.corrected_by,
    _MARKS.corrected_at,
    _MARKS.handled_at,
    _MARKS.handled_by,
    _MARKS.marked_by,
    _MARKS.marked_at,
    mark_version.label("mark_version"),
)


def reply_query(wanted: Iterable[ColumnElement[bool]], *, beside: FromClause = replies_with_state) -> Select[Any]:
    """Replies beside what people marked them with; ``sentiment`` is the one that counts."""
    return _REPLY_QUERY.select_from(beside).where(*wanted)


def _page(
    connection: Connection, filters: Filters, q: str | None, cells: tuple[Cell, ...], *, limit: int, offset: int
) -> list[InboxReply]:
    """Some of the replies in these cells, newest first."""
    values = parameter_values(filters, q) | {"page_rows": limit, "page_offset": offset}
    query = _page_query(*shape(filters, q), cells)
    return [_inbox_reply(row) for row in connection.execute(query, values).mappings()]


@lru_cache(maxsize=200)
def _page_query(names: tuple[str, ...], q: str | None, cells: tuple[Cell, ...]) -> Select[Any]:
    """The query of a page for these filters and this kind of search, whatever their values.

    Kept, because building the statement takes as long as executing it.
    """
    rows, after = (bindparam(name, 0, Integer) for name in ("page_rows", "page_offset"))
    keys = _listed(found_by(names, q), q, cells, limit=rows, offset=after).subquery("listed")
    beside = keys.join(schema.replies, same_reply(schema.replies.c, keys.c))
    beside = beside.outerjoin(schema.reply_marks, same_reply(schema.replies.c, schema.reply_marks.c))
    return reply_query([], beside=beside).order_by(*(keys.c[name].desc() for name in PLACE))


def _first(connection: Connection, listed: Select[Any]) -> ReplyKey | None:
    found = connection.execute(listed).first()
    return None if found is None else ReplyKey(found.campaign_id, found.reply_id)


def _listed(
    wanted: Sequence[ColumnElement[bool]],
    q: str | None,
    cells: Sequence[Cell],
    *,
    is_newest_first: bool = True,
    limit: int | BindParameter[int],
    offset: int | BindParameter[int] = 0,
) -> Select[Any]:
    """The keys of some replies in these cells, of which there is at least one.

    Each cell is read in its own order, from an index and only as far as needed, and the cells are merged. Words find
    few replies: these are sorted, whatever their cells.
    """
    table = schema.inbox.c
    keys = select(*(table[name] for name in PLACE)).where(*wanted)
    order = newest_first() if is_newest_first else oldest_first()
    if is_search(q) or len(cells) == 1:
        return keys.where(*in_cells(cells, q)).order_by(*order).limit(limit).offset(offset)
    parts = (
        keys.where(table.sentiment == kind, table.is_open == is_open)
        .order_by(*order)
        .limit(limit + offset)
        .subquery()
        .select()
        for kind, is_open in cells
    )
    merged = union_all(*parts).subquery()
    merged_order = (merged.c[name].desc() if is_newest_first else merged.c[name].asc() for name in PLACE)
    return merged.select().order_by(*merged_order).limit(limit).offset(offset)


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
