"""The filters of the inbox, as SQL conditions and as cells of the precomputed counts."""

from __future__ import annotations

import operator
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, UnaryExpression, bindparam, literal, tuple_

from outreach_results.models import Filters, Sentiment
from outreach_results.models.filters import CONDITIONS, conditions
from outreach_results.store import schema
from outreach_results.store.replies.search_index import is_search, matching, search_tokens, unindexed

# Indexes hold instants, not local dates. A day begins up to 14 hours before the UTC day, or up to 12 after it.
_DAY, _EARLIEST, _LATEST = timedelta(days=1), timedelta(hours=14), timedelta(hours=12)


class ReplyKind(StrEnum):
    """Whether a reply was written by a person or sent automatically."""

    PEOPLE = "people"
    AUTOMATIC = "automatic"
    ALL = "all"


class ReplyStatus(StrEnum):
    """Whether a reply is still open or was handled."""

    OPEN = "open"
    HANDLED = "handled"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class InboxFilters:
    """The filters that only the inbox has, besides the shared `Filters`.

    ``sentiments`` are those after corrections, None for all. ``q`` keeps only replies whose name, address, company or
    text contains every search token, or a word that begins with it (`search_index.matching`).
    """

    kind: ReplyKind = ReplyKind.ALL
    status: ReplyStatus = ReplyStatus.ALL
    sentiments: tuple[Sentiment, ...] | None = None
    q: str | None = None


EVERYTHING = InboxFilters()

SORT_COLUMNS = ("received_at", "campaign_id", "reply_id")
"""The columns that every list of replies is sorted by; together they are unique."""

Order = tuple[UnaryExpression[Any], ...]

Cell = tuple[Sentiment, bool]
"""A sentiment, and whether the reply is open: each reply belongs to exactly one cell."""


def newest_first() -> Order:
    """The sort order of every list of replies; replies received at the same time are sorted by their ids."""
    # All columns in one direction: an index can be read forwards or backwards, but not both at once.
    return tuple(schema.inbox.c[name].desc() for name in SORT_COLUMNS)


def oldest_first() -> Order:
    """The reverse of `newest_first`."""
    return tuple(schema.inbox.c[name].asc() for name in SORT_COLUMNS)


def is_of_kind(sentiment: Sentiment, kind: ReplyKind) -> bool:
    """Whether replies of this sentiment are of this kind."""
    return kind == ReplyKind.ALL or (sentiment == Sentiment.AUTOMATIC) == (kind == ReplyKind.AUTOMATIC)


def has_status(is_open: bool, status: ReplyStatus) -> bool:
    """Whether replies that are open (or handled) have this status."""
    return status == ReplyStatus.ALL or is_open == (status == ReplyStatus.OPEN)


def chosen_cells(filters: Filters, inbox_filters: InboxFilters = EVERYTHING) -> tuple[Cell, ...]:
    """The cells whose replies the inbox shows with these filters."""
    return _cells(inbox_filters.kind, inbox_filters.status, inbox_filters.sentiments, filters.humans_only)


# Cached: there are few combinations, and each count beside a filter of the inbox needs one of them.
@lru_cache
def _cells(
    kind: ReplyKind, status: ReplyStatus, sentiments: tuple[Sentiment, ...] | None, humans_only: bool
) -> tuple[Cell, ...]:
    return tuple(
        (sentiment, is_open)
        for sentiment in Sentiment
        for is_open in (True, False)
        if (sentiments is None or sentiment in sentiments)
        and is_of_kind(sentiment, kind)
        and has_status(is_open, status)
        and not (humans_only and sentiment == Sentiment.AUTOMATIC)
    )


def chosen_replies(filters: Filters, inbox_filters: InboxFilters = EVERYTHING) -> list[ColumnElement[bool]]:
    """Conditions on `inbox` for exactly the replies that the inbox shows on all its pages."""
    return [
        *matching_replies(filters, inbox_filters.q),
        *cell_conditions(chosen_cells(filters, inbox_filters), inbox_filters.q),
    ]


def cell_conditions(cells: Collection[Cell], q: str | None = None) -> list[ColumnElement[bool]]:
    """Conditions on `inbox` for the replies in these cells."""
    # The product of both lists is exact: the filters choose all cells of some sentiments and states, and callers drop
    # empty cells only.
    sentiments, states = (sorted(set(parts)) for parts in (zip(*cells, strict=True) if cells else ((), ())))
    return [_column("sentiment", q).in_(sentiments), _column("is_open", q).in_(states)]


