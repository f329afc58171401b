"""Queries on replies: a page of the inbox, a single reply, its neighbors in the list."""

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
    SORT_COLUMNS,
    Cell,
    InboxFilters,
    ReplyKind,
    ReplyStatus,
    cell_conditions,
    chosen_campaigns,
    chosen_cells,
    chosen_replies,
    matching_replies,
    newer_than,
    newest_first,
    older_than,
    oldest_first,
    parameter_values,
    parameterized_conditions,
    query_shape,
)
from outreach_results.results.query import PER_PAGE, check_page, check_period
from outreach_results.results.reply_counts import count_cells
from outreach_results.store import schema
from outreach_results.store.engine import Store
from outreach_results.store.replies.state import effective_sentiment, mark_version, replies_with_state, same_reply
from outreach_results.store.shown import is_shown


class ReplyKey(NamedTuple):
    """The key of a reply; its own id is unique only within its campaign."""

    campaign_id: str
    reply_id: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of the inbox, the keys of the replies just before and after it, and counts of replies by filter value.

    Each count ignores the filter it is shown at: ``counts`` the chosen sentiments, ``kinds`` these and the kind,
    ``statuses`` the status.
    """

    replies: list[InboxReply]
    before: ReplyKey | None
    after: ReplyKey | None
    counts: dict[Sentiment, int]
    kinds: dict[ReplyKind, int]
    statuses: dict[ReplyStatus, int]
    pagination: Pagination


class Neighbors(NamedTuple):
    """The keys of the replies listed just before and just after one; None at the ends of the list."""

    before: ReplyKey | None
    after: ReplyKey | None


def replies(
    store: Store,
    campaign_id: str,
    filters: Filters | None = None,
    *,
    sentiment: Sentiment | None = None,
    q: str | None = None,
    status: ReplyStatus = ReplyStatus.ALL,
    assignee: str | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Replies:
    """One campaign's replies, newest first: the contract's ``/campaigns/:id/replies``.

    Args:
        assignee: only replies of this one to answer; an empty text: of nobody.

    Raises:
        UnknownCampaignError: there is no such campaign.
        QueryError: a parameter is out of range.
    """
    # An unknown campaign is an error; without this check it would look like a campaign without replies.
    campaign(store, campaign_id)
    inbox_filters = InboxFilters(status=status, sentiments=(sentiment,) if sentiment else None, q=q, assignee=assignee)
    listed = inbox(store, (filters or Filters()).of(campaign_id), inbox_filters, page=page, per_page=per_page)
    return Replies(
        campaign_id=campaign_id,
        replies=[Reply(**{name: getattr(reply, name) for name in Reply.model_fields}) for reply in listed.replies],
        pagination=listed.pagination,
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
    # One more row on either side, so that the previous and the next reply are known across pages.
    skipped = max(first - 1, 0)
    # One connection, so that counts and rows see the database at the same moment and cannot contradict each other.
    with store.read() as connection:
        counts = count_cells(connection, filters, inbox_filters)
        # Each cell costs an index scan: those known to be empty are left out.
        cells = tuple(cell for cell in chosen_cells(filters, inbox_filters) if counts[cell])
        limit = first - skipped + per_page + 1
        rows = _page(connection, filters, inbox_filters, cells, limit=limit, offset=skipped) if cells else []
    shown = rows[first - skipped :][:per_page]

    def total(**changed: Any) -> int:
        return sum(counts[cell] for cell in chosen_cells(filters, replace(inbox_filters, **changed)))

    return Inbox(
        replies=shown,
        before=key_of(rows[0]) if skipped < first and shown else None,
        after=key_of(rows[-1]) if len(rows) > first - skipped + per_page else None,
        counts={sentiment: total(sentiments=(sentiment,)) for sentiment in Sentiment},
        kinds={kind: total(kind=kind, sentiments=None) for kind in ReplyKind},
        statuses={status: total(status=status) for status in ReplyStatus},
        pagination=Pagination(total=total(), page=page, per_page=per_page),
    )


def reply_totals(store: Store, filters: Filters, inbox_filters: InboxFilters = EVERYTHING) -> dict[Sentiment, int]:
    """How many replies `inbox` counts of each sentiment, without listing any.

    Raises:
        QueryError: the period starts after its end.
    """
    check_period(filters)
    with store.read() as connection:
        counts = count_cells(connection, filters, inbox_filters)
    return {
        sentiment: sum(counts[cell] for cell in chosen_cells(filters, replace(inbox_filters, sentiments=(sentiment,))))
        for sentiment in Sentiment
    }


def reply(store: Store, campaign_id: str, reply_id: str) -> InboxReply | None:
    """One reply with its full text, or None if there is none of that key."""
    table = schema.replies.c
    own = [table.campaign_id == campaign_id, table.reply_id == reply_id, is_shown(table.campaign_id)]
    query = reply_query(own)
    with store.read() as connection:
        row = connection.execute(query).mappings().first()
    return None if row is None else _inbox_reply(row)


def neighbors(store: Store, filters: Filters, inbox_filters: InboxFilters, of: InboxReply) -> Neighbors:
    """The keys of the replies listed just before and after ``of``, which need not match the filters itself."""
    cells, own = chosen_cells(filters, inbox_filters), (of.received_at, of.campaign_id, of.id)
    if not cells:
        return Neighbors(None, None)
    chosen = matching_replies(filters, inbox_filters)
    before = _listed([*chosen, newer_than(*own)], inbox_filters, cells, is_newest_first=False, limit=1)
    after = _listed([*chosen, older_than(*own)], inbox_filters, cells, limit=1)
    with store.read() as connection:
        return Neighbors(_first(connection, before), _first(connection, after))


def page_of(
    store: Store, filters: Filters, inbox_filters: InboxFilters, key: ReplyKey, *, per_page: int = PER_PAGE
) -> int:
    """The number of the inbox page, from 1, that lists a reply, or would if it matched the filters.

    1 if there is no such reply.
    """
    of = reply(store, *key)
    if of is None:
        return 1
    # Counted in the inbox's own sort order, so that the page is the one that `inbox` lists the reply on.
    newer = newer_than(of.received_at, of.campaign_id, of.id)
    before = select(func.count()).select_from(schema.inbox).where(*chosen_replies(filters, inbox_filters), newer)
    with store.read() as connection:
        return int(connection.execute(before).scalar_one()) // per_page + 1


def key_of(reply: InboxReply) -> ReplyKey:
    """The key of a reply."""
    return ReplyKey(reply.campaign_id, reply.id)


_MARKS = schema.reply_marks.c
_WORK = ("assignee", "assigned_by", "assigned_at", "snoozed_until", "snoozed_by", "snoozed_at")
"""The columns of marks about who is to answer, and when."""

_REPLY_QUERY = select(
    *(column for column in schema.replies.c if column.name != "sentiment"),
    schema.replies.c.sentiment.label("source_sentiment"),
    effective_sentiment.label("sentiment"),
    _MARKS.sentiment.label("corrected_sentiment"),
    _MARKS.corrected_by,
    _MARKS.corrected_at,
    _MARKS.handled_at,
    _MARKS.handled_by,
    _MARKS.meeting_marked_at,
    _MARKS.meeting_marked_by,
    *(_MARKS[name] for name in _WORK),
    _MARKS.marked_by,
    _MARKS.marked_at,
    mark_version.label("mark_version"),
)


def reply_query(conditions: Iterable[ColumnElement[bool]], *, beside: FromClause = replies_with_state) -> Select[Any]:
    """The query of full replies with their state; ``sentiment`` is the corrected one, or that of the source."""
    return _REPLY_QUERY.select_from(beside).where(*conditions)


def _page(
    connection: Connection,
    filters: Filters,
    inbox_filters: InboxFilters,
    cells: tuple[Cell, ...],
    *,
    limit: int,
    offset: int,
) -> list[InboxReply]:
    """``limit`` of the replies in these cells after the first ``offset``, newest first."""
    values = parameter_values(filters, inbox_filters) | {"page_rows": limit, "page_offset": offset}
    query = _page_query(*query_shape(filters, inbox_filters), cells)
    return [_inbox_reply(row) for row in connection.execute(query, values).mappings()]


@lru_cache(maxsize=200)
def _page_query(names: tuple[str, ...], typical: InboxFilters, cells: tuple[Cell, ...]) -> Select[Any]:
    """The query of a page for this `query_shape`; its values are passed when it is executed."""
    # Cached, because building the statement takes as long as executing it.
    limit, offset = (bindparam(name, 0, Integer) for name in ("page_rows", "page_offset"))
    # Keys first, texts after: only the few replies of the page are read in full.
    keys = _listed(parameterized_conditions(names, typical), typical, cells, limit=limit, offset=offset).subquery(
        "listed"
    )
    beside = keys.join(schema.replies, same_reply(schema.replies.c, keys.c))
    beside = beside.outerjoin(schema.reply_marks, same_reply(schema.replies.c, schema.reply_marks.c))
    # The keys name the campaign already, but a cluster looks for the machine in the conditions of each table.
    named = chosen_campaigns(schema.replies.c.campaign_id, names)
    return reply_query(named, beside=beside).order_by(*(keys.c[name].desc() for name in SORT_COLUMNS))


def _first(connection: Connection, listed: Select[Any]) -> ReplyKey | None:
    row = connection.execute(listed).first()
    return None if row is None else ReplyKey(row.campaign_id, row.reply_id)


def _listed(
    conditions: Sequence[ColumnElement[bool]],
    inbox_filters: InboxFilters,
    cells: Sequence[Cell],
    *,
    is_newest_first: bool = True,
    limit: int | BindParameter[int],
    offset: int | BindParameter[int] = 0,
) -> Select[Any]:
    """The query of the keys of some replies in these cells, of which there is at least one."""
    # Each cell is read in its own order, from an index and only as far as needed, and the cells are merged: sorting
    # all matching replies would take time proportional to their number. A search finds few, so these are sorted.
    table = schema.inbox.c
    keys = select(*(table[name] for name in SORT_COLUMNS)).where(*conditions)
    order = newest_first() if is_newest_first else oldest_first()
    if inbox_filters.choose_rows() or len(cells) == 1:
        return keys.where(*cell_conditions(cells, inbox_filters)).order_by(*order).limit(limit).offset(offset)
    parts = (
        keys.where(table.sentiment == kind, table.state == state)
        .order_by(*order)
        # Any one cell may hold all rows of the page and those before it.
        .limit(limit + offset)
        .subquery()
        .select()
        for kind, state in cells
    )
    merged = union_all(*parts).subquery()
    merged_order = (merged.c[name].desc() if is_newest_first else merged.c[name].asc() for name in SORT_COLUMNS)
    return merged.select().order_by(*merged_order).limit(limit).offset(offset)


_MARK_FIELDS = (
    *("corrected_by", "corrected_at", "handled_at", "handled_by"),
    *("meeting_marked_at", "meeting_marked_by", "mark_version"),
    *_WORK,
)


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
        text_removed=row["text_removed"],
        source_sentiment=Sentiment(row["source_sentiment"]),
        **{name: row[name] for name in _MARK_FIELDS},
    )