def matching_replies(filters: Filters, q: str | None = None) -> list[ColumnElement[bool]]:
    """Conditions on `inbox` for the shared filters and the search, without those on the cell."""
    return parameterized_conditions(tuple(filters.narrowing(_ROLES)), q, parameter_values(filters, q))


QueryShape = tuple[tuple[str, ...], str | None]
"""The names of the active filters and the kind of search: all that the SQL text of a query depends on."""


def query_shape(filters: Filters, q: str | None) -> QueryShape:
    """The key of the cached statements: filters of the same shape have the same SQL text, only other values."""
    # A short text of the same kind stands for each search: one with tokens, or one that has none and so finds nothing.
    return tuple(filters.narrowing(_ROLES)), q and ("a" if search_tokens(q) else "?" if is_search(q) else None)


def parameter_values(filters: Filters, q: str | None = None) -> dict[str, Any]:
    """The values of the parameters of these conditions, by name."""
    values = {_parameter(name): value for name, value in filters.narrowing(_ROLES).items()}
    if filters.start is not None:
        values["filter_from"] = _instant(filters.start, -_EARLIEST)
    if filters.end is not None:
        values["filter_until"] = _instant(filters.end, _DAY + _LATEST)
    return values | ({"search_tokens": tokens} if (tokens := search_tokens(q)) else {})


def parameterized_conditions(
    names: Sequence[str], q: str | None, values: Mapping[str, Any] | None = None
) -> list[ColumnElement[bool]]:
    """The conditions of these filters and this kind of search, as bound parameters.

    Args:
        values: their values by name; without them the parameters get theirs when the query is executed.
    """
    columns = {role: _column(name, q) for role, name in _ROLES.items()}

    def bound(name: str) -> BindParameter[Any]:
        column = columns[CONDITIONS[name].column]
        value = None if values is None else values[_parameter(name)]
        return bindparam(_parameter(name), value, column.type, expanding=name == "campaigns")

    chosen = [*matching(q), *conditions({name: bound(name) for name in names}, columns)]
    # The indexes hold instants, not dates: these wider bounds let them be used, the dates above decide.
    received_at = _column("received_at", q)
    bounds = {"filter_from": operator.ge, "filter_until": operator.lt}
    for (parameter, compare), name in zip(bounds.items(), ("start", "end"), strict=True):
        if name in names:
            value = None if values is None else values[parameter]
            chosen.append(compare(received_at, bindparam(parameter, value, received_at.type)))
    return chosen


_ROLES = {"campaign_id": "campaign_id", "date": "received_on"}
"""The columns of `inbox` by the role that `Filters` use for them."""


def _parameter(name: str) -> str:
    return f"filter_{name}"


def _column(name: str, q: str | None) -> ColumnElement[Any]:
    """A column of `inbox`; with a search, one whose index the database does not use."""
    # SQLite does not estimate how few rows a search finds, and would read by one of the other indexes instead.
    column = schema.inbox.c[name]
    return unindexed(column) if is_search(q) else column


def _instant(day: date, after: timedelta) -> datetime:
    """The instant ``after`` the day begins in UTC, limited to the range of `datetime`."""
    try:
        return datetime.combine(day, time(), UTC) + after
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC) if after < timedelta() else datetime.max.replace(tzinfo=UTC)


def newer_than(received_at: datetime, campaign_id: str, reply_id: str) -> ColumnElement[bool]:
    """The condition on `inbox` for replies that are listed before the given one."""
    return _sort_key() > _sort_key(received_at, campaign_id, reply_id)


def older_than(received_at: datetime, campaign_id: str, reply_id: str) -> ColumnElement[bool]:
    """The condition on `inbox` for replies that are listed after the given one."""
    return _sort_key() < _sort_key(received_at, campaign_id, reply_id)


def _sort_key(*values: Any) -> ColumnElement[Any]:
    # A row value, because a comparison of tuples is one range of the index; a chain of ORs is not.
    columns = [schema.inbox.c[name] for name in SORT_COLUMNS]
    if values:
        return tuple_(*(literal(value, column.type) for value, column in zip(values, columns, strict=True)))
    return tuple_(*columns)
